"""What people say they wish of nudges becomes arguments that the tool can use."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.reading import habits
from knowledge import instants
from tools.nudge_settings import time_of_day

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number", "wished"),
    [
        ("only three nudges a day please", 3, {"max_per_day": 3}),
        ("no nudges at all", None, {"max_per_day": 0}),
        ("mute nudges until monday", None, {"mute_until": "monday"}),
        ("don't nudge me until next Monday please.", None, {"mute_until": "next Monday"}),
        ("mute my nudges for a week", None, {"mute_until": "a week"}),
        ("no nudges today", None, {"mute_until": "tomorrow"}),
        ("unmute nudges", None, {"mute_until": "off"}),
        ("brief me at 7:45", 7, {"daily_at": "7:45"}),
        ("move my brief to 9", 9, {"daily_at": "9"}),
        ("quiet from 6pm to 8am", 6, {"quiet_from": "6pm", "quiet_to": "8am"}),
        ("quiet hours 18:00-9:00", 18, {"quiet_from": "18:00", "quiet_to": "9:00"}),
        ("no nudges after 6pm", 6, {"quiet_from": "6pm"}),
        ("my nudge settings", None, {}),
    ],
)
def test_what_is_wished_is_read(text: str, number: int | None, wished: dict[str, object]) -> None:
    found = habits.wished(text, number)
    assert found == wished
    for name in {"daily_at", "quiet_from", "quiet_to"} & found.keys():
        time_of_day(str(found[name]))
    if (until := str(found.get("mute_until", "off"))) != "off":
        assert instants.instant(until, NOW, ZoneInfo("Europe/London")) > NOW
