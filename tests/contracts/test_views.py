"""Every result fits Slack, whatever the records are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from bot import outgoing, posting
from bot.agent import OFFLINE, Answer
from bot.blockkit import problems
from bot.views import blocks, home
from knowledge.crm import Account, Deal, Lead
from tests import official
from tests.asking import arguments
from tests.company import Books
from tools.base import Refusal, Result
from tools.calls import leads_to_call
from tools.catalog import TOOLS
from tools.leads import show_lead
from tools.pipeline import pipeline_report

pytestmark = pytest.mark.usefixtures("replayed")

HOSTILE = ("<!channel> & <@U1> *bold* `code` ~x~", "x" * 5_000, "🙂" * 400, "a\nb\nc", "</script><b>", "&amp;&lt;")


def answer(*results: Result) -> Answer:
    return Answer("\n".join(result.text for result in results), [], list(results), OFFLINE, "a1", 1.0)


def check(said: Answer) -> list[dict[str, Any]]:
    drawn = blocks.answer(said)
    assert not problems("chat.postMessage", {"channel": "C1", "text": said.text[:3_000], "blocks": drawn})
    assert not [complaint for block in drawn for complaint in official.complaints(block)]
    return drawn


def results(books: Books) -> list[Result]:
    found = []
    for tool in TOOLS:
        asker = books.person(tool.roles[0])
        found.append(tool(books.ctx(asker), **arguments(tool, books, asker)))
    return found


def test_every_tools_result_is_drawn_in_a_way_of_its_own_and_fits(books: Books) -> None:
    for result in results(books):
        assert not isinstance(result, Refusal), result.text
        assert blocks.drawn.dispatch(type(result)) is not blocks.drawn.dispatch(Result)
        check(answer(result))
    check(answer(*results(books)))


def marked_up(value: Any) -> Iterator[str]:
    """Every text in which Slack would read markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from marked_up(each)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_records_are_data_and_never_markup(books: Books, name: str) -> None:
    rep = books.person("rep")
    ids = [card.lead_id for card in leads_to_call(books.ctx(rep)).cards]  # type: ignore[attr-defined]
    custom = {name[:50]: name, "industry": name}
    with books.db.write() as session:
        for i, lead_id in enumerate(ids):
            values = {"name": f"{name}{i}", "company": name, "source": name[:200], "attributes": custom}
            session.execute(update(Lead).where(Lead.id == lead_id).values(**values))
        session.execute(update(Deal).values(stage=name))
        session.execute(update(Account).values(industry=name))
    ctx = books.ctx(rep)
    listed = leads_to_call(ctx)
    shown = show_lead(ctx, lead=listed.cards[0].lead_id)  # type: ignore[attr-defined]
    report = pipeline_report(ctx, metric="pipeline_value", by="stage")
    for result in (listed, shown, report):
        assert not isinstance(result, Refusal), result.text
        drawn = check(answer(result))
        for text in (*marked_up(drawn), posting.message(result.text, drawn)["text"]):
            assert "<!channel>" not in text
            assert "<@U1>" not in text


def test_a_long_report_is_cut_and_fits(books: Books) -> None:
    report = pipeline_report(books.ctx(books.person("admin")), metric="activities", by="day", period="last 100 days")
    check(answer(report))


def test_home_and_modal_fit(books: Books) -> None:
    body = blocks.drawn(leads_to_call(books.ctx(books.person("rep")), limit=25))
    assert not problems("views.publish", {"user_id": "U1", "view": home.home("Ana", body)})
    assert not problems("views.publish", {"user_id": "U1", "view": home.stranger(home.HOW_TO_LINK)})
    assert not problems("views.open", {"trigger_id": "t", "view": home.what_was_wrong("a1")})


def test_blocks_that_slack_would_refuse_go_out_as_plain_text() -> None:
    bad = [{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}]
    payload = outgoing.safe("chat.postMessage", {"channel": "C1", **posting.message("hello", bad, "a1")}, frozenset())
    assert payload["blocks"] == []
    assert payload["text"] == "hello"
    assert payload["metadata"]["event_payload"] == {"audit_id": "a1"}
    view = outgoing.safe("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": bad}}, frozenset())
    assert not problems("views.publish", view)
