"""The past lived again: month by month, what a model would have said that knew no more than was known then.

A model is trained for the first instant of each month and asked about the leads open at it; beside its chance stands
what the team did with the lead, and what has become of it since. Books without dates are replayed in the order of
their file, part by part, each judged by a model that learnt from all before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.errors import BadInput, NotTrained
from knowledge.frames import History
from scoring import activity
from scoring.base import Progress, Scorer, silent

MOST_MONTHS = 36
# The longest of these is taken for which half the months can be replayed.
HORIZONS = tuple(timedelta(days=days) for days in (90, 60, 30, 14))
DAY = pd.Timedelta(days=1)
Make = Callable[[timedelta], Scorer]


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


def replay(history: History, make: Make, *, as_of: datetime, months: int, progress: Progress = silent) -> Replay:
    """The last `months` whole months again, with models that `make` gives for a horizon.

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
    if history.is_dated:
        return _by_month(history, make, as_of, months, progress)
    if history.leads["sequence"].notna().all():
        return _by_place(history, make, as_of, months, progress)
    raise BadInput(
        "These leads have neither dates nor an order, so there is no past to replay; import them with dates of "
        "coming in and of the outcome, or name an `order` in the mapping."
    )


def check_months(months: int) -> None:
    """Refuses a number of months that makes no sense, before anything takes time."""
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput(f"A replay covers 1 to {MOST_MONTHS} months, not {months}.")


def month_starts(as_of: datetime, months: int) -> list[datetime]:
    """The first instants (UTC) of the last whole months, and the end of the last of them."""
    this = as_of.astimezone(UTC).year * 12 + as_of.astimezone(UTC).month - 1
    return [datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in range(this - months, this + 1)]


def _by_month(history: History, make: Make, as_of: datetime, months: int, progress: Progress) -> Replay:
    edges, first = month_starts(as_of, months), history.leads["created_at"].min()
    horizon = _horizon(edges[:-1], first)
    known, touches = history.at(as_of).leads, _touches(history, as_of)
    spans, parts = list[Span](), list[pd.DataFrame]()
    for place, (start, end) in enumerate(pairwise(edges)):
        label = f"{start:%b %Y}"
        progress(f"replaying {label}", 0.0)
        try:
            model = _trained(history, make(horizon), start, first, horizon)
            part = _month(history, model, (start, end, as_of), known, touches, horizon).assign(span=place)
            spans.append(Span(label, len(part)))
            parts.append(part)
        except NotTrained as error:
            spans.append(Span(label, 0, str(error)))
        progress(f"replaying {label}", 1.0)
    return _joined(as_of, horizon, "won within the horizon", spans, parts, _missed(known, edges, parts))


def _horizon(starts: list[datetime], first: pd.Timestamp) -> timedelta:
    """The longest horizon for which at least half the months have twice as long a past."""
    for horizon in HORIZONS:
        if sum(_is_long_enough(start, first, horizon) for start in starts) * 2 >= len(starts):
            return horizon
    return HORIZONS[-1]


def _is_long_enough(start: datetime, first: pd.Timestamp, horizon: timedelta) -> bool:
    return bool(pd.Timestamp(start) - first >= 2 * horizon)


def _trained(history: History, model: Scorer, start: datetime, first: pd.Timestamp, horizon: timedelta) -> Scorer:
    if not _is_long_enough(start, first, horizon):
        raise NotTrained(f"the books do not reach back {2 * horizon.days} days before it")
    return model.fit(history, as_of=start)


def _touches(history: History, as_of: datetime) -> pd.DataFrame:
    """When the team was in touch with each lead, by call, message or meeting; in order of time."""
    done = history.at(as_of).activities
    return done.loc[activity.contacts(done), ["lead_id", "at"]]


def _month(
    history: History,
    model: Scorer,
    instants: tuple[datetime, datetime, datetime],
    known: pd.DataFrame,
    touches: pd.DataFrame,
    horizon: timedelta,
) -> pd.DataFrame:
    """The rows of a month: `instants` are its start, its end and today, when `known` and `touches` are known."""
    start, end, today = instants
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


def _by_place(history: History, make: Make, as_of: datetime, parts: int, progress: Progress) -> Replay:
    snapshot = history.at(as_of)
    leads = snapshot.leads
    closed = leads[leads["outcome"].isin(["won", "lost"]) & leads["merged_into"].isna()]
    ids = closed.loc[sorted(closed.index)].sort_values("sequence", kind="stable").index
    edges = np.linspace(len(ids) // 2, len(ids), parts + 1).astype(int)
    spans, found = list[Span](), list[pd.DataFrame]()
    for place, (start, end) in enumerate(pairwise(edges)):
        label, here = f"part {place + 1} of {parts}", ids[start:end]
        progress(f"replaying {label}", 0.0)
        try:
            model = make(HORIZONS[0]).fit(_only(history, ids[:start]), as_of=as_of)
            part = _rows(leads.loc[here], leads.loc[here], model.predict(snapshot, here))
            found.append(part.assign(span=place, **_undated(leads.loc[here, "sequence"])))
            spans.append(Span(label, len(here)))
        except NotTrained as error:
            spans.append(Span(label, 0, str(error)))
        progress(f"replaying {label}", 1.0)
    return _joined(as_of, HORIZONS[0], "ever won", spans, found, 0)


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


def _joined(
    as_of: datetime, horizon: timedelta, basis: str, spans: list[Span], parts: list[pd.DataFrame], missed: int
) -> Replay:
    if not parts:
        raise NotTrained(
            f"Too little was known to replay any of this past: {spans[-1].left_out.rstrip('.')}. Ask again when more "
            "leads have been won and lost."
        )
    rows = pd.concat(parts, ignore_index=True)
    if basis == "ever won":
        rows["won_in_time"] = rows["won"]
    return Replay(as_of, horizon, basis, tuple(spans), rows, missed)


def _missed(known: pd.DataFrame, edges: list[datetime], parts: list[pd.DataFrame]) -> int:
    """Leads that came in and were decided between two instants, and so were on no list."""
    listed = set().union(*(part["lead"] for part in parts)) if parts else set()
    came = (known["created_at"] > pd.Timestamp(edges[0])) & (known["created_at"] <= pd.Timestamp(edges[-1]))
    decided = known["outcome_at"] <= pd.Timestamp(edges[-1])
    return len(set(known.index[came & decided]) - listed)


def _last(touches: pd.DataFrame, ids: pd.Index) -> pd.Series:
    return touches.drop_duplicates("lead_id", keep="last").set_index("lead_id")["at"].reindex(ids)


def _seconds(at: pd.Series) -> npt.NDArray[np.float64]:
    """Instants as numbers, NaN where there is none."""
    epoch = pd.Timestamp(0, tz="UTC")
    return np.asarray((at - epoch) / pd.Timedelta(seconds=1), dtype=np.float64)
