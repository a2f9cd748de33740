"""Why a forecast is not what it was: the difference to an earlier one, taken apart so that the parts add up to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from knowledge.pipeline import DealSnapshot
from scoring.forecast.projection import Projection


@dataclass(frozen=True)
class Bridge:
    """What was expected then, what is expected now, and what made the difference; `after` is the sum of all others.

    Attributes
    ----------
    won : deals won since, above what had been expected of them
    lost : deals lost since, or gone to others: what had been expected of them
    slipped : open deals whose expected close was moved beyond the period, or that are overdue by now
    new : deals opened since, less what had been expected of deals to come
    changed : all other open deals: stage, amount, and time that passed
    model : how the series of the past and the model itself see it differently
    """

    before: float
    after: float
    won: float
    lost: float
    slipped: float
    new: float
    changed: float
    model: float

    @property
    def parts(self) -> dict[str, float]:
        """The parts by name, in the order in which they are told."""
        return {name: getattr(self, name) for name in ("won", "lost", "slipped", "new", "changed", "model")}


def bridge(
    then: Projection,
    now: Projection,
    *,
    known_then: DealSnapshot,
    known_now: DealSnapshot,
    owners: Collection[str | None] | None = None,
    kept: float | None = None,
) -> Bridge:
    """The way from one forecast of a period to a later one, for the deals of some owners.

    `kept` is what was really told then, where that is on record: what it differs by is the model's.
    """
    table = _deals(then, now, known_then, known_now, owners)
    before, after = then.expected(owners) if kept is None else kept, now.expected(owners)
    old, fresh = table["then"], table["now"]
    gain = fresh - old
    was_open = table["was_open"]
    moved = was_open & table["is_open"] & table["slipped"]
    parts = {
        "won": float(gain[was_open & table["is_won"]].sum()),
        "lost": float(gain[was_open & ~table["is_open"] & ~table["is_won"]].sum()),
        "slipped": float(gain[moved].sum()),
        "new": float(gain[~was_open].sum() + now.to_come(owners) * _as_then(then, now) - then.to_come(owners)),
        "changed": float(gain[was_open & table["is_open"] & ~moved].sum()),
    }
    return Bridge(before, after, **parts, model=after - before - sum(parts.values()))


def _as_then(then: Projection, now: Projection) -> float:
    """What today's figures are multiplied with to be on the scale of then."""
    return then.factor / now.factor if now.factor else 1.0


def _deals(
    then: Projection,
    now: Projection,
    known_then: DealSnapshot,
    known_now: DealSnapshot,
    owners: Collection[str | None] | None,
) -> pd.DataFrame:
    """Every deal that counts in either forecast: what was expected of it then and now, and what became of it."""
    closed = known_now.deals["closed_at"]
    since = (closed > pd.Timestamp(max(then.as_of, then.after))) & (closed <= pd.Timestamp(now.as_of))
    within = since & (closed >= pd.Timestamp(now.after)) & (closed < pd.Timestamp(now.until))
    won = known_now.deals[(known_now.deals["outcome"] == "won") & within]
    if owners is not None:
        won = won[won["owner_id"].isin([owner for owner in owners if owner])]
    old, fresh = (_expected(each, owners) for each in (then, now))
    ids = old.index.union(fresh.index).union(won.index)
    typical = float(won["amount"].mean()) if won["amount"].notna().any() else 0.0
    table = pd.DataFrame({"then": old.reindex(ids, fill_value=0.0)}, index=ids)
    table["now"] = fresh.reindex(ids, fill_value=0.0) * _as_then(then, now)
    table["is_won"], table["is_open"] = ids.isin(won.index), ids.isin(fresh.index)
    table.loc[won.index, "now"] = won["amount"].fillna(typical)
    table["was_open"] = ids.isin(old.index)
    table["slipped"] = _slipped(known_then, known_now, ids, then)
    return table


def _expected(told: Projection, owners: Collection[str | None] | None) -> pd.Series:
    expected: pd.Series = told.deals["chance"] * told.deals["worth"]
    mine: pd.Series = expected[told.of(owners)[told.deals["cell"].to_numpy()]]
    return mine


def _slipped(known_then: DealSnapshot, known_now: DealSnapshot, ids: pd.Index, then: Projection) -> pd.Series:
    """Whether a deal was to close by the period's end, and now is to close later than that or later than it was."""
    before, after = (known.deals["expected_close"].reindex(ids) for known in (known_then, known_now))
    end = pd.Timestamp(then.until)
    return pd.Series(np.asarray((before < end) & (after > before), dtype=bool), index=ids)
