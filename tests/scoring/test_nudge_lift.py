"""What nudges bring is told from chance, however alike one person's occasions are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.nudge_lift import lift

KINDS = 8


def occasions(seed: int, *, people: int = 40, effect: float = 0.0, share: float = 0.2) -> pd.DataFrame:
    """Occasions of people who differ much, over kinds that differ too; a lottery leaves out kinds for people."""
    rng = np.random.default_rng(seed)
    person, kind = np.repeat(np.arange(people), KINDS), np.tile(np.arange(KINDS), people)
    apart = rng.random(len(person)) < share
    willing = (
        -1.0 + rng.normal(0, 1, people)[person] + rng.normal(0, 0.7, KINDS)[kind] + rng.normal(0, 0.5, len(person))
    )
    chance = np.clip(1 / (1 + np.exp(-willing)) + effect * ~apart, 0, 1)
    unit = np.repeat(np.arange(len(person)), rng.integers(1, 25, len(person)))
    acted = rng.random(len(unit)) < chance[unit]
    return pd.DataFrame({"person": person[unit], "kind": kind[unit], "apart": apart[unit], "acted": acted})


def test_where_nudges_do_nothing_an_effect_is_seldom_claimed():
    claimed = sum(lift(occasions(seed), draws=150, seed=seed).is_sure for seed in range(120))
    # 5 % and what chance adds to it in 120 trials (3 standard errors).
    assert claimed <= 120 * 0.05 + 3 * (120 * 0.05 * 0.95) ** 0.5


def test_a_planted_effect_is_found_and_its_interval_holds_it():
    found = [lift(occasions(seed, effect=0.15), draws=150, seed=seed) for seed in range(24)]
    assert sum(each.is_sure and (each.effect or 0) > 0 for each in found) >= 20
    held = [each for each in found if each.low is not None and each.high is not None and each.low <= 0.15 <= each.high]
    assert len(held) >= 20


def test_occasions_are_counted_in_the_arm_of_their_person_and_kind():
    rows = occasions(1)
    found = lift(rows, draws=100)
    assert found.nudged == int((~rows["apart"]).sum())
    assert found.acted_apart == int((rows["apart"] & rows["acted"]).sum())
    assert found.needed > 0


@pytest.mark.parametrize("arm", [True, False])
def test_where_one_arm_is_empty_nothing_is_said_of_the_effect(arm):
    found = lift(occasions(1).assign(apart=arm))
    assert (found.effect, found.is_sure, found.needed) == (None, False, 0)
    assert lift(occasions(1).iloc[:0]).effect is None


def test_more_people_make_the_interval_narrower_and_less_is_missing():
    few, many = (lift(occasions(3, people=people), draws=300) for people in (20, 160))
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low < 0.6 * (few.high - few.low)
    assert many.missing < few.missing or many.missing == 0
