"""What numpy, pandas and scikit-learn alone do with the same deals: the yardstick for what a forecast costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from scoring.forecast.clock import Floats
from scoring.forecast.deals import Deals, Mask
from scoring.forecast.simulation import Odds

HORIZON = 28.0
LOOKS = 12
BLOCK = 256


def chances(deals: Deals) -> Floats:
    """The chance of each open deal by one logistic regression over past standings, four weeks apart."""
    frames = [_standings(deals, deals.now - HORIZON * back) for back in range(1, LOOKS + 1)]
    learnt, won = pd.concat([frame for frame, _ in frames]), np.concatenate([won for _, won in frames])
    model = LogisticRegression(max_iter=200).fit(_matrix(learnt), won)
    return np.asarray(model.predict_proba(_matrix(_standings(deals, deals.now)[0]))[:, 1], dtype=np.float64)


def draws(odds: Odds, n: int, seed: int = 0) -> Floats:
    """Sums by cell where deals fall independently of one another: (cell, draw), by numpy alone."""
    random = np.random.default_rng(seed)
    order = np.argsort(odds.cell, kind="stable")
    found = np.zeros((odds.n_cells, n), dtype=np.float32)
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        won = random.random((len(rows), n), dtype=np.float32) < odds.chance[rows, None].astype(np.float32)
        np.add.at(found, odds.cell[rows], won * odds.amount[rows, None].astype(np.float32))
    return np.asarray(found, dtype=np.float64)


def _standings(deals: Deals, at: float) -> tuple[pd.DataFrame, Mask]:
    place, stage, age = deals.standing(at)
    won = deals.won[place] & (deals.closed[place] <= at + HORIZON)
    frame = pd.DataFrame({"stage": stage, "age": np.log1p(age), "worth": np.log1p(deals.worth[place])})
    return frame.assign(since=np.log1p(at - deals.opened[place])), won


def _matrix(frame: pd.DataFrame) -> Floats:
    dummies = pd.get_dummies(frame["stage"].astype("category").cat.set_categories(range(16)))
    return np.column_stack([dummies.to_numpy(dtype=np.float64), frame[["age", "worth", "since"]].to_numpy()])
