"""Figures, amounts and instants as people write them, and text as they see it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from knowledge.metrics import Unit
from knowledge.playbook.blocks import is_seen

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def visible(text: str) -> str:
    """The text without signs that take no space on any screen, in which words can be hidden from all but machines."""
    return "".join(filter(is_seen, text))


def money(amount: Decimal | float, currency: str) -> str:
    """`€12,400`; cents only below a hundred."""
    sign = _SIGNS.get(currency, f"{currency} ")
    digits = 2 if 0 < abs(float(amount)) < 100 else 0
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.{digits}f}"


def percent(share: float) -> str:
    """`34 %`; one decimal below ten per cent, where whole points are too coarse."""
    points = 100 * share
    return f"{points:.1f} %" if 0 < points < 9.95 else f"{points:.0f} %"


def chance(share: float) -> str:
    """`a 34 % chance`, `an 82 % chance`."""
    told = percent(share)
    return f"{'an' if told.startswith('8') or told in ('11 %', '18 %') else 'a'} {told} chance"


def interval(low: float, high: float) -> str:
    """`22–46 %`."""
    return f"{percent(low).removesuffix(' %')}–{percent(high)}"


def priced(text: str, currency: str) -> str:
    """A text about amounts with their currency: "is worth $5,500; typical is $7,100"."""
    return re.sub(r"\d[\d,]*(?:\.\d+)?", lambda found: money(float(found[0].replace(",", "")), currency), text)


def step(label: str) -> str:
    """A step of time as people call it: `August 2026` of `2026-08`, `Q3 2026`, `week of 3 August 2026`."""
    if found := re.fullmatch(r"(\d{4})-(Q\d)", label):
        return f"{found[2]} {found[1]}"
    if found := re.fullmatch(r"(week of )?(\d{4})-(\d{2})(?:-(\d{2}))?", label):
        day = date(int(found[2]), int(found[3]), int(found[4] or 1))
        return f"{found[1] or ''}{f'{day.day} ' if found[4] else ''}{day:%B %Y}"
    return label


def figure(value: float | None, unit: Unit, currency: str) -> str:
    """A figure of a report in its unit."""
    if value is None:
        return "none"
    match unit:
        case "money":
            return money(value, currency)
        case "share":
            return percent(value)
        case "hours":
            return f"{value:,.1f} hours"
        case "days":
            return f"{value:,.1f} days"
        case _:
            return f"{value:,.0f}"


def count(n: int, noun: str) -> str:
    """`1 lead`, `2,310 leads`."""
    return f"{n:,} {noun if n == 1 else noun + 's'}"


def counted(shown: str, plural: str) -> str:
    """`1 deal opened`, `2 deals opened`, of a count that is written out already."""
    head, _, tail = plural.partition(" ")
    return f"{shown} {head.removesuffix('s') if shown == '1' else head} {tail}".rstrip()


def ago(now: datetime, at: datetime) -> str:
    """`3 hours ago`, `2 days ago`, `in 4 hours`."""
    gap = now - at
    size = abs(gap)
    if size < timedelta(minutes=1):
        return "just now"
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if size >= length:
            text = count(size // length, unit)
            return f"{text} ago" if gap > timedelta(0) else f"in {text}"
    return "just now"


def clock(at: datetime, zone: ZoneInfo | str) -> str:
    """`Wed 10:30` on the clock of a zone."""
    return f"{at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone):%a %H:%M}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """`18 Mar 2026` on the calendar of a zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def on(when: date) -> str:
    """`18 Mar 2026`."""
    return f"{when.day} {when:%b %Y}"


def listing(items: list[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def sentence(text: str) -> str:
    """The text with a capital at its start and a stop at its end."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
