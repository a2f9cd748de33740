"""What is read from a snapshot of deals: the record, its edits, what was done, who owns it, who buys."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.pipeline import DealSnapshot
from scoring import activity
from scoring.activity import WINDOWS, days_before
from scoring.deals import owners
from scoring.features import ATTRIBUTE, MARK, Reading

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

RECORD = ("amount", "source", "country", "product_id")
# Known of the buying side only where the deal names its account, and of people nobody knows since when.
OF_ACCOUNT = ("contacts", "senior_contacts", "champion", "wins_with_account")
# What only edits on record can tell: without them these are the state at the end.
OF_EDITS = {
    "stage": ("stage", "stage_rank", "days_in_stage", "stages_back"),
    "expected_close": ("days_to_close", "pushes", "days_pushed"),
    "amount": ("amount_edits", "amount_change"),
}
# What grows (or wanes) by a day a day while nothing happens.
CLOCKS = {
    "age_days": 1.0,
    "days_in_stage": 1.0,
    "days_since_contact": 1.0,
    "days_since_conversation": 1.0,
    "days_since_sign": 1.0,
    "days_to_close": -1.0,
}
# What anybody who judges deals asks first.
CORE = (
    "stage",
    "days_in_stage",
    "age_days",
    "days_to_close",
    "pushes",
    "owner_record",
    "n.pricing.ever",
    "n.meeting.ever",
    "days_since_contact",
)
# Deals move slowly: of what was done, the last month and all there was are counted.
COUNTED = {window: days for window, days in WINDOWS.items() if window in ("30d", "ever")}
PRICING = "pricing"
# Whoever is called so can decide.
SENIOR = re.compile(
    r"\b(?:chief|c[efiort]o|cmo|v\.?p|vice.president|president|owner|founder|partner|head|director|managing)\b", re.I
)


def read(
    snapshot: DealSnapshot, ids: Sequence[str] | pd.Index, streams: Sequence[str] | None = None, *, dated: bool = True
) -> pd.DataFrame:
    """All that a snapshot says of `ids`, a row each: the record, custom columns and, if `dated`, what happened when.

    `streams` are the kinds and marks of activity to count; by default those that the snapshot holds.
    """
    index = pd.Index(ids, name="id")
    deals = snapshot.deals.reindex(index)
    parts = [
        deals[list(RECORD)],
        snapshot.attributes.reindex(index).add_prefix(ATTRIBUTE),
        _buyers(snapshot, deals, dated),
    ]
    if dated:
        parts += [_edits(snapshot, deals), _done(snapshot, deals, streams), _record_of_owner(snapshot, deals)]
    else:
        parts.append(deals[["stage"]])
    return pd.concat(parts, axis=1)


DEALS = Reading(read, (*RECORD, *OF_ACCOUNT))


def _edits(snapshot: DealSnapshot, deals: pd.DataFrame) -> pd.DataFrame:
    """Age, stage, close date and amount, and how they moved."""
    now, changes = snapshot.as_of, snapshot.changes
    row = deals.index.get_indexer(pd.Index(changes["deal_id"], dtype=object))
    known = row >= 0
    row, changes = row[known], changes[known]
    of = {name: (changes["field"] == name).to_numpy() for name in ("stage", "expected_close", "amount", "owner_id")}
    age = days_before(now, deals["opened_at"]).to_numpy()
    in_stage = age.copy()
    in_stage[row[of["stage"]]] = days_before(now, changes["at"]).to_numpy()[of["stage"]]
    rank = {name: float(place) for place, name in enumerate(snapshot.stages)}
    back = _moved(changes, of["stage"], lambda cell: cell.map(rank)) < 0
    pushed = _moved(changes, of["expected_close"], _as_days)
    later = of["expected_close"] & (pushed > 0)
    first = _first_amount(deals, changes, row, of["amount"])
    with np.errstate(invalid="ignore", divide="ignore"):
        change = deals["amount"].to_numpy(dtype=np.float64) / first
    return pd.DataFrame(
        {
            "stage": deals["stage"],
            "stage_rank": deals["stage"].map(rank).astype(np.float64),
            "age_days": age,
            "days_in_stage": in_stage,
            "stages_back": _count(row[back], len(deals)),
            "days_to_close": -days_before(now, deals["expected_close"]).to_numpy(),
            "pushes": _count(row[later], len(deals)),
            "days_pushed": np.bincount(row[later], pushed[later], len(deals)),
            "amount_edits": _count(row[of["amount"]], len(deals)),
            "amount_change": change,
            "handed_over": _count(row[of["owner_id"] & changes["old"].notna().to_numpy()], len(deals)),
        },
        index=deals.index,
    )


def _moved(changes: pd.DataFrame, which: npt.NDArray[np.bool_], as_number: object) -> Vector:
    """By how much each edit of a field moved it, NaN for others."""
    found = np.full(len(changes), np.nan)
    old, new = (as_number(changes.loc[which, end]) for end in ("old", "new"))  # type: ignore[operator]
    found[which] = np.asarray(new, dtype=np.float64) - np.asarray(old, dtype=np.float64)
    return found


def _as_days(cells: pd.Series) -> Vector:
    dates = pd.DatetimeIndex(pd.to_datetime(cells, utc=True, format="ISO8601", errors="coerce"))
    return np.asarray((dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1), dtype=np.float64)


def _first_amount(deals: pd.DataFrame, changes: pd.DataFrame, row: Places, which: npt.NDArray[np.bool_]) -> Vector:
    """What each deal was first said to be worth, as far as its edits tell."""
    first = deals["amount"].to_numpy(dtype=np.float64).copy()
    old = pd.to_numeric(changes.loc[which, "old"], errors="coerce").to_numpy(dtype=np.float64)
    # From the last edit back to the first, so that the first stays.
    first[row[which][::-1]] = old[::-1]
    return first


def _done(snapshot: DealSnapshot, deals: pd.DataFrame, streams: Sequence[str] | None) -> pd.DataFrame:
    """What was done, by kind and by mark, how lately, and who writes more."""
    marks = _marks(snapshot, deals.index)
    wanted = sorted(marks) if streams is None else [each for each in streams if _is_mark(each)]
    kinds = None if streams is None else [each for each in streams if not _is_mark(each)]
    found = activity.read(snapshot, deals, kinds)
    found = found[[name for name in found if _is_counted(str(name))]]
    nothing = (np.empty(0, dtype=np.intp), np.empty(0))
    counts = {
        f"n.{mark}.{window}": _within(*marks.get(mark, nothing), days, len(deals))
        for mark in wanted
        for window, days in COUNTED.items()
    }
    both = activity.read(snapshot, deals, ["email_in", "email_out"])
    written, answered = both["n.email_out.30d"], both["n.email_in.30d"]
    balance = (answered / (answered + written)).where(answered + written > 0)
    return pd.concat([found, pd.DataFrame(counts, index=deals.index), balance.rename("reply_balance")], axis=1)


def _is_counted(name: str) -> bool:
    if name.startswith("n."):
        return name.rpartition(".")[2] in COUNTED
    return not name.startswith("momentum")


def _is_mark(stream: str) -> bool:
    return stream == PRICING or stream.startswith(MARK)


def _marks(snapshot: DealSnapshot, ids: pd.Index) -> dict[str, tuple[Places, Vector]]:
    """For each mark, and for talk of prices: the deal's place and the days since, of each activity that bears it."""
    done = snapshot.activities
    row = ids.get_indexer(pd.Index(done["deal_id"], dtype=object))
    age = days_before(snapshot.as_of, done["at"]).to_numpy()
    texts = done["marks"].to_numpy(dtype=object)
    names = sorted({name for text in set(texts) for name in str(text).split("+") if name})
    which = {MARK + name: np.array([name in str(text).split("+") for text in texts], dtype=bool) for name in names}
    which[PRICING] = done["priced"].to_numpy(dtype=bool)
    return {name: (row[flags & (row >= 0)], age[flags & (row >= 0)]) for name, flags in which.items()}


def _within(row: Places, age: Vector, days: float | None, n: int) -> Vector:
    return _count(row if days is None else row[age < days], n)


def _count(row: Places, n: int) -> Vector:
    return np.bincount(row, minlength=n).astype(np.float64)


def _record_of_owner(snapshot: DealSnapshot, deals: pd.DataFrame) -> pd.DataFrame:
    ratio = owners.ratios(snapshot.decided)
    return pd.DataFrame({"owner_record": deals["owner_id"].map(ratio).astype(np.float64).fillna(1.0)})


def _buyers(snapshot: DealSnapshot, deals: pd.DataFrame, dated: bool) -> pd.DataFrame:
    """Who is known at the deal's account, and what it bought before; not known where no account is named."""
    people, named = snapshot.contacts, deals["account_id"].notna()
    senior = people["title"].astype(str).str.contains(SENIOR)
    flags = {
        "contacts": pd.Series(1.0, index=people.index),
        "senior_contacts": senior.astype(np.float64),
        "champion": people["is_champion"].fillna(False).astype(np.float64),
    }
    of = {name: flag.groupby(people["account_id"]).sum() for name, flag in flags.items()}
    if dated:
        won = snapshot.decided[(snapshot.decided["outcome"] == "won").to_numpy()]
        of["wins_with_account"] = won.groupby("account_id")["id"].count().astype(np.float64)
    return pd.DataFrame(
        {name: deals["account_id"].map(sums).astype(np.float64).fillna(0.0).where(named) for name, sums in of.items()},
        index=deals.index,
    )
