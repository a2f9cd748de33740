"""The record of whoever owns a deal, shrunk to everybody's by how little is known; never the person."""

from __future__ import annotations

import numpy as np
import pandas as pd


def ratios(decided: pd.DataFrame) -> pd.Series:
    """The win rate of each owner as a multiple of the overall one, indexed by person id.

    Parameters
    ----------
    decided : deals that were closed: `owner_id`, `outcome`

    References
    ----------
    Morris (1983), "Parametric empirical Bayes inference", J. Am. Stat. Assoc. 78.
    """
    won = (decided["outcome"] == "won").astype(np.float64)
    of = won.groupby(decided["owner_id"]).agg(["sum", "count"])
    n, wins, overall = of["count"].to_numpy(np.float64), of["sum"].to_numpy(np.float64), float(won.mean())
    if len(of) < 2 or not 0 < overall < 1:
        return pd.Series(1.0, index=of.index)
    return pd.Series((wins + (prior := prior_of(n, wins, overall)) * overall) / (n + prior) / overall, index=of.index)


def prior_of(n: np.ndarray, wins: np.ndarray, overall: float) -> float:
    """How many deals the overall rate counts for beside an owner's own, by the method of moments."""
    noise = overall * (1 - overall)
    excess = float((n * (wins / n - overall) ** 2).sum() - (len(n) - 1) * noise)
    between = excess / max(1.0, float(n.sum() - (n**2).sum() / n.sum()))
    # Owners who differ no more than chance has them are all as good as one another.
    return min(1e9, max(1.0, noise / between - 1)) if between > 0 else 1e9
