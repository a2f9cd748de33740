"""What people call things, turned into records: exact names first, then near misses among what the asker may see.

A name beyond the asker's sight is answered like a name that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz, process, utils

from knowledge import records
from knowledge.errors import NotAllowed, UnknownRecord
from knowledge.records import KINDS, Kind, Named
from tools import access
from tools.base import ToolContext

Subject = Literal["lead", "deal", "account", "rep", "source", "team"]
# More visible names than this are not compared one by one: near misses then share their first letters.
COMPARED = 5_000
LONGEST_NAME = 7
CLOSE_ENOUGH_TO_TAKE = 86
# So many are offered where several fit.
CHOICES = 4
# What parts the buyer from the rest in the name of a deal.
_JOINT = re.compile(r"\s[–—:|/-]\s|,\s")
_WORD = re.compile(r"[^\s,;:!?()\"“”]+")
# Words of many questions that are also a first name or a part of a company's name.
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "best",
        "by",
        "call",
        "calls",
        "can",
        "could",
        "deal",
        "deals",
        "did",
        "do",
        "does",
        "for",
        "forecast",
        "from",
        "give",
        "good",
        "has",
        "have",
        "hot",
        "how",
        "i",
        "in",
        "is",
        "it",
        "last",
        "lead",
        "leads",
        "list",
        "many",
        "me",
        "month",
        "more",
        "most",
        "much",
        "my",
        "new",
        "next",
        "no",
        "not",
        "now",
        "of",
        "on",
        "one",
        "open",
        "or",
        "our",
        "own",
        "please",
        "quarter",
        "rate",
        "rep",
        "report",
        "sales",
        "score",
        "show",
        "since",
        "so",
        "some",
        "summary",
        "take",
        "team",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "today",
        "tomorrow",
        "top",
        "up",
        "us",
        "was",
        "we",
        "week",
        "were",
        "what",
        "when",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "win",
        "with",
        "won",
        "would",
        "year",
        "yesterday",
        "you",
        "your",
        "mark",
        "may",
        "will",
        "grant",
        "rich",
    ]
)


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


def lead(ctx: ToolContext, name: str) -> Named:
    """The lead of that name, if the asker may see it; raises what `seen` does."""
    return seen(ctx, "lead", name)


def deal(ctx: ToolContext, name: str) -> Named:
    """The deal of that name, if the asker may see it; raises what `seen` does."""
    return seen(ctx, "deal", name)


def one_of(ctx: ToolContext, kinds: Sequence[Kind], name: str) -> Named:
    """The record of that name, of whichever kind; raises what `seen` does. Exact names go before near misses."""
    kinds = [kind for kind in kinds if name.startswith(_key(kind))] or kinds
    exact = [kind for kind in kinds if records.by_name(ctx.db, kind, [name])]
    for kind in exact or kinds[:-1]:
        try:
            return seen(ctx, kind, name)
        except UnknownRecord:
            continue
    return seen(ctx, kinds[-1], name)


def seen(ctx: ToolContext, kind: Kind, name: str) -> Named:
    """The record of that name, or of a key such as `leads/7`, if the asker may see it.

    Raises
    ------
    UnknownRecord
        When no visible one or more than one is called so; the sentence names the nearest.
    NotAllowed
        When it belongs to somebody of the asker's own team and is not the asker's to see.
    """
    if name.startswith(_key(kind)):
        return _of_key(ctx, kind, name.removeprefix(_key(kind)))
    found = records.by_name(ctx.db, kind, [name])
    by_sight = {how: [one for one in found if _sight(ctx, one) == how] for how in ("all", "name")}
    if not by_sight["all"] and by_sight["name"]:
        owner = ctx.roster.name(by_sight["name"][0].owner_id)
        raise NotAllowed(f"{by_sight['name'][0].name} is {owner}'s {kind}, and not yours to see.")
    return _only(by_sight["all"], name) if by_sight["all"] else _nearest(ctx, kind, name)


def heard(ctx: ToolContext, name: str) -> Named:
    """The lead of that name, if the asker may at least hear whose it is.

    Raises
    ------
    UnknownRecord
        When no such lead or more than one is called so; the sentence names the nearest.
    """
    audible = [one for one in records.by_name(ctx.db, "lead", [name]) if _sight(ctx, one) != "nothing"]
    return _only(audible, name) if audible else _nearest(ctx, "lead", name)


def _key(kind: Kind) -> str:
    return f"{kind}s/"


def _of_key(ctx: ToolContext, kind: Kind, id_: str) -> Named:
    """The very record that a button was made for; here a near miss would be another one."""
    found = next((one for one in records.by_name(ctx.db, kind, [id_]) if one.id == id_), None)
    if found is None or _sight(ctx, found) != "all":
        raise UnknownRecord(f"That {kind} is gone, or not yours to see.")
    return found


def _only(found: Sequence[Named], name: str) -> Named:
    if len(found) == 1:
        return found[0]
    told = " or ".join(f"{one.name} ({one.company or one.id})" for one in found[:CHOICES])
    # Of one name only their keys tell them apart.
    apart = len({one.name for one in found}) == len(found)
    choices = [one.name if apart else f"{_key(one.kind)}{one.id}" for one in found[:CHOICES]]
    raise UnknownRecord(f'Which "{name[:80]}" do you mean: {told}?', choices=choices)


def _nearest(ctx: ToolContext, kind: Kind, name: str) -> Named:
    known = {one.name: one for one in near(ctx, kind, name) if _sight(ctx, one) == "all"}
    companies = {one.company: one for one in known.values() if one.company}
    close = process.extract(
        name, [*known, *companies], scorer=fuzz.WRatio, processor=utils.default_process, limit=CHOICES
    )
    found = [(known.get(text) or companies[text], score) for text, score, _ in close]
    if sure := {one.id: one for one, score in found if score >= CLOSE_ENOUGH_TO_TAKE}:
        return _only([*sure.values()], name)
    nearest = ", ".join(dict.fromkeys(one.name for one, score in found if score >= 50))
    raise UnknownRecord(
        f'I know no {kind} called "{name[:80]}" that you may see.{f" Nearest: {nearest}." if nearest else ""}'
    )


def near(ctx: ToolContext, kind: Kind, text: str) -> Sequence[Named]:
    """Records that a misspelt name may mean: all the asker may hear of, or in a big book those that start alike."""
    everyone = _audible(ctx, kind)
    if len(everyone) < COMPARED:
        return everyone
    starts = {word[:3] for word in _WORD.findall(text) if len(word) > 3 and word.casefold() not in _COMMON}
    return [*records.starting_with(ctx.db, kind, sorted(starts)[:12])]


def matching(ctx: ToolContext, text: str, *, limit: int) -> list[Named]:
    """Open leads and deals with a text in their name or company that the asker may see in full, leads first."""
    owners, wanted = access.visible(ctx.asker, ctx.roster), " ".join(text.split())
    found = records.matching(ctx.db, "lead", wanted, owners, limit=limit)
    return [*found, *records.matching(ctx.db, "deal", wanted, owners, limit=limit - len(found))]


def link(ctx: ToolContext, question: str, *, ordinary: frozenset[str] = frozenset()) -> list[Mention]:
    """Everything that a question names, longest names first claimed, in the order of the text.

    `ordinary` are words that questions are made of: alone and in small letters they are nobody's first or last name.
    """
    words = [(match[0], match.start(), match.end()) for match in _WORD.finditer(question)][:80]
    spans = list(_spans(words))
    found = [*_sources(ctx, spans), *_people(ctx, spans), *_exact(ctx, spans), *_teams(ctx, spans)]
    taken = _claim(found)
    if not any(mention.subject in KINDS for mention in taken):
        taken = _claim([*taken, *_misspelt(ctx, question, words, taken, ordinary)])
    return sorted(taken, key=lambda mention: mention.start)


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
    keys = [span.text for span in spans if span.words > 1 or span.text.casefold() not in _COMMON]
    for kind in KINDS:
        named = {
            one.name.casefold(): one for one in records.by_name(ctx.db, kind, keys) if _sight(ctx, one) != "nothing"
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
            if len(firsts.get(text, ())) == 1 and text not in _COMMON:
                yield Mention("rep", firsts[text][0], span.start, span.end)
                break


def _sources(ctx: ToolContext, spans: Sequence[_Span]) -> Iterable[Mention]:
    known = {name.casefold(): name for name in ctx.keep("sources", lambda: records.sources(ctx.db))}
    for span in spans:
        text = span.text.casefold()
        if name := known.get(text) or known.get(text.removesuffix("s")) or known.get(text + "s"):
            yield Mention("source", name, span.start, span.end)


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
    if not free:
        return
    labels: dict[str, list[tuple[Kind, str]]] = {}
    kinds: tuple[Kind, ...] = ("deal", "lead", "account")
    # Whoever says the name of a company means its deal rather than its lead.
    for kind in kinds:
        for label, name in _labels(near(ctx, kind, question)).items():
            labels.setdefault(label, []).append((kind, name))
    if not labels:
        return
    texts = [span.text.casefold() for span in free]
    scores = process.cdist(texts, list(labels), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH_TO_TAKE)
    choices = list(labels.values())
    fits = sorted(zip(scores.max(axis=1), free, scores.argmax(axis=1), strict=True), key=lambda fit: -fit[0])
    close: list[Mention] = []
    for score, span, best in fits:
        # A short word is close to too many names to be one of them by a near miss.
        if score >= (100 if len(span.text) < 6 else CLOSE_ENOUGH_TO_TAKE):
            first, *others = (Mention(kind, name, span.start, span.end) for kind, name in choices[best])
            close.append(replace(first, other=others[0]) if others else first)
    yield from _apart(close)


def _labels(named: Sequence[Named]) -> dict[str, str]:
    """What each record may be called: its name, company, first or last name; what several share is left as it is."""
    full = {one.name.casefold(): one.name for one in named}
    parts: dict[str, set[str]] = {}
    for one in named:
        for part in _parts(one):
            if len(part) > 2 and part not in _COMMON:
                parts.setdefault(part, set()).add(one.name)
    return {part: next(iter(names)) if len(names) == 1 else part for part, names in parts.items()} | full


def _parts(one: Named) -> set[str]:
    """What a record may be called for short: a lead by one of its names or its company, a deal by what comes first."""
    if one.kind == "deal":
        return {_JOINT.split(one.name.casefold())[0].strip()}
    return {*(one.name.casefold().split() if one.kind == "lead" else ()), (one.company or "").casefold()}


def _is_common(span: _Span) -> bool:
    return all(word in _COMMON for word in span.text.casefold().split())


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


def _audible(ctx: ToolContext, kind: Kind) -> Sequence[Named]:
    """Open records whose names the asker may hear: the own team's and nobody's."""
    teams = ctx.roster.teams_of(ctx.asker)
    people = ctx.roster.people if ctx.asker.role == "admin" else [ctx.asker, *ctx.roster.members(teams)]
    owners = [None, *sorted({person.id for person in people})]
    return ctx.keep(("names", kind, tuple(owners)), lambda: records.owned_by(ctx.db, kind, owners, limit=COMPARED))


def _sight(ctx: ToolContext, one: Named) -> access.Sight:
    return access.sight(ctx.asker, ctx.roster, one.owner_id)
