"""The current score of every open record, the features it was made from, and which ones have gone stale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Table


class Score(Table):
    """What a model says of a record: `value` with its 90 % interval, in the model's unit.

    `features` are the raw values it was made from, in the order of the model version's feature list.
    """

    __tablename__ = "scores"

    model: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    version: Mapped[int]
    as_of: Mapped[datetime]
    features: Mapped[list[Any]]


class Stale(Table):
    """A lead that changed since it was last scored. Every import, sync and click puts its leads here."""

    __tablename__ = "stale_leads"

    lead_id: Mapped[str] = mapped_column(primary_key=True)


class CallListEntry(Table):
    """An open lead in the order of what a call to it is worth, with what decides whether it may be called.

    Kept beside the scores so that a question reads the top of an index instead of the whole book.
    `blocked` is empty, or the reason why nobody may call whatever the hour; `zone` is the clock that counts.
    """

    __tablename__ = "call_list"
    __table_args__ = (Index("ix_call_list_order", "owner_id", "blocked", "worth", "zone"),)

    lead_id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str | None]
    blocked: Mapped[str]
    zone: Mapped[str]
    zone_assumed: Mapped[bool]
    worth: Mapped[float]
