"""The open leads that can be shared out: whose they are, when they were last touched, and which are not to be taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Connection, Select, and_, case, func, or_, select

from knowledge.crm import CONVERSATIONS, Activity, Deal, Lead, Stage, Task
from knowledge.database import Database
from knowledge.frames import LEAD_COLUMNS

Pool = Literal["new", "aged", "all"]

# Open and untouched for so long, a lead is old stock; spoken to within it, it is in good hands.
AGED = TALKED_LATELY = timedelta(days=14)
MESSAGES = ("email", "message", "sms", "chat")
COLUMNS = (*LEAD_COLUMNS, "name", "company")


def read(
    db: Database, now: datetime, owner_ids: Sequence[str | None] | None = None, *, lead_id: str | None = None
) -> pd.DataFrame:
    """The open leads of some owners (None among them: of nobody; None instead: of everyone), in the order they came.

    With a `lead_id`, that lead alone, if it is among them.

    Indexed by id: `COLUMNS`, `touched` (when a colleague last was in touch), `worked` (whether its owner ever was) and
    `held` (why it is not to be taken from its owner, or None).
    """
    with db.connect() as connection:
        columns = [Lead.__table__.c[name] for name in COLUMNS]
        rows = [tuple(row) for row in connection.execute(_of(select(*columns), owner_ids, lead_id))]
        touches = {row[0]: row[1:] for row in connection.execute(_touches(now, lead_id))}
        held = _held(connection, now)
    # As objects: text that is missing is None, as in a snapshot.
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).set_index("id")
    touched = [touches.get(id_, (None, None)) for id_ in frame.index]
    frame = frame.assign(
        touched=[at for at, _ in touched],
        worked=[owners is not None for _, owners in touched],
        held=pd.Series([held.get(id_) for id_ in frame.index], frame.index, dtype=object),
    ).astype({"value": "float64", "sequence": "float64"})
    instants = {name: pd.to_datetime(frame[name], utc=True) for name in ("created_at", "outcome_at", "touched")}
    return frame.assign(**instants).sort_values(["created_at", "sequence"], kind="stable")


def is_new(leads: pd.DataFrame) -> pd.Series:
    """Which leads are unowned, or assigned without a touch."""
    return leads["owner_id"].isna() | ~leads["worked"]


def is_aged(leads: pd.DataFrame, now: datetime) -> pd.Series:
    """Which leads nobody has touched for a fortnight, nor are younger."""
    return leads[["touched", "created_at"]].max(axis=1).fillna(pd.Timestamp.min.tz_localize("UTC")) < now - AGED


def _of(query: Select[Any], owner_ids: Sequence[str | None] | None, lead_id: str | None) -> Select[Any]:
    query = query.where(Lead.outcome == "open", Lead.merged_into.is_(None))
    # A lead still marked open is won when its first deal is.
    won = select(Deal.lead_id).where(Deal.outcome == "won", Deal.lead_id.is_not(None))
    query = query.where(Lead.id.not_in(won)).order_by(Lead.id)
    if lead_id is not None:
        query = query.where(Lead.id == lead_id)
    if owner_ids is None:
        return query
    named = Lead.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
    return query.where(or_(named, Lead.owner_id.is_(None)) if None in owner_ids else named)


def _touches(now: datetime, lead_id: str | None) -> Select[*tuple[Any, ...]]:
    """When any colleague was last in touch with each open lead, and when its owner was."""
    owners = func.max(case((Activity.person_id == Lead.owner_id, Activity.at)))
    query = (
        select(Activity.lead_id, func.max(Activity.at), owners)
        .join(Lead, and_(Lead.id == Activity.lead_id, Lead.outcome == "open"))
        .where(Activity.person_id.is_not(None), Activity.at <= now)
        .group_by(Activity.lead_id)
    )
    return query if lead_id is None else query.where(Activity.lead_id == lead_id)


def _held(connection: Connection, now: datetime) -> dict[str, str]:
    """Leads whose owner is in the middle of something with the buyer, and in what."""
    last = select(func.max(Stage.position)).scalar_subquery()
    deals = (
        select(Deal.lead_id, Deal.stage)
        .outerjoin(Stage, Stage.name == Deal.stage)
        .where(Deal.outcome == "open", Deal.lead_id.is_not(None), 2 * func.coalesce(Stage.position, 0) > last)
    )
    promises = select(Task.lead_id).where(Task.done_at.is_(None), Task.lead_id.is_not(None))
    answered = and_(Activity.kind.in_(MESSAGES), Activity.direction == "inbound")
    spoken = and_(Activity.kind == "call", Activity.disposition.in_(CONVERSATIONS))
    talks = select(Activity.lead_id).where(
        Activity.at > now - TALKED_LATELY,
        Activity.lead_id.is_not(None),
        Activity.at <= now,
        or_(answered, spoken, Activity.kind == "meeting"),
    )
    held = {str(id_): f"its deal is in {stage}" for id_, stage in connection.execute(deals)}
    held |= {str(id_): "a task for it is open" for (id_,) in connection.execute(promises)}
    return held | {str(id_): "it was spoken to in the last 14 days" for (id_,) in connection.execute(talks)}
