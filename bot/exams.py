"""An exam for whoever plans answers: questions whose tool and arguments are known, asked for real.

Questions come from a file, or are the tools' own examples, which the reader then has not learnt: it is asked those of
one fold when it has learnt the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any

from bot import smalltalk
from bot.lock import Lock, sentences
from bot.reading import Reader
from tools.base import Tool
from tools.errors import BadInput

if TYPE_CHECKING:
    from bot.agent import Answer, Assistant
    from knowledge.people import Person
    from scoring.intent import Intents

FOLDS = 5
# Of each tool's examples, so many are asked: enough for a rate to within a few points, in a few minutes.
ASKED_OF_EACH = 8
_SLOT = re.compile(r"{(\w+)}")
# The arguments that a slot of an example fills, where the tool has one of them.
_FILLS = {
    "lead": ("lead", "record"),
    "deal": ("deal", "record"),
    "rep": ("owner", "rep"),
    "number": ("limit",),
}
STAND_INS = {"number": "4", "period": "last month"}
Learn = Callable[[Mapping[str, Sequence[str]]], "Intents"]


@dataclass(frozen=True)
class Case:
    """A question, with what it has to reach.

    Attributes
    ----------
    role : who asks
    tools : any one of them answers it; none where no tool should be asked
    also : tools that have to be asked as well
    arguments : what has to be among the arguments, by name
    """

    role: str
    question: str
    tools: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    arguments: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Mark:
    """How a case went; None for what it does not ask for.

    Attributes
    ----------
    grounded : share of the answer's sentences whose figures and names stand in the results or the question
    usd : what a language model took for it
    """

    case: Case
    got: Sequence[dict[str, Any]]
    right_tool: bool | None
    right_arguments: bool | None
    turned_away: bool | None
    grounded: float
    elapsed_ms: float
    usd: float

    @property
    def is_right(self) -> bool:
        """Whether nothing about it is wrong."""
        return False not in (self.right_tool, self.right_arguments, self.turned_away)


def read(path: Path) -> list[Case]:
    """The cases of a file, one JSON object a line: as, q, tool and, where they matter, also and args.

    Raises
    ------
    BadInput
        When the file is not there, or a line is not such an object.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    return [_case(path, place, line) for place, line in enumerate(lines, 1) if line.strip()]


def _case(path: Path, place: int, line: str) -> Case:
    try:
        row = json.loads(line)
        wanted = tuple(name for name in row["tool"] if name)
        return Case(row["as"], row["q"], wanted, tuple(row.get("also", ())), row.get("args"))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f'{path}, line {place}: write {{"as": "rep", "q": "my forecast", "tool": ["forecast_sales"]}}.'
        ) from error


def folds(tools: Sequence[Tool], learn: Learn) -> Iterator[tuple[Reader, list[Case]]]:
    """Readers that have not learnt some of the examples, each with those that it is to be asked."""
    offered = [tool for tool in tools if tool.offered]
    talk = smalltalk.PHRASES
    for fold in range(FOLDS):
        learnt = [replace(tool, examples=_others(tool.examples, fold)) for tool in offered]
        reader = Reader(learnt, learn, {kind: _others(many, fold) for kind, many in talk.items()})
        asked = [_of_example(tool, text) for tool in offered for text in _asked(tool.examples, fold)]
        outside = [Case("rep", text) for many in talk.values() for text in _asked(many, fold)]
        yield reader, asked + outside


def _others(examples: Sequence[str], fold: int) -> tuple[str, ...]:
    return tuple(text for place, text in enumerate(examples) if place % FOLDS != fold)


def _asked(examples: Sequence[str], fold: int) -> list[str]:
    held_out = [text for place, text in enumerate(examples) if place % FOLDS == fold]
    step = max(1, len(held_out) * FOLDS // ASKED_OF_EACH)
    return held_out[::step]


def _of_example(tool: Tool, text: str) -> Case:
    fields, slots = tool.arguments.model_fields, _SLOT.findall(text)
    filled = {
        name: f"{{{slot}}}"
        for slot in slots
        for name in _FILLS.get(slot, ())
        if name in fields and slots.count(slot) == 1
    }
    return Case("rep" if "rep" in tool.roles and "rep" not in slots else "manager", text, (tool.name,), (), filled)


def ask(assistant: Assistant, case: Case, asker: Person, names: Mapping[str, str]) -> Mark:
    """The mark for one case, its slots filled with names; the assistant keeps nothing of it in a thread."""
    spent: list[float] = []

    def note(*, usd: float | None, **_: Any) -> int:
        spent.append(usd or 0.0)
        return 0

    purse = assistant.purse and replace(assistant.purse, spent=lambda *_: 0, note=note)
    known = {name: _filled(value, names) for name, value in (case.arguments or {}).items()}
    filled = replace(case, question=_filled(case.question, names), arguments=known)
    said = replace(assistant, purse=purse).ask(filled.question, asker)
    right = _reached(case, said) if case.tools else None
    return Mark(
        case=filled,
        got=said.calls,
        right_tool=right,
        right_arguments=_holds(said, case, known) if right and known else None,
        turned_away=None if case.tools else not said.calls,
        grounded=_grounded(assistant, filled.question, said),
        elapsed_ms=said.elapsed_ms,
        usd=sum(spent),
    )


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    return _SLOT.sub(lambda slot: names.get(slot[1], slot[0]), value) if isinstance(value, str) else value


def _reached(case: Case, said: Answer) -> bool:
    asked = {call["name"] for call in said.calls}
    return bool(asked & set(case.tools)) and set(case.also) <= asked


def _holds(said: Answer, case: Case, known: Mapping[str, Any]) -> bool:
    calls = [call["args"] for call in said.calls if call["name"] in case.tools]
    return any(all(_plain(args.get(name)) == _plain(value) for name, value in known.items()) for args in calls)


def _plain(value: Any) -> str:
    return str(value).casefold().strip()


def _grounded(assistant: Assistant, question: str, said: Answer) -> float:
    lock = Lock(said.results, question, assistant.services.clock())
    told = [line for part in said.text.split("\n") for line in sentences(part) if line.strip()]
    return mean(lock.fault(line) is None for line in told) if said.results and told else 1.0


def marks(found: Sequence[Mark]) -> dict[str, Any]:
    """The figures of an exam, and the cases that went wrong with what was expected and what came."""
    times = sorted(mark.elapsed_ms for mark in found)
    cuts = quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 19
    return {
        "n": len(found),
        "tool_accuracy": _share([mark.right_tool for mark in found]),
        "argument_accuracy": _share([mark.right_arguments for mark in found]),
        "out_of_scope_caught": _share([mark.turned_away for mark in found]),
        "groundedness": mean(mark.grounded for mark in found) if found else None,
        "p50_ms": cuts[9] if cuts else None,
        "p95_ms": cuts[18] if cuts else None,
        "usd_per_answer": mean(mark.usd for mark in found) if found else None,
        "failed": [_failed(mark) for mark in found if not mark.is_right],
    }


def _share(asked: Sequence[bool | None]) -> dict[str, Any] | None:
    """The share that was right, and of how many."""
    told = [each for each in asked if each is not None]
    return {"value": mean(told), "n": len(told)} if told else None


def _failed(mark: Mark) -> dict[str, Any]:
    wanted = {
        "tool": list(mark.case.tools) or None,
        "also": list(mark.case.also),
        "args": dict(mark.case.arguments or {}),
    }
    return {"question": mark.case.question, "as": mark.case.role, "expected": wanted, "got": list(mark.got)}
