"""How far members and teams lie apart and how fast they change: what each such spread makes of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product

import numpy as np
import numpy.typing as npt

from scoring.matching.effects import Guess

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Cube = npt.NDArray[np.float64]

# Spreads that together are likelier than this are all that counts.
ENOUGH = 0.998
# Standard deviations on the log-odds are taken for likelier the nearer they are to none (half a normal curve of this
# width): two reps hardly ever differ as 1 to 3, and nobody changes from one stretch of time to the next by as much.
USUAL_MEMBER, USUAL_TEAM, USUAL_CHANGE = 0.5, 0.3, 0.3


@dataclass(frozen=True)
class Spread:
    """Standard deviations between members of a team, between teams, and of one member over time; how much of a change
    is still there a period later."""

    member: float
    team: float
    change: float
    persistence: float

    def alike(self, n_periods: int) -> Matrix:
        """Covariance of what a member adds in each period beside the team, (n_periods, n_periods)."""
        apart = np.abs(np.subtract.outer(np.arange(n_periods), np.arange(n_periods)))
        return np.asarray(self.member**2 + self.change**2 * self.persistence**apart)

    @property
    def log_prior(self) -> float:
        """How likely it is before anything was seen, for values that lie apart by a factor."""
        pairs = ((self.member, USUAL_MEMBER), (self.team, USUAL_TEAM), (self.change, USUAL_CHANGE))
        return float(sum(np.log(value) - (value / usual) ** 2 / 2 for value, usual in pairs))


GRID = tuple(
    Spread(member, team, change, persistence)
    for member, change, persistence, team in product(
        (0.04, 0.08, 0.13, 0.2, 0.28, 0.39, 0.55, 0.77, 1.08),
        (0.04, 0.1, 0.2, 0.35, 0.6, 0.9),
        (0.0, 0.6, 0.9),
        (0.05, 0.12, 0.25, 0.5),
    )
)


@dataclass(frozen=True)
class Told:
    """What cases tell of effects, as a normal curve: precisions, and precisions times means.

    Attributes
    ----------
    known, pull : of each cell's effect (n_members, n_periods)
    beside : of each cell's effect and each covariate's (n_members, n_periods, n_covariates)
    covariates, pulls : of the covariates' effects (n_covariates, n_covariates), (n_covariates,)
    square : the weighted sum of squares
    of_team : which team each member belongs to (n_members, n_teams)
    hold : precision with which each covariate's effect is held to none (n_covariates,)
    """

    known: Matrix
    pull: Matrix
    beside: Cube
    covariates: Matrix
    pulls: Vector
    square: float
    of_team: Matrix
    hold: Vector

    @cached_property
    def design(self) -> Cube:
        """`beside` for covariates and teams."""
        return np.concatenate([self.beside, self.known[:, :, None] * self.of_team[:, None, :]], axis=2)

    @cached_property
    def shared(self) -> tuple[Matrix, Vector]:
        """Precision of the effects of covariates and teams, and that times their mean, were members all alike."""
        across = self.of_team.T @ self.beside.sum(axis=1)
        teams = np.diag(self.of_team.T @ self.known.sum(axis=1))
        precision = np.block([[self.covariates, across.T], [across, teams]])
        return precision, np.concatenate([self.pulls, self.of_team.T @ self.pull.sum(axis=1)])


@dataclass(frozen=True)
class _Members:
    """What members add beside their team, given the covariates' and the teams' effects.

    Attributes
    ----------
    variance : of each member's cells (n_members, n_periods, n_periods)
    mean, lean : of each cell, were all other effects none, and how far it gives way to them
    precision, pulls : of all other effects, the members integrated out
    fits : how well they fit, up to a constant
    """

    variance: Cube
    mean: Matrix
    lean: Cube
    precision: Matrix
    pulls: Vector
    fits: float


def likely(told: Told, possible: Sequence[Spread]) -> list[tuple[float, Spread]]:
    """The spreads that are likely, each with its weight, the likeliest first; the weights sum to 1."""
    fits = []
    for _, group in groupby(possible, key=lambda each: (each.member, each.change, each.persistence)):
        spreads = list(group)
        members = _members(told, spreads[0])
        fits += [(spread.log_prior + _all(told, members, spread)[2], spread) for spread in spreads]
    fits.sort(key=lambda each: -each[0])
    weights = np.exp([fit - fits[0][0] for fit, _ in fits])
    weights /= weights.sum()
    kept = int((np.cumsum(weights) < ENOUGH).sum()) + 1
    return [(float(w / weights[:kept].sum()), spread) for w, (_, spread) in zip(weights[:kept], fits, strict=False)]


def settled(told: Told, spread: Spread) -> tuple[Vector, Matrix]:
    """The likeliest effects of the covariates and of all cells, their teams' included, were the spreads these."""
    members = _members(told, spread)
    mean, _, _ = _all(told, members, spread)
    n = len(told.hold)
    return mean[:n], (told.of_team @ mean[n:])[:, None] + members.mean - members.lean @ mean


def _members(told: Told, spread: Spread) -> _Members:
    alike, root = spread.alike(told.known.shape[1]), np.sqrt(told.known)
    # In this form nothing is divided by what a cell without cases tells, which is nothing.
    both = np.eye(len(alike)) + root[:, :, None] * alike * root[:, None, :]
    drawn = np.linalg.solve(both, root[:, :, None] * alike)
    variance = alike - (alike * root[:, None, :]) @ drawn
    mean, lean = np.einsum("mij,mj->mi", variance, told.pull), variance @ told.design
    precision, pulls = told.shared
    return _Members(
        variance,
        mean,
        lean,
        precision - np.tensordot(told.design, lean, axes=([0, 1], [0, 1])),
        pulls - np.tensordot(told.design, mean, axes=([0, 1], [0, 1])),
        float((told.pull * mean).sum() - told.square - np.linalg.slogdet(both)[1].sum()) / 2,
    )


def _all(told: Told, members: _Members, spread: Spread) -> tuple[Vector, Matrix, float]:
    """Mean and covariance of the covariates' and the teams' effects, and how well the spreads fit."""
    n_teams = told.of_team.shape[1]
    held = np.concatenate([told.hold, np.full(n_teams, spread.team**-2)])
    precision = members.precision + np.diag(held)
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    mean = covariance @ members.pulls
    fits = members.pulls @ mean - np.linalg.slogdet(precision)[1] + np.log(held).sum()
    return mean, covariance, members.fits + float(fits) / 2


def guess(told: Told, spread: Spread, weight: float, ahead: int) -> Guess:
    """What all effects are, were the spreads these; those of the members over so many periods to come."""
    members, (n_members, n_periods) = _members(told, spread), told.known.shape
    mean, covariance, _ = _all(told, members, spread)
    alike = spread.alike(n_periods + ahead)
    to_come = alike[n_periods:, :n_periods].mean(axis=0)
    # A trace, so that a member who never changes can be told ahead as well.
    follows = np.linalg.solve(alike[:n_periods, :n_periods] + 1e-9 * np.eye(n_periods), to_come)
    own = np.einsum("i,mij,j->m", follows, members.variance, follows)
    unforeseen = float(alike[n_periods:, n_periods:].mean() - follows @ to_come)
    lean = np.concatenate([np.zeros((n_members, len(told.hold))), told.of_team], axis=1) - follows @ members.lean
    return Guess(
        weight,
        mean,
        np.asarray(np.linalg.cholesky(covariance), dtype=np.float64),
        members.mean @ follows + lean @ mean,
        lean,
        own + max(0.0, unforeseen),
        float(alike[n_periods:, n_periods:].mean()),
        spread.team**2,
    )
