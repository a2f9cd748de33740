"""A pool of leads to be placed among some reps: what is known of it, and what a plan has to keep to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NOBODY = -1
TOP = 0.1


@dataclass(frozen=True)
class Terms:
    """What a plan has to keep to.

    Attributes
    ----------
    most : new leads that one rep may be given; None for as many as there is room for
    minimum : leads of the pool that each rep is to have at least
    fair_share : of an equal split of the pool's best leads, the part that each rep gets at least
    times_equal : nobody gets more leads of the pool than so many times an equal split, or than they have now
    switching : share of what a lead is worth that is lost when it is taken from whoever works it
    """

    most: int | None = None
    minimum: int = 0
    fair_share: float = 0.5
    times_equal: float = 2.0
    switching: float = 0.1


STANDARD = Terms()


@dataclass(frozen=True)
class Adds:
    """What some reps add to the log-odds of a lead.

    Attributes
    ----------
    mean : what each adds, as far as is known (n_reps,)
    draws : what each may truly add, less that (n_draws, n_reps)
    slope : what each open lead more adds to all of a rep's leads; 0 or less
    """

    mean: Floats
    draws: Floats
    slope: float = 0.0

    @classmethod
    def nothing(cls, n_reps: int) -> Self:
        """All reps are alike."""
        return cls(np.zeros(n_reps), np.zeros((1, n_reps)))


@dataclass(frozen=True)
class Case:
    """All open leads of some reps and those to be placed among them, in the order in which they came.

    Attributes
    ----------
    chance : P(won) of each lead with each rep, as busy as they are now, shape (n_leads, n_reps)
    worth : what a win of each lead brings (n_leads,); ones where wins alone are counted
    owner : the place of the rep who has it, or -1 (n_leads,)
    eligible : who may be given it (n_leads, n_reps); whoever has it may keep it
    pool : the leads to be placed (n_leads,); all others stay where they are
    held_out : of the pool, those that go by today's rule, so that both can be compared (n_leads,)
    worked : leads that somebody works, so that taking them away costs something (n_leads,)
    capacity : open leads that each rep can hold (n_reps,)
    pinned : the place of the rep who is to have it whatever the plan says, or -1 (n_leads,)
    adds : what the reps add to a lead's chance
    doubt : standard deviation of each lead's own log-odds, whoever works it (n_leads,); 0 where it is known
    """

    chance: Floats
    worth: Floats
    owner: Whole
    eligible: Flags
    pool: Flags
    held_out: Flags
    worked: Flags
    capacity: Whole
    pinned: Whole
    adds: Adds
    terms: Terms = STANDARD
    doubt: Floats | float = 0.0

    @property
    def n_reps(self) -> int:
        return len(self.capacity)

    @cached_property
    def free(self) -> Flags:
        """The leads that a plan may place."""
        return self.placed & (self.pinned < 0)

    @property
    def placed(self) -> Flags:
        """The leads that go by the plan, those that a person settled among them."""
        return self.pool & ~self.held_out

    @cached_property
    def allowed(self) -> Flags:
        """Who may have each lead: whoever may be given it, and whoever has it."""
        allowed, owned = self.eligible.copy(), np.flatnonzero(self.owner >= 0)
        allowed[owned, self.owner[owned]] = True
        return allowed

    @cached_property
    def typical_value(self) -> Floats:
        """What each lead is worth with an average rep (n_leads,)."""
        return np.asarray(self.chance.mean(axis=1) * self.worth)

    @cached_property
    def top(self) -> Flags:
        """The tenth of the pool that is worth most whoever works it, or as many leads as there are reps if more."""
        order = np.argsort(np.where(self.pool, -self.typical_value, np.inf), kind="stable")
        size = int(self.pool.sum())
        top = np.zeros(len(order), bool)
        top[order[: max(int(np.ceil(TOP * size)), min(size, self.n_reps))]] = True
        return top

    @cached_property
    def lost_if_taken(self) -> Floats:
        """The chance that is lost when each lead is taken from whoever works it (n_leads,)."""
        kept = self.chance[np.arange(len(self.owner)), self.owner]
        return np.where((self.owner >= 0) & self.worked, self.terms.switching * kept, 0.0)

    @cached_property
    def reps_are_alike(self) -> bool:
        """Whether no lead is likelier won with one rep than with another, nor by a rep with fewer leads."""
        return not self.adds.slope and bool((self.chance == self.chance[:, :1]).all())

    def taken(self, rep: Whole) -> Flags:
        """The leads that somebody has and somebody else would have (n_leads,)."""
        return np.asarray((self.owner >= 0) & (rep != self.owner))

    def counts(self, rep: Whole, which: Flags | None = None) -> Whole:
        """How many leads each rep has, of all or of some (n_reps,)."""
        return np.bincount(rep[rep >= 0 if which is None else (rep >= 0) & which], minlength=self.n_reps)


def equal_split(eligible: Flags) -> Floats:
    """How many leads each rep has when each lead is split evenly among those who may have it (n_reps,)."""
    return np.asarray((eligible / np.maximum(eligible.sum(axis=1, keepdims=True), 1)).sum(axis=0))
