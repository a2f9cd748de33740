"""What of the playbook wants looking after: dead links, duplicates, contradictions, what is old, what is missing."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from knowledge.database import Database
from knowledge.playbook import marks, words
from knowledge.playbook.documents import RETIRED, Document
from knowledge.playbook.library import Playbook
from knowledge.playbook.passages import SENTENCE, columns
from knowledge.playbook.search import Entry

Progress = Callable[[str, float], None]
CHECKING = "Checking passages"
# A document is read over once a year; questions asked in vain are told of for a quarter.
REVIEWED_EVERY, ASKED_WITHIN = timedelta(days=365), timedelta(days=90)
# Passages are the same where so much of their runs of words is the same, and a run that is everywhere tells nothing.
RUN, SAME, TOO_COMMON, SHORTEST = 4, 0.7, 30, 8
# Two statements are about the same thing where so many of their words are, numbers apart.
ALIKE, FEWEST_WORDS = 0.8, 4
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
ASKED_ALIKE = 80.0


@dataclass(frozen=True)
class Finding:
    """Something to look after; `documents` are those that it is about."""

    kind: str
    text: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """A sentence or a row of a table, with its numbers apart."""

    entry: Entry
    text: str
    stems: frozenset[str]
    numbers: frozenset[str]


def check(
    db: Database, playbook: Playbook, *, people: Collection[str], now: datetime, progress: Progress
) -> list[Finding]:
    """Everything that wants looking after, what is wrong before what is old; `people` are names of who works here."""
    documents, entries = playbook.documents(), playbook.entries()
    live = [each for each in documents if each.status != RETIRED]
    told = {each.document_id for each in playbook.tallies() if each.outdated > each.useful}
    return [
        *_contradictions(entries, progress),
        *_duplicates(entries),
        *_dead(live, documents),
        *_outdated(live, told, now),
        *_orphans(live, people),
        *_missing(marks.unanswered(db, since=now - ASKED_WITHIN)),
    ]


def _contradictions(entries: Sequence[Entry], progress: Progress) -> Iterator[Finding]:
    """Statements of different documents that say the same but for a number."""
    statements = [each for entry in entries for each in _statements(entry)]
    holding: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(statements):
        for stem in each.stems:
            holding[stem].append(place)
    seen: set[tuple[str, str]] = set()
    for place, each in enumerate(statements):
        if place % 500 == 0:
            progress(CHECKING, place / len(statements))
        # Whoever shares all but a few words shares one of the rarest.
        rare = sorted(each.stems, key=lambda stem: (len(holding[stem]), stem))
        near = {other for stem in rare[: 1 + len(rare) // 4] for other in holding[stem] if other > place}
        for other in sorted(near):
            found = statements[other]
            pair = (each.entry.document.id, found.entry.document.id)
            if pair not in seen and not _is_parallel(each.entry, found.entry) and _differ(each, found):
                seen.add(pair)
                text = f"{_where(each.entry)} says “{each.text}”, but {_where(found.entry)} says “{found.text}”"
                yield Finding("contradictory", text, pair)


def _statements(entry: Entry) -> Iterator[Statement]:
    """The sentences of a passage that hold a number; of a table its rows, under their columns' names."""
    lines = entry.passage.text.splitlines()
    above = columns(lines) if entry.passage.is_table else 0
    head, rows = lines[above - 1] if above else "", lines[above:]
    for line in rows:
        for text in [line] if entry.passage.is_table else SENTENCE.split(line):
            numbers = frozenset(NUMBER.findall(text))
            stems = frozenset(each for each in words.stems(f"{head} {text}") if not each.isdigit())
            if numbers and len(stems) >= FEWEST_WORDS:
                yield Statement(entry, text, stems, numbers)


def _is_parallel(one: Entry, other: Entry) -> bool:
    """Whether two passages are bound to differ: sheets of one folder say the same of one product each."""
    if one.document.id == other.document.id:
        return True
    folders = {posixpath.dirname(each.document.path) for each in (one, other)}
    return len(folders) == 1 and one.passage.section == other.passage.section != ""


def _differ(one: Statement, other: Statement) -> bool:
    shared = len(one.stems & other.stems) / len(one.stems | other.stems)
    return shared >= ALIKE and not (one.numbers <= other.numbers or other.numbers <= one.numbers)


def _duplicates(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Passages that are nearly word for word in two places."""
    runs = [_runs(entry.passage.text) for entry in entries]
    holding: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, each in enumerate(runs):
        for run in each:
            holding[run].append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for places in holding.values():
        if len(places) <= TOO_COMMON:
            shared.update(itertools.combinations(places, 2))
    for (one, other), count in sorted(shared.items()):
        if count / len(runs[one] | runs[other]) >= SAME:
            pair = (entries[one].document.id, entries[other].document.id)
            yield Finding("duplicate", f"{_where(entries[one])} and {_where(entries[other])} say the same", pair)


def _runs(text: str) -> set[tuple[str, ...]]:
    stems = words.stems(text)
    return set(zip(*(stems[start:] for start in range(RUN)), strict=False)) if len(stems) >= SHORTEST else set()


def _dead(live: Sequence[Document], documents: Sequence[Document]) -> Iterator[Finding]:
    """Links to documents that are not there, or that are retired."""
    status = {(each.source, each.path): each.status for each in documents}
    for each in live:
        for link in each.links:
            found = status.get((each.source, link))
            if found is None or found == RETIRED:
                why = "is not in the playbook" if found is None else "is retired"
                yield Finding("dead link", f"{each.title} links to {link}, which {why}", (each.id,))


def _outdated(live: Sequence[Document], told: Collection[str], now: datetime) -> Iterator[Finding]:
    for each in live:
        if each.id in told:
            yield Finding("outdated", f"people say that {each.title} is", (each.id,))
        elif each.reviewed is None:
            yield Finding("outdated", f"nobody ever noted a review of {each.title}", (each.id,))
        elif now.date() - each.reviewed > REVIEWED_EVERY:
            yield Finding("outdated", f"{each.title} was last reviewed on {each.reviewed.isoformat()}", (each.id,))


def _orphans(live: Sequence[Document], people: Collection[str]) -> Iterator[Finding]:
    known = {name.casefold() for name in people}
    for each in live:
        if each.owner is None or each.owner.casefold() not in known:
            who = "nobody" if each.owner is None else f"{each.owner}, who does not work here"
            yield Finding("no owner", f"{each.title} is looked after by {who}", (each.id,))


def _missing(questions: Sequence[str]) -> Iterator[Finding]:
    """Questions asked in vain, those that are nearly the same together, the most frequent first."""
    groups: list[list[str]] = []
    for question in questions:
        near = (group for group in groups if fuzz.token_sort_ratio(group[0].lower(), question.lower()) >= ASKED_ALIKE)
        found = next(near, None)
        if found is None:
            groups.append([question])
        else:
            found.append(question)
    for group in sorted(groups, key=len, reverse=True):
        times = f" ({len(group)} times)" if len(group) > 1 else ""
        yield Finding("not answered", f"“{group[0]}”{times}")


def _where(entry: Entry) -> str:
    section = f" › {entry.passage.section}" if entry.passage.section else ""
    return f"{entry.document.title}{section}"
