"""What `callsheet evaluate agent` does: each planner takes the exam on a copy of the books, which stay as they are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import exams, printing
from bot.cli import opening
from bot.exams import Case, Mark
from bot.settings import OFFLINE
from tools.errors import BadInput

if TYPE_CHECKING:
    from bot.agent import Assistant
    from knowledge.database import Database
    from knowledge.people import Person, Roster

FAILED_SHOWN = 20
COLUMNS = [
    *("planner", "questions", "right tool", "right arguments", "out of scope", "grounded"),
    *("half within", "95 % within", "cost each"),
]


@dataclass(frozen=True)
class Cast:
    """Who asks in each role, and the names that stand for the slots of that role's questions."""

    people: dict[str, Person]
    names: dict[str, dict[str, str]]


def take(questions: Path | None) -> dict[str, Any]:
    """The figures of every planner there is, asked the questions of a file or the tools' own examples."""
    from bot.app import create_assistant

    cases = exams.read(questions) if questions else None
    company = opening.company()
    with _copied(company.db) as db:
        assistant = create_assistant(company.settings, db)
        cast, found = _cast(db, assistant.services.roster()), {}
        for name, planner in _planners(assistant):
            with printing.progress() as progress:
                found[name] = exams.marks(_sat(planner, cases, cast, partial(progress, name)))
    return {"model": "agent", "split": "questions" if cases else "folds", "planners": found}


def told(found: dict[str, Any]) -> str:
    """The figures for people, then what went wrong."""
    lines = printing.rows(COLUMNS, [_row(name, each) for name, each in found["planners"].items()])
    for name, each in found["planners"].items():
        failed = each["failed"]
        lines += [f"{name}: {len(failed)} of {each['n']} went wrong" + (":" if failed else ".")]
        lines += [_wrong(row) for row in failed[:FAILED_SHOWN]]
        lines += [f"  and {len(failed) - FAILED_SHOWN} more (--json lists all)"] if len(failed) > FAILED_SHOWN else []
    return "\n".join(lines)


def _row(name: str, each: dict[str, Any]) -> list[str]:
    shares = [each[of] for of in ("tool_accuracy", "argument_accuracy", "out_of_scope_caught")]
    shown = [f"{share['value']:.1%} of {share['n']}" if share else "not asked" for share in shares]
    times = [f"{each[of]:.0f} ms" for of in ("p50_ms", "p95_ms")]
    return [name, str(each["n"]), *shown, f"{each['groundedness']:.1%}", *times, f"${each['usd_per_answer']:.4f}"]


def _wrong(row: dict[str, Any]) -> str:
    wanted, got = row["expected"], [f"{call['name']} {call['args'] or ''}".strip() for call in row["got"]]
    expected = " or ".join(wanted["tool"] or ["no tool"]) + (f" {wanted['args']}" if wanted["args"] else "")
    return f"  {row['as']}: {row['question']}\n    expected {expected}; got {', '.join(got) or 'no tool'}"


@contextmanager
def _copied(db: Database) -> Iterator[Database]:
    """A copy of the books, thrown away behind: answers leave proposals, evidence and counts of tokens."""
    from knowledge.database import Database

    if db.path is None:
        raise BadInput("The exam is taken on a copy of the books, which only an embedded database has; use one.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "callsheet.db"
        db.copy_to(file)
        copied = Database(f"sqlite:///{file}")
        yield copied
        copied.engine.dispose()


def _planners(assistant: Assistant) -> Iterator[tuple[str, Assistant]]:
    yield OFFLINE, replace(assistant, model=None, model_name=OFFLINE)
    if assistant.model is not None:
        yield assistant.model_name, assistant


def _sat(planner: Assistant, cases: list[Case] | None, cast: Cast, tell: Callable[[float], None]) -> list[Mark]:
    from scoring.intent import Intents

    sets = [(planner.reader, _askable(cases, planner))] if cases else list(exams.folds(planner.tools, Intents))
    total, found = sum(len(each) for _, each in sets), []
    for reader, asked in sets:
        for case in asked:
            found.append(_marked(replace(planner, reader=reader), case, cast))
            tell(len(found) / total)
    return found


def _askable(cases: list[Case], planner: Assistant) -> list[Case]:
    """The cases that a tool there is can answer, and those that none should."""
    there = {tool.name for tool in planner.tools if tool.offered}
    return [case for case in cases if not case.tools or (there & set(case.tools) and set(case.also) <= there)]


def _marked(planner: Assistant, case: Case, cast: Cast) -> Mark:
    if case.role not in cast.people:
        raise BadInput(f'Nobody can ask as "{case.role}"; it takes {", ".join(cast.people)}.')
    return exams.ask(planner, case, cast.people[case.role], cast.names[case.role])


def _cast(db: Database, everyone: Roster) -> Cast:
    """A rep who has work in hand, their manager, an admin, and names that each may use."""
    from knowledge import records

    reps = [person for person in everyone.people if person.role == "rep" and person.active]
    busy = [rep for rep in reps if all(records.owned_by(db, kind, [rep.id], limit=1) for kind in ("lead", "deal"))]
    if not busy:
        raise BadInput("The exam needs a rep with an open lead and an open deal; import some, or try the demo company.")
    rep = busy[0]
    others = [other for other in reps if other.id != rep.id] or [rep]
    people = {"rep": rep} | {
        person.role: person
        for person in everyone.people
        if person.active
        and person.role != "rep"
        and (person.role == "admin" or rep.team_id in everyone.teams_of(person))
    }
    named = {kind: records.owned_by(db, kind, [rep.id], limit=1)[0].name for kind in ("lead", "deal")} | {
        "rep": rep.name,
        "team": rep.team or "team",
        "source": next(iter(records.sources(db)), "Web form"),
    }
    theirs = records.owned_by(db, "lead", [others[0].id], limit=1)
    accounts = records.owned_by(db, "account", [rep.id, None], limit=1) or records.owned_by(db, "account", [], limit=1)
    named |= {"otherrep": others[0].name, "otherlead": theirs[0].name if theirs else named["lead"]}
    named |= {"account": accounts[0].name} if accounts else {}
    return Cast(people, dict.fromkeys(people, exams.STAND_INS | named))
