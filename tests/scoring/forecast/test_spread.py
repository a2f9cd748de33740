"""How wide a forecast is, by how far off it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from scoring.forecast import spread
from scoring.forecast.backtest import HORIZON, Origin
from scoring.forecast.outlook import COMBINED, Outlook
from scoring.forecast.simulation import Odds
from tests.scoring.forecast.conftest import AS_OF

N = 20
# Of many small deals, so that chance alone moves their sum by 2 %.
DEALS = Odds(np.full(2_000, 0.5), np.ones(2_000), np.zeros(2_000, np.intp), np.zeros(1), 0.0, 0.0, np.zeros(1))


def origins(errors: Sequence[float], step: timedelta) -> list[Origin]:
    """Past instants at which so large a part of what was told came too much."""
    told = float(DEALS.expected.sum())
    return [
        Origin(
            AS_OF + place * step,
            True,
            told * (1 + error),
            told * (1 + error),
            {COMBINED: told},
            Outlook(DEALS, np.arange(2_000), {}),
            np.zeros(2_000, dtype=bool),
            np.arange(2_000).astype(object),
        )
        for place, error in enumerate(errors)
    ]


def test_before_any_error_is_known_the_shock_is_the_usual_one() -> None:
    assert spread.correlation([]) == spread.USUAL_CORRELATION


def test_instants_of_the_same_weeks_tell_less_than_as_many_periods() -> None:
    close, apart = (
        spread.correlation(origins([0.0] * N, step)) / spread.USUAL_CORRELATION for step in (HORIZON / N, HORIZON)
    )
    assert close > 0.45
    assert apart < 0.1


@pytest.mark.parametrize("step", [HORIZON / N, HORIZON])
def test_it_is_as_wide_at_once_as_past_errors_ask_for(step: timedelta) -> None:
    off = origins([0.3, -0.3] * (N // 2), step)
    strength = spread.correlation(off)
    half = spread.HALF * np.sqrt(DEALS.noise + strength * DEALS.pull**2) / DEALS.expected.sum()
    assert half == pytest.approx(0.3)


def test_four_fifths_of_what_came_lie_in_the_interval_set_before() -> None:
    random = np.random.default_rng(0)
    found = [spread.coverage_forward(origins(random.normal(0, 0.15, N).tolist(), HORIZON / 4)) for _ in range(50)]
    assert 0.8 <= np.mean([each.value for each in found if each]) <= 0.87


def test_few_instants_say_nothing_of_how_often_it_holds() -> None:
    few = origins([0.1] * (spread.FEWEST - 1), HORIZON)
    assert spread.coverage(few) is None
    assert spread.coverage_forward(few) is None
