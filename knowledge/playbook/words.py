"""Words as they are compared: stems of what was typed, the company's synonyms, and BM25 over the passages."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt
import snowballstemmer
from rapidfuzz import fuzz, process
from scipy import sparse

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]

STEMMER = snowballstemmer.stemmer("english")
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
# Words that say how a question is asked, not what it is about.
STOP = frozenset((Path(__file__).parent / "stopwords.txt").read_text().split())
# What a synonym weighs beside the word that was asked for, and a word that was spelt otherwise.
SYNONYM, CORRECTED = 0.6, 0.8
ALIKE, SHORTEST_CORRECTED = 84.0, 5
TITLE_WEIGHT, SECTION_WEIGHT = 2, 2


Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word of a question, or several that are one term: the phrases of stems that stand for it, by weight."""

    stands: Mapping[Phrase, float]


class Glossary:
    """Synonyms: each group of words and phrases means one thing."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._meant: dict[Phrase, set[Phrase]] = {}
        for group in groups:
            phrases = {each for phrase in group if (each := tuple(stems(phrase)))}
            for phrase in phrases:
                self._meant.setdefault(phrase, set()).update(phrases - {phrase})
        self._longest = max(map(len, self._meant), default=1)

    def parts(self, asked: Sequence[str]) -> Iterator[tuple[Phrase, frozenset[Phrase]]]:
        """A question's stems as the longest phrases that have synonyms, and the words between; each with those."""
        place = 0
        while place < len(asked):
            sizes = range(min(self._longest, len(asked) - place), 0, -1)
            size = next((size for size in sizes if tuple(asked[place : place + size]) in self._meant), 1)
            phrase = tuple(asked[place : place + size])
            yield phrase, frozenset(self._meant.get(phrase, ()))
            place += size


class Bm25(bm25s.BM25):  # type: ignore[misc]  # the library has no types
    """The library's index, built of whole arrays at once: its own loop over texts takes long where there are many."""

    def build_index_from_ids(
        self,
        unique_token_ids: Sequence[int],
        corpus_token_ids: Sequence[Sequence[int]],
        show_progress: bool = True,
        leave_progress: bool = False,
    ) -> dict[str, Any]:
        """The scores of every token in every text, by token (n_texts, n_tokens), as the library keeps them."""
        size, lengths = len(corpus_token_ids), np.fromiter(map(len, corpus_token_ids), np.int64)
        tokens = np.fromiter(itertools.chain.from_iterable(corpus_token_ids), np.int32, lengths.sum())
        texts = np.repeat(np.arange(size, dtype=np.int32), lengths)
        # Equal pairs of text and token add up to how often it stands there.
        counts = sparse.coo_array((np.ones(len(tokens)), (texts, tokens)), shape=(size, len(unique_token_ids))).tocsc()
        held = np.diff(counts.indptr)
        rarity = np.log(1 + (size - held + 0.5) / (held + 0.5)).astype(self.dtype)
        long = self.k1 * (1 - self.b + self.b * lengths / lengths.mean())
        shares = counts.data / (long[counts.indices] + counts.data)
        data = (np.repeat(rarity, held) * shares).astype(self.dtype)
        self.nonoccurrence_array = None
        return {"data": data, "indices": counts.indices, "indptr": counts.indptr, "num_docs": size}


@dataclass(frozen=True)
class Match:
    """How well each text matches a question: its BM25 `scores`, and what share of the question it holds (n_texts,)."""

    scores: Floats
    covered: Floats


class Words:
    """BM25 over some texts, each the stems of a passage.

    References
    ----------
    Robertson & Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond". Lù (2024), "BM25S".
    """

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.size = len(texts)
        self._index = Bm25()
        self._known: Mapping[str, int] = {}
        if any(texts):
            self._index.index(texts, create_empty_token=False, show_progress=False)
            self._known = self._index.vocab_dict
        self._vocabulary = sorted(stem for stem in self._known if len(stem) >= SHORTEST_CORRECTED)

    def terms(self, question: str, glossary: Glossary) -> list[Term]:
        """The words of a question that say what it is about, and what may stand for them in these texts."""
        asked = list(dict.fromkeys(stems(question)))
        return [self._term(phrase, synonyms) for phrase, synonyms in glossary.parts(asked)]

    def _term(self, phrase: Phrase, synonyms: Iterable[Phrase]) -> Term:
        stands: dict[Phrase, float] = dict.fromkeys(synonyms, SYNONYM)
        for stem in phrase:
            # A part of a phrase says only a part of what it means.
            stands[(stem,)] = 1 / len(phrase)
            if stem not in self._known and (near := self._corrected(stem)):
                stands[(near,)] = CORRECTED / len(phrase)
        return Term(stands | {phrase: 1.0})

    def _corrected(self, stem: str) -> str | None:
        """The known word that one which is not known may be a misspelling of: it begins alike."""
        if len(stem) < SHORTEST_CORRECTED or not self._vocabulary:
            return None
        near = process.extractOne(stem, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return str(near[0]) if near and near[0][0] == stem[0] else None

    def weight(self, term: Term) -> float:
        """How much a term tells: the rarer what stands for it, the more; one that is in no text tells the most."""
        held = [[len(self._column(stem)[0]) for stem in phrase] for phrase in term.stands if self._holds(phrase)]
        count = max(map(min, held), default=0)
        return math.log(1 + (self.size - count + 0.5) / (count + 0.5))

    def knows(self, term: Term) -> bool:
        """Whether any of these texts may hold what stands for a term."""
        return any(self._holds(phrase) for phrase in term.stands)

    def _holds(self, phrase: Phrase) -> bool:
        return all(stem in self._known for stem in phrase)

    def match(self, terms: Sequence[Term]) -> Match:
        """How well every text matches a question: of each term counts what stands for it best."""
        scores, covered_, weights = np.zeros(self.size), np.zeros(self.size), [self.weight(term) for term in terms]
        for term, weight in zip(terms, weights, strict=True):
            known = [(worth, self._score(phrase)) for phrase, worth in term.stands.items() if self._holds(phrase)]
            if known:
                scores += np.max([worth * score for worth, score in known], axis=0)
                covered_ += weight * np.max([worth * (score > 0) for worth, score in known], axis=0)
        return Match(scores, covered_ / (sum(weights) or 1.0))

    def _score(self, phrase: Phrase) -> Scores:
        """The score of a phrase in every text that holds all of its words."""
        parts = np.zeros((len(phrase), self.size), np.float32)
        for part, stem in zip(parts, phrase, strict=True):
            texts, scores = self._column(stem)
            part[texts] = scores
        return parts[0] if len(phrase) == 1 else np.where((parts > 0).all(axis=0), parts.mean(axis=0), 0.0)

    def _column(self, stem: str) -> tuple[npt.NDArray[np.int32], Scores]:
        """The texts that hold a stem, and its scores in them."""
        kept, place = self._index.scores, self._known[stem]
        part = slice(kept["indptr"][place], kept["indptr"][place + 1])
        return kept["indices"][part], kept["data"][part]


def covered(terms: Sequence[Term], held: Collection[str], weights: Sequence[float]) -> float:
    """The share of the terms' weight in what some stems hold, in [0, 1]."""
    shares = [
        max((weight for phrase, weight in term.stands.items() if all(stem in held for stem in phrase)), default=0.0)
        for term in terms
    ]
    return sum(w * s for w, s in zip(weights, shares, strict=True)) / (sum(weights) or 1.0)


def searched(title: Sequence[str], section: str, text: str) -> list[str]:
    """The stems by which a passage is found: those of its title and its headings count for more than the text."""
    return list(title) * TITLE_WEIGHT + stems(section) * SECTION_WEIGHT + stems(text)


def stems(text: str) -> list[str]:
    """The stems of a text's words, without accents and without the words that say nothing."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return [stem for word in WORD.findall(plain.replace("’", "'")) if (stem := _stem(word))]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    """The stem of a word, none of one that says nothing."""
    word = word.replace("'", "")
    if word in STOP:
        return ""
    return str(STEMMER.stemWord(word))
