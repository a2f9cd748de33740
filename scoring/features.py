"""What is read from a snapshot, and how each thing is told: the one place that knows both.

Every feature uses only what the snapshot holds, so nothing recorded after its `as_of` can change one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from knowledge.frames import Snapshot
from scoring import activity
from scoring.activity import Vector, days_before

UNKNOWN = "not known"
WINDOW_WORDS = {"3d": "in the last 3 days", "7d": "in the last 7 days", "30d": "in the last 30 days", "ever": "so far"}
ATTRIBUTE = "attributes."
# Before the name of a mark that activities bear.
MARK = "with_"

BASE_NUMBERS = ("value",)
BASE_CATEGORIES = ("source", "country", "language", "timezone", "do_not_call", "consent")
_RECORDED = (*BASE_NUMBERS, *BASE_CATEGORIES, "status", "created_at")
# Longer values of custom columns are cut where they are told.
LONGEST_VALUE = 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# What a lead did or had done: when it did, and when it did not.
_DEEDS = {
    "proposal_view": ("opened the proposal", "has not opened the proposal"),
    "page_view": ("visited the website", "has not visited the website"),
    "form": ("filled in a form", "has not filled in a form"),
    "content_download": ("downloaded content", "has not downloaded content"),
    "webinar": ("joined a webinar", "has not joined a webinar"),
    "meeting": ("met with us", "has not met with us"),
    "conversation": ("spoke with us", "has not spoken with us"),
    "call_out": ("was called", "was not called"),
    "call_in": ("called us", "has not called us"),
    "email_out": ("was e-mailed", "was not e-mailed"),
    "email_in": ("wrote to us", "has not written to us"),
    "message_out": ("was messaged", "was not messaged"),
    "message_in": ("messaged us", "has not messaged us"),
    "sign": ("showed interest", "has shown no interest"),
    "pricing": ("talked about prices", "has not talked about prices"),
}
# How other numbers are told: subject, clause with the figure, clause where there is none.
_NUMBERS = {
    "value": ("value", "is worth {value}; typical is {typical}", "its worth is not known"),
    "age_days": ("age", "came in {value} ago; typical is {typical}", "when it came in is not known"),
    "days_since_contact": ("contact", "no contact for {value}; typical is {typical}", "has never been contacted"),
    "days_since_sign": (
        "sign",
        "last showed interest {value} ago; typical is {typical}",
        "has shown no interest yet",
    ),
    "days_since_conversation": (
        "conversation",
        "last spoke with us {value} ago; typical is {typical}",
        "has not spoken with us yet",
    ),
    "momentum_3d": (
        "momentum",
        "interest of the last 3 days runs at {value} times the 30-day pace; typical is {typical}",
        "has shown no interest in the last 30 days",
    ),
    "momentum_7d": (
        "momentum",
        "interest of the last 7 days runs at {value} times the 30-day pace; typical is {typical}",
        "has shown no interest in the last 30 days",
    ),
    "first_touch_hours": (
        "speed",
        "was first contacted {value} after coming in; typical is {typical}",
        "has not been contacted since it came in",
    ),
    "attempts": (
        "attempts",
        "{value} since the last conversation; typical is {typical}",
        "has not been called",
    ),
    "days_in_status": (
        "status",
        "its status has stood for {value}; typical is {typical}",
        "its status has never changed",
    ),
    "amount": ("amount", "is worth {value}; typical is {typical}", "its amount is not known"),
    "amount_edits": ("amount", "its amount was changed {value}; typical is {typical}", "its amount never changed"),
    "amount_change": (
        "amount",
        "its amount is {value} times what it was at first; typical is {typical}",
        "what it was worth at first is not known",
    ),
    "stage_rank": ("stage", "is at step {value} of the stages; typical is {typical}", "its stage is not known"),
    "days_in_stage": ("stage", "has been in its stage for {value}; typical is {typical}", "its stage is not known"),
    "stages_back": ("stage", "went back a stage {value}; typical is {typical}", "its stage is not known"),
    "days_to_close": (
        "close date",
        "its expected close is {value} away; typical is {typical}",
        "has no expected close date",
    ),
    "pushes": (
        "close date",
        "its close date was pushed {value}; typical is {typical}",
        "its close date was never pushed",
    ),
    "days_pushed": (
        "close date",
        "its close date was pushed by {value} in all; typical is {typical}",
        "its close date was never pushed",
    ),
    "handed_over": ("reassignments", "changed hands {value}; typical is {typical}", "has never changed hands"),
    "owner_record": (
        "owner",
        "its owner wins {value} times as many deals as is usual; typical is {typical}",
        "its owner is not known",
    ),
    "reply_balance": (
        "replies",
        "the buyer wrote {value} of the messages of the last 30 days; typical is {typical}",
        "nobody wrote in the last 30 days",
    ),
    "contacts": ("buyers", "{value} known at the buyer; typical is {typical}", "nobody is known at the buyer"),
    "senior_contacts": (
        "buyers",
        "{value} who can decide known at the buyer; typical is {typical}",
        "nobody is known at the buyer",
    ),
    "champion": ("buyers", "{value} at the buyer on our side; typical is {typical}", "nobody is known at the buyer"),
    "wins_with_account": (
        "history",
        "won {value} with this buyer before; typical is {typical}",
        "its buyer is not known",
    ),
    "reassignments": ("reassignments", "changed hands {value}; typical is {typical}", "has never changed hands"),
}
_UNITS = {
    "attempts": "call attempt",
    "reassignments": "time",
    "amount_edits": "time",
    "stages_back": "time",
    "pushes": "time",
    "handed_over": "time",
    "contacts": "contact",
    "senior_contacts": "contact",
    "champion": "contact",
    "wins_with_account": "deal",
}
_SHARES = ("reply_balance",)
# Spans of time and the hours in their unit: told as "40 minutes", "7 hours" or "12 days", whichever fits.
_HOURS = {
    "first_touch_hours": 1.0,
    "age_days": 24.0,
    "days_since_contact": 24.0,
    "days_since_sign": 24.0,
    "days_since_conversation": 24.0,
    "days_in_status": 24.0,
    "days_in_stage": 24.0,
    "days_to_close": 24.0,
    "days_pushed": 24.0,
}
_CATEGORIES = {
    "source": ("came through {value}", "where it came from is not known"),
    "country": ("is in {value}", "its country is not known"),
    "language": ("speaks {value}", "its language is not known"),
    "timezone": ("is in the time zone {value}", "its time zone is not known"),
    "status": ("has status {value}", "has no status"),
    "stage": ("is in stage {value}", "has no stage"),
    "product_id": ("is for product {value}", "its product is not known"),
    "do_not_call": ("do-not-call is {value}", "whether it may be called is not known"),
    "consent": ("consent is {value}", "its consent is not known"),
    "created_weekday": ("came in on a {value}", "the day it came in is not known"),
}


@dataclass(frozen=True)
class Feature:
    """One column that a model looks at, and its words."""

    name: str
    kind: Literal["number", "category"]

    @property
    def subject(self) -> str:
        """What it is about; features about one thing are told as one reason."""
        if stream := self._stream:
            return stream[0]
        return _NUMBERS[self.name][0] if self.name in _NUMBERS else self.name

    @property
    def label(self) -> str:
        return self.name.removeprefix(ATTRIBUTE).replace("_", " ").strip()

    @property
    def named(self) -> str:
        """The label in a sentence; a custom column called by a whole question stands in quotation marks."""
        return f"“{self.label}”" if len(self.label.split()) > 3 else self.label

    @property
    def is_count(self) -> bool:
        return self._stream is not None

    @property
    def _stream(self) -> tuple[str, str] | None:
        stream, mark, window = self.name.rpartition(".")
        return (stream.removeprefix("n."), window) if mark and stream.startswith("n.") else None

    def show(self, value: object) -> str:
        """The value as a person would write it."""
        if self.kind == "category":
            text = str(value)
            return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
        number = float(value)  # type: ignore[arg-type]
        hours = number * _HOURS[self.name] if self.name in _HOURS else None
        if self.name in _SHARES:
            return f"{number:.0%}"
        return _number(number) if hours is None else _span(hours)

    def tell(self, value: object, typical: object, effect: float) -> str:
        """A clause that says the value, beside what is usual where that is another."""
        told = self._beside(value, typical, effect)
        is_usual = is_known(value) and is_known(typical) and self.show(value) == self.show(typical)
        return told.partition("; typical is ")[0] if is_usual else told

    def _beside(self, value: object, typical: object, effect: float) -> str:
        if stream := self._stream:
            return _tell_count(*stream, float(value), float(typical))  # type: ignore[arg-type]
        if self.kind == "category":
            return f"{self.plain(value)}, which wins {'more' if effect >= 0 else 'less'} often than most"
        told, missing = (
            _NUMBERS[self.name][1:]
            if self.name in _NUMBERS
            else (f"{self._counted}; typical is {{typical}}", f"{self.named} is not known")
        )
        if not is_known(value):
            return missing
        if self.name == "days_to_close" and float(value) < 0:  # type: ignore[arg-type]
            return f"its expected close passed {self.show(-float(value))} ago"  # type: ignore[arg-type]
        return told.format(value=self._measured(value), typical=self.show(typical))

    @property
    def _counted(self) -> str:
        """How the value of a custom column is said: `19 employees`, `a meter age of 6 years`, `rating 4`."""
        head, _, last = self.label.rpartition(" ")
        if head and last.lower() in _SPANS:
            return f"a {head} of {{value}} {last}"
        is_plural = last.isalpha() and last.endswith("s") and not last.endswith("ss") and self.named == self.label
        return f"{{value}} {self.label}" if is_plural else f"{self.named} {{value}}"

    def deed(self, done: bool) -> str:
        """A clause that says whether what is counted happened at all."""
        stream = self.subject
        if stream.startswith(MARK):
            mark = stream.removeprefix(MARK).replace("_", " ")
            return f"had activity with {mark}" if done else f"has had no activity with {mark}"
        default = (f"had {stream.replace('_', ' ')} activity", f"has had no {stream.replace('_', ' ')} activity")
        return _DEEDS.get(stream, default)[not done]

    def _measured(self, value: object) -> str:
        """The value with its unit, where it has one."""
        unit, text = _UNITS.get(self.name), self.show(value)
        if unit is None:
            return text
        counted = "no" if text == "0" and unit != "time" else text
        return f"{counted} {unit}" if text == "1" else f"{counted} {unit}s"

    def plain(self, value: object) -> str:
        """A clause that says the value of a category, and no more."""
        told, missing = _CATEGORIES.get(self.name, (f"{self.named} is {{value}}", f"{self.named} is not known"))
        return told.format(value=self.show(value)) if is_known(value) else missing


# What the name of a column ends in that holds a length of time.
_SPANS = ("years", "months", "weeks", "days", "hours", "minutes")


@dataclass(frozen=True)
class Reading:
    """How a snapshot is read: by which function, and which of its columns are fields that people fill in."""

    read: Callable[..., pd.DataFrame]
    record: tuple[str, ...]


def is_known(value: object) -> bool:
    """Whether there is a value at all."""
    return value is not None and value == value


def read(
    snapshot: Snapshot, ids: Sequence[str] | pd.Index, streams: Sequence[str] | None = None, *, dated: bool = True
) -> pd.DataFrame:
    """All that a snapshot says of `ids`, a row each: base fields, custom columns and, if `dated`, what happened when.

    `streams` are the kinds of activity to count; by default those that the snapshot holds.
    """
    index = pd.Index(ids, name="id")
    leads = snapshot.leads[list(_RECORDED)].reindex(index)
    attributes = snapshot.attributes.reindex(index)
    parts = [leads[[*BASE_NUMBERS, *BASE_CATEGORIES]], attributes.add_prefix(ATTRIBUTE)]
    if dated:
        parts += [_record(snapshot, leads), activity.read(snapshot, leads, streams)]
    return pd.concat(parts, axis=1)


LEADS = Reading(read, (*BASE_NUMBERS, *BASE_CATEGORIES))


def _record(snapshot: Snapshot, leads: pd.DataFrame) -> pd.DataFrame:
    """What follows from the record and its edits."""
    in_status, handed_over = _edits(snapshot, leads.index)
    return pd.DataFrame(
        {
            "status": leads["status"],
            "age_days": days_before(snapshot.as_of, leads["created_at"]),
            "created_weekday": leads["created_at"].dt.day_name().astype(object),
            "days_in_status": in_status,
            "reassignments": handed_over,
        }
    )


def _edits(snapshot: Snapshot, ids: pd.Index) -> tuple[Vector, Vector]:
    """For each of `ids`, the days since its status was edited last, and how often it changed hands."""
    in_status, changes = np.full(len(ids), np.nan), snapshot.changes
    if changes.empty:  # as of most new leads
        return in_status, np.zeros(len(ids))
    row = ids.get_indexer(pd.Index(changes["lead_id"], dtype=object))
    of_status = (row >= 0) & (changes["field"] == "status").to_numpy()
    of_owner = (row >= 0) & ((changes["field"] == "owner_id") & changes["old"].notna()).to_numpy()
    # In order of time: the last edit stays.
    in_status[row[of_status]] = days_before(snapshot.as_of, changes["at"]).to_numpy()[of_status]
    return in_status, np.bincount(row[of_owner], minlength=len(ids)).astype(np.float64)


def _tell_count(stream: str, window: str, value: float, typical: float) -> str:
    count = Feature(f"n.{stream}.{window}", "number")
    did, did_not = count.deed(True), count.deed(False)
    usual = "typical is none" if typical < 0.05 else f"typical is {_number(typical)}"
    if not value:
        return f"{did_not} {WINDOW_WORDS[window]}; {usual}"
    return f"{did} {_times(value)} {WINDOW_WORDS[window]}; {usual}"


def _span(hours: float) -> str:
    size, unit = (hours * 60, "minute") if hours < 1 else (hours, "hour") if hours < 72 else (hours / 24, "day")
    text = f"{size:,.0f}" if unit == "minute" or size >= 10 else _number(size)
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def _times(value: float) -> str:
    return "once" if value == 1 else "twice" if value == 2 else f"{_number(value)} times"


def _number(value: float) -> str:
    """Whole where it is large, one or two decimals where it is small."""
    size = abs(value)
    text = f"{value:,.0f}" if size >= 10 or value == round(value) else f"{value:,.1f}" if size >= 1 else f"{value:.2g}"
    return text.removesuffix(".0")
