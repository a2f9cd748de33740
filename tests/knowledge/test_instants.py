"""What people say of days to come is read on their own clock; what cannot be read or is past is said so."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import instants
from knowledge.errors import BadInput

BERLIN = ZoneInfo("Europe/Berlin")
# A Wednesday, 16:30 in Berlin.
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
SAID = {
    "tomorrow": "Thu 19 Mar 2026 08:00",
    "the day after tomorrow": "Fri 20 Mar 2026 08:00",
    "next monday": "Mon 23 Mar 2026 08:00",
    "on Friday": "Fri 20 Mar 2026 08:00",
    "next friday": "Fri 27 Mar 2026 08:00",
    "wednesday": "Wed 25 Mar 2026 08:00",
    "monday next week": "Mon 23 Mar 2026 08:00",
    "next week on Tuesday": "Tue 24 Mar 2026 08:00",
    "after the weekend": "Mon 23 Mar 2026 08:00",
    "in 3 days": "Sat 21 Mar 2026 08:00",
    "for two weeks": "Wed 1 Apr 2026 08:00",
    "a fortnight": "Wed 1 Apr 2026 08:00",
    "in two weeks' time": "Wed 1 Apr 2026 08:00",
    "five working days": "Wed 25 Mar 2026 08:00",
    "in a month": "Sat 18 Apr 2026 08:00",
    "next week": "Mon 23 Mar 2026 08:00",
    "next month": "Wed 1 Apr 2026 08:00",
    "end of the week": "Fri 20 Mar 2026 08:00",
    "the end of next month": "Thu 30 Apr 2026 08:00",
    "start of next quarter": "Wed 1 Apr 2026 08:00",
    "15 april": "Wed 15 Apr 2026 08:00",
    "until April 15th, 2027": "Thu 15 Apr 2027 08:00",
    "1 March": "Mon 1 Mar 2027 08:00",
    "the 15th": "Wed 15 Apr 2026 08:00",
    "the 31st": "Tue 31 Mar 2026 08:00",
    "until May": "Fri 1 May 2026 08:00",
    "2026-04-15": "Wed 15 Apr 2026 08:00",
    "15.4.2026": "Wed 15 Apr 2026 08:00",
    "2026-04-15T06:00+00:00": "Wed 15 Apr 2026 08:00",
    "in 2 hours": "Wed 18 Mar 2026 18:30",
    "later today": "Wed 18 Mar 2026 19:30",
    "tonight": "Wed 18 Mar 2026 17:00",
    "today at 19:00": "Wed 18 Mar 2026 19:00",
    "tomorrow at 3pm": "Thu 19 Mar 2026 15:00",
    "friday at 10": "Fri 20 Mar 2026 10:00",
    "tomorrow at 3": "Thu 19 Mar 2026 15:00",
    "at 12am tomorrow": "Thu 19 Mar 2026 00:00",
    "9:30 tomorrow": "Thu 19 Mar 2026 09:30",
    "friday afternoon": "Fri 20 Mar 2026 13:00",
    "by end of day tomorrow": "Thu 19 Mar 2026 17:00",
}


@pytest.mark.parametrize(("words", "when"), SAID.items())
def test_words_mean_an_instant_on_the_asker_s_own_clock(words: str, when: str) -> None:
    found = instants.instant(words, NOW, BERLIN).astimezone(BERLIN)
    assert f"{found:%a} {found.day} {found:%b %Y %H:%M}" == when


@pytest.mark.parametrize("words", ["", "cows", "3/4", "today", "31 february", "99:00 tomorrow", "next", "9999999 days"])
def test_what_is_no_day_is_said_to_be_none(words: str) -> None:
    with pytest.raises(BadInput, match="as a day"):
        instants.instant(words, NOW, BERLIN)


@pytest.mark.parametrize("words", ["1 march 2026", "2026-03-18", "this morning", "0 days"])
def test_what_is_past_is_refused(words: str) -> None:
    with pytest.raises(BadInput, match="past"):
        instants.instant(words, NOW, BERLIN)


def test_a_morning_is_a_morning_where_the_clocks_change() -> None:
    eve = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert instants.instant("tomorrow", eve, BERLIN) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert instants.instant("in 24 hours", eve, BERLIN) == eve + timedelta(days=1)


@given(st.text(max_size=40) | st.sampled_from(sorted(SAID)), st.integers(0, 400))
def test_whatever_is_said_is_to_come_or_refused(words: str, days: int) -> None:
    now = NOW + timedelta(days=days)
    with suppress(BadInput):
        assert instants.instant(words, now, BERLIN) > now


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("remind me next monday about it", "next monday"),
        ("snooze for two weeks please", "for two weeks"),
        ("not before Friday at 10am", "Friday at 10am"),
        ("hide it till the end of the month", "the end of the month"),
        ("in May I may call", "in May"),
        ("until mid April", None),
        ("who should I call", None),
    ],
)
def test_the_words_that_say_when_are_found_in_a_question(text: str, found: str | None) -> None:
    assert instants.said(text) == found
