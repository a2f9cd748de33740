"""What each member of a group adds to a chance, shrunk by how little is known of it and following it as it changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring.matching.effects import Effects
from scoring.matching.spreads import GRID, Spread, Told, guess, likely, settled

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

ROUNDS, CLOSE = 200, 1e-4
# Rounds after which it is asked anew which spreads fit best.
ASKED_AGAIN = (2, 5, 10)
LONGEST_STEP = 2.0


@dataclass(frozen=True)
class Cases:
    """Chances that came out one way or the other, a row each.

    Attributes
    ----------
    won : 1.0 or 0.0
    covariates : what is known of each, shape (n_rows, n_covariates)
    member : whose each was, 0..n_members-1
    period : when each was, 0..n_periods-1
    team : of each member, -1 for none (n_members,)
    hold : precision with which each covariate's effect is held to none (n_covariates,)
    """

    won: Vector
    covariates: Matrix
    member: Codes
    period: Codes
    team: Codes
    hold: Vector


def learn(cases: Cases, *, ahead: int = 1, grid: tuple[Spread, ...] = GRID) -> Effects:
    """Logistic regression with an effect of each member that is drawn around its team's and changes over time.

    A cell is what a member did in a period. Effects of one member in two periods are the more alike the closer these
    are, so that old evidence counts less as far as members do change. Around what was expected, each cell's score and
    information give a normal estimate of its effect (penalised quasi-likelihood, repeated until nothing moves). How
    far members and teams lie apart and how fast they change is not known either: all of a grid of such spreads are
    gone through, each counting as much as it is likely, the covariates integrated out, and what is said of a member is
    the mixture.

    Parameters
    ----------
    ahead : over how many periods after the last one effects are told, in the mean
    grid : the spreads that are thought possible

    References
    ----------
    Morris (1983), "Parametric empirical Bayes inference", JASA 78; Breslow & Clayton (1993), "Approximate inference in
    generalized linear mixed models", JASA 88; Rasmussen & Williams (2006), "Gaussian processes for machine learning";
    Rue, Martino & Chopin (2009), "Approximate Bayesian inference for latent Gaussian models by using integrated nested
    Laplace approximations", JRSS B 71.
    """
    shape = len(cases.team), int(cases.period.max()) + 1
    cell = cases.member * shape[1] + cases.period
    of_team = _teams(cases.team)
    possible = grid if of_team.shape[1] else _without_teams(grid)
    beta, added, best = np.zeros(cases.covariates.shape[1]), np.zeros(shape), possible[len(possible) // 2]
    for done in range(ROUNDS):
        told = _told(cases, beta, added, cell, of_team)
        if done in ASKED_AGAIN:
            best = likely(told, possible)[0][1]
        found, effects = settled(told, best)
        moved = max(np.abs(found - beta).max(), np.abs(effects - added).max())
        step = min(1.0, LONGEST_STEP / max(1e-12, float(moved)))
        beta, added = beta + step * (found - beta), added + step * (effects - added)
        if moved < CLOSE and done > ASKED_AGAIN[-1]:
            break
    told = _told(cases, beta, added, cell, of_team)
    share = np.bincount(cases.member, minlength=shape[0]) / len(cases.won)
    guesses = [guess(told, spread, weight, ahead) for weight, spread in likely(told, possible)]
    return Effects.mixed(guesses, np.asarray(share, np.float64), len(beta))


def alike(cases: Cases) -> Vector:
    """The effect of each covariate, if all members add the same at all times."""
    x, beta = cases.covariates, np.zeros(cases.covariates.shape[1])
    for _ in range(ROUNDS):
        chance = expit(x @ beta)
        curvature = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(cases.hold)
        step = np.linalg.solve(curvature, x.T @ (cases.won - chance) - cases.hold * beta)
        beta = beta + step * min(1.0, LONGEST_STEP / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(beta)


def _teams(team: Codes) -> Matrix:
    """Which team each member belongs to, (n_members, n_teams); one team alone says nothing beside the intercept."""
    n_teams = int(team.max(initial=-1)) + 1
    return np.equal.outer(team, np.arange(n_teams if n_teams > 1 else 0)).astype(np.float64)


def _without_teams(grid: tuple[Spread, ...]) -> tuple[Spread, ...]:
    """The spreads that still differ where there are no teams."""
    first = grid[0].team
    return tuple(each for each in grid if each.team == first)


def _told(cases: Cases, beta: Vector, added: Matrix, cell: Codes, of_team: Matrix) -> Told:
    """What the cases tell of all effects, near certain ones."""
    x, size = cases.covariates, added.size
    log_odds = x @ beta + added.ravel()[cell]
    chance = expit(log_odds)
    weight = np.maximum(chance * (1 - chance), 1e-6)
    pull = weight * log_odds + cases.won - chance

    def of_cells(each: Vector) -> Matrix:
        return np.asarray(np.bincount(cell, each, size), dtype=np.float64).reshape(added.shape)

    return Told(
        of_cells(weight),
        of_cells(pull),
        np.stack([of_cells(weight * column) for column in x.T], axis=-1),
        (x * weight[:, None]).T @ x,
        x.T @ pull,
        float((pull**2 / weight).sum()),
        of_team,
        cases.hold,
    )
