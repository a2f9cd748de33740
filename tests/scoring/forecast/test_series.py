"""Series of weeks carried on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.forecast import series
from scoring.forecast.weights import weigh


def test_whole_weeks_are_counted_back_from_now() -> None:
    sums = series.weekly(np.array([-1.0, 0.5, 6.9, 7.0, 7.1, 13.9, 14.2]), np.ones(7), 14.0)
    assert sums.tolist() == [3.0, 2.0]
    assert series.weekly(np.array([0.0, 14.0]), np.ones(2), 14.0).tolist() == [0.0, 1.0]


def test_a_window_takes_the_part_of_each_week_that_it_covers() -> None:
    assert series.window(np.array([7.0, 14.0]), 3.5, 14.0) == pytest.approx(3.5 + 14)


@pytest.mark.parametrize("name", series.WAYS)
def test_each_way_finds_the_level_of_a_series_that_has_one(name: str) -> None:
    past = 1_000 + np.random.default_rng(0).normal(0, 50, 60)
    told = series.carried_on(past, 4, {name: series.WAYS[name]})[name]
    np.testing.assert_allclose(told, 1_000, rtol=0.1)


def test_a_short_past_is_not_carried_on_by_models() -> None:
    past = np.arange(10.0)
    assert (series.carried_on(past, 2)["theta"] == past[-4:].mean()).all()


def test_a_way_that_did_worse_counts_less_and_shares_add_up_to_one() -> None:
    told = {"conversion": 100.0, "smoothing": 150.0, "theta": 105.0, "arima": 150.0, "mean_4_weeks": 150.0}
    weights = weigh([(told, 100.0)] * 8, has_series=True)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["conversion"] > weights["theta"] > weights["arima"]
    assert weigh([], has_series=False) == {"conversion": 1.0}


def test_weekly_revenue_of_a_shop_is_told_about_as_well_as_by_the_best_simple_way(shared) -> None:
    file = shared / "data/ltv_segmentation/online_retail_y1_2009-12_2010-11.parquet"
    lines = pd.read_parquet(file).drop_duplicates()
    worth = (lines["Quantity"] * lines["UnitPrice"]).to_numpy()
    days = (lines["InvoiceDate"] - lines["InvoiceDate"].min().normalize()).dt.total_seconds().to_numpy() / 86_400
    sold = worth > 0
    weeks = series.weekly(days[sold], worth[sold], float(np.ceil(days.max())))
    said: list[dict[str, float]] = []
    for at in range(36, 52):
        each = {name: float(way[0]) for name, way in series.carried_on(weeks[:at], 1, series.ALL).items()}
        weights = weigh([(one | {"conversion": 0.0}, float(weeks[36 + i])) for i, one in enumerate(said)], True)
        mixed = sum(weights[name] * each[name] for name in series.MEMBERS) / (1 - weights["conversion"])
        said.append(each | {"mixed": mixed})
    came = weeks[44:]
    error = {name: np.abs([one[name] for one in said[8:]] - came).sum() / came.sum() for name in said[0]}
    assert error["mixed"] <= max(error["last_period"], error["mean_4_weeks"])
    assert error["mixed"] <= 1.1 * min(error["last_period"], error["mean_4_weeks"])
