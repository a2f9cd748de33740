"""When people work: the days and hours of each, absences and public holidays, on the own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select

from knowledge import calendar, shifts
from knowledge.crm import Absence, Person
from knowledge.database import Database


@dataclass(frozen=True)
class Rota:
    """When somebody works.

    Attributes
    ----------
    hours : `days`, `from` and `to`, as people have them
    off : first and last days of absences
    country : whose public holidays are free, those of the whole country; None for none
    """

    zone: ZoneInfo
    hours: Mapping[str, Any] | None = None
    off: tuple[tuple[date, date], ...] = ()
    country: str | None = None

    def works_on(self, day: date) -> bool:
        """Whether that is a working day."""
        free = any(first <= day <= last for first, last in self.off)
        return not free and shifts.DAYS[day.weekday()] in shifts.days(self.hours) and not is_holiday(self.country, day)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How long somebody was at work between two instants, counted over the last month at most."""
        return shifts.worked(start, end, self.hours, self.zone.key, self.off)

    def at(self, day: date, when: time) -> datetime:
        """The instant (UTC) at which the person's clock shows a time of a day.

        A time that comes twice, when the clock is put back, is the first of the two; one that is skipped, when it is
        put forward, is as long after midnight as on any other day.
        """
        return datetime.combine(day, when, self.zone).astimezone(UTC)

    def today(self, now: datetime) -> date:
        """The day on the person's calendar."""
        return now.astimezone(self.zone).date()


def everyone(db: Database, default_zone: str = "UTC") -> dict[str, Rota]:
    """The rota of each person who works here, by id."""
    query = select(Person.id, Person.timezone, Person.working_hours, Person.country)
    with db.read() as session:
        rows = session.execute(query.where(Person.active, Person.left_on.is_(None))).all()
        off: dict[str, list[tuple[date, date]]] = {}
        for absence in session.scalars(select(Absence)):
            off.setdefault(absence.person_id, []).append((absence.start, absence.end))
    zones = {zone if zone and calendar.is_zone(zone) else default_zone for _, zone, _, _ in rows}
    clocks = {zone: ZoneInfo(zone) for zone in zones}
    return {
        id_: Rota(clocks[zone if zone in clocks else default_zone], hours, tuple(off.get(id_, ())), country)
        for id_, zone, hours, country in rows
    }


def is_holiday(country: str | None, day: date) -> bool:
    """Whether a day is a public holiday in the whole of a country, given by ISO code or English name."""
    return country is not None and day in _holidays(country, day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(calendar.country_code(country), years=year))
    except NotImplementedError:  # a country that the library does not know
        return frozenset()
