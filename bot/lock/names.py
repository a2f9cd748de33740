"""The names of a turn: which of them a text says, and whether it says others."""

from __future__ import annotations

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.identities import identities
from bot.lock.agreement import Figure
from bot.lock.figures import plain
from bot.lock.words import COMMON, ORDINARY, PRONOUNS
from tools.base import Result

_WORD = re.compile(r"[^\W\d_][\w'’.&-]*", re.UNICODE)
_SHORT_MONTHS = {month: (month[:3].lower(),) for month in month_name if month}
_MARK = re.compile(r"^\s*(?:\d+[.)]|[•*-])\s+")
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CAPITALS = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w'’&-]*(?:\s+(?:de|da|do|van|von|der|la|el|of|bin|al)?\s*[A-ZÀ-ÖØ-Þ][\w'’&-]*)*"
)
_SUBJECT = re.compile(
    r"^[\W_]*(?P<name>[A-ZÀ-ÖØ-Þ][\w’'-]+?)(?:['’]s\b|\s+(?:is|was|has|had|will|should|needs|wants|can|did|owns|won|lost|comes|stands)\b)"
)


@dataclass(frozen=True)
class Names:
    """Whom the results of a turn and its question name."""

    results: Sequence[Result]
    question: str

    @cached_property
    def records(self) -> tuple[str, ...]:
        """The names of the records shown and of those that a line of a list is about, longest first."""
        named = {plain(name) for result in self.results for name in result.names if name}
        return tuple(sorted(named | self._heading, key=len, reverse=True))

    @cached_property
    def _heading(self) -> set[str]:
        """Those that lines of lists are about, such as the reps who may get a lead."""
        lines = [_MARK.sub("", line) for result in self.results for line in plain(result.text).split("\n")]
        return {name for name in self._identities for line in lines if re.match(rf"{re.escape(name)}(?:: | \d)", line)}

    def masked(self, text: str) -> str:
        """The text with letters in the place of whole names: "Hunter Haulage – 204 sites" has no figure in it."""
        return self._identity.sub(lambda found: "x" * len(found[0]), text) if self._identities else text

    def named(self, text: str) -> frozenset[str]:
        """The records named in a text, by their whole names or by a part that no other has."""
        lower = text.casefold()
        whole = [name for name in self.records if name.casefold() in lower and self._whole[name].search(lower)]
        words = {_bare(word) for word in _WORD.findall(self._others.sub(" ", text) if self._others else text)}
        parts = [name for name in self.records if name not in whole and words & self._own_parts.get(name, set())]
        return frozenset([*whole, *parts])

    def in_order(self, text: str) -> list[str]:
        """The records named in a text, in its order."""
        return sorted(self.named(text), key=lambda name: self.place(name, text))

    def place(self, name: str, text: str) -> int:
        """Where a name begins in a text, or the part of it that stands there; far behind where none does."""
        lower = text.casefold()
        places = [lower.find(part) for part in (name.casefold(), *self._own_parts.get(name, ()))]
        return min((place for place in places if place >= 0), default=len(text))

    def strangers(self, said: str, found: Sequence[Figure]) -> list[str]:
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
            strangers.extend(self._mixed(run, is_first=is_first))
        return [*strangers, *(each for each in _E_MAIL.findall(said) if each.casefold() not in self._told)]

    @cached_property
    def _told(self) -> str:
        return "\n".join(plain(text) for text in (self.question, *(result.text for result in self.results))).casefold()

    def _mixed(self, run: str, *, is_first: bool) -> Iterable[str]:
        """Pairs of words that each are of a name, but of no one's: "Ada Li" of Ada Byron and Bo Li."""
        words = run.split()
        for one, other in pairwise(words[1:] if is_first and not _is_name(words[0], self._of_names) else words):
            is_of_names = _is_name(one, self._of_names) and _is_name(other, self._of_names)
            if is_of_names and not one.endswith(("'s", "’s")) and (_bare(one), _bare(other)) not in self._pairs:
                yield f"{one} {other}"

    @cached_property
    def _of_names(self) -> set[str]:
        """The words that names are made of."""
        return {_bare(word) for name in self._identities for word in _WORD.findall(name)} - ORDINARY

    @cached_property
    def _pairs(self) -> set[tuple[str, str]]:
        """The words that stand one after the other in what was told."""
        told = [self.question, *(result.text for result in self.results), *self._identities]
        return {pair for text in told for pair in pairwise(_bare(word) for word in _WORD.findall(plain(text)))}

    @cached_property
    def _identities(self) -> tuple[str, ...]:
        """Whatever the results call somebody or some firm: no figure in there is the tools' own."""
        named = {plain(name) for result in self.results for name in identities(result) if len(name) > 1} - PRONOUNS
        return tuple(sorted(named, key=len, reverse=True))

    @cached_property
    def _identity(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self._identities)), re.I)

    @cached_property
    def _others(self) -> re.Pattern[str] | None:
        """Whole names that no record has: what "Siqueira Health" says is not said of Woodward Health."""
        records = [name.casefold() for name in self.records]
        others = [name for name in self._identities if not any(name.casefold() in record for record in records)]
        return re.compile("|".join(map(re.escape, others)), re.I) if others else None

    @cached_property
    def _whole(self) -> dict[str, re.Pattern[str]]:
        """Where a whole name stands, and not inside another word: no Bo in "about"; more than one of it is one too."""
        return {name: re.compile(rf"(?<!\w){re.escape(name.casefold())}(?:['’]?s)?(?!\w)") for name in self.records}

    @cached_property
    def _own_parts(self) -> dict[str, set[str]]:
        parts = {
            name: {
                part
                for word in _WORD.findall(name)
                if word[0].isupper() and len(word) > 2
                for part in (word.casefold(), *_SHORT_MONTHS.get(word, ()))
            }
            for name in self.records
        }
        count = Counter(part for own in parts.values() for part in own)
        return {name: {part for part in own if count[part] == 1} for name, own in parts.items()}

    def _knows(self, word: str) -> bool:
        low = word.casefold().rstrip(".")
        if len(low) == 1:
            return low in ORDINARY or low in {each[0] for each in self._of_names}
        is_ordinary = all(part in ORDINARY | COMMON for part in low.split("-")) if "-" in low else low in ORDINARY
        return is_ordinary or bool({low, _bare(word)} & self._words)

    @cached_property
    def _words(self) -> set[str]:
        told = [self.question, *(result.text for result in self.results), *self.records]
        words = {_bare(word) for text in told for word in _WORD.findall(plain(text))}
        return words.union(*self._own_parts.values())


def _bare(word: str) -> str:
    """A word without what the sentence does to it."""
    return word.casefold().rstrip(".").removesuffix("'s").removesuffix("’s")


def _is_name(word: str, names: set[str]) -> bool:
    return word[0].isupper() and len(_bare(word)) > 1 and _bare(word) in names


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
    bare = re.split("['’]", word.casefold())[0]
    return bool(found and found["name"] == word and bare not in PRONOUNS | COMMON)
