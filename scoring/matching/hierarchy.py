"""What each member of a group adds to a chance, shrunk by how little is known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import t as student

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# How far apart members are taken to be before any is met, and as how many of them that counts.
USUAL, COUNTS_AS = 0.2, 2.0
LEVEL, FEWEST_DEGREES = 0.90, 3
ROUNDS, CLOSE = 200, 1e-4
LONGEST_STEP = 2.0


@dataclass(frozen=True)
class Cases:
    """Chances that came out one way or the other, a row each.

    Attributes
    ----------
    won : 1.0 or 0.0
    covariates : what is known of each, shape (n_rows, n_covariates)
    member : whose each was, 0..n_members-1
    period : when each was, 0..
    team : of each member, -1 for none (n_members,)
    weight : how much each counts; one that counts half leaves an interval as wide as half a case would
    hold : precision with which each covariate's effect is held to none (n_covariates,)
    """

    won: Vector
    covariates: Matrix
    member: Codes
    period: Codes
    team: Codes
    weight: Vector
    hold: Vector


@dataclass(frozen=True)
class Effects:
    """What is known of the members once the cases have spoken, on the log-odds.

    Attributes
    ----------
    covariates, errors : effect of each covariate, and its standard error
    mean, covariance : what each member adds on the whole (n_members,), (n_members, n_members)
    team_mean, team_variance : what the members of each team add on average
    spread, team_spread, change : standard deviations between members, between teams, and of one member over time
    """

    covariates: Vector
    errors: Vector
    mean: Vector
    covariance: Matrix
    team_mean: Vector
    team_variance: Vector
    spread: float
    team_spread: float
    change: float

    @property
    def ahead(self) -> Matrix:
        """Covariance of what the members add from now on: they go on changing."""
        return np.asarray(self.covariance + self.change**2 * np.eye(len(self.mean)))

    @property
    def reach(self) -> float:
        """Standard deviations to either end of a 90 % interval: the fewer members, the less sure is their spread."""
        return float(student.ppf((1 + LEVEL) / 2, max(FEWEST_DEGREES, len(self.mean) - 1)))

    def stranger(self, team: int = -1) -> tuple[float, float]:
        """Mean and variance of what somebody adds of whom nothing is known but the team."""
        own = self.spread**2 + self.change**2
        if team < 0:
            return 0.0, own + self.team_spread**2
        return float(self.team_mean[team]), own + float(self.team_variance[team])


@dataclass(frozen=True)
class _Spread:
    member: float
    team: float
    change: float


@dataclass(frozen=True)
class _Level:
    """Teams, and members about their team's mean, as the cells have them.

    Attributes
    ----------
    own : what each member adds beside the team
    covariance : of the teams
    lean : how far each member's own part gives way to its team's mean, (n_members, n_teams)
    free : variance of each own part, were the teams known
    """

    team: Vector
    own: Vector
    covariance: Matrix
    lean: Matrix
    free: Vector
    of_team: Matrix

    @property
    def effect(self) -> Vector:
        return np.asarray(self.of_team @ self.team + self.own)

    @property
    def own_variance(self) -> Vector:
        return np.asarray(self.free + np.einsum("mt,ts,ms->m", self.lean, self.covariance, self.lean))

    @property
    def variance(self) -> Vector:
        left = self.of_team - self.lean
        return np.asarray(self.free + np.einsum("mt,ts,ms->m", left, self.covariance, left))

    @property
    def effect_covariance(self) -> Matrix:
        left = self.of_team - self.lean
        return np.asarray(left @ self.covariance @ left.T + np.diag(self.free))


def learn(cases: Cases) -> Effects:
    """Logistic regression with an effect of each member that is drawn around its team's and changes over time.

    A cell is what a member did in a period. Given the covariates, each cell's score and information give a normal
    estimate of its effect; around these, members, teams and changes are normal with spreads found by expectation and
    maximisation, under a weak prior that keeps them off zero. Both steps are repeated until nothing moves (penalised
    quasi-likelihood).

    References
    ----------
    Morris (1983), "Parametric empirical Bayes inference", JASA 78; Breslow & Clayton (1993), "Approximate inference in
    generalized linear mixed models", JASA 88; Gelman & Hill (2007), "Data analysis using regression and multilevel/
    hierarchical models"; Chung et al. (2013), "A nondegenerate penalized likelihood estimator for variance parameters
    in multilevel models", Psychometrika 78.
    """
    n_periods = int(cases.period.max()) + 1
    cell_id, cell = np.unique(cases.member * n_periods + cases.period, return_inverse=True)
    owner = np.asarray(cell_id // n_periods, dtype=np.intp)
    of_team = _teams(cases.team)
    beta, added = np.zeros(cases.covariates.shape[1]), np.zeros(len(cell_id))
    spread = _Spread(USUAL, USUAL, USUAL)
    for _ in range(ROUNDS):
        beta, errors = _regressed(cases, added[cell], beta)
        score, information = _cells(cases, beta, added, cell)
        estimate = added + score / information
        level = _shrunk(estimate, information, owner, of_team, spread)
        change, change_variance = _changes(estimate, information, owner, level, spread)
        before, added = added, level.effect[owner] + change
        spread, last = _spreads(level, change, change_variance), spread
        moved = max(np.abs(added - before).max(), *(abs(getattr(spread, x) - getattr(last, x)) for x in vars(spread)))
        if moved < CLOSE:
            break
    return Effects(
        beta,
        errors,
        level.effect,
        level.effect_covariance,
        level.team,
        np.diag(level.covariance).copy(),
        spread.member,
        spread.team if len(level.team) else 0.0,
        spread.change,
    )


def alike(cases: Cases) -> Vector:
    """The effect of each covariate, if all members add the same at all times."""
    beta, nothing = np.zeros(cases.covariates.shape[1]), np.zeros(len(cases.won))
    for _ in range(ROUNDS):
        before = beta
        beta, _ = _regressed(cases, nothing, beta)
        if np.abs(beta - before).max() < CLOSE:
            break
    return beta


def _teams(team: Codes) -> Matrix:
    """Which team each member belongs to, (n_members, n_teams); one team alone says nothing beside the intercept."""
    n_teams = int(team.max(initial=-1)) + 1
    return np.equal.outer(team, np.arange(n_teams if n_teams > 1 else 0)).astype(np.float64)


def _regressed(cases: Cases, added: Vector, beta: Vector) -> tuple[Vector, Vector]:
    """A step towards the likeliest covariates' effects given what members add, and their standard errors."""
    x = cases.covariates
    chance = expit(x @ beta + added)
    curvature = (x * (cases.weight * chance * (1 - chance))[:, None]).T @ x + np.diag(cases.hold)
    inverse = np.linalg.inv(curvature)
    step = inverse @ (x.T @ (cases.weight * (cases.won - chance)) - cases.hold * beta)
    return beta + step * min(1.0, LONGEST_STEP / max(1e-12, float(np.abs(step).max()))), np.sqrt(np.diag(inverse))


def _cells(cases: Cases, beta: Vector, added: Vector, cell: Codes) -> tuple[Vector, Vector]:
    """Score and information of each cell's effect."""
    chance = expit(cases.covariates @ beta + added[cell])
    score = np.bincount(cell, cases.weight * (cases.won - chance), len(added))
    information = np.bincount(cell, cases.weight * chance * (1 - chance), len(added))
    return np.asarray(score), np.maximum(information, 1e-9)


def _shrunk(estimate: Vector, information: Vector, owner: Codes, of_team: Matrix, spread: _Spread) -> _Level:
    """Teams and members given the cells' estimates, what changes over time averaged out."""
    n_members, n_teams = of_team.shape
    precision = 1 / (1 / information + spread.change**2)
    known: Vector = np.asarray(np.bincount(owner, precision, n_members), dtype=np.float64)
    told = np.bincount(owner, precision * estimate, n_members)
    # Members are independent once their teams are known, so that only the teams need a matrix.
    free: Vector = np.asarray(1 / (known + spread.member**-2), dtype=np.float64)
    lean = of_team * (known * free)[:, None]
    curvature = of_team.T @ ((known - known**2 * free)[:, None] * of_team) + spread.team**-2 * np.eye(n_teams)
    covariance = np.linalg.inv(curvature)
    team = np.asarray(covariance @ (of_team.T @ (told - known * free * told)))
    own = np.asarray(free * (told - known * (of_team @ team)), dtype=np.float64)
    return _Level(team, own, np.asarray(covariance, dtype=np.float64), lean, free, of_team)


def _changes(
    estimate: Vector, information: Vector, owner: Codes, level: _Level, spread: _Spread
) -> tuple[Vector, Vector]:
    """How each cell departs from what its member adds on the whole, and the variance of that."""
    share = information / (information + spread.change**-2)
    variance = 1 / (information + spread.change**-2) + share**2 * level.variance[owner]
    return share * (estimate - level.effect[owner]), variance


def _spreads(level: _Level, change: Vector, change_variance: Vector) -> _Spread:
    return _Spread(
        _spread(level.own, level.own_variance),
        _spread(level.team, np.diag(level.covariance)),
        _spread(change, change_variance),
    )


def _spread(mean: Vector, variance: Vector) -> float:
    total = float((mean**2 + variance).sum()) + COUNTS_AS * USUAL**2
    return float(np.sqrt(total / (len(mean) + COUNTS_AS)))
