"""Deals left on the table: leads that stood high, heard nothing or heard late, and were lost or went cold.

What a lead was worth then is its chance times its value. That is what leads like it usually bring, not what a call
would have brought: nobody knows that of leads that were not called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from scoring.metrics import Metric, Vector, share
from scoring.retro import orders

# The top of a month's list.
TOP = 0.2
# Days without contact from the start of the month on.
LATE_DAYS = 14
# An open lead that nobody has been in touch with for so many days has gone cold.
COLD_DAYS = 60
# From one end of a 90 % interval to the other, in standard deviations.
WIDTH_90 = 2 * 1.645
REPLICATES = 1000
Fate = Literal["lost", "cold"]


@dataclass(frozen=True)
class Missed:
    """A lead left on the table.

    Attributes
    ----------
    span : place of the month in which it first stood high without being called in time
    rank, listed : its place among the leads open then
    chance, low, high : as said then
    waited : days until the next contact; None if there was none
    since : when it was lost, or last touched; None if that is not known
    """

    lead: str
    span: int
    rank: int
    listed: int
    chance: float
    low: float
    high: float
    value: float | None
    source: str | None
    owner: str | None
    waited: float | None
    fate: Fate
    since: datetime | None

    @property
    def worth(self) -> float:
        """Chance times value."""
        return self.chance * (self.value or 0.0)


@dataclass(frozen=True)
class Expected:
    """Wins and value that some leads were expected to bring, and how many have no value; intervals are 95 %."""

    wins: Metric
    value: Metric | None
    without_value: int


@dataclass(frozen=True)
class OnTheTable:
    """Leads left on the table, what was worth most first, and how others at the top fared.

    Attributes
    ----------
    in_time, late : of leads at the top that were still open after `LATE_DAYS`, the share won by today where somebody
        had been in touch by then, and where nobody had
    n_in_time, n_late : how many these are
    """

    leads: tuple[Missed, ...]
    expected: Expected
    in_time: Metric | None
    late: Metric | None
    n_in_time: int
    n_late: int


def left_on_the_table(rows: pd.DataFrame, as_of: datetime) -> OnTheTable:
    """What the rows of a replay show of leads that were let go."""
    top = _top(rows)
    late = ~(top["contact"] <= LATE_DAYS)
    missed = tuple(sorted(_missed(top[late], as_of), key=lambda lead: (-lead.worth, -lead.chance, lead.lead)))
    return OnTheTable(
        missed, expected(missed), _share_won(top[~late]), _share_won(top[late]), int((~late).sum()), int(late.sum())
    )


def _share_won(rows: pd.DataFrame) -> Metric | None:
    return share(rows["won"].to_numpy(dtype=np.float64), rows["lead"].to_numpy()) if len(rows) else None


def expected(leads: Sequence[Missed], seed: int = 0) -> Expected:
    """Sums of chance, and of chance times value, over leads; drawn anew, each within its own interval."""
    chance = np.array([lead.chance for lead in leads], dtype=np.float64)
    value = np.array([np.nan if lead.value is None else lead.value for lead in leads], dtype=np.float64)
    random = np.random.default_rng(seed)
    weights = random.poisson(1.0, (REPLICATES, len(leads)))
    drawn = weights * _drawn_chances(leads, random)
    known = np.isfinite(value)
    worth = np.nan_to_num(value)
    return Expected(
        orders.figure(np.r_[chance.sum(), drawn.sum(axis=1)]),
        orders.figure(np.r_[chance @ worth, drawn @ worth]) if known.any() else None,
        int((~known).sum()),
    )


def _drawn_chances(leads: Sequence[Missed], random: np.random.Generator) -> Vector:
    """True chances as they may be, shape (REPLICATES, n_leads): even on the log-odds over each interval."""
    low, high = (np.array([getattr(lead, end) for lead in leads], dtype=np.float64) for end in ("low", "high"))
    ends = logit(np.clip([low, high], 1e-6, 1 - 1e-6))
    middle, deviation = ends.mean(axis=0), (ends[1] - ends[0]) / WIDTH_90
    return np.asarray(expit(middle + deviation * random.standard_normal((REPLICATES, len(leads)))))


def _top(rows: pd.DataFrame) -> pd.DataFrame:
    """The top of each month's list: leads that may be called and stayed open long enough to be called late.

    Who was won or lost at once needed no contact, or could not get it.
    """
    lists = rows.groupby("span")["chance"]
    ranked = rows.assign(rank=lists.rank(ascending=False, method="first").astype(int), listed=lists.transform("size"))
    high = ranked["rank"] <= np.ceil(TOP * ranked["listed"])
    stayed = ~(ranked["days_to_close"] <= LATE_DAYS)
    top: pd.DataFrame = ranked[high & stayed & ranked["reachable"]]
    return top


def _missed(late: pd.DataFrame, as_of: datetime) -> list[Missed]:
    """Leads that were lost or went cold, each where it first stood at the top."""
    lost = late["outcome"] == "lost"
    quiet = ~(late["last_touch"] > pd.Timestamp(as_of) - pd.Timedelta(days=COLD_DAYS))
    gone = late[lost | ((late["outcome"] == "open") & quiet)].drop_duplicates("lead")
    return [_one(row) for row in gone.to_dict("records")]


def _one(row: Any) -> Missed:
    lost = row["outcome"] == "lost"
    return Missed(
        row["lead"],
        int(row["span"]),
        int(row["rank"]),
        int(row["listed"]),
        float(row["chance"]),
        float(row["low"]),
        float(row["high"]),
        _known(row["value"]),
        _text(row["source"]),
        _text(row["owner"]),
        _known(row["contact"]),
        "lost" if lost else "cold",
        _instant(row["closed_at"] if lost else row["last_touch"]),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _instant(at: pd.Timestamp) -> datetime | None:
    return None if pd.isna(at) else at.to_pydatetime()
