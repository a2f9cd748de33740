"""Finds the passages that answer a question: by words and by vectors, fused, ranked again, and with how sure that is.

Two lists, one of BM25 (of the passage, and less of its whole document) and one of the nearest vectors, are fused by
rank; the best of them are put in order by what a person would look at: how much of the question the passage, its
headings and its document hold, how near it is, whether it is approved and lately reviewed, and what people thought of
it. Whether the best one answers the question at all is a chance (`Found.sureness`), learnt from questions whose answers
were known to be there or not.

References
----------
Cormack, Clarke & Buettcher (2009), "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from knowledge.playbook import words
from knowledge.playbook.documents import DRAFT, Document
from knowledge.playbook.passages import Passage
from knowledge.playbook.words import Glossary, Match, Term, Words

# How many of each list are fused, and what is added to a rank so that the first is not everything.
DEPTH, RRF = 50, 60.0
# What a word in the whole document, or in how people ask for it, counts beside one in the passage.
OF_DOCUMENT = 1.0
# What a passage's properties are worth beside one another.
WEIGHTS: Mapping[str, float] = {
    "fused": 2.0,
    "covered": 1.0,
    "about": 1.0,
    "headed": 0.5,
    "near": 2.0,
    "first": 0.2,
    "long": 0.3,
    "fresh": 0.1,
    "draft": -0.3,
    "marked": 0.3,
}
HALF_LIFE_DAYS, ENOUGH = 730.0, 300
# The chance that the first passage answers the question: a logistic of its score, of how many terms the question has
# (what holds half of six says more than what holds half of two) and of how many of them the passages know at all.
# `scoring.retrieval.calibrated` learns it from the calibration questions.
SURENESS: Mapping[str, float] = {"": -13.77, "score": 3.0, "length": 1.52, "known": 1.52}
SURE = 0.55
# How near a passage is taken to be where no vectors can be had.
USUALLY_NEAR = 0.3
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Entry:
    """A passage that can be found, and its document."""

    passage: Passage
    document: Document


@dataclass(frozen=True)
class Hit:
    """A passage that was found; `score` puts hits in order, `parts` is what it is made of."""

    entry: Entry
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Found:
    """What was found for a question, the best first.

    `sureness` is the chance in [0, 1] that the first passage answers it, read from the `signs`; `terms` are the words
    that it was sought by.
    """

    hits: tuple[Hit, ...]
    sureness: float
    terms: tuple[Term, ...]
    signs: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_sure(self) -> bool:
        return bool(self.hits) and self.sureness >= SURE


@dataclass(frozen=True)
class Asked:
    """What a question is sought by, and how well the passages and the documents match it.

    `weights` is what each term tells, `known` the share of that in words that any passage holds.
    """

    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    known: float
    own: Match
    whole: Match


class Index:
    """The words of some passages and of their documents, ready to be searched."""

    def __init__(self, entries: Sequence[Entry], glossary: Glossary) -> None:
        self.entries = entries
        self.places = {entry.passage.id: place for place, entry in enumerate(entries)}
        self._glossary = glossary
        documents = {each.document.id: each.document for each in entries}
        titles = {id_: words.stems(_named(document)) for id_, document in documents.items()}
        self._audiences, self._for = np.unique([each.document.audience for each in entries], return_inverse=True)
        held = [words.searched(titles[each.document.id], each.passage.section, each.passage.text) for each in entries]
        self._words = Words(held)
        ids = {id_: place for place, id_ in enumerate(documents)}
        self._of = np.array([ids[each.document.id] for each in entries], dtype=np.intp)
        whole: list[list[str]] = [[] for _ in ids]
        for place, entry, stems in zip(self._of, entries, held, strict=True):
            whole[place] += stems
            # How people ask for a document says nothing of where in it the answer stands.
            whole[place] += _stems(entry.document.asked) if entry.passage.position == 0 else []
        self._documents = Words(whole)

    def allowed(self, audiences: Sequence[str] | None) -> Flags:
        """Which passages are for some audiences (n_passages,); all where none are given."""
        if audiences is None:
            return np.ones(len(self.entries), dtype=np.bool_)
        return np.isin(self._audiences, list(audiences))[self._for]

    def asked(self, question: str) -> Asked:
        """What a question is sought by, and how well everything matches it."""
        terms = tuple(self._words.terms(question, self._glossary))
        weights = tuple(self._words.weight(term) for term in terms)
        known = sum(weight for weight, term in zip(weights, terms, strict=True) if self._words.knows(term))
        own, whole = self._words.match(terms), self._documents.match(terms)
        return Asked(terms, weights, known / (sum(weights) or 1.0), own, whole)

    def by_words(self, asked: Asked, allowed: Flags, limit: int = DEPTH) -> list[int]:
        """The places of the passages that BM25 finds best, among those allowed (n_passages,)."""
        scores = np.where(allowed, asked.own.scores + OF_DOCUMENT * asked.whole.scores[self._of], 0.0)
        places = np.flatnonzero(scores)
        if len(places) > limit:
            # Only what is as good as the last that is wanted has to be put in order.
            places = places[scores[places] >= np.partition(scores[places], -limit)[-limit]]
        best = places[np.argsort(-scores[places], kind="stable")][:limit]
        return [int(place) for place in best]

    def ranked(
        self,
        asked: Asked,
        by_words: Sequence[int],
        near: Mapping[int, float],
        marks: Mapping[str, float],
        today: date,
        limit: int,
    ) -> Found:
        """Both lists as one, ranked again.

        `near` holds the cosines of the passages nearest by vector, best first, `marks` what people thought of some.
        """
        fused = _fused([each for each in (by_words, list(near)) if each])
        # Of a passage that is not among the nearest it is only known that it is no nearer than the last of them.
        far = min(near.values(), default=USUALLY_NEAR)
        hits = [self._hit(asked, place, fused[place], near.get(place, far), marks, today) for place in fused]
        hits.sort(key=lambda hit: -hit.score)
        if not hits:
            return Found((), 0.0, asked.terms)
        signs = {"score": hits[0].score, "length": math.log1p(len(asked.terms)), "known": asked.known}
        return Found(tuple(hits[:limit]), _sureness(signs), asked.terms, signs)

    def in_order(self, asked: Asked, places: Sequence[int], limit: int) -> Found:
        """One list as it is, to compare it with the other and with both."""
        hits = [Hit(self.entries[place], -float(rank), {}) for rank, place in enumerate(places[:limit])]
        return Found(tuple(hits), 0.0, asked.terms)

    def _hit(self, asked: Asked, place: int, fused: float, near: float, marks: Mapping[str, float], today: date) -> Hit:
        entry = self.entries[place]
        parts = {
            "fused": fused,
            "covered": float(asked.own.covered[place]),
            "about": float(asked.whole.covered[self._of[place]]),
            # The share of the question's weight that stands in the title and headings.
            "headed": words.covered(asked.terms, _heading(entry), asked.weights),
            "near": near,
            # Whoever asks for a document by its name wants its beginning, and nobody wants half a sentence.
            "first": float(entry.passage.position == 0),
            "long": min(len(entry.passage.text) / ENOUGH, 1.0),
            "fresh": _freshness(entry.document.reviewed, today),
            "draft": float(entry.document.status == DRAFT),
            "marked": marks.get(entry.passage.id, 0.0),
        }
        return Hit(entry, sum(WEIGHTS[name] * value for name, value in parts.items()), parts)


def _heading(entry: Entry) -> frozenset[str]:
    """The stems of a passage's headings and of what its document is called."""
    return frozenset(words.stems(f"{_named(entry.document)} {entry.passage.section}"))


def _stems(texts: Sequence[str]) -> list[str]:
    return [stem for text in texts for stem in words.stems(text)]


def _named(document: Document) -> str:
    """What a document is called: folders often say what its title leaves out."""
    return f"{document.title} {document.id.replace('/', ' ').replace('-', ' ').replace('_', ' ')}"


def _fused(lists: Sequence[Sequence[int]]) -> dict[int, float]:
    """Reciprocal ranks added up, the best possible being one."""
    found: dict[int, float] = {}
    for places in lists:
        for rank, place in enumerate(places):
            found[place] = found.get(place, 0.0) + (RRF + 1) / (RRF + 1 + rank) / len(lists)
    return found


def _freshness(reviewed: date | None, today: date) -> float:
    """One for what was reviewed today, half of it after two years; half for what was never reviewed."""
    return 0.5 if reviewed is None else 0.5 ** (max((today - reviewed).days, 0) / HALF_LIFE_DAYS)


def _sureness(signs: Mapping[str, float]) -> float:
    total = sum(weight * (signs[name] if name else 1.0) for name, weight in SURENESS.items())
    return 1.0 / (1.0 + math.exp(-total))
