"""What is known of the members of a group once the cases have spoken, on the log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

# Joint draws that are kept: the ends of a 90 % interval are then known to a few hundredths of its width.
DRAWS, SEED = 2_000, 5


@dataclass(frozen=True)
class Guess:
    """What all effects are if members and teams lie apart as far as is assumed here, and change as fast.

    Attributes
    ----------
    weight : how likely that is
    others, root : effects of covariates and teams, and the root of their covariance
    mean : what each member adds from now on (n_members,)
    lean : how far that moves with each of the other effects (n_members, n_others)
    free : variance of what each adds, were the other effects known (n_members,)
    apart, teams_apart : variance of what somebody unknown adds beside the team, and of what a team adds
    """

    weight: float
    others: Vector
    root: Matrix
    mean: Vector
    lean: Matrix
    free: Vector
    apart: float
    teams_apart: float

    def drawn(self, n: int, random: np.random.Generator) -> tuple[Matrix, Matrix]:
        """Joint draws of all other effects and of what each member adds, a row each."""
        moved = random.normal(size=(n, len(self.others))) @ self.root.T
        free = random.normal(size=(n, len(self.free))) * np.sqrt(self.free)
        return self.others + moved, self.mean + moved @ self.lean.T + free


@dataclass(frozen=True)
class Effects:
    """What each member adds, beside the member of the average case.

    Attributes
    ----------
    covariates, errors : effect of each covariate, and its standard error
    mean : what each member adds as far as is known (n_members,)
    team_mean : what the members of each team add on average (n_teams,); none where there are no teams to compare
    nobody : what is taken for the mean of somebody without a team
    drawn : joint draws of what each member may truly add (n_draws, n_members)
    teams_drawn, nobody_drawn : the same of teams, and of the mean of whoever has none (n_draws, n_teams), (n_draws,)
    apart : in each draw, the standard deviation of what somebody unknown adds beside that (n_draws,)
    """

    covariates: Vector
    errors: Vector
    mean: Vector
    team_mean: Vector
    nobody: float
    drawn: Matrix
    teams_drawn: Matrix
    nobody_drawn: Vector
    apart: Vector

    @classmethod
    def mixed(cls, guesses: Sequence[Guess], share: Vector, n_covariates: int) -> Self:
        """All guesses as one, each counting by its weight.

        Parameters
        ----------
        share : of the cases, those that each member had (n_members,)
        n_covariates : how many of `Guess.others` are the effects of covariates; the teams' follow
        """
        random = np.random.default_rng(SEED)
        upto = np.floor(np.cumsum([each.weight for each in guesses]) * DRAWS + 0.5).astype(np.intp)
        times = np.diff(upto, prepend=0)
        pairs = [each.drawn(int(n), random) for each, n in zip(guesses, times, strict=True)]
        others, members = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        teams_apart = np.repeat([each.teams_apart for each in guesses], times)
        apart = np.repeat([each.apart for each in guesses], times)
        weights = [each.weight for each in guesses]
        mean, expected = (
            np.average([getattr(each, name) for each in guesses], axis=0, weights=weights)
            for name in ("mean", "others")
        )
        variance = [(each.root**2).sum(axis=1) + (each.others - expected) ** 2 for each in guesses]
        usual, usually = float(share @ mean), members @ share
        has_teams = others.shape[1] > n_covariates
        return cls(
            expected[:n_covariates],
            np.sqrt(np.average(variance, axis=0, weights=weights))[:n_covariates],
            mean - usual,
            expected[n_covariates:] - usual,
            -usual,
            members - usually[:, None],
            others[:, n_covariates:] - usually[:, None],
            has_teams * random.normal(size=DRAWS) * np.sqrt(teams_apart) - usually,
            np.sqrt(apart),
        )

    def stranger(self, team: int = -1) -> float:
        """What somebody adds of whom nothing is known but the team."""
        return float(self.team_mean[team]) if team >= 0 else self.nobody

    def draws(self, n: int, seed: int = 0, *, strangers: Sequence[int] = ()) -> Matrix:
        """What all members may truly add: joint draws, of shape (n, n_members + n_strangers).

        Parameters
        ----------
        strangers : the team of each, -1 for none
        """
        random = np.random.default_rng(seed)
        at = random.choice(len(self.drawn), n, replace=n > len(self.drawn))
        means = [self.teams_drawn[at, team] if team >= 0 else self.nobody_drawn[at] for team in strangers]
        new = [mean + random.normal(size=n) * self.apart[at] for mean in means]
        return np.column_stack([self.drawn[at], *new])
