"""The books: every table that a company's own data goes into.

Tables without an id of their own get one from their natural key (`NATURAL_KEYS`), so that loading the same file
twice changes nothing. Custom columns of the user's CRM live in `attributes`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Table

Role = Literal["rep", "manager", "admin"]
Outcome = Literal["open", "won", "lost"]
ROLES: tuple[Role, ...] = ("rep", "manager", "admin")
OUTCOMES: tuple[Outcome, ...] = ("open", "won", "lost")
DISPOSITIONS = (
    "reached",
    "no_answer",
    "voicemail",
    "wrong_number",
    "busy",
    "meeting_booked",
    "callback",
    "not_interested",
    "won",
    "lost",
)
# A person was spoken to.
CONVERSATIONS = ("reached", "meeting_booked", "callback", "not_interested", "won", "lost")

# Written out, not a parameter: only then is a database sure that the index of calls has all it needs.
CALLS = text("kind = 'call'")


class Team(Table):
    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    # No foreign key: teams and people point at each other, and a file of teams may come first.
    manager_id: Mapped[str | None]


class Person(Table):
    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(index=True)
    slack_team_id: Mapped[str | None]
    slack_user_id: Mapped[str | None] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(default="rep")
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id"))
    timezone: Mapped[str | None]
    country: Mapped[str | None]
    languages: Mapped[list[Any] | None]
    skills: Mapped[list[Any] | None]
    working_hours: Mapped[dict[str, Any] | None]
    max_leads: Mapped[int | None]
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Absence(Table):
    __tablename__ = "absences"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    start: Mapped[date] = mapped_column("from")
    end: Mapped[date] = mapped_column("to")


class Account(Table):
    __tablename__ = "accounts"
    __table_args__ = (Index("ix_accounts_name", text("lower(name)")),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    industry: Mapped[str | None]
    size: Mapped[int | None]
    country: Mapped[str | None]
    customer_since: Mapped[date | None]
    churned_at: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Contact(Table):
    __tablename__ = "contacts"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    title: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    is_champion: Mapped[bool | None]
    left_on: Mapped[date | None]


class Lead(Table):
    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_owner_outcome", "owner_id", "outcome"),
        Index("ix_leads_created", "created_at"),
        Index("ix_leads_outcome_at", "outcome_at"),
        Index("ix_leads_name", text("lower(name)")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    company: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    other_phones: Mapped[list[Any] | None]
    timezone: Mapped[str | None]
    country: Mapped[str | None]
    language: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime | None]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    status: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(default="open")
    outcome_at: Mapped[datetime | None]
    value: Mapped[Decimal | None]
    do_not_call: Mapped[bool | None]
    consent: Mapped[bool | None]
    merged_into: Mapped[str | None]
    # Rank in time where a file has no dates: a column that rises with time, or the row's place in the file.
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class LeadChange(Table):
    """One edit of one field, so that what was known at an instant can be rebuilt. Custom columns: `attributes.NAME`."""

    __tablename__ = "lead_changes"
    __table_args__ = (Index("ix_lead_changes_lead_at", "lead_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]


class Stage(Table):
    __tablename__ = "stages"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]


class Product(Table):
    __tablename__ = "products"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    list_price: Mapped[Decimal | None]
    currency: Mapped[str | None]


class Deal(Table):
    __tablename__ = "deals"
    __table_args__ = (
        Index("ix_deals_owner_outcome", "owner_id", "outcome"),
        Index("ix_deals_closed", "closed_at"),
        Index("ix_deals_name", text("lower(name)")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("products.id"))
    name: Mapped[str]
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None]
    stage: Mapped[str | None]
    opened_at: Mapped[datetime | None]
    expected_close: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(default="open")
    closed_at: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DealChange(Table):
    __tablename__ = "deal_changes"
    __table_args__ = (Index("ix_deal_changes_deal_at", "deal_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    deal_id: Mapped[str] = mapped_column(ForeignKey("deals.id"))
    at: Mapped[datetime]
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]


class Activity(Table):
    """Something that happened with a lead, deal or account. `recorded_at` is when the CRM learnt of it."""

    __tablename__ = "activities"
    __table_args__ = (
        Index("ix_activities_lead_at", "lead_id", "at"),
        Index("ix_activities_deal_at", "deal_id", "at"),
        Index("ix_activities_person_at", "person_id", "at"),
        # All that the rules on calling too often look at, so that no row of the table is read for them.
        Index(
            "ix_activities_calls",
            "at",
            "lead_id",
            "direction",
            "disposition",
            sqlite_where=CALLS,
            postgresql_where=CALLS,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime | None]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"))
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deals.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    direction: Mapped[str | None]
    disposition: Mapped[str | None]
    duration_s: Mapped[int | None]
    subject: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Assignment(Table):
    """Who owned a lead from when to when, by whose hand and why."""

    __tablename__ = "assignments"

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    start: Mapped[datetime] = mapped_column("from")
    end: Mapped[datetime | None] = mapped_column("to")
    by: Mapped[str | None]
    reason: Mapped[str | None]


class Order(Table):
    __tablename__ = "orders"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime]
    amount: Mapped[Decimal]


class Subscription(Table):
    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    start: Mapped[date] = mapped_column("from")
    end: Mapped[date | None] = mapped_column("to")
    amount: Mapped[Decimal]


class AccountEvent(Table):
    __tablename__ = "account_events"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    value: Mapped[float | None]


class Conversation(Table):
    """A transcript or a thread of messages; `segments` are {speaker, start_s, end_s, text} in order."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    activity_id: Mapped[str | None] = mapped_column(ForeignKey("activities.id"), index=True)
    at: Mapped[datetime]
    channel: Mapped[str | None]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"), index=True)
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deals.id"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    segments: Mapped[list[Any]] = mapped_column(default=list)


class Quota(Table):
    """What a person is to sell in a period such as `2026-Q3`."""

    __tablename__ = "quotas"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    period: Mapped[str]
    amount: Mapped[Decimal]


class Task(Table):
    __tablename__ = "tasks"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("leads.id"))
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deals.id"))
    due_at: Mapped[datetime | None]
    text: Mapped[str]
    done_at: Mapped[datetime | None]


class Snooze(Table):
    """A lead that a person put aside until an instant."""

    __tablename__ = "snoozes"

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(ForeignKey("leads.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    until: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str | None]


class Rate(Table):
    """What one unit of a currency was worth in the base currency from a day on."""

    __tablename__ = "rates"

    id: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str]
    day: Mapped[date] = mapped_column("on")
    # Not Money: a rate needs more than two decimals.
    rate: Mapped[float]


class ColumnRule(Table):
    """What was said of a column: `sensitive` (for fairness checks only), `keep` or `drop`.

    `decided_by` is the person who said so by a click; None where a mapping did.
    """

    __tablename__ = "column_rules"

    table: Mapped[str] = mapped_column(primary_key=True)
    column: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    decided_by: Mapped[str | None]


# What identifies a row of a table that has no id of its own; repeats are told apart by their occurrence number.
NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "absences": ("person_id", "from"),
    "lead_changes": ("lead_id", "at", "field"),
    "stages": ("name",),
    "deal_changes": ("deal_id", "at", "field"),
    "assignments": ("lead_id", "person_id", "from"),
    "orders": ("account_id", "at", "amount"),
    "subscriptions": ("account_id", "from"),
    "account_events": ("account_id", "at", "kind"),
    "quotas": ("person_id", "period"),
    "snoozes": ("lead_id", "person_id", "until"),
    "rates": ("currency", "on"),
}
BOOKS: dict[str, type[Table]] = {
    model.__tablename__: model
    for model in (
        Team,
        Person,
        Absence,
        Account,
        Contact,
        Lead,
        LeadChange,
        Stage,
        Product,
        Deal,
        DealChange,
        Activity,
        Assignment,
        Order,
        Subscription,
        AccountEvent,
        Conversation,
        Quota,
        Task,
        Snooze,
        Rate,
    )  # in an order in which every foreign key points back
}
