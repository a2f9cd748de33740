"""The number lock against thousands of seeded lies, and against honest ways of saying the same."""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from bot.agent import Assistant
from bot.lock import Lock, agrees, figures, plain, sentences
from bot.lock.sums import sums
from bot.reading import Reader
from knowledge.database import Database
from knowledge.memory import Memory
from tests.company import NOW, Books
from tests.falsehoods import false_cells
from tests.tellings import cells_of, filled, fillings, wordings
from tools.base import Column, Refusal, Result
from tools.calls import CallCard, CallList
from tools.catalog import TOOLS


def _kinds(kind: type[Result]) -> set[type[Result]]:
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


def _field(kind: Any, path: str) -> Any:
    """The type of what a path leads to, of one row where it leads to several."""
    for name in path.split("."):
        hint = kind.model_fields[name].annotation
        kind = next((each for each in get_args(hint) if each not in (type(None), Ellipsis)), hint)
    return kind


def _row(column: Column, name: str, amount: int | None) -> SimpleNamespace:
    return SimpleNamespace(**{column.name or "what": name, "currency": "USD"} | _nested(column.amount, amount))


def _nested(path: str, value: Any, **others: Any) -> dict[str, Any]:
    """The fields that lead to a value, and others beside it."""
    first, _, rest = path.partition(".")
    return {first: SimpleNamespace(**others | _nested(rest, value)) if rest else value}


ASKED = {
    "rep": [
        "which leads should I call now",
        "give me the ten best leads to call",
        "which of my deals are at risk",
        "forecast for this quarter",
        "my day",
    ],
    "manager": [
        "forecast of my team for this quarter",
        "which deals are at risk in my team",
        "pipeline report by source this quarter",
        "which leads should my team call",
    ],
}
# Honest ways of putting a figure of a record; {f} is the figure as the tool says it, {n} the record.
ONE = (
    "{n}: {f}.",
    "{n} stands at {f}.",
    "{f} for {n}.",
    "For {n} it says {f}.",
    "Start with {n}, at {f}.",
    "I would go to {n} now: {f}.",
    "With {f}, {n} is worth a look.",
    "Look at {n} ({f}).",
    "- {n} – {f}",
    "• *{n}* · {f}",
    "The books have {f} for {n}.",
    "{n}'s figure is {f}.",
    "As to {n}, {f} is what we know.",
    "That is {f} for {n}, so call today.",
    "Please ring {n}; {f} is on record.",
    "Why {n}? It is at {f}.",
    "{n} is the one to call now, and {f} says why.",
    "Next comes {n} with {f}.",
    "{n}, then. {f} is the reason.",
    "It is {f} with {n}",
)
TWO = (
    "{n} is at {f} and {m} at {g}.",
    "{n}: {f}, {m}: {g}.",
    "{f} for {n}, {g} for {m}.",
    "While {n} stands at {f}, {m} stands at {g}.",
    "{n} ({f}) comes before {m} ({g}).",
    "Take {n} at {f}; then {m} at {g}.",
    "{n} has {f}, but {m} has {g}.",
    "Here {n} – {f} – and {m} – {g}.",
)
ROUND = ("{n} is at about {f}.", "Roughly {f} for {n}.", "{n}: around {f}.", "For {n} it is some {f}.", "~{f} for {n}.")
BARE = (
    "It is {f}.",
    "That makes {f} in all.",
    "So: {f}.",
    "Overall {f}, as of now.",
    "You are at {f}.",
    "We see {f} there.",
)


@dataclass(frozen=True)
class Told:
    """A figure as a tool said it, beside a record or beside none."""

    name: str
    figure: str
    line: str


@pytest.fixture(scope="module")
def turns(
    company_file: Path, tmp_path_factory: pytest.TempPathFactory, reader: Reader
) -> list[tuple[Lock, list[Told]]]:
    shutil.copytree(company_file.parent, folder := tmp_path_factory.mktemp("still"), dirs_exist_ok=True)
    books = Books(Database(f"sqlite:///{folder / 'callsheet.db'}"))
    assistant = Assistant(books.services, TOOLS, reader, Memory(books.db))
    found = []
    for role, questions in ASKED.items():
        for question in questions:
            said = assistant.ask(question, books.person(role))
            results = [result for result in said.results if not isinstance(result, Refusal)]
            if results:
                found.append((lock := Lock(results, question, NOW), list(told(lock, results))))
    return found


def told(lock: Lock, results: Sequence[Result]) -> Iterator[Told]:
    """The figures of the tools' texts: those of lines that name one record, and those of texts that name none.

    What is typical is nobody's own.
    """
    for result in results:
        for line in plain(result.text).split("\n"):
            named = [name for name in lock.names.records if name in line]
            unnamed = line
            for name in named:
                unnamed = unnamed.replace(name, "x" * len(name))
            for figure in figures(unnamed):
                text = line[figure.start : figure.end] + _unit(line, figure.end)
                is_whole = [(each.kind, each.value) for each in figures(text)] == [(figure.kind, figure.value)]
                is_usual = line[: figure.start].endswith("typical is ")
                if is_whole and not is_usual and (len(named) == 1 or not lock.names.records):
                    yield Told(named[0] if named else "", text, line)


def _unit(line: str, end: int) -> str:
    unit = re.match(r" (?:hours?|days?|weeks?|months?|leads?|deals?|calls?)\b", line[end:])
    return unit[0] if unit else ""


def honest(turns: Sequence[tuple[Lock, list[Told]]], rng: random.Random) -> Iterator[tuple[Lock, str, Told]]:
    for lock, facts in turns:
        for fact in facts:
            if not fact.name:
                yield lock, rng.choice(BARE).format(f=fact.figure), fact
                continue
            for way in rng.sample(ONE, 3):
                yield lock, way.format(n=fact.name, f=fact.figure), fact
            other = rng.choice(facts)
            if other.name and other.name != fact.name:
                yield lock, rng.choice(TWO).format(n=fact.name, f=fact.figure, m=other.name, g=other.figure), fact
            if rounded := _rounded(fact.figure):
                yield lock, rng.choice(ROUND).format(n=fact.name, f=rounded), fact


def _rounded(figure: str) -> str | None:
    """A percentage or an amount with fewer digits."""
    if found := re.fullmatch(r"(\d+)\.(\d) %", figure):
        return f"{round(float(f'{found[1]}.{found[2]}') + 1e-9)} %" if found[2] != "5" else None
    if found := re.fullmatch(r"\$([\d,]{6,})", figure):
        value = int(found[1].replace(",", ""))
        return f"${round(value / 1000) * 1000:,}" if value % 1000 not in (0, 500) else None
    return None


def lies(turns: Sequence[tuple[Lock, list[Told]]], rng: random.Random) -> Iterator[tuple[str, Lock, str]]:
    """Sentences with one thing wrong, by the kind of what is wrong."""
    for lock, facts in turns:
        everything = "\n".join(plain(result.text) for result in lock.results) + lock.question
        for fact in facts:
            way = rng.choice(ONE) if fact.name else rng.choice(BARE)
            own = "\n".join(each.line for each in facts if each.name == fact.name) if fact.name else everything
            changed = _changed(fact.figure, rng)
            if changed and not _stands(changed, own):
                yield "changed", lock, way.format(n=fact.name, f=changed)
            if (swapped := _swapped(fact.figure)) and not _stands(swapped, own):
                yield "unit", lock, way.format(n=fact.name, f=swapped)
            invented = rng.choice(("$73,519", "83.7 %", "419 days", "317", "6 March 2031", "14:57", "ninety-seven"))
            if not _stands(invented, everything):
                yield "invented", lock, way.format(n=fact.name, f=invented)
            if (wrong := _rounded_wrong(fact.figure)) and not _stands(wrong, own):
                yield "rounded", lock, way.format(n=fact.name, f=wrong)
            others = [each for each in facts if fact.name and each.name not in ("", fact.name)]
            other = rng.choice(others) if others else None
            if other and not _stands(other.figure, own) and not _same_value(other.figure, own):
                yield "moved", lock, rng.choice(ONE).format(n=fact.name, f=other.figure)
            if fact.name:
                stranger = rng.choice(("Quentin Abernathy", "Yolanda Pfister", "Zorblatt Industries", "Xavier Quill"))
                yield "name", lock, way.format(n=stranger, f=fact.figure)


def _stands(figure: str, text: str) -> bool:
    return bool(re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", text))


def _same_value(figure: str, text: str) -> bool:
    """Whether the same number stands there in the same kind of figure, however it is written."""
    (first, *_) = figures(figure) or [None]
    return first is None or any((f.kind, f.value) == (first.kind, first.value) for f in figures(text))


def _changed(figure: str, rng: random.Random) -> str | None:
    at = [i for i, each in enumerate(figure) if each.isdigit()]
    if not at:
        return None
    i = rng.choice(at)
    digit = rng.choice([d for d in "123456789" if d != figure[i]])
    changed = figure[:i] + digit + figure[i + 1 :]
    return changed if figures(changed) and not _same_value(changed, figure) else None


def _swapped(figure: str) -> str | None:
    if figure.endswith("%"):
        return f"${figure.removesuffix('%').strip()}"
    if figure.startswith("$"):
        return f"{figure[1:]} %"
    for here, there in (("hour", "day"), ("day", "week"), ("lead", "deal"), ("deal", "lead")):
        if re.search(rf"\d {here}s?$", figure):
            return figure.replace(here, there)
    return None


def _rounded_wrong(figure: str) -> str | None:
    """Rounded without a word of it, or to a neighbour."""
    if found := re.fullmatch(r"(\d+)\.([1-9]) %", figure):
        return f"about {int(found[1]) + 2} %" if (int(found[1]) + 2) % 10 else None
    if (found := re.fullmatch(r"\$([\d,]{6,})", figure)) and int(found[1].replace(",", "")) % 1000:
        return f"${round(int(found[1].replace(',', '')) / 1000) * 1000:,}"
    return None


def test_lies_are_caught_and_honest_sentences_are_not(turns: list[tuple[Lock, list[Told]]]) -> None:
    rng = random.Random(7)
    caught: Counter[str] = Counter()
    passed: dict[str, list[str]] = {}
    while sum(caught.values()) + sum(map(len, passed.values())) < 2_000:
        for kind, lock, sentence in lies(turns, rng):
            if lock.fault(sentence):
                caught[kind] += 1
            else:
                passed.setdefault(kind, []).append(sentence)
    said = [(lock, sentence) for _ in range(2) for lock, sentence, _ in honest(turns, rng)]
    alarms = [(lock.fault(sentence), sentence) for lock, sentence in said if lock.fault(sentence)]
    print({kind: (caught[kind], len(passed.get(kind, ()))) for kind in caught}, len(said), len(alarms))
    missed = [each for sentences_ in passed.values() for each in sentences_]
    assert len(said) > 500
    moved = len(passed.get("moved", ()))
    # Figures of the question may stand beside any record.
    assert moved <= 0.01 * (moved + caught["moved"]), passed["moved"]
    assert len(missed) <= 0.005 * (len(missed) + sum(caught.values())), passed
    assert len(alarms) <= 0.01 * len(said), alarms[:20]


def test_hundreds_of_honest_wordings_are_let_through(turns: list[tuple[Lock, list[Told]]]) -> None:
    rng, ways = random.Random(11), wordings("honest.txt")
    said: Counter[str] = Counter()
    alarms = []
    for lock, _ in turns:
        for cells in fillings(cells_of(lock), rng):
            for way in rng.sample(ways, 90):
                if sentence := filled(way, cells):
                    said[way] += 1
                    alarms.extend([(lock.fault(sentence), sentence)] if lock.fault(sentence) else [])
    print(len(said), "wordings", said.total(), "sentences", len(alarms), "alarms")
    assert len(said) >= 250
    assert len(alarms) <= 0.01 * said.total(), alarms[:20]


def test_lies_without_a_wrong_digit_are_caught(turns: list[tuple[Lock, list[Told]]]) -> None:
    rng, ways = random.Random(12), [line.split(": ", 1) for line in wordings("lies.txt")]
    caught: Counter[str] = Counter()
    passed: dict[str, list[str]] = {}
    for _ in range(3):
        for lock, _ in turns:
            rows = cells_of(lock)
            for row, cells in zip(rows, fillings(rows, rng), strict=True):
                for kind, way in rng.sample(ways, 24):
                    sentence = filled(way, cells | false_cells(row, row["line"], rows, lock.now, rng))
                    if sentence and lock.fault(sentence):
                        caught[kind] += 1
                    elif sentence:
                        passed.setdefault(kind, []).append(sentence)
    print({kind: (caught[kind], len(passed.get(kind, ()))) for kind in caught})
    assert set(caught) == {kind for kind, _ in ways}
    for kind, sentences_ in passed.items():
        assert len(sentences_) <= 0.005 * (caught[kind] + len(sentences_)), sentences_


def test_a_sum_is_one_only_of_a_whole_column(turns: list[tuple[Lock, list[Told]]]) -> None:
    rng, trials = random.Random(13), 0
    lists = [(lock, each) for lock, _ in turns for each in lock.results if isinstance(each, CallList)]
    for lock, result in lists:
        values = [card.value or 0.0 for card in result.cards]
        total, part, off = sum(values), sum(values[:-1]), sum(values) + rng.choice((-1_000, 10, 500, 20_000))
        first, last = result.names[0], result.names[-1]
        for way in wordings("sums.txt"):
            trials += 1
            assert lock.fault(way.format(total=f"${total:,.0f}", first=first)) is None, way
            assert lock.fault(way.format(total=f"${part:,.0f}", first=first)), way
            assert lock.fault(way.format(total=f"${off:,.0f}", first=first)), way
            assert lock.fault(way.format(total=f"€{total:,.0f}", first=first)), way
        assert lock.fault(f"They are worth ${total:,.0f} each.")
        assert lock.fault(f"{last} is worth ${total:,.0f} in total.")
        assert lock.fault(f"Together, {first} and {last} are worth ${total:,.0f}.")
    assert trials > 20


ADDING = [
    (result, column) for result in sorted(_kinds(Result), key=lambda kind: kind.__name__) for column in result.addable
]


@pytest.mark.parametrize(
    ("kind", "column"), ADDING, ids=[f"{kind.__name__}.{each.rows}.{each.amount}" for kind, each in ADDING]
)
def test_every_column_that_is_declared_is_added_up_anew(kind: type[Result], column: Column) -> None:
    amounts, whole = (12_345, 20_500), 2
    rows = [_row(column, name, amount) for name, amount in zip(("Ada Byron", "Bo Li"), amounts, strict=True)]
    others = {each.rows.rpartition(".")[2]: () for each in kind.addable}
    fields = _nested(column.rows, rows, **others) | {"currency": "USD"} | ({column.of: whole} if column.of else {})
    made = kind.model_construct(text="", **fields)
    (told,) = sums([made])
    (shown,) = figures(f"32,845 {column.noun}s" if column.noun else "$32,845")
    assert agrees(told.figure, shown)
    assert told.names == ({"Ada Byron", "Bo Li"} if column.name else set())
    gap = _nested(column.rows, [*rows, _row(column, "Cy Young", None)], **others)
    assert not list(sums([kind.model_construct(text="", **fields | gap)]))
    if column.of:
        assert not list(sums([kind.model_construct(text="", **fields | {column.of: whole + 1})]))
    row = _field(kind, column.rows)
    assert _field(row, column.amount) in (int, float)
    assert not column.name or _field(row, column.name) is str


def test_a_column_with_a_gap_or_in_two_currencies_has_no_sum() -> None:
    card = dict.fromkeys(CallCard.model_fields) | {"company": None, "reasons": (), "zone_assumed": False}
    made = CallCard.model_construct

    def fault(*rows: tuple[str, float | None, str]) -> str | None:
        cards = tuple(made(**card | {"name": name, "value": value, "currency": code}) for name, value, code in rows)
        text = "\n".join(f"{name}: ${value or 0:,.0f}" for name, value, _ in rows)
        shown = CallList.model_construct(text=text, names=tuple(name for name, _, _ in rows), cards=cards)
        return Lock([shown], "whom first?", NOW).fault("Together they are worth $30,500.")

    assert fault(("Ada Byron", 10_000.0, "USD"), ("Bo Li", 20_500.0, "USD")) is None
    assert fault(("Ada Byron", 10_000.0, "USD"), ("Bo Li", 20_500.0, "USD"), ("Cy Young", None, "USD"))
    assert fault(("Ada Byron", 10_000.0, "USD"), ("Bo Li", 20_500.0, "EUR"))


def test_the_tools_own_texts_may_be_said(turns: list[tuple[Lock, list[Told]]]) -> None:
    alarms, count = [], 0
    for lock, _ in turns:
        for result in lock.results:
            before = ""
            for sentence in sentences(result.text):
                count += 1
                if fault := lock.fault(sentence, before):
                    alarms.append((fault, sentence))
                before += sentence
    assert len(alarms) <= 0.01 * count, alarms


def test_every_figure_of_a_list_can_be_pointed_at(turns: list[tuple[Lock, list[Told]]]) -> None:
    for lock, _ in turns:
        for row in cells_of(lock):
            for word, place in (("chance", "chance"), ("worth", "worth")):
                if place in row and f" {word}" in row["line"].split("\n")[0]:
                    reference = f"{row['n']} is at {{{{{row['n']}: {word}}}}}."
                    assert row[place] in lock.resolved(reference), reference
