"""Red flags: limits from deals that were won, and only those that tell are shown."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from scoring.deals.flags import RULES, Limits, worth
from scoring.deals.signs import Flags
from scoring.windows import Rows


def deals(n: int, *, tells: bool) -> Rows:
    """Deals at twelve instants; where it `tells`, those that stand long in their stage are lost."""
    random = np.random.default_rng(3)
    days = random.exponential(10, n)
    lost = random.random(n) < np.where(days > 20, 0.9, 0.3) if tells else random.random(n) < 0.4
    frame = pd.DataFrame({
        "stage": random.choice(["Demo", "Proposal"], n), "stage_rank": 1.0, "days_in_stage": days,
        "days_since_contact": 3.0, "days_since_sign": 2.0, "age_days": 50.0, "pushes": 0.0, "days_to_close": 9.0,
    })  # fmt: skip
    time = np.sort(random.choice(np.arange(12) * 30.0, n))
    nothing = np.full(n, np.nan)
    ids = np.array([f"D{k}" for k in range(n)], dtype=object)
    return Rows(frame, 1.0 - lost, ids, time, nothing, nothing, "won within the horizon", np.ones(n, dtype=bool))


def test_a_limit_is_what_nine_in_ten_won_deals_of_the_stage_kept_to() -> None:
    rows = deals(3_000, tells=True)
    won = rows.frame[(rows.won == 1) & (rows.frame["stage"] == "Demo")]
    assert Limits.learn(rows).of["stalled"]["Demo"] == pytest.approx(won["days_in_stage"].quantile(0.9))


@pytest.mark.parametrize("tells", [True, False])
def test_a_flag_that_says_nothing_of_later_deals_is_not_shown(tells: bool) -> None:
    model = Flags(timedelta(days=30)).learn(deals(3_000, tells=tells), frozenset())
    assert ("stalled" in {rule.name for rule in model.shown}) is tells
    assert model.worth["single-threaded"].verdict == "not tested"


def test_what_a_flag_is_worth_is_the_share_lost_beside_the_others() -> None:
    rows = deals(400, tells=True)
    flagged = rows.frame["days_in_stage"].to_numpy() > 20
    found = worth(flagged, rows)
    lost = 1 - rows.won
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(lost[flagged].mean() / lost[~flagged].mean())
    assert worth(flagged & (np.arange(400) < 5), rows).verdict == "not tested"


def test_every_rule_says_what_to_do_and_is_silent_where_nothing_is_known() -> None:
    empty = pd.DataFrame({"stage": ["Demo"]})
    for rule in RULES:
        assert rule.advice.endswith(".")
        assert np.isnan(rule.measure(empty)).all()
