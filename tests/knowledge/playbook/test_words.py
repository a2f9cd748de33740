"""Words are compared by their stems, synonyms and likeliest spelling, and rare ones count for more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.playbook.words import Glossary, Words, covered, stems

TEXTS = [
    stems("A discount of five percent is yours to give."),
    stems("The works council wants to know what is measured."),
    stems("Notice is ninety days before the end of the contract."),
    stems("Prices are per site, and a site is a building."),
]
WORDS = Words(TEXTS)
NONE = Glossary()


def best(question: str, glossary: Glossary = NONE) -> int:
    scores = WORDS.match(WORDS.terms(question, glossary)).scores
    assert scores.max() > 0
    return int(scores.argmax())


def test_words_are_found_whatever_their_ending_accents_and_case() -> None:
    assert stems("Discounts, DISCOUNTED!") == stems("discount discounting")
    assert stems("Café") == stems("cafe")
    assert stems("the customer's") == stems("customers")


def test_words_that_only_say_how_it_is_asked_are_left_out() -> None:
    assert stems("What do I do about it, please?") == []


@pytest.mark.parametrize(
    ("question", "place"),
    [("how much discount", 0), ("works council", 1), ("notice?", 2), ("price for each site", 3), ("dicsount", 0)],
)
def test_the_text_that_holds_the_words_is_found(question: str, place: int) -> None:
    assert best(question) == place


def test_a_misspelling_is_taken_for_a_word_that_begins_alike_only() -> None:
    assert WORDS.match(WORDS.terms("discoutn", NONE)).scores.argmax() == 0
    assert WORDS.match(WORDS.terms("iscount", NONE)).scores.max() == 0


def test_a_synonym_is_found_as_a_whole_and_counts_less_than_the_word_itself() -> None:
    glossary = Glossary([["rebate", "discount"], ["betriebsrat", "works council"]])
    assert best("rebate", glossary) == 0
    assert best("betriebsrat", glossary) == 1
    own, other = (WORDS.match(WORDS.terms(word, glossary)).scores.max() for word in ("discount", "rebate"))
    assert 0 < other < own
    # "works" alone is not what a works council is called.
    assert Words([stems("It works."), *TEXTS]).match(WORDS.terms("betriebsrat", glossary)).scores[0] == 0


def test_a_phrase_of_the_question_is_one_term() -> None:
    terms = WORDS.terms("does the works council agree", Glossary([["works council", "employee body"]]))
    assert len(terms) == 2
    assert ("employe", "bodi") in terms[0].stands


def test_a_word_that_no_text_holds_tells_most_and_is_known_to_be_unknown() -> None:
    known, unknown = WORDS.terms("site zebra", NONE)
    assert WORDS.weight(unknown) > WORDS.weight(known)
    assert WORDS.knows(known)
    assert not WORDS.knows(unknown)
    assert 0 < WORDS.match([known, unknown]).covered[3] < 0.5


def test_no_texts_and_no_words_find_nothing() -> None:
    assert Words([]).match(WORDS.terms("discount", NONE)).scores.size == 0
    assert WORDS.match(WORDS.terms("the of and", NONE)).scores.max() == 0
    assert covered([], frozenset(), []) == 0.0


@given(st.text(max_size=200))
def test_any_question_can_be_asked(question: str) -> None:
    glossary = Glossary([["discount", question], [question[:20], "notice"]])
    terms = WORDS.terms(question, glossary)
    match = WORDS.match(terms)
    scores = match.scores
    assert scores.shape == (len(TEXTS),)
    assert (scores >= 0).all()
    assert ((match.covered >= 0) & (match.covered <= 1 + 1e-9)).all()
