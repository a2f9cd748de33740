"""Decided leads as cases that `hierarchy` can learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.matching.decided import Decided
from scoring.matching.hierarchy import Cases

Vector = npt.NDArray[np.float64]
# Stretches of time between which a rep may change, and the market too.
PERIODS = 8
# Covariates are held by hardly more than what keeps a matrix from being singular; the market moves by about so much
# from one period to the next.
FREE, MARKET = 1e-4, 0.2
# The columns of the design; the periods follow.
INTERCEPT, EXPECTED, LOAD, LANGUAGE, FIRST_PERIOD = range(5)


@dataclass(frozen=True)
class Table:
    """Cases, and who is who in them.

    Attributes
    ----------
    members, teams : ids in the order of their codes
    usual_load : open leads that each member usually had (n_members,)
    usually_spoken : share of leads whose language their owner speaks
    """

    cases: Cases
    members: tuple[str, ...]
    teams: tuple[str, ...]
    usual_load: Vector
    usually_spoken: float

    @classmethod
    def of(cls, rows: Decided, expected: Vector, team_of: Mapping[str, str]) -> Self:
        """The table of some leads.

        Parameters
        ----------
        expected : log-odds of each lead by itself
        """
        member, members = pd.factorize(rows.owner, sort=True)
        teams = tuple(sorted({team_of[id_] for id_ in members if id_ in team_of}))
        place = {team: i for i, team in enumerate(teams)}
        team = np.array([place.get(team_of.get(id_, ""), -1) for id_ in members], dtype=np.intp)
        period = _periods(rows)
        known = np.isfinite(rows.load)
        loads = pd.Series(rows.load).groupby(member).mean().fillna(rows.load[known].mean() if known.any() else 0.0)
        usual = np.asarray(loads, dtype=np.float64)
        spoken = rows.speaks[np.isfinite(rows.speaks)]
        usually = float(spoken.mean()) if len(spoken) else 1.0
        design = np.column_stack(
            [
                np.ones(len(rows)),
                expected,
                # Beside the own usual load: who is good may be given more.
                np.where(known, rows.load - usual[member], 0.0),
                np.where(np.isfinite(rows.speaks), rows.speaks - usually, 0.0),
                np.equal.outer(period, np.arange(1, PERIODS)),
            ]
        )
        hold = np.r_[np.full(FIRST_PERIOD, FREE), np.full(PERIODS - 1, MARKET**-2)]
        cases = Cases(rows.won, design, member, period, team, hold)
        return cls(cases, tuple(map(str, members)), teams, usual, usually)

    def codes(self, owner: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
        """The code of each owner, -1 for one who is not a member."""
        return np.asarray(pd.Index(self.members, dtype=object).get_indexer(pd.Index(owner)), dtype=np.intp)


def _periods(rows: Decided) -> npt.NDArray[np.intp]:
    if not rows.is_ordered:
        return np.zeros(len(rows), dtype=np.intp)
    rank = pd.Series(rows.came_in).rank(pct=True, method="max").to_numpy()
    return np.minimum(rank * PERIODS, PERIODS - 1).astype(np.intp)
