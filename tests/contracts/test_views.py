"""Every result fits Slack, whatever the records are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import pytest
from sqlalchemy import select, update

from bot import outgoing, posting
from bot.agent import OFFLINE, Answer
from bot.blockkit import problems
from bot.listeners.forms import FORMS
from bot.listeners.home import drawn
from bot.views import blocks, forms, home, sections
from knowledge.crm import Account, Contact, Deal, Lead, Person, Role
from tests import official
from tests.asking import arguments
from tests.company import NOW, Books
from tools.base import Refusal, Result
from tools.catalog import TOOLS
from tools.pipeline import pipeline_report

pytestmark = pytest.mark.usefixtures("replayed")

HOSTILE = (
    "<!channel> & <@U1> &lt;!here&gt;",
    "*bold* `code` ~x~ _i_",
    "https://evil.example/<http://evil.example|click> www.evil.example",
    "\u202eevoba\u2066 \u05d3\u05df \u05db\u05d4\u05df \u200f",
    "🙂👩‍👩‍👧\u200b\u200d",
    "a\nb\r\n• c\x00",
    "x" * 10_000,
)
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")
# Moments and channels, by their numbers.
OURS = re.compile(r"#[CG][A-Z0-9]+|!date\^\d+\^[^^|]*\|.*")


@pytest.fixture
def renamed(replayed: Books) -> Books:
    """The demo company, every person, lead, account and deal under a name that somebody thought of to do harm."""
    with replayed.db.write() as session:
        for table in (Lead, Deal, Account, Person, Contact):
            ids = session.scalars(select(table.id).order_by(table.id)).all()
            names = [{"id": id_, "name": f"{HOSTILE[place % len(HOSTILE)]}{id_}"} for place, id_ in enumerate(ids)]
            session.execute(update(table), names)
        session.execute(update(Lead).values(company=HOSTILE[0], source=HOSTILE[3], attributes={HOSTILE[1]: HOSTILE[2]}))
        session.execute(update(Deal).values(stage=HOSTILE[2]))
        session.execute(update(Account).values(industry=HOSTILE[0]))
    return Books(replayed.db)


def answer(*results: Result) -> Answer:
    return Answer("\n".join(result.text for result in results), [], list(results), OFFLINE, "a1", 1.0)


def check(said: Answer) -> None:
    """A whole answer as it goes out, with everything around it."""
    sent("chat.postMessage", {"channel": "C1", **posting.message(said.text, blocks.answer(said), said.audit_id)})


def sent(method: str, payload: dict[str, Any]) -> None:
    """What is sent is what was drawn, Slack takes it, and nothing in it is live that we did not put there."""
    out = outgoing.safe(method, payload, frozenset())
    assert not problems(method, out)
    shown = [(each.get("view") or each)["blocks"] for each in (payload, out)]
    assert len(shown[1]) == len(shown[0])
    assert not [complaint for block in shown[1] for complaint in official.complaints(block)]
    for text in (out.get("text", ""), *texts(shown[1])):
        assert not TURNING & set(text)
        assert "://" not in text
    for text in (out.get("text", ""), *marked_up(shown[1])):
        assert all(OURS.fullmatch(inner) for inner in re.findall(r"<([^<>]*)>", text)), text


def results(books: Books) -> list[Result]:
    """What every tool answers to somebody who may ask it; records are asked for by id."""
    ids = {row.name: row.id for table in (Deal, Lead) for row in rows(books, table)}
    found = []
    for tool in TOOLS:
        asker = books.person(tool.roles[0])
        asked = arguments(tool, books, asker)
        found.append(tool(books.ctx(asker), **{name: ids.get(str(value), value) for name, value in asked.items()}))
    return found


def rows(books: Books, table: Any) -> Sequence[Any]:
    with books.db.read() as session:
        return session.execute(select(table.id, table.name)).all()


def texts(value: Any) -> Iterator[str]:
    """Every text that is shown."""
    if isinstance(value, dict):
        yield from (item for name, item in value.items() if name in ("text", "alt_text") and isinstance(item, str))
        value = [item for name, item in value.items() if name not in ("value", "private_metadata")]
    for each in value if isinstance(value, list) else ():
        yield from texts(each)


def marked_up(value: Any) -> Iterator[str]:
    """Every text in which Slack would read markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from marked_up(each)


def test_every_tools_result_is_drawn_in_a_way_of_its_own_and_fits_whatever_records_are_called(renamed: Books) -> None:
    found = results(renamed)
    for result in found:
        assert not isinstance(result, Refusal), result.text
        assert blocks.drawn.dispatch(type(result)) is not blocks.drawn.dispatch(Result)
        check(answer(result))
        window = forms.window((*result.names, "x")[0], blocks.drawn(result))
        sent("views.open", {"trigger_id": "t", "view": window})
    looked = dict(zip(map(str, TOOLS), found, strict=True))
    for form in FORMS.values():
        shown = looked[form.look.name] if form.look else None
        sent("views.open", {"trigger_id": "t", "view": forms.modal(form, shown, "{}")})
    for role in get_args(Role):
        for view in home_of(renamed, role):
            sent("views.publish", {"user_id": "U1", "view": view})
    check(answer(*found))


def home_of(books: Books, role: str) -> list[dict[str, Any]]:
    """The Home tab of somebody of a role, as it fills."""
    asker, tools = books.person(role), {tool.name: tool for tool in TOOLS}
    ctx = books.ctx(asker)
    return list(drawn(asker, TOOLS, lambda name, asked: tools[name](ctx, **asked), NOW, is_bare=True))


def test_a_long_report_is_cut_and_fits(books: Books) -> None:
    report = pipeline_report(books.ctx(books.person("admin")), metric="activities", by="day", period="last 100 days")
    check(answer(report))


def test_what_is_no_answer_fits() -> None:
    sent("views.publish", {"user_id": "U1", "view": home.stranger(home.HOW_TO_LINK)})
    sent("views.open", {"trigger_id": "t", "view": home.what_was_wrong("a1")})


def test_every_section_of_home_is_of_tools_that_there_may_be_and_has_a_title_of_its_own() -> None:
    for role in get_args(Role):
        titles = [each.title for each in sections.SECTIONS if role in each.roles]
        assert len(titles) == len(set(titles))
    known = {tool.name: tool for tool in TOOLS}
    for section in sections.SECTIONS:
        for name, asked in section.asks:
            if name in known:
                known[name].arguments(**asked)


def test_blocks_that_slack_would_refuse_go_out_as_plain_text() -> None:
    bad = [{"type": "header", "text": {"type": "mrkdwn", "text": "no"}}]
    payload = outgoing.safe("chat.postMessage", {"channel": "C1", **posting.message("hello", bad, "a1")}, frozenset())
    assert payload["blocks"] == []
    assert payload["text"] == "hello"
    assert payload["metadata"]["event_payload"] == {"audit_id": "a1"}
    view = outgoing.safe("views.publish", {"user_id": "U1", "view": {"type": "home", "blocks": bad}}, frozenset())
    assert not problems("views.publish", view)
