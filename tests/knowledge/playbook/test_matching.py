"""Words are compared as the library compares them, only sooner."""

from __future__ import annotations

from datetime import UTC, datetime

import bm25s
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.playbook import Document, Passage
from knowledge.playbook.search import OF_DOCUMENT, Entry, Index
from knowledge.playbook.words import Bm25, Glossary, Term, Words, covered

LETTERS = ("price", "meter", "saving", "site", "buyer", "quota", "alarm")
STEMS = st.lists(st.lists(st.sampled_from(LETTERS), max_size=12), min_size=1, max_size=8).filter(any)


@given(STEMS)
def test_scores_are_those_of_the_library(texts):
    ours, theirs = Bm25(), bm25s.BM25()
    for index in (ours, theirs):
        index.index(texts, create_empty_token=False, show_progress=False)
    for stem in {stem for text in texts for stem in text}:
        np.testing.assert_array_equal(ours.get_scores([stem]), theirs.get_scores([stem]))


@given(
    STEMS, st.lists(st.lists(st.sampled_from((*LETTERS, "x", "y")), min_size=1, max_size=3, unique=True), max_size=4)
)
def test_what_all_texts_hold_of_a_question_is_what_each_holds(texts, phrases):
    terms = [Term({tuple(phrase): 1.0, (phrase[0],): 0.5}) for phrase in phrases]
    held = Words(texts)
    match = held.match(terms)
    weights = [held.weight(term) for term in terms]
    assert match.covered.tolist() == [covered(terms, text, weights) for text in texts]
    assert ((match.scores > 0) == (match.covered > 0)).all()


def test_texts_without_words_match_nothing():
    nothing = Words([[], []])
    match = nothing.match(nothing.terms("anything at all", Glossary()))
    assert match.scores.tolist() == match.covered.tolist() == [0, 0]


@given(STEMS, st.integers(1, 5))
def test_the_best_passages_are_those_that_come_first_of_all(texts, limit):
    entries = [entry(place, " ".join(text)) for place, text in enumerate(texts)]
    index = Index(entries, Glossary())
    asked, allowed = index.asked("price saving buyer"), index.allowed(["everyone"])
    every = index.by_words(asked, allowed, len(texts))
    assert index.by_words(asked, allowed, limit) == every[:limit]
    assert all(place % 3 for place in every)
    scores = asked.own.scores + OF_DOCUMENT * asked.whole.scores
    assert every == sorted(every, key=lambda place: (-scores[place], place))


def entry(place: int, text: str) -> Entry:
    """A document with one passage; every third is for managers."""
    document = Document(
        id=str(place),
        source="",
        path="",
        digest="",
        title="",
        owner=None,
        audience="everyone" if place % 3 else "manager",
        status="approved",
        reviewed=None,
        asked=(),
        url=None,
        links=(),
        added_at=datetime(2026, 3, 18, tzinfo=UTC),
    )
    return Entry(document=document, passage=Passage(str(place), str(place), 0, "", text, None, None, is_table=False))
