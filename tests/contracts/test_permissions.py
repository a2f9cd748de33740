"""Nobody is told, counted or hinted what the policy keeps from them: for every tool, asker and record.

The policy is written out once more in `tests.worlds`; the product is never asked whether it is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from knowledge import crm
from knowledge.people import Person, roster
from tests import worlds
from tests.asking import arguments
from tests.company import NOW, Books
from tests.worlds import SECRET
from tools import access
from tools.base import Refusal, Tool
from tools.catalog import TOOLS
from tools.leads import show_lead

ASKERS = (("rep", 0), ("rep", 7), ("manager", 0), ("manager", 1), ("admin", 0))
# Estimates learnt from everyone's history move with it, as they may; what is shown beside them must not.
ESTIMATING = {
    "deals_at_risk",
    "explain_deal",
    "next_step",
    "forecast_sales",
    "forecast_accuracy",
    "team_summary",
    "plan_allocation",
    "adjust_proposal",
    "renew_proposal",
    "best_rep",
    "morning_brief",
    "nudge",
}
# Totals of a team are for whoever reads the channel they are posted to.
ESTIMATING |= {"posted_totals"}
# Plans choose by those estimates which of the asker's own leads move; replays are long, and say no more than totals.
CHOOSING = {"plan_allocation", "adjust_proposal", "renew_proposal", "retro_report", "decide_proposal"}
SPLITS = [
    {"metric": metric, "by": by}
    for metric, by in (("activities", "source"), ("calls", "industry"), ("deals", "segment"), ("leads", "team"))
]
REASONS = {"dismiss_nudge": {"reason": "They left"}}
SOME = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def asked(tool: Tool, role: str, least: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What may be asked of a tool: as little as it takes, all of the team's, and figures by what is not theirs."""
    yield least
    if role == "rep" and "owner" in tool.arguments.model_fields:
        yield {**least, "owner": "team"}
    if tool.name == "pipeline_report":
        yield from SPLITS


def everything(books: Books, asker: Person) -> Iterator[tuple[Tool, dict[str, Any]]]:
    """All that the asker may ask of every tool of their role; the buttons of one nudge are of the same nudge."""
    nudges: dict[str, Any] = {}
    for tool in TOOLS:
        if asker.role not in tool.roles or tool.name in CHOOSING:
            continue
        button = tool.name in ("done_nudge", "dismiss_nudge", "mute_nudge")
        least = {**nudges, **REASONS.get(tool.name, {})} if button else arguments(tool, books, asker)
        if tool.name == "nudge":
            nudges = least
        yield from ((tool, said) for said in asked(tool, asker.role, least))


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_an_answer_is_the_same_whatever_stands_in_records_that_are_not_the_askers_to_see(
    role: str, replayed: Books, tmp_path: Path
) -> None:
    asker = replayed.person(role)
    seen = worlds.sights(replayed, asker)
    questions = list(everything(replayed, asker))
    elsewhere = worlds.elsewhere(replayed, seen, tmp_path / "elsewhere")
    secrets = {name for kind, name, owner in worlds.records(replayed) if name and seen.of(owner) == "nothing"}
    assert len(secrets) > 100
    for tool, said in questions:
        here, there = tool(replayed.ctx(asker), **said), tool(elsewhere.ctx(asker), **said)
        whole, other = worlds.said(here), worlds.said(there)
        assert SECRET not in other, (tool.name, said, other)
        assert not {name for name in secrets if name in whole}, (tool.name, said)
        if tool.name in ESTIMATING:
            assert worlds.outline(here) == worlds.outline(there), (tool.name, said)
        else:
            assert whole == other, (tool.name, said)
    elsewhere.db.engine.dispose()


def ways(books: Books) -> list[tuple[Tool, str]]:
    """Every tool that is asked about a record of a name, with the argument that takes it."""
    taking = [
        (tool, name) for tool in TOOLS for name in ("lead", "deal", "record") if name in tool.arguments.model_fields
    ]
    assert len(taking) >= 10
    return taking


def rest(tool: Tool, books: Books, asker: Person, name: str) -> dict[str, Any]:
    """What the tool needs beside the record."""
    plain = {
        "outcome": "reached",
        "until": "next monday",
        "text": "I know them",
        "kind": "note",
        "said_at": NOW.isoformat(),
    }
    fields = tool.arguments.model_fields
    known = {field: plain.get(field, "higher") for field, info in fields.items() if info.is_required()}
    return {field: value for field, value in known.items() if field != name}


@SOME
@given(data=st.data())
def test_a_record_beyond_the_asker_is_answered_like_one_that_does_not_exist(data: st.DataObject, books: Books) -> None:
    role, place = data.draw(st.sampled_from(ASKERS))
    asker = books.person(role, place)
    seen = worlds.sights(books, asker)
    tool, argument = data.draw(st.sampled_from(ways(books)))
    kinds = ("deal",) if argument == "deal" else ("lead",) if argument == "lead" else ("lead", "deal")
    hidden = [key for key in worlds.records(books) if key[0] in kinds and key[1] and seen.of(key[2]) != "all"]
    assert hidden or role == "admin"
    if not hidden or role not in tool.roles:
        return
    _, name, owner = data.draw(st.sampled_from(hidden))
    others = rest(tool, books, asker, argument)
    there = tool(books.ctx(asker), **{argument: name}, **others)
    absent = tool(books.ctx(asker), **{argument: "Qqxj Vvkwz"}, **others)
    assert isinstance(absent, Refusal)
    assert absent.reason == "unknown", absent.text
    assert not there.citations or seen.of(owner) == "name"
    if seen.of(owner) == "nothing":
        assert isinstance(there, Refusal)
        assert there.reason == absent.reason
        assert first(there.text, name) == first(absent.text, "Qqxj Vvkwz")


def first(text: str, name: str) -> str:
    """The first sentence, whatever the name that was asked for."""
    return text.replace(name, "NAME").split(" Nearest")[0]


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_what_counts_the_records_of_many_says_whose_so_that_no_channel_shows_it_to_those_who_may_not(
    role: str, books: Books
) -> None:
    asker = books.person(role)
    counted = {owner for owner in worlds.sights(books, asker).team_of if sells_for(books, asker, owner)}
    assert len(counted) > 3
    for tool in TOOLS:
        if role in tool.roles and "owner" in tool.arguments.model_fields:
            result = tool(books.ctx(asker), **arguments(tool, books, asker))
            assert counted <= set(result.owners), tool.name


def sells_for(books: Books, asker: Person, owner: str) -> bool:
    """Whether somebody is a rep whose records the asker sees."""
    known = books.roster.get(owner)
    return bool(known and known.role == "rep" and worlds.sights(books, asker).of(owner) == "all")


def test_whoever_leaves_moves_or_loses_a_role_loses_the_records_at_once(books: Books) -> None:
    rep, manager = books.person("rep"), books.person("manager")
    lead = books.lead_of(rep)
    changes: dict[str, dict[str, Any]] = {
        manager.id: {"role": "rep"},
        rep.id: {"active": False},
    }
    assert not isinstance(show_lead(books.ctx(manager), lead=lead.name), Refusal)
    with books.db.write() as session:
        for person_id, values in changes.items():
            session.execute(update(crm.Person).where(crm.Person.id == person_id).values(values))
    now = roster(books.db)
    demoted = now.get(manager.id)
    assert demoted
    refused = show_lead(books.services.for_(demoted, now), lead=lead.name)
    assert isinstance(refused, Refusal)
    assert refused.reason == "hidden"
    assert access.same_email(now, rep.email or "") is None
