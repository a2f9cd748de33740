from __future__ import annotations

import numpy as np
import pytest

from scoring import words
from scoring.intent import Intents


def alike(one: str, other: str) -> float:
    return float(np.prod([words.meanings([one, other])], axis=1).sum())


def test_words_of_one_meaning_are_nearer_than_others() -> None:
    for one, near, far in (
        ("customer", "buyer", "bread"),
        ("cook rice", "bake bread", "call a lead"),
        ("gang", "crew", "tax"),
    ):
        assert alike(one, near) > alike(one, far) + 0.1


def test_vectors_are_of_length_one_and_of_nothing_known_all_zeros() -> None:
    found = words.meanings(["who should I call", "zxcvb", ""])
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0, 0], abs=1e-6)


def test_words_are_told_from_slips_and_names() -> None:
    assert all(words.is_word(each) for each in ("forecast", "planets", "of"))
    assert not any(words.is_word(each) for each in ("forcast", "okonjo", "", "two words"))


def test_a_kind_is_known_by_words_that_no_example_has() -> None:
    examples = {
        "food": ("cook rice", "boil pasta", "order a pizza"),
        "travel": ("book a flight", "train to paris", "a hotel"),
    }
    assert Intents(examples)("bake bread")[0].kind == "food"
    assert Intents(examples)("ship across the ocean")[0].kind == "travel"
