"""What happened in each case, in order: the events that sequence models learn from, and the prefixes they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

Vector = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
DAY = 86_400.0
# The code of a step that is not among the names.
UNMET = -1


@dataclass(frozen=True)
class Sequences:
    """Events of cases, all of one case together and in order of time.

    Attributes
    ----------
    cases : ids, in order of their first events, shape (n_cases,)
    names : the steps there are, in the order of their codes
    starts : where each case begins among the events, and where the last one ends, shape (n_cases + 1,)
    steps : the code of each event's step, `UNMET` for one without a name, shape (n_events,)
    at : seconds since 1970 of each event, shape (n_events,)
    ended : whether no event will follow the last one, for each case; of the others that is not known yet
    as_of : seconds since 1970 up to which events are known; endless where all cases are told to their end
    """

    cases: npt.NDArray[np.object_]
    names: tuple[str, ...]
    starts: Ints
    steps: Ints
    at: Vector
    ended: Flags
    as_of: float = np.inf

    @classmethod
    def of(cls, frame: pd.DataFrame, *, ended: Mapping[object, bool] | None = None) -> Self:
        """The sequences of a frame with a row for each event: columns `case`, `step` and `at` (with a time zone).

        Events at the same instant stay in the order of the rows.

        Parameters
        ----------
        ended : by case, whether nothing will follow; None for all, a case that is not in it has not
        """
        first = frame.groupby("case", sort=False)["at"].transform("min")
        order = np.lexsort((frame["at"], pd.factorize(frame["case"])[0], first))
        rows = frame.iloc[order]
        code, cases = pd.factorize(rows["case"].to_numpy(dtype=object))
        names = tuple(sorted(map(str, rows["step"].unique())))
        at = pd.DatetimeIndex(rows["at"]).as_unit("us").asi8 / 1e6
        over = np.array([ended is None or bool(ended.get(case, False)) for case in cases], dtype=np.bool_)
        return cls(
            np.asarray(cases, dtype=object),
            names,
            np.searchsorted(code, np.arange(len(cases) + 1)),
            pd.Index(names).get_indexer(pd.Index(rows["step"].astype(str))).astype(np.intp),
            at,
            over,
            np.inf if over.all() else float(at.max()),
        )

    def __len__(self) -> int:
        return len(self.cases)

    @cached_property
    def case(self) -> Ints:
        """The number of each event's case."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @cached_property
    def position(self) -> Ints:
        """How many events of its case lie before each event."""
        return np.arange(len(self.steps)) - self.starts[self.case]

    @cached_property
    def first(self) -> Vector:
        """When each case began, in seconds since 1970."""
        return self.at[self.starts[:-1]]

    @cached_property
    def gaps(self) -> Vector:
        """Days since the event before in the same case; 0 for the first."""
        return np.where(self.position > 0, np.diff(self.at, prepend=0.0), 0.0) / DAY

    def take(self, which: Flags) -> Self:
        """Some of the cases."""
        events = which[self.case]
        lengths = np.diff(self.starts)[which]
        return replace(
            self,
            cases=self.cases[which],
            starts=np.r_[0, np.cumsum(lengths)].astype(np.intp),
            steps=self.steps[events],
            at=self.at[events],
            ended=self.ended[which],
        )

    def until(self, instant: float) -> Self:
        """What was known at an instant (seconds since 1970): later events are gone, and their cases are open.

        An end is taken to be known with the last event.
        """
        seen = self.at <= instant
        left = np.bincount(self.case[seen], minlength=len(self))
        known, whole = left > 0, left == np.diff(self.starts)
        return replace(
            self,
            cases=self.cases[known],
            starts=np.r_[0, np.cumsum(left[known])].astype(np.intp),
            steps=self.steps[seen],
            at=self.at[seen],
            ended=(self.ended & whole)[known],
            as_of=instant,
        )

    def named(self, names: Sequence[str]) -> Self:
        """The same events in the codes of other names; a step that is not among them is `UNMET`."""
        if tuple(names) == self.names:
            return self
        code = np.r_[pd.Index(names).get_indexer(pd.Index(self.names)), UNMET].astype(np.intp)
        return replace(self, names=tuple(names), steps=code[self.steps])

    def prefixes(self) -> Prefixes:
        """Every beginning of every case of which it is known what came next, the end among it."""
        last = np.ones(len(self.steps), dtype=np.bool_)
        last[self.starts[1:] - 1] = self.ended
        return Prefixes(self, np.flatnonzero(last))

    def current(self) -> Prefixes:
        """Each case that has not ended, as it stands."""
        return Prefixes(self, self.starts[1:][~self.ended] - 1)


@dataclass(frozen=True)
class Prefixes:
    """Beginnings of cases: of each, all events up to one.

    Attributes
    ----------
    last : which event is the last one of each prefix, shape (n_prefixes,)
    """

    of: Sequences
    last: Ints

    def __len__(self) -> int:
        return len(self.last)

    @property
    def case(self) -> Ints:
        """The number of each prefix's case."""
        return self.of.case[self.last]

    @property
    def is_whole(self) -> Flags:
        """Whether nothing that is known follows."""
        return np.asarray(self.last == self.of.starts[1:][self.case] - 1)

    @property
    def following(self) -> Ints:
        """The code of the step that came next; `len(names)` where the case ended there."""
        after = np.minimum(self.last + 1, len(self.of.steps) - 1)
        return np.where(self.is_whole, len(self.of.names), self.of.steps[after])

    @property
    def days(self) -> Vector:
        """Days until the next event; NaN where none follows."""
        after = np.minimum(self.last + 1, len(self.of.steps) - 1)
        return np.where(self.is_whole, np.nan, self.of.gaps[after])

    def named(self, names: Sequence[str]) -> Prefixes:
        """The same prefixes in the codes of other names."""
        return Prefixes(self.of.named(names), self.last)

    def take(self, which: Flags | Ints) -> Prefixes:
        """Some of the prefixes."""
        return Prefixes(self.of, self.last[which])

    def alone(self) -> Prefixes:
        """The same prefixes among the events of their own cases only."""
        asked = np.zeros(len(self.of), dtype=np.bool_)
        asked[self.case] = True
        if asked.all():
            return self
        place = np.cumsum(asked[self.of.case]) - 1
        return Prefixes(self.of.take(asked), place[self.last].astype(np.intp))

    def before(self, back: int) -> Ints:
        """The step that lies so many events before the last one; `UNMET` where the case is younger than that."""
        here = self.of.position[self.last] >= back
        return np.where(here, self.of.steps[np.where(here, self.last - back, 0)], UNMET)
