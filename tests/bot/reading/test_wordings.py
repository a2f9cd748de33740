"""Wordings that are kept aside: no example is written after them, they only tell how well questions are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot import smalltalk
from bot.reading import Call, Reader, Reading
from knowledge.crm import Account, Deal, Lead
from tests.company import Books
from tools import mentions
from tools.catalog import TOOLS


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


DATA = Path(__file__).parents[2] / "data"
WORDINGS = _rows(DATA / "wordings.jsonl")
# Reading all of them takes half a minute, so only every so many are asked.
EVERY = 15
_TOOLS = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True)
class Mark:
    """How a wording was read: by the right tool, with the right arguments; what is no question for a tool by none."""

    question: str
    reading: Reading
    in_scope: bool
    right_tool: bool
    right_arguments: bool

    @property
    def is_right(self) -> bool:
        return self.right_tool and self.right_arguments


def test_other_wordings_are_read_as_they_are_meant(reader: Reader, books: Books) -> None:
    marks = [mark(reader, books, row) for row in WORDINGS[::EVERY]]
    found = rates(marks)
    wrong = [(each.question, each.reading) for each in marks if not each.is_right]
    assert found["tool and arguments"][0] >= 0.9, wrong
    assert found["caught"][0] >= 0.9, wrong
    assert found["turned away"][0] <= 0.04, wrong


def test_nothing_that_is_measured_by_is_learnt() -> None:
    asked = [row["q"] for row in [*WORDINGS, *_rows(DATA / "questions.jsonl")]]
    assert not [text for text in asked if _said(text) in _learnt()]


def test_no_question_of_the_public_file_is_learnt(shared: Path) -> None:
    asked = [row["q"] for row in _rows(shared / "questions" / "dev.jsonl")]
    assert not [text for text in asked if _said(text) in _learnt()]


@cache
def _learnt() -> frozenset[str]:
    kinds = [tool.examples for tool in TOOLS] + list(smalltalk.PHRASES.values())
    return frozenset(_said(text) for many in kinds for text in many)


def _said(text: str) -> str:
    """A text without what differs between two that are all but the same."""
    return " ".join(re.findall(r"\w+", re.sub(r"{\w+}", "_", text.lower()).replace("'", "")))


def mark(reader: Reader, books: Books, row: Mapping[str, Any]) -> Mark:
    said = _slots(books)
    question = row["q"].format(**said)
    asker = books.person("rep") if row["as"] == "rep" else _manager(books)
    link = partial(mentions.link, books.ctx(asker), ordinary=reader.vocabulary)
    past = [
        Call(last["tool"], _filled(last["args"], said), _filled(last["names"], said)) for last in row.get("past", ())
    ]
    offered = {name for name, tool in reader.tools.items() if asker.role in tool.roles}
    reading = reader.among(offered).read(question, link, past)
    if row["tool"] == [None]:
        return Mark(question, reading, False, not reading.calls, True)
    asked = {call.tool for call in reading.calls}
    right = bool(asked & set(row["tool"])) and set(row.get("also", ())) <= asked
    wanted = _filled(row.get("args", {}), said)
    holds = any(_holds(call, wanted) for call in reading.calls if call.tool in row["tool"])
    return Mark(question, reading, True, right, holds)


def rates(marks: Sequence[Mark]) -> dict[str, tuple[float, int]]:
    """Shares with how many they are of: right tool and arguments, caught out of scope, wrongly turned away."""
    asked = [each for each in marks if each.in_scope]
    outside = [each for each in marks if not each.in_scope]
    return {
        "tool": _share([each.right_tool for each in asked]),
        "tool and arguments": _share([each.is_right for each in asked]),
        "caught": _share([each.right_tool for each in outside]),
        "turned away": _share([not each.reading.calls for each in asked]),
    }


def _share(found: Sequence[bool]) -> tuple[float, int]:
    return sum(found) / max(len(found), 1), len(found)


def _holds(call: Call, wanted: Mapping[str, Any]) -> bool:
    fields = _TOOLS[call.tool].arguments.model_fields
    return all(_plain(call.args.get(name, fields[name].default)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> str:
    return str(value).casefold().removeprefix("on ")


def _filled(value: Any, said: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**said)
    if isinstance(value, Mapping):
        return {name: _filled(each, said) for name, each in value.items()}
    return [_filled(each, said) for each in value] if isinstance(value, list) else value


def _manager(books: Books) -> Any:
    rep = books.person("rep")
    return next(p for p in books.roster.people if p.role == "manager" and rep.team_id in books.roster.teams_of(p))


@cache
def _slots(books: Books) -> dict[str, str]:
    rep, other = books.person("rep"), books.rival(books.person("rep"), same_team=True)
    with books.db.read() as session:
        lasts = [str(name).split()[-1] for name in session.scalars(select(Lead.name))]
        deals = session.scalars(select(Deal.name).where(Deal.owner_id == rep.id, Deal.outcome == "open")).all()
        account = str(session.scalars(select(Account.name).order_by(Account.id)).first())
    # The first may be called by the last name alone.
    leads = sorted((str(lead.name) for lead in books.leads_of(rep)), key=lambda name: lasts.count(name.split()[-1]) > 1)
    short = str(deals[0]).split(" – ")[0]
    return {
        **{"rep": rep.name, "repfirst": rep.first_name, "otherrep": other.name, "otherfirst": other.first_name},
        **{"lead": leads[0], "lead2": leads[1], "lead3": leads[2], "otherlead": str(books.lead_of(other).name)},
        **{"leadslip": _slip(leads[0]), "leadlast": leads[0].split()[-1].lower()},
        **{"deal": str(deals[0]), "deal2": str(deals[1]), "dealshort": short.lower(), "dealslip": _slip(short)},
        **{"source": "Referral", "account": account},
    }


def _slip(name: str) -> str:
    """The name as somebody in a hurry types it: small, two letters swapped."""
    return name[:-3].lower() + name[-2] + name[-3] + name[-1]
