"""What is asked of an allocation, checked and brought into one form: groups of leads with limits for every rep.

The first group holds every lead (capacities and minimums); each share adds a group. Leads that are in the same
groups are of one kind, and leads of one kind see the same price list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import BadInput
from scoring.allocation.load import Curves

Floats = npt.NDArray[np.floating[Any]]
Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Share:
    """Every rep gets at least so many of some leads, such as five each of the top decile.

    Attributes
    ----------
    mask : (n_leads,) booleans, the leads that count
    minimum : (n_reps,) integers
    """

    mask: npt.ArrayLike
    minimum: npt.ArrayLike


@dataclass(frozen=True)
class Problem:
    """Leads to be given to reps; index n_reps stands for nobody, who is worth 0 and takes any number.

    Attributes
    ----------
    value : (n_leads, n_reps), never copied
    low, high : (n_groups, n_reps) how many leads of each group a rep may get
    kind : (n_leads,) the kind of each lead
    member : (n_kinds, n_groups) 1.0 where leads of that kind are in that group
    eligible : (n_leads, n_reps), or None where all are
    owner : (n_leads,) who holds the lead, or -1
    stay : (n_leads,) what moving it to another rep costs
    curves : what a value is worth at the margin of each rep's load, or None where load does not matter
    """

    value: Floats
    low: Reals
    high: Reals
    kind: Ints
    member: Reals
    eligible: Flags | None = None
    owner: Ints | None = None
    stay: Reals | None = None
    curves: Curves | None = None

    @property
    def n_leads(self) -> int:
        return len(self.value)

    @property
    def n_reps(self) -> int:
        return int(self.value.shape[1])

    @property
    def precision(self) -> type[np.floating[Any]]:
        """In which the net worth of all pairs is computed."""
        return np.float32 if self.value.dtype == np.float32 and self.curves is None else np.float64

    @property
    def idle(self) -> float:
        """What all would be charged for moving every owned lead; `worth` counts from there."""
        return 0.0 if self.stay is None else float(self.stay.sum())

    def price_list(self, prices: Reals) -> Reals:
        """What each rep costs a lead of each kind, and nobody, who is free: (n_kinds, n_reps + 1)."""
        listed = np.zeros((len(self.member), self.n_reps + 1))
        listed[:, :-1] = np.where(self.high[0] > 0, self.member @ prices, np.inf)
        return listed

    def worth(self, lead: Ints, rep: Ints) -> Reals:
        """Value of single pairs, plus what is saved where the lead is not moved."""
        taken = rep < self.n_reps
        found = np.zeros(len(lead))
        found[taken] = self.value[lead[taken], rep[taken]]
        if self.curves is not None:
            found[taken] = self.curves.pairs(found[taken], rep[taken])
        if self.owner is not None and self.stay is not None:
            found += np.where(~taken | (rep == self.owner[lead]), self.stay[lead], 0.0)
        return found

    def net(self, rows: slice, listed: Floats, out: Floats) -> Floats:
        """Writes what is left of the worth of some leads after the price: (n_rows, n_reps + 1)."""
        body, value = out[:, :-1], self.value[rows]
        if self.curves is not None:
            value = self.curves.block(value)
        np.subtract(value, listed[0, :-1] if len(listed) == 1 else listed[self.kind[rows], :-1], out=body)
        out[:, -1] = 0.0
        if self.eligible is not None:
            np.copyto(body, -np.inf, where=~self.eligible[rows])
        if self.owner is not None and self.stay is not None:
            owner, stay = self.owner[rows], self.stay[rows].astype(out.dtype)
            owned = np.flatnonzero(owner >= 0)
            out[owned, owner[owned]] += stay[owned]
            out[:, -1] += stay
        return out

    def take(self, rows: slice) -> Problem:
        """The same problem for some of the leads, with limits in proportion."""
        value = self.value[rows]
        part = len(value) / self.n_leads
        return replace(
            self,
            value=value if self.curves is None else self.curves.block(value),
            low=self.low * part,
            high=self.high * part,
            kind=self.kind[rows],
            eligible=None if self.eligible is None else self.eligible[rows],
            owner=None if self.owner is None else self.owner[rows],
            stay=None if self.stay is None else self.stay[rows],
            curves=None,
        )


def read(
    value: npt.ArrayLike,
    capacity: npt.ArrayLike,
    minimum: npt.ArrayLike | None,
    eligible: npt.ArrayLike | None,
    current: npt.ArrayLike | None,
    switch_cost: float,
    share: Sequence[Share] | None,
) -> Problem:
    """The problem that was asked, or a sentence that says what is wrong with it.

    Raises
    ------
    BadInput
        A shape does not fit, a number is missing or infinite, a limit is negative or not whole.
    """
    matrix = np.asarray(value)
    if matrix.dtype not in (np.float32, np.float64):
        matrix = _floats(matrix)
    if matrix.ndim != 2:
        raise BadInput(f"The values must be a table of leads by reps; this one has {matrix.ndim} dimensions.")
    n_leads, n_reps = matrix.shape
    shares = list(share or ())
    masks = [_flags(f"The mask of share {at + 1}", each.mask, (n_leads,)) for at, each in enumerate(shares)]
    wholes = [_whole(f"The minimum of share {at + 1}", each.minimum, n_reps) for at, each in enumerate(shares)]
    least = np.zeros(n_reps) if minimum is None else _whole("The minimum", minimum, n_reps)
    most = np.minimum(_whole("The capacity", capacity, n_reps), n_leads)
    kind, member = _kinds(masks, n_leads)
    owner = None if current is None else _owners(current, n_leads, n_reps)
    if not (np.isfinite(switch_cost) and switch_cost >= 0):
        raise BadInput(f"The cost of switching must be a number of 0 or more, not {switch_cost}.")
    return Problem(
        value=matrix,
        low=np.array([least, *wholes]),
        high=np.array([most, *(np.full(n_reps, float(n_leads)) for _ in shares)]),
        kind=kind,
        member=member,
        eligible=None if eligible is None else _flags("The eligibility", eligible, matrix.shape),
        owner=owner,
        stay=None if owner is None or switch_cost == 0 else np.where(owner >= 0, float(switch_cost), 0.0),
    )


def _kinds(masks: Sequence[Flags], n_leads: int) -> tuple[Ints, Reals]:
    if not masks:
        return np.zeros(n_leads, np.intp), np.ones((1, 1))
    found, kind = np.unique(np.column_stack(masks), axis=0, return_inverse=True)
    return kind.reshape(-1), np.column_stack([np.ones(len(found)), found]).astype(float)


def _floats(given: npt.NDArray[Any]) -> Reals:
    try:
        return given.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput("The values must be numbers.") from error


def _whole(name: str, given: npt.ArrayLike, n_reps: int) -> Reals:
    found = _floats(np.asarray(given))
    if found.shape != (n_reps,):
        raise BadInput(f"{name} must be one number for each of the {n_reps} reps; its shape is {found.shape}.")
    wrong = np.flatnonzero(~np.isfinite(found) | (found < 0) | (found != np.floor(found)))
    if len(wrong):
        raise BadInput(f"{name} of rep {wrong[0]} must be a whole number of 0 or more, not {found[wrong[0]]:g}.")
    return found


def _flags(name: str, given: npt.ArrayLike, shape: tuple[int, ...]) -> Flags:
    found = np.asarray(given)
    if found.shape != shape:
        raise BadInput(f"{name} must have the shape {shape}, not {found.shape}.")
    if found.dtype != np.bool_ and found.size and not np.isin(found, (0, 1)).all():
        raise BadInput(f"{name} must be true or false everywhere.")
    return found if found.dtype == np.bool_ else found.astype(bool)


def _owners(given: npt.ArrayLike, n_leads: int, n_reps: int) -> Ints:
    found = np.asarray(given)
    if found.shape != (n_leads,) or (found.size and not np.issubdtype(found.dtype, np.integer)):
        raise BadInput(f"The current owners must be one rep index, or -1, for each of the {n_leads} leads.")
    if found.size and not (found.min() >= -1 and found.max() < n_reps):
        raise BadInput(f"A current owner is neither -1 nor one of the {n_reps} reps.")
    return found.astype(np.intp)
