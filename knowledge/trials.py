"""What became of leads that took part in an experiment, by arm."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import select

from knowledge import holdouts
from knowledge.crm import Deal, Lead
from knowledge.database import Database
from knowledge.holdouts import ASSIGNMENT

IDS_A_QUERY = 20_000


def outcomes(db: Database, *, since: datetime, until: datetime, experiment: str = ASSIGNMENT) -> pd.DataFrame:
    """The leads that entered an experiment in a period, indexed by id: `arm`, `at` and whether they were `won` since.

    A lead that was merged into another is left out: it would count twice.
    """
    arms = [arm for arm in holdouts.arms(db, experiment) if since <= arm.at <= until]
    frame = pd.DataFrame(
        [(arm.unit, arm.arm, arm.at) for arm in arms], columns=["id", "arm", "at"], dtype=object
    ).set_index("id")
    known = _wins(db, list(frame.index), until)
    frame = frame[frame.index.isin(list(known))]
    won_at = [known[id_] for id_ in frame.index]
    return frame.assign(won=[won is not None and won > at for won, at in zip(won_at, frame["at"], strict=True)])


def _wins(db: Database, ids: list[str], until: datetime) -> dict[str, datetime | None]:
    """When each lead was won, itself or by its first deal; None while it is not."""
    found: dict[str, datetime | None] = {}
    with db.connect() as connection:
        for start in range(0, len(ids), IDS_A_QUERY):
            part = ids[start : start + IDS_A_QUERY]
            leads = select(Lead.id, Lead.outcome, Lead.outcome_at).where(Lead.id.in_(part), Lead.merged_into.is_(None))
            for id_, outcome, at in connection.execute(leads):
                found[id_] = at if outcome == "won" and at is not None and at <= until else None
            deals = select(Deal.lead_id, Deal.closed_at).where(Deal.lead_id.in_(part), Deal.outcome == "won")
            first = deals.where(Deal.closed_at <= until).order_by(Deal.closed_at.desc())
            by_deal = {str(id_): at for id_, at in connection.execute(first)}
            found |= {id_: at for id_, at in by_deal.items() if id_ in found and found[id_] is None}
    return found
