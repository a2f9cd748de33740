"""The past lived again: month by month, what a model would have said that knew no more than was known then.

A model is trained for the first instant of each month and asked about the leads open at it; beside its chance stands
what the team did with the lead, and what has become of it since. Books without dates are replayed in the order of
their file, part by part, each judged by a model that learnt from all before it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.parallel import Parallel, delayed

from knowledge.errors import BadInput, NotTrained
from knowledge.frames import History, Snapshot
from scoring import activity
from scoring.base import Progress, Scorer, silent

MOST_MONTHS = 36
# The longest of these is taken for which half the months can be replayed.
HORIZONS = tuple(timedelta(days=days) for days in (90, 60, 30, 14))
DAY = pd.Timedelta(days=1)
# Each process holds the books; with fewer leads, a month is over before a process has started.
MOST_AT_ONCE = 4
WORTH_A_PROCESS = 3000
# Processes end by themselves so soon after their last month, even if the one that asked was killed.
IDLE_S = 60
LeadScorer: TypeAlias = Scorer[History, Snapshot]
Make = Callable[[timedelta], LeadScorer]
Part = Callable[[], pd.DataFrame]


@dataclass(frozen=True)
class Span:
    """A month (or a part of the file), how many leads were listed, and why it could not be replayed if it was not."""

    label: str
    listed: int
    left_out: str = ""


@dataclass(frozen=True)
class Replay:
    """What would have been said, what was done and what came of it: a row for each lead and month.

    Attributes
    ----------
    rows : frame with

        - span : place in `spans`
        - lead, source, value, owner, reachable : as known then; `owner_now` as of today
        - chance, low, high : what the model said
        - came_in, touched : for the simple orders; larger is later, NaN if never
        - contact, days_to_close : days until the team got in touch next, and until won or lost; NaN if never
        - called : whether it did within the month
        - won : won by today; won_in_time : within the horizon; matured : the horizon is over
        - outcome, closed_at, last_touch : as of today
    """

    as_of: datetime
    horizon: timedelta
    basis: str
    spans: tuple[Span, ...]
    rows: pd.DataFrame
    decided_between: int = 0


def replay(
    history: History,
    make: Make,
    *,
    as_of: datetime,
    months: int,
    progress: Progress = silent,
    at_once: int | None = None,
) -> Replay:
    """The last `months` whole months again, with models that `make` gives for a horizon.

    `at_once` of them are replayed side by side; by default one for each core, where the books are large enough.

    Raises
    ------
    BadInput
        When the number of months makes no sense, or nothing orders the leads in time.
    NotTrained
        When too little was known to replay a single month.
    """
    check_months(months)
    if history.leads.empty:
        raise NotTrained("There are no leads yet, so there is no past to replay; import some first.")
    if not (history.leads["outcome"] == "won").any():
        raise NotTrained("No lead has been won yet, so there is nothing to look back on.")
    horizon, parts = (
        _months(history, make, as_of, months) if history.is_dated else _places(history, make, as_of, months)
    )
    spans, found = _lived(parts, at_once or _at_once(history, months), progress)
    if not found:
        raise NotTrained(
            f"Too little was known to replay any of this past: {spans[-1].left_out.rstrip('.')}. Ask again when more "
            "leads have been won and lost."
        )
    rows = pd.concat(found, ignore_index=True)
    if history.is_dated:
        between = _decided_between(history.at(as_of).leads, month_starts(as_of, months), set(rows["lead"]))
        return Replay(as_of, horizon, "won within the horizon", tuple(spans), rows, between)
    return Replay(as_of, horizon, "ever won", tuple(spans), rows.assign(won_in_time=rows["won"]))


def check_months(months: int) -> None:
    """Refuses a number of months that makes no sense, before anything takes time."""
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"A replay covers 1 to {MOST_MONTHS} months, not {months}.")


def _at_once(history: History, months: int) -> int:
    cores = min(os.cpu_count() or 1, MOST_AT_ONCE) if len(history.leads) >= WORTH_A_PROCESS else 1
    return min(cores, months)


def month_starts(as_of: datetime, months: int) -> list[datetime]:
    """The first instants (UTC) of the last whole months, and the end of the last of them."""
    this = as_of.astimezone(UTC).year * 12 + as_of.astimezone(UTC).month - 1
    return [datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in range(this - months, this + 1)]


def _lived(parts: Mapping[str, Part], at_once: int, progress: Progress) -> tuple[list[Span], list[pd.DataFrame]]:
    """The rows of each part, or why there are none; some parts at once, in processes of their own."""
    step, spans, found = f"replaying from {next(iter(parts))} on", list[Span](), list[pd.DataFrame]()
    progress(step, 0.0)
    side_by_side = Parallel(n_jobs=at_once, return_as="generator", idle_worker_timeout=IDLE_S)
    results = side_by_side(delayed(_tried)(part) for part in parts.values())
    for place, (label, result) in enumerate(zip(parts, results, strict=True)):
        if isinstance(result, str):
            spans.append(Span(label, 0, result))
        else:
            spans.append(Span(label, len(result)))
            found.append(result.assign(span=place))
        progress(step, (place + 1) / len(parts))
    return spans, found


def _tried(part: Part) -> pd.DataFrame | str:
    try:
        return part()
    except NotTrained as error:
        return str(error)


def _months(history: History, make: Make, as_of: datetime, months: int) -> tuple[timedelta, dict[str, Part]]:
    """The horizon, and how to replay each month."""
    edges = month_starts(as_of, months)
    horizon = _horizon(edges[:-1], history.leads["created_at"].min())
    return horizon, {
        f"{start:%b %Y}": partial(_month, history, make(horizon), (start, end, as_of), horizon)
        for start, end in pairwise(edges)
    }


def _horizon(starts: list[datetime], first: pd.Timestamp) -> timedelta:
    """The longest horizon for which at least half the months have twice as long a past."""
    for horizon in HORIZONS:
        if sum(_is_long_enough(start, first, horizon) for start in starts) * 2 >= len(starts):
            return horizon
    return HORIZONS[-1]


def _is_long_enough(start: datetime, first: pd.Timestamp, horizon: timedelta) -> bool:
    return bool(pd.Timestamp(start) - first >= 2 * horizon)


def _trained(
    history: History, model: LeadScorer, start: datetime, first: pd.Timestamp, horizon: timedelta
) -> LeadScorer:
    if not _is_long_enough(start, first, horizon):
        raise NotTrained(f"the books do not reach back {2 * horizon.days} days before it")
    return model.fit(history, as_of=start)


def _touches(history: History, as_of: datetime) -> pd.DataFrame:
    """When the team was in touch with each lead, by call, message or meeting; in order of time."""
    done = history.at(as_of).activities
    return done.loc[activity.contacts(done), ["lead_id", "at"]]


def _month(
    history: History,
    model: LeadScorer,
    instants: tuple[datetime, datetime, datetime],
    horizon: timedelta,
) -> pd.DataFrame:
    """The rows of a month: `instants` are its start, its end and today, as of which it is known what came of them."""
    start, end, today = instants
    _trained(history, model, start, history.leads["created_at"].min(), horizon)
    known, touches = history.at(today).leads, _touches(history, today)
    snapshot, at = history.at(start), pd.Timestamp(start)
    ids = snapshot.open_ids.union(_undated_losses(snapshot.leads, start, horizon))
    ids = ids[known["merged_into"].reindex(ids).isna()].sort_values()
    if ids.empty:
        raise NotTrained("no lead was open")
    earlier, later = touches[touches["at"] <= at], touches[touches["at"] > at]
    contact = later.drop_duplicates("lead_id").set_index("lead_id")["at"].reindex(ids)
    closed_at = known["outcome_at"].reindex(ids)
    won = known["outcome"].reindex(ids) == "won"
    facts: dict[str, Any] = {
        "came_in": _seconds(snapshot.leads["created_at"].reindex(ids)),
        "touched": _seconds(_last(earlier, ids)),
        "contact": ((contact - at) / DAY).to_numpy(),
        "days_to_close": ((closed_at - at) / DAY).to_numpy(),
        "called": (contact <= pd.Timestamp(end)).to_numpy(),
        "won_in_time": (won & (closed_at <= at + horizon)).to_numpy(),
        "matured": at + horizon <= pd.Timestamp(today),
        "last_touch": _last(touches, ids).to_numpy(),
    }
    return _rows(snapshot.leads.loc[ids], known.loc[ids], model.predict(snapshot, ids)).assign(**facts)


def _undated_losses(leads: pd.DataFrame, start: datetime, horizon: timedelta) -> pd.Index:
    """Leads lost nobody knows when; young ones count as open, else the past would look as if all had won."""
    lost = (leads["outcome"] == "lost") & leads["outcome_at"].isna()
    return leads.index[lost & (leads["created_at"] > pd.Timestamp(start - horizon))]


def _rows(then: pd.DataFrame, now: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """What was known of each lead, what was said of it, and what is known today."""
    return pd.DataFrame(
        {
            "lead": then.index.to_numpy(dtype=object),
            "source": then["source"].to_numpy(dtype=object),
            "value": then["value"].to_numpy(dtype=np.float64),
            "owner": then["owner_id"].to_numpy(dtype=object),
            "owner_now": now["owner_id"].to_numpy(dtype=object),
            "reachable": ((then["do_not_call"] != True) & (then["consent"] != False)).to_numpy(),  # noqa: E712
            "chance": said["value"].to_numpy(),
            "low": said["low"].to_numpy(),
            "high": said["high"].to_numpy(),
            "won": (now["outcome"] == "won").to_numpy(),
            "outcome": now["outcome"].to_numpy(dtype=object),
            "closed_at": now["outcome_at"].to_numpy(),
        }
    )


def _places(history: History, make: Make, as_of: datetime, parts: int) -> tuple[timedelta, dict[str, Part]]:
    """The horizon that nobody sees, and how to replay each part of the later half of a file without dates.

    Raises
    ------
    BadInput
        When it has no order either.
    """
    if history.leads["sequence"].isna().any():
        raise BadInput(
            "These leads have neither dates nor an order, so there is no past to replay; import them with dates of "
            "coming in and of the outcome, or name an `order` in the mapping."
        )
    leads = history.at(as_of).leads
    closed = leads[leads["outcome"].isin(["won", "lost"]) & leads["merged_into"].isna()]
    ids = closed.loc[sorted(closed.index)].sort_values("sequence", kind="stable").index
    edges = np.linspace(len(ids) // 2, len(ids), parts + 1).astype(int)
    return HORIZONS[0], {
        f"part {place + 1} of {parts}": partial(_place, history, make(HORIZONS[0]), as_of, ids[:start], ids[start:end])
        for place, (start, end) in enumerate(pairwise(edges))
    }


def _place(history: History, model: LeadScorer, as_of: datetime, before: pd.Index, here: pd.Index) -> pd.DataFrame:
    """The rows of a part of a file, as a model says that has learnt from all before it."""
    snapshot = history.at(as_of)
    leads = snapshot.leads.loc[here]
    said = model.fit(_only(history, before), as_of=as_of).predict(snapshot, here)
    return _rows(leads, leads, said).assign(**_undated(leads["sequence"]))


def _undated(sequence: pd.Series) -> dict[str, Any]:
    """What is known of when things happened where there are no dates: the order alone."""
    return {
        "came_in": sequence.to_numpy(dtype=np.float64),
        "touched": np.nan,
        "contact": np.nan,
        "days_to_close": np.nan,
        "called": False,
        "matured": True,
        "last_touch": pd.NaT,
    }


def _only(history: History, ids: pd.Index) -> History:
    return replace(history, leads=history.leads.loc[ids], attributes=history.attributes.loc[ids])


def _decided_between(known: pd.DataFrame, edges: list[datetime], listed: Collection[str]) -> int:
    """Leads that came in and were decided between two instants, and so were on no list."""
    came = (known["created_at"] > pd.Timestamp(edges[0])) & (known["created_at"] <= pd.Timestamp(edges[-1]))
    decided = known["outcome_at"] <= pd.Timestamp(edges[-1])
    return len(set(known.index[came & decided]) - set(listed))


def _last(touches: pd.DataFrame, ids: pd.Index) -> pd.Series:
    return touches.drop_duplicates("lead_id", keep="last").set_index("lead_id")["at"].reindex(ids)


def _seconds(at: pd.Series) -> npt.NDArray[np.float64]:
    """Instants as numbers, NaN where there is none."""
    epoch = pd.Timestamp(0, tz="UTC")
    return np.asarray((at - epoch) / pd.Timedelta(seconds=1), dtype=np.float64)
