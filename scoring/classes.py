"""Classes of time to convert: where one ends and the next begins, and which a lead is of."""

from __future__ import annotations

import numpy as np

from scoring.arrivals import Arrivals
from scoring.classifiers import Codes
from scoring.personas import rounded

FOUR, TWO = ("fast", "medium", "slow", "never"), ("won", "never")
# Fewer won or never won leads cannot be told apart.
FEWEST = 40
# Fewer of a class teach nothing, in a training of the back-test or altogether.
FEWEST_OF_CLASS = 15


def too_few(rows: Arrivals) -> str | None:
    """The plain statement for books that cannot teach who converts, or None."""
    won, never = int(rows.won.sum()), int((~rows.won).sum())
    if min(won, never) >= FEWEST:
        return None
    told = "leads that are old enough to tell" if rows.dated else "closed leads"
    return f"Of the {told}, {won} converted and {never} did not; {FEWEST} of each are needed to learn who converts."


def cuts_of(rows: Arrivals, wanted: tuple[float, ...] | None = None) -> tuple[float, ...]:
    """Days up to which a lead is fast, and medium; none where there is too little to tell three kinds of won leads."""
    took = rows.won_after[rows.won]
    if not rows.dated:
        return ()
    cuts = wanted or tuple(rounded(cut) for cut in np.quantile(took, (1 / 3, 2 / 3)))
    sizes = np.diff(np.searchsorted(np.sort(took), [0.0, *cuts, np.inf]))
    return cuts if sizes.min() >= FEWEST_OF_CLASS else ()


def codes_of(rows: Arrivals, cuts: tuple[float, ...]) -> Codes:
    """The class of each lead, the quickest first."""
    return np.asarray(np.searchsorted([*cuts, np.finfo(np.float64).max], rows.won_after), dtype=np.intp)
