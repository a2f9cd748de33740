"""What a question names: people, sources, teams, and records by their names, a part of them or a near miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge import records
from knowledge.records import KINDS, Kind, Named
from tools import access, superlatives
from tools.base import ToolContext
from tools.names import CLOSE_ENOUGH_TO_TAKE, COMMON, WORD, near, sight

Subject = Literal["lead", "deal", "account", "rep", "source", "team", "industry", "segment"]
LONGEST_NAME = 7
# What parts the buyer from the rest in the name of a deal.
_JOINT = re.compile(r"\s[–—:|/-]\s|,\s")


@dataclass(frozen=True)
class Mention:
    """A stretch of a question, from `start` to before `end`, that names something the asker may hear of.

    `other` is what else the same words may mean: a company's name stands for its lead and for its deal.
    """

    subject: Subject
    name: str
    start: int
    end: int
    other: Mention | None = None


def link(ctx: ToolContext, question: str, *, ordinary: frozenset[str] = frozenset()) -> list[Mention]:
    """Everything that a question names, longest names first claimed, in the order of the text.

    `ordinary` are words that questions are made of: alone and in small letters they are nobody's first or last name.
    """
    words = [(match[0], match.start(), match.end()) for match in WORD.finditer(question)][:80]
    spans = list(_spans(words))
    most = [Mention(one.kind, one.name, start, end) for one, start, end in superlatives.find(ctx, question)]
    found = [*most, *_sources(ctx, spans), *_people(ctx, spans), *_exact(ctx, spans), *_teams(ctx, spans)]
    taken = _claim(found)
    facets = list(_facets(ctx, spans))
    if not any(mention.subject in KINDS for mention in taken):
        # "Which hotels" is nobody's slip for Rich Hotels.
        said = {word for each in facets for word in re.findall(r"\w+", question[each.start : each.end].casefold())}
        taken = _claim([*taken, *_misspelt(ctx, question, words, taken, ordinary | said)])
    return sorted(_apart([*taken, *facets]), key=lambda mention: mention.start)


@dataclass(frozen=True)
class _Span:
    text: str
    start: int
    end: int
    words: int


def _spans(words: Sequence[tuple[str, int, int]]) -> Iterable[_Span]:
    """Stretches of one to seven words, without the marks around them or a genitive behind."""
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST_NAME, len(words))):
            text = " ".join(word for word, _, _ in words[first : last + 1]).strip("'’‘.-–")
            text = re.sub(r"['’]s$", "", text)
            if text:
                start = words[first][1]
                yield _Span(text, start, words[last][2], last - first + 1)


def _exact(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    keys = [span.text for span in spans if span.words > 1 or span.text.casefold() not in COMMON]
    for kind in KINDS:
        named = {
            one.name.casefold(): one for one in records.by_name(ctx.db, kind, keys) if sight(ctx, one) != "nothing"
        }
        ids = {one.id.casefold(): one for one in named.values()}
        for span in spans:
            one = named.get(span.text.casefold()) or (
                ids.get(span.text.casefold()) if any(c.isdigit() for c in span.text) else None
            )
            if one:
                yield Mention(kind, one.name, span.start, span.end)


def _people(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    known = {person.name.casefold(): person.name for person in ctx.roster.people}
    firsts: dict[str, list[str]] = {}
    for person in ctx.roster.people:
        if access.sight(ctx.asker, ctx.roster, person.id) != "nothing":
            firsts.setdefault(person.first_name.casefold(), []).append(person.name)
    for span in spans:
        # "Anas leads" are Ana's as well.
        for text in (span.text.casefold(), span.text.casefold().removesuffix("s")):
            if text in known:
                yield Mention("rep", known[text], span.start, span.end)
                break
            if len(firsts.get(text, ())) == 1 and text not in COMMON:
                yield Mention("rep", firsts[text][0], span.start, span.end)
                break


def _sources(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    yield from _valued("source", ctx.keep("sources", lambda: records.sources(ctx.db)), spans)


def _facets(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    """Industries and segments, which are ordinary words as well: only where nothing else is called so."""
    for facet, values in ctx.keep("facets", lambda: records.facets(ctx.db)).items():
        yield from _valued(facet, values, spans)


def _valued(subject: Subject, values: Iterable[str], spans: Sequence[_Span]) -> Iterable[Mention]:
    known = {_plain(value): value for value in values}
    for span in spans:
        text = _plain(span.text)
        if name := known.get(text) or known.get(text.removesuffix("s")) or known.get(text + "s"):
            yield Mention(subject, name, span.start, span.end)


def _plain(text: str) -> str:
    return text.casefold().replace("-", " ")


def _teams(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    """Teams, where they are called so or written as they are: "west" alone may be anything."""
    known = {person.team.casefold(): person.team for person in ctx.roster.people if person.team}
    for span in spans:
        text = span.text.casefold()
        name = known.get(text.removeprefix("team ").removesuffix(" team"))
        if name and (span.text == name or name.casefold() != text):
            yield Mention("team", name, span.start, span.end)


def _misspelt(
    ctx: ToolContext,
    question: str,
    words: Sequence[tuple[str, int, int]],
    taken: Sequence[Mention],
    ordinary: frozenset[str],
) -> Iterable[Mention]:
    """Names with a slip of the pen, and leads or deals called by a part of their name alone."""
    free = [span for span in _spans(words) if not any(span.start < m.end and m.start < span.end for m in taken)]
    free = [span for span in free if span.words <= 4 and not _is_common(span) and not _is_ordinary(span, ordinary)]
    called = _called(ctx, question) if free else {}
    return _apart(_closest(free, called)) if called else ()


def _called(ctx: ToolContext, question: str) -> dict[str, list[tuple[Kind, str]]]:
    """What the records near to a question may be called, each with those that it may mean, the likeliest first.

    Whoever says the name of a company means its deal rather than its lead, and what may be seen before all else.
    """
    called: dict[str, list[tuple[Kind, str]]] = {}
    kinds: tuple[Kind, ...] = ("deal", "lead", "account")
    heard = {kind: near(ctx, kind, question) for kind in kinds}
    seen = {kind: _labels([one for one in heard[kind] if sight(ctx, one) == "all"]) for kind in kinds}
    for kind in kinds:
        for label, name in _labels(heard[kind]).items():
            called.setdefault(label, []).append((kind, seen[kind].get(label, name)))
    for label, named in called.items():
        named.sort(key=lambda each: label not in seen[each[0]])
    return called


def _closest(spans: Sequence[_Span], called: Mapping[str, Sequence[tuple[Kind, str]]]) -> Iterable[Mention]:
    """The spans that are all but what records are called, the closest first, and of two as close the longer."""
    texts, choices = [span.text.casefold() for span in spans], [*called.values()]
    scores = process.cdist(texts, [*called], scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH_TO_TAKE)
    fits = list(zip(scores.max(axis=1), spans, scores.argmax(axis=1), strict=True))
    for score, span, best in sorted(fits, key=lambda fit: (-fit[0], -len(fit[1].text))):
        # A short word is close to too many names to be one of them by a near miss.
        if score >= (100 if len(span.text) < 6 else CLOSE_ENOUGH_TO_TAKE):
            first, *others = (Mention(kind, name, span.start, span.end) for kind, name in choices[best])
            yield replace(first, other=others[0]) if others else first


def _labels(named: Sequence[Named]) -> dict[str, str]:
    """What each record may be called: its name, company, first or last name; what several share is left as it is."""
    full = {one.name.casefold(): one.name for one in named}
    parts: dict[str, set[str]] = {}
    for one in named:
        for part in _parts(one):
            if len(part) > 2 and part not in COMMON:
                parts.setdefault(part, set()).add(one.name)
    return {part: next(iter(names)) if len(names) == 1 else part for part, names in parts.items()} | full


def _parts(one: Named) -> set[str]:
    """What a record may be called for short: a lead by one of its names or its company, a deal by what comes first."""
    if one.kind == "deal":
        return {_JOINT.split(one.name.casefold())[0].strip()}
    return {*(one.name.casefold().split() if one.kind == "lead" else ()), (one.company or "").casefold()}


def _is_common(span: _Span) -> bool:
    return all(word in COMMON for word in span.text.casefold().split())


def _is_ordinary(span: _Span, ordinary: frozenset[str]) -> bool:
    """Whether a span is of words that questions are made of; a capital inside a question makes a name of one."""
    written_small = span.start == 0 or span.text == span.text.lower()
    return written_small and all(word in ordinary for word in re.findall(r"\w+", span.text.casefold()))


def _claim(found: Iterable[Mention]) -> list[Mention]:
    """The longest mentions that do not overlap; of two readings of the same words the first given."""
    return _apart(sorted(found, key=lambda each: each.start - each.end))


def _apart(found: Iterable[Mention]) -> list[Mention]:
    """The mentions that overlap none before them."""
    taken: list[Mention] = []
    for mention in found:
        if not any(mention.start < other.end and other.start < mention.end for other in taken):
            taken.append(mention)
    return taken
