"""Whole answers as a good model words them, about every kind of result; none was tried on the lock while written."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.lock import Lock, plain, sentences
from bot.lock.checking import Reason
from knowledge.citations import Citation
from tests.tellings import wordings
from tools.base import Result

# What is said to be rounded may be, with a digit changed, another of the figures told.
ROUGH = re.compile(r"\b(?:about|roughly|just over|nearly|points?|million)\b|\dk\b")
# A bound that is a little further off is as true; it stands right before its figure.
BOUND = re.compile(
    r"\b(?:around|just after|under|over|above|below|within|(?:more|less|fewer) than|reached|hit)(?: the)? \W{0,3}$"
)
THEN = datetime(2026, 11, 27, 15, 5, tzinfo=ZoneInfo("America/New_York"))


class Told(Result):
    """What a tool told, with whom it names beside the records shown."""

    company: tuple[str, ...] = ()


@dataclass
class Turn:
    """A question, what a tool told, and an honest answer line by line."""

    question: str
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)

    @property
    def lock(self) -> Lock:
        cited = tuple(
            Citation(kind="playbook" if each == "playbook" else "crm", key=f"{each}/1", label=each)
            for each in self.cited
        )
        told = Told(text="\n".join(self.text), names=self.names, company=self.others, citations=cited)
        return Lock([told], self.question, THEN)


def turns() -> Iterator[Turn]:
    """The turns of the file.

    A line begins with ? for the question, % for what is cited, = for the records shown, @ for others named, > for what
    the tool told; any other is one of the answer.
    """
    turn = Turn("")
    for line in wordings("answers.txt"):
        if line.startswith("? "):
            if turn.question:
                yield turn
            turn = Turn(line[2:])
        elif line.startswith(("= ", "@ ")):
            names = tuple(name for name in line[2:].split("; ") if name)
            turn.names, turn.others = (names, turn.others) if line[0] == "=" else (turn.names, names)
        elif line.startswith("% "):
            turn.cited = tuple(line[2:].split())
        elif line.startswith("> "):
            turn.text.append(line[2:])
        else:
            turn.answer.append(line)
    yield turn


def faults(turn: Turn) -> Iterator[tuple[str, Reason | None]]:
    """The lines of an answer, each with why it may not be said."""
    lock, before = turn.lock, ""
    for line in turn.answer:
        yield line, lock.fault(line, before)
        before += f"{line}\n"


def changed(line: str, text: str, rng: random.Random) -> str | None:
    """The line with one digit another, so that it has a figure that stands nowhere in what was told.

    The number of an item is no figure: a list may be told in another order.
    """
    item = re.match(r"\d+\. ", line)
    at = [i for i, each in enumerate(line) if each.isdigit() and i >= (item.end() if item else 0)]
    if not at or ROUGH.search(line):
        return None
    i = rng.choice(at)
    if BOUND.search(line[:i].rstrip("0123456789.,:")):
        return None
    lie = line[:i] + rng.choice([digit for digit in "123456789" if digit != line[i]]) + line[i + 1 :]
    told = {number.rstrip(".,") for number in re.findall(r"[\d.,:]+", plain(text))}
    return lie if {number.rstrip(".,") for number in re.findall(r"[\d.,:]+", lie)} - told - {"", "."} else None


def test_answers_about_everything_are_let_through() -> None:
    said = [each for turn in turns() for each in faults(turn)]
    alarms = [(fault, line) for line, fault in said if fault]
    assert len(said) >= 150
    assert len(alarms) <= 0.02 * len(said), alarms


def test_answers_with_a_digit_changed_are_not() -> None:
    rng, caught, passed = random.Random(5), 0, []
    for turn in turns():
        lock, before = turn.lock, ""
        for line in turn.answer:
            for _ in range(8):
                if lie := changed(line, "\n".join([*turn.text, line]), rng):
                    is_caught = any(lock.fault(each, before) for each in sentences(lie))
                    caught, passed = caught + is_caught, [*passed, *([] if is_caught else [lie])]
            before += f"{line}\n"
    assert caught > 500
    assert len(passed) <= 0.005 * caught, passed
