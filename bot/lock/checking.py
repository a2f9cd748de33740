"""Whether a model says what the tools said: each figure beside its own record, and no record but theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.identities import identities
from bot.lock.figures import Figure, agrees, figures, plain
from bot.lock.sentences import clauses, sentences
from tools.base import Result

Reason = Literal["figure", "record", "name"]

_QUOTED = re.compile("“[^”]*”")
_WORD = re.compile(r"[^\W\d_][\w'’.&-]*", re.UNICODE)
_CAPITALS = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w'’&-]*(?:\s+(?:de|da|do|van|von|der|la|el|of|bin|al)?\s*[A-ZÀ-ÖØ-Þ][\w'’&-]*)*"
)
# What begins with a capital and names no record.
_ORDINARY = frozenset(
    [
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "callsheet",
        "slack",
        "crm",
        "ok",
        "am",
        "pm",
        "usd",
        "eur",
        "gbp",
        "q1",
        "q2",
        "q3",
        "q4",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
_SUBJECT = re.compile(
    r"^[\W_]*(?P<name>[A-ZÀ-ÖØ-Þ][\w’'-]+?)(?:['’]s\b|\s+(?:is|was|has|had|will|should|needs|wants|can|did|owns|won|lost|comes|stands)\b)"
)
_PRONOUNS = frozenset(
    [
        "it",
        "that",
        "this",
        "there",
        "here",
        "he",
        "she",
        "they",
        "we",
        "you",
        "who",
        "what",
        "which",
        "nobody",
        "everyone",
        "everybody",
        "somebody",
        "anyone",
        "nothing",
        "everything",
        "each",
        "one",
        "none",
        "neither",
        "both",
        "either",
        "all",
        "another",
        "next",
        "then",
        "first",
        "second",
        "third",
        "last",
        "top",
        "best",
        "today",
        "yesterday",
        "tomorrow",
        "now",
    ]
)


@dataclass(frozen=True)
class Fact:
    """A figure that may be said, and the records that it stands beside; none where it is of all or of nobody."""

    figure: Figure
    names: frozenset[str]


@dataclass(frozen=True)
class Lock:
    """What may be said in one turn.

    Parameters
    ----------
    results : what the tools said in this turn
    question : what was asked; its figures and names may be said again
    now : on the asker's clock: today may be named
    """

    results: Sequence[Result]
    question: str
    now: datetime

    def fault(self, sentence: str, before: str = "") -> Reason | None:
        """Why a sentence may not be said; None where it may. `before` is what was said before it."""
        said = plain(sentence)
        found = figures(self._masked(self._unquoted(said)))
        if self._strangers(said, found):
            return "name"
        for start, end, names in self._clauses(said, before):
            for figure in found:
                if start <= figure.start < end and not self._holds(figure, names):
                    return "record" if self._holds(figure, frozenset()) else "figure"
        return None

    def _clauses(self, said: str, before: str) -> Iterable[tuple[int, int, frozenset[str]]]:
        """The clauses of a sentence, and the records that each is about: its own, or the last named, or the first."""
        parts = [(start, end, self._named(said[start:end])) for start, end in clauses(self._masked(said))]
        names = next((named for _, _, named in parts if named), frozenset()) or self._last_named(before)
        for start, end, named in parts:
            names = named or names
            yield start, end, names

    def own(self, sentence: str) -> str:
        """The tools' own words about what a sentence is about: the line with most of its names and kinds of figure."""
        said = plain(sentence)
        names, kinds = self._named(said), {figure.kind for figure in figures(said)}
        best = max(
            self._lines, key=lambda line: (len(names & self._named(line)), len(kinds & _kinds(line))), default=""
        )
        return best.strip() if names & self._named(best) else ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the records shown, longest first."""
        named = {plain(name) for result in self.results for name in result.names if name}
        return tuple(sorted(named, key=len, reverse=True))

    @cached_property
    def _identities(self) -> tuple[str, ...]:
        """Whatever the results call somebody or some firm: no figure in there is the tools' own."""
        named = {plain(name) for result in self.results for name in identities(result) if len(name) > 1}
        return tuple(sorted(named, key=len, reverse=True))

    @cached_property
    def facts(self) -> Sequence[Fact]:
        """Everything that may be said in figures."""
        told = [*self._of_results(), *(Fact(figure, frozenset()) for figure in figures(plain(self.question)))]
        ranks = [
            Fact(Figure("number", float(place), "rank", 0.0, False, 0, 0), frozenset({plain(name)}))
            for result in self.results
            for place, name in enumerate(result.names, 1)
        ]
        today = [Fact(figure, frozenset()) for figure in figures(f"{self.now:%Y-%m-%d}")]
        return [*told, *ranks, *today]

    @cached_property
    def _counts(self) -> list[Figure]:
        """How many records are shown, which may be said where none of them is named."""
        counts = {len(result.names) for result in self.results if len(result.names) > 1}
        return [figure for count in counts for figure in figures(f"{count} of them")]

    @cached_property
    def _lines(self) -> list[str]:
        return [line for result in self.results for line in self._sentences(plain(result.text))]

    def _sentences(self, text: str) -> Iterable[str]:
        """The sentences of a text; a name with a full stop in it ends none."""
        at = 0
        for sentence in sentences(self._masked(text)):
            yield text[at : at + len(sentence)]
            at += len(sentence)

    def _of_results(self) -> Iterable[Fact]:
        """A figure stands beside the records named in its line, or else in the last line that names any.

        What a record's text says in quotation marks is not the tools' word; what a document of the company says is.
        """
        for result in self.results:
            last: frozenset[str] = frozenset()
            is_document = any(each.kind == "playbook" for each in result.citations)
            text = plain(result.text) if is_document else _QUOTED.sub(_blank, plain(result.text))
            for line in text.split("\n"):
                last = self._named(line) or (last if line.strip() else frozenset())
                yield from (Fact(figure, last) for figure in figures(self._masked(line)))

    def _holds(self, figure: Figure, names: frozenset[str]) -> bool:
        if any(
            agrees(figure, fact.figure) and (not names or not fact.names or names & fact.names) for fact in self.facts
        ):
            return True
        return not names and any(agrees(figure, count) for count in self._counts)

    def _unquoted(self, said: str) -> str:
        """The text without what it quotes word for word: a quotation may say what its author said."""
        told = [plain(result.text) for result in self.results]
        return _QUOTED.sub(lambda found: _blank(found) if any(found[0] in text for text in told) else found[0], said)

    def _masked(self, text: str) -> str:
        """The text with letters in the place of whole names: "Hunter Haulage – 204 sites" has no figure in it."""
        for name in self._identities:
            text = re.sub(re.escape(name), "x" * len(name), text, flags=re.I)
        return text

    def _named(self, text: str) -> frozenset[str]:
        """The records named in a text, by their whole names or by a part that no other has."""
        lower = text.casefold()
        whole = [name for name in self.names if name.casefold() in lower]
        words = {word.casefold().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text)}
        parts = [name for name in self.names if name not in whole and words & self._own_parts.get(name, set())]
        return frozenset([*whole, *parts])

    @cached_property
    def _own_parts(self) -> dict[str, set[str]]:
        parts = {
            name: {word.casefold() for word in _WORD.findall(name) if word[0].isupper() and len(word) > 2}
            for name in self.names
        }
        count: dict[str, int] = {}
        for own in parts.values():
            for part in own:
                count[part] = count.get(part, 0) + 1
        return {name: {part for part in own if count[part] == 1} for name, own in parts.items()}

    def _last_named(self, before: str) -> frozenset[str]:
        """The records of the sentence before, which a sentence without any goes on about."""
        for sentence in reversed(sentences(plain(before))[-2:]):
            if named := self._named(sentence):
                return named
        return frozenset()

    def _strangers(self, said: str, found: Sequence[Figure]) -> list[str]:
        """Names that neither the tools nor the person said."""
        dated = [(figure.start, figure.end) for figure in found]
        strangers = []
        for start, run, is_first in _capitals(said):
            words = [each for each in _WORD.finditer(run) if each[0][0].isupper()]
            for word in words:
                at = start + word.start()
                may_be_any = is_first and word is words[0] and not _is_subject(said, word[0])
                if not may_be_any and not any(a <= at < b for a, b in dated) and not self._knows(word[0]):
                    strangers.append(word[0])
        return strangers

    def _knows(self, word: str) -> bool:
        low = word.casefold().rstrip(".")
        return low in _ORDINARY or bool({low, low.removesuffix("'s").removesuffix("’s")} & self._words)

    @cached_property
    def _words(self) -> set[str]:
        told = [self.question, *(result.text for result in self.results), *self.names]
        return {
            word.casefold().rstrip(".").removesuffix("'s").removesuffix("’s")
            for text in told
            for word in _WORD.findall(plain(text))
        }


def _capitals(said: str) -> Iterable[tuple[int, str, bool]]:
    """The runs of words with capitals, where they are, and whether each begins a sentence or a line."""
    for found in _CAPITALS.finditer(said):
        ahead = said[: found.start()].rstrip(" \t*_\"'“(•-–")
        yield (
            found.start(),
            found[0],
            not ahead or ahead[-1] in ".!?:\n" or bool(re.search(r"(?:^|\n)\s*\d+[.)]$", ahead)),
        )


def _is_subject(said: str, word: str) -> bool:
    """Whether a sentence is about somebody of that name, as far as its grammar tells."""
    found = _SUBJECT.match(said)
    return bool(found and found["name"] == word and word.casefold() not in _PRONOUNS)


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def _kinds(text: str) -> set[str]:
    return {figure.kind for figure in figures(text)}
