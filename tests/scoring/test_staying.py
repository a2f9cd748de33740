"""Why customers stay: a mark that was planted is found, and chance is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scoring import staying
from scoring.staying import LEFT, STAYED, Staying


def customers(n: int, *, seed: int, effect: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    usage = random.normal(80, 10, n)
    chance = 1 / (1 + np.exp(-(2 + effect * (usage - 80) / 10)))
    industry = random.choice(["Hotels", "Freight", "Clinics"], n)
    return pd.DataFrame({"stayed": random.random(n) < chance, "mean usage": usage, "industry": industry})


def test_what_was_planted_is_found_for_those_who_stayed_or_left() -> None:
    found = staying.learn(customers(1_500, seed=1, effect=1.5))
    assert {mark.feature for mark in found.marks} == {"attributes.mean usage"}
    assert {mark.of for mark in found.marks} <= {STAYED, LEFT}
    assert all(mark.topic == "why they stay" for mark in found.marks)
    assert LEFT in {mark.of for mark in found.marks}


def test_where_there_is_nothing_to_find_hardly_anything_is_told() -> None:
    told = [len(staying.learn(customers(600, seed=seed, effect=0)).marks) for seed in range(30)]
    assert sum(map(bool, told)) <= 2


def test_without_customers_nothing_is_told() -> None:
    assert staying.learn(pd.DataFrame()) == Staying()
