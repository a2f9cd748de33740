"""Groups that are off are called out, and chance alone calls out none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from scoring.groups import coverage, groups
from scoring.windows import Rows

N = 4000


def company(seed: int = 0) -> tuple[Rows, np.ndarray]:
    """Leads of four sources and ten regions, and their true chances."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "source": random.choice(["Referral", "Web form", "Trade show", "Partner"], N),
            "attributes.region": random.choice([f"R{i}" for i in range(10)], N),
            "attributes.size": random.lognormal(4, 1, N),
        }
    )
    truth = 1 / (1 + np.exp(-random.normal(-1, 1, N)))
    won, never = (random.random(N) < truth).astype(float), np.full(N, np.nan)
    return Rows(frame, won, np.arange(N).astype(object), np.arange(N) * 1.0, never, never, "ever won"), truth


def test_a_level_whose_chances_are_off_is_called_out_and_its_neighbours_are_not() -> None:
    rows, truth = company()
    said = np.where(rows.frame["source"] == "Partner", truth * 0.6, truth)
    found = groups(rows, said)
    assert found[0].column == "source"
    assert [group.level for group in found if group.is_off and group.column == "source"] == ["Partner"]
    (partner,) = (group for group in found if group.level == "Partner")
    assert partner.said < partner.won.low
    assert partner.n == (rows.frame["source"] == "Partner").sum()


def test_a_level_that_is_ranked_at_random_is_called_out() -> None:
    rows, truth = company()
    at = (rows.frame["attributes.region"] == "R3").to_numpy()
    said = truth.copy()
    said[at] = np.random.default_rng(1).permutation(truth[at])
    found = groups(rows, said)
    assert [group.level for group in found if group.is_weak] == ["R3"]


def test_leads_that_are_all_alike_are_not_held_against_the_order() -> None:
    rows, truth = company()
    said = np.where(rows.frame["attributes.region"] == "R3", 0.3, truth)
    won = np.where(said == 0.3, np.random.default_rng(2).random(N) < 0.3, rows.won).astype(float)
    found = groups(replace(rows, won=won), said)
    (flat,) = (group for group in found if group.level == "R3")
    assert flat.auc is not None
    assert abs(flat.auc.value - 0.5) < 0.1
    assert not flat.is_weak


def test_chance_alone_calls_out_next_to_nothing() -> None:
    flags = 0
    for seed in range(20):
        rows, truth = company(seed)
        flags += sum(group.is_off or group.is_weak for group in groups(rows, truth))
    assert flags <= 4


def test_the_order_within_a_group_is_measured_as_by_scikit_learn() -> None:
    rows, truth = company()
    for group in groups(rows, truth):
        column = "source" if group.column == "source" else "attributes.region"
        at = (rows.frame[column] == group.level).to_numpy()
        assert group.auc is not None
        assert group.auc.value == pytest.approx(roc_auc_score(rows.won[at], truth[at]))


def test_small_groups_are_left_alone() -> None:
    rows, truth = company()
    few = rows.take(np.arange(120))
    assert groups(few, truth[:120]) == tuple(group for group in groups(few, truth[:120]) if group.n >= 50)


def test_intervals_that_hold_pass_and_those_out_of_place_do_not() -> None:
    rows, truth = company()
    good = coverage(rows, truth, truth * 0.9, np.minimum(1, truth * 1.1))
    assert good.covered >= 0.9
    assert good.cells > 100
    assert coverage(rows, truth, truth**0.5, truth**0.4).covered < 0.6
