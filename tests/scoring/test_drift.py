"""What moved is named, and what did not is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring import columns, drift
from scoring.windows import Rows


def leads(n: int, seed: int, shift: float = 0.0, referrals: float = 0.25) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "source": random.choice(["Referral", "Web form"], n, p=[referrals, 1 - referrals]),
            "attributes.size": random.normal(size=n) + shift,
            "attributes.age": np.where(random.random(n) < 0.3, np.nan, random.normal(size=n)),
        }
    )


def shifts(then: pd.DataFrame, now: pd.DataFrame) -> dict[str, drift.Shift]:
    return {each.feature: each for each in drift.features(columns.learn(then), then, now, leads=len(then))}


def test_leads_of_the_same_kind_have_not_moved() -> None:
    found = shifts(leads(4000, 1), leads(1000, 2))
    assert {each.verdict for each in found.values()} == {"stable"}
    assert len(found) == 3


def test_a_number_that_moved_is_named_first() -> None:
    found = list(shifts(leads(4000, 1), leads(1000, 2, shift=1.0)).values())
    assert (found[0].feature, found[0].verdict) == ("attributes.size", "another population")
    assert {each.verdict for each in found[1:]} == {"stable"}


def test_the_index_of_a_category_is_that_of_the_textbook() -> None:
    then, now = leads(4000, 1), leads(1000, 2, referrals=0.5)
    p, q = (frame["source"].eq("Referral").mean() for frame in (then, now))
    by_hand = (p - q) * np.log(p / q) + (q - p) * np.log((1 - p) / (1 - q))
    found = shifts(then, now)["source"]
    assert found.psi == pytest.approx(by_hand, rel=0.02)
    assert found.verdict == ("another population" if by_hand > 0.25 else "moved")


def test_values_that_vanish_and_levels_never_met_count() -> None:
    now = leads(1000, 2).assign(source="Carrier pigeon", **{"attributes.age": np.nan})
    found = shifts(leads(4000, 1), now)
    assert found["source"].verdict == found["attributes.age"].verdict == "another population"


def test_a_few_leads_prove_nothing() -> None:
    found = shifts(leads(4000, 1), leads(25, 2))
    assert max(each.psi for each in found.values()) > drift.MOVED
    assert {each.verdict for each in found.values()} == {"stable"}


def test_a_win_rate_that_moved_is_told_and_one_that_stood_is_not() -> None:
    def rows(late: float) -> Rows:
        random, n = np.random.default_rng(0), 3000
        won = (random.random(n) < np.where(np.arange(n) < 2 * n / 3, 0.2, late)).astype(float)
        never = np.full(n, np.nan)
        return Rows(leads(n, 1), won, np.arange(n).astype(object), np.arange(n) * 1.0, never, never, "ever won")

    moved, stood = drift.outcomes(rows(0.35)), drift.outcomes(rows(0.2))
    assert moved is not None
    assert stood is not None
    assert moved.is_beyond_noise
    assert not stood.is_beyond_noise
