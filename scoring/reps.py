"""The reps that a lead may be matched with, as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Reps:
    """Reps side by side, one element of each field a rep.

    Attributes
    ----------
    ids : person ids (n_reps,)
    load : open leads now (n_reps,)
    languages : codes of the languages that each speaks; empty where nobody wrote them down
    skills : what each is said to be good at
    team : team ids, None where there is none (n_reps,)
    tenure_days : how long each has been here; NaN where it is not known (n_reps,)
    """

    ids: tuple[str, ...]
    load: npt.NDArray[np.float64]
    languages: tuple[frozenset[str], ...]
    skills: tuple[frozenset[str], ...]
    team: tuple[str | None, ...]
    tenure_days: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, staff: pd.DataFrame, now: datetime) -> Self:
        """The reps of a frame as `knowledge.staff.reps` makes it."""
        hired = pd.to_datetime(staff["hired_on"], utc=True)
        return cls(
            tuple(map(str, staff.index)),
            staff["open_leads"].to_numpy(dtype=np.float64),
            tuple(map(frozenset, staff["languages"])),
            tuple(map(frozenset, staff["skills"])),
            tuple(team if isinstance(team, str) else None for team in staff["team_id"]),
            np.asarray((pd.Timestamp(now) - hired).dt.days, dtype=np.float64),
        )

    def take(self, places: Sequence[int]) -> Self:
        """Some of the reps, in a given order."""
        at = list(places)
        return type(self)(
            tuple(self.ids[i] for i in at),
            self.load[at],
            tuple(self.languages[i] for i in at),
            tuple(self.skills[i] for i in at),
            tuple(self.team[i] for i in at),
            self.tenure_days[at],
        )
