"""Plain rules that a chance must beat: how often it happened to records alike in one column. They cost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from scipy.stats import beta

from scoring.backtest import Said
from scoring.calibration import LEVEL
from scoring.windows import Rows

Vector = npt.NDArray[np.float64]
# A share and the ends of its interval.
Share = tuple[float, float, float]
# Rows that a group's share is shrunk by towards the overall one.
PRIOR = 10.0


@dataclass(frozen=True)
class Rates:
    """How often it happened in each group of records that a column tells apart.

    A share is drawn towards the overall one. Its 90 % interval is that of a beta distribution that has seen as many
    records as the group holds: several rows of one record count as one.

    Attributes
    ----------
    edges : where a number is cut into groups; empty for words
    of_group : share of each group, and the ends of its interval
    overall : the same of a group never met
    """

    column: str
    edges: Vector
    overall: Share
    of_group: Mapping[str, Share]

    @classmethod
    def learn(cls, rows: Rows, column: str, parts: int = 0) -> Self:
        """The rates of labelled rows; a number is cut into `parts` that hold about as many rows each."""
        values, overall = rows.frame[column], float(rows.won.mean())
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, parts + 1)[1:-1])) if parts else np.empty(0)
        of = pd.DataFrame({"won": rows.won, "lead": rows.leads}).groupby(_groups(values, edges))
        share = (of["won"].sum() + PRIOR * overall) / (of["won"].count() + PRIOR)
        records = of["lead"].nunique()
        shares = {str(name): _between(float(share[name]), float(records[name])) for name in share.index}
        return cls(column, edges, _between(overall, 0.0), shares)

    def say(self, frame: pd.DataFrame) -> Said:
        """The share of each row's group."""
        groups, place = np.unique(_groups(frame[self.column], self.edges), return_inverse=True)
        shares = np.array([self.of_group.get(str(group), self.overall) for group in groups]).reshape(-1, 3)[place]
        return Said(shares[:, 0], shares[:, 1], shares[:, 2])

    def contributions(self, frame: pd.DataFrame) -> tuple[float, npt.NDArray[np.float64]]:
        """The overall log-odds, and what the column adds to them, as a matrix of one column."""
        base = float(logit(self.overall[0]))
        return base, np.asarray(logit(self.say(frame).value) - base)[:, None]


@dataclass(frozen=True)
class Plain:
    """A plain rule: the column it looks at, and into how many parts it cuts a number.

    `words` tell what its rates are; with them it may stand in for a model that does no better.
    """

    column: str
    parts: int = 0
    words: str = ""

    def learn(self, rows: Rows) -> Rates:
        """What the rule says, having seen some rows."""
        return Rates.learn(rows, self.column, self.parts)


def _groups(values: pd.Series, edges: Vector) -> npt.NDArray[np.object_]:
    """What each value is counted under; what is not known is a group of its own."""
    known = pd.Series(np.searchsorted(edges, values)) if len(edges) else values.reset_index(drop=True)
    words: npt.NDArray[np.object_] = known.astype(object).where(known.notna(), "").astype(str).to_numpy(dtype=object)
    return words


def _between(share: float, records: float) -> Share:
    """A share with the ends of its interval."""
    n = records + PRIOR
    low, high = (float(beta.ppf(end, share * n, (1 - share) * n)) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return share, min(low, share), max(high, share)
