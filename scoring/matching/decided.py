"""Leads of which the end is known, with who worked each: what the reps can be judged by."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge import languages
from knowledge.frames import History
from scoring import arrivals, leaks
from scoring.activity import DAY_S
from scoring.arrivals import EARLY
from scoring.leaks import Report
from scoring.windows import STEP, labelled

Vector = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

# So many of the leads have to show it for the books to be read that way.
ENOUGH = 0.5
# The latest ones that are learnt from at most: more teach nothing that would show.
MOST_LEADS = 50_000
# A column whose values go with one owner this often is a name of the owner.
NAMES_OWNER = 0.9
# What a rep did for a lead on its first day, beside what goes out.
OUR_DOING = ("first_touch_hours", "conversation", "meeting")


@dataclass(frozen=True)
class Decided:
    """Leads that were decided, a row each, in the order in which they came.

    Attributes
    ----------
    frame : what was known of each: on its first day, or in the end where the books hold no more
    leads, owner : ids of the lead and of who had it when it was decided
    won : 1.0 or 0.0
    came_in, decided : when, in days, or its place in the file for both; NaN where nothing tells
    load : open leads that its owner had when it came in; NaN where it is not known
    speaks : 1 where its owner speaks its language, 0 where not, NaN where it is not known
    """

    frame: pd.DataFrame
    leads: Objects
    owner: Objects
    won: Vector
    came_in: Vector
    decided: Vector
    load: Vector
    speaks: Vector

    def __len__(self) -> int:
        return len(self.leads)

    @property
    def is_ordered(self) -> bool:
        return bool(np.isfinite(self.came_in).all() and len(np.unique(self.came_in)) > 1)

    def take(self, at: Flags) -> Self:
        """Some of the leads."""
        parts: dict[str, Any] = {each.name: getattr(self, each.name)[at] for each in fields(self)}
        return replace(self, **parts | {"frame": parts["frame"].reset_index(drop=True)})


def gather(history: History, *, as_of: datetime, guard: Report | None = None) -> Decided:
    """Every lead that had an owner and of which it is known at `as_of` what became of it.

    `guard` is what the leak guard found in these books; it is asked by default.
    """
    known_late = (guard or inspected(history, as_of=as_of)).leave_out
    history = replace(history, rules={**history.rules, **dict.fromkeys(known_late, "drop")})
    leads = history.at(as_of).leads
    leads = leads.assign(owner_id=_owner_at_the_end(leads, history.changes))
    found = _first_days(history, leads) if _shows_first_days(history, leads) else _ends(history, leads, as_of)
    return replace(found, frame=found.frame.drop(columns=[*_done_by_us(found), *_names_of_owners(found)]))


def inspected(history: History, *, as_of: datetime) -> Report:
    """What the leak guard finds in the columns that are read of each lead."""
    leads = history.at(as_of).leads
    books = history if _shows_first_days(history, leads) else _as_file(history, leads)
    return leaks.inspect(books, labelled(books, as_of=as_of, horizon=3 * STEP), as_of=as_of, weigh=False)


def _shows_first_days(history: History, leads: pd.DataFrame) -> bool:
    """Whether the books show what was known of most leads before these were decided."""
    closed = leads[leads["outcome"].isin(["won", "lost"])]
    lasted = closed["outcome_at"] - closed["created_at"] > EARLY
    return history.is_dated and bool(lasted.mean() > ENOUGH)


def _first_days(history: History, leads: pd.DataFrame) -> Decided:
    """Leads as they stood a day after they came in, those decided sooner left out."""
    chosen = _closed(leads[leads["outcome_at"] - leads["created_at"] > EARLY], leads["created_at"])
    early = arrivals.first_days(history, chosen.index)
    frame = arrivals.read(early, chosen.index, history.rules, dated=True)
    came_in, decided = (_days(chosen[name]) for name in ("created_at", "outcome_at"))
    return _gathered(history, chosen, frame, came_in, decided, _loads(leads).reindex(chosen.index))


def _ends(history: History, leads: pd.DataFrame, as_of: datetime) -> Decided:
    """Leads as they ended, in the order of the file."""
    books = _as_file(history, leads)
    chosen = _closed(leads, books.leads["sequence"])
    frame = arrivals.read(books.at(as_of), chosen.index, history.rules, dated=False)
    order = books.leads.loc[chosen.index, "sequence"].to_numpy(dtype=np.float64)
    return _gathered(history, chosen, frame, order, order, pd.Series(np.nan, index=chosen.index))


def _closed(leads: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """The latest leads that were decided and had an owner, in order."""
    closed = leads["outcome"].isin(["won", "lost"]) & leads["owner_id"].notna() & leads["merged_into"].isna()
    found = leads[closed].sort_index()
    return found.loc[order.loc[found.index].sort_values(kind="stable").index].tail(MOST_LEADS)


def _gathered(
    history: History, leads: pd.DataFrame, frame: pd.DataFrame, came_in: Vector, decided: Vector, loads: pd.Series
) -> Decided:
    return Decided(
        frame.reset_index(drop=True),
        leads.index.to_numpy(dtype=object),
        leads["owner_id"].to_numpy(dtype=object),
        np.asarray(leads["outcome"] == "won", dtype=np.float64),
        came_in,
        decided,
        loads.reindex(leads.index).to_numpy(dtype=np.float64),
        _speaks(leads, history.people),
    )


def _as_file(history: History, leads: pd.DataFrame) -> History:
    """The books as a file in order of time: for leads that are written down once they are decided."""
    never = pd.Series(pd.NaT, index=leads.index, dtype="datetime64[us, UTC]")
    time = leads["outcome_at"].fillna(leads["created_at"])
    is_dated = time.notna().mean() > ENOUGH
    order = pd.Series(_days(time), index=leads.index) if is_dated else leads["sequence"]
    # What has no place in time stands at its beginning.
    leads = leads.assign(created_at=never, outcome_at=never, sequence=order.fillna(order.min()))
    return replace(history, leads=leads, attributes=history.attributes.loc[leads.index])


def _days(time: pd.Series) -> Vector:
    return np.asarray((time - pd.Timestamp(0, tz="UTC")).dt.total_seconds() / DAY_S, dtype=np.float64)


def _owner_at_the_end(leads: pd.DataFrame, changes: pd.DataFrame) -> pd.Series:
    """Who had each lead when it was decided: a hand-over after that changes nothing."""
    moved = changes[(changes["field"] == "owner_id") & changes["lead_id"].isin(leads.index)]
    decided_at = leads["outcome_at"].reindex(moved["lead_id"]).set_axis(moved.index)
    after = moved[moved["at"] > decided_at].drop_duplicates("lead_id")
    before = after.set_index("lead_id")["old"]
    return leads["owner_id"].where(~leads.index.isin(before.index), before.reindex(leads.index))


def _loads(leads: pd.DataFrame) -> pd.Series:
    """How many open leads the owner of each had when it came in."""
    known = leads[leads["created_at"].notna() & leads["owner_id"].notna()]
    loads = [_load(own) for _, own in known.groupby("owner_id")]
    return pd.concat(loads) if loads else pd.Series(dtype="float64")


def _load(own: pd.DataFrame) -> pd.Series:
    # One that was closed nobody knows when counts as closed at once.
    ended = own["outcome_at"].where(own["outcome"].eq("open") | own["outcome_at"].notna(), own["created_at"])
    came, gone = np.sort(own["created_at"].to_numpy()), np.sort(ended.dropna().to_numpy())
    at = own["created_at"].to_numpy()
    return pd.Series(np.searchsorted(came, at) - np.searchsorted(gone, at, "right"), index=own.index, dtype="float64")


def _speaks(leads: pd.DataFrame, people: pd.DataFrame) -> Vector:
    spoken = people["languages"].map(languages.codes)
    wanted = leads["language"].map(languages.code, na_action="ignore")
    pairs = zip(wanted, leads["owner_id"].map(spoken), strict=True)
    told = [
        float(code in codes) if isinstance(code, str) and codes and codes == codes else np.nan for code, codes in pairs
    ]
    return np.array(told, dtype=np.float64)


def _done_by_us(rows: Decided) -> list[str]:
    """Columns that tell what the owner did: to be judged by that, not excused by it."""
    subjects = {str(name): str(name).removeprefix("n.").rpartition(".")[0] for name in rows.frame}
    return [
        name
        for name, subject in subjects.items()
        if name in OUR_DOING or subject.endswith("_out") or subject in OUR_DOING
    ]


def _names_of_owners(rows: Decided) -> list[str]:
    """Columns whose values name the owner: as features they would take the credit that is the owner's."""
    return [str(name) for name in rows.frame if _names_owner(rows.frame[name], rows.owner)]


def _names_owner(values: pd.Series, owner: Objects) -> bool:
    if pd.api.types.is_numeric_dtype(values) or values.notna().sum() < 2:
        return False
    counts = pd.crosstab(values.astype(str).where(values.notna()).to_numpy(), owner)
    repeats = float((counts.sum(axis=1) - 1).sum())
    # Seen but for the row itself: a value met once names nobody.
    return (
        len(counts) >= counts.shape[1] > 1 and bool(repeats) and (counts.max(axis=1) - 1).sum() / repeats >= NAMES_OWNER
    )
