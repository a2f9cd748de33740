"""What people are to sell in a period, from quotas of months, quarters or years."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import select

from knowledge import calendar
from knowledge.calendar import Period
from knowledge.crm import Quota
from knowledge.database import Database
from knowledge.errors import BadPeriod


@dataclass(frozen=True)
class Target:
    """A sum of quotas, of how many people it is, and whether it is a part of those of a longer period."""

    amount: float
    people: int
    is_pro_rata: bool


def target(db: Database, span: Period, owner_ids: Collection[str | None] | None, zone: ZoneInfo) -> Target | None:
    """What some people (None: everyone) are to sell in a period, or None if nobody said.

    The quotas of the longest spans that fill the period count; else a share by days of a quota that holds it.
    """
    quotas = _quotas(db, span, zone)
    if owner_ids is not None:
        quotas = quotas[quotas["person_id"].isin(list(owner_ids))]
    inside = quotas[(quotas["start"] >= span.start) & (quotas["end"] <= span.end)]
    for days in sorted(inside["days"].unique(), reverse=True):
        some = inside[inside["days"] == days]
        spans = some[["start", "end"]].drop_duplicates()
        if (spans["end"] - spans["start"]).sum() >= (span.end - span.start) * 0.99:
            return Target(float(some["amount"].sum()), int(some["person_id"].nunique()), False)
    around = quotas[(quotas["start"] <= span.start) & (quotas["end"] >= span.end)]
    if around.empty:
        return None
    shortest = around[around["days"] == around["days"].min()]
    share = (span.end - span.start) / (shortest["end"] - shortest["start"])
    return Target(float((shortest["amount"] * share).sum()), int(shortest["person_id"].nunique()), True)


def _quotas(db: Database, span: Period, zone: ZoneInfo) -> pd.DataFrame:
    with db.connect() as connection:
        rows = connection.execute(select(Quota.person_id, Quota.period, Quota.amount)).all()
    spans = {name: _span(name, span, zone) for name in {row.period for row in rows}}
    found = [
        (row.person_id, known.start, known.end, float(row.amount), round((known.end - known.start).days / 30))
        for row in rows
        if (known := spans[row.period]) is not None
    ]
    return pd.DataFrame(found, columns=["person_id", "start", "end", "amount", "days"])


def _span(name: str, around: Period, zone: ZoneInfo) -> Period | None:
    """The days that a quota's period means, None where it cannot be read."""
    words = f"{name}-01-01..{name}-12-31" if name.isdigit() and len(name) == 4 else name
    try:
        return calendar.period(words, around.start, zone)
    except BadPeriod:
        return None
