"""Who was left on the table, and who was not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from scoring.retro.missed import Missed, expected, left_on_the_table

TODAY = datetime(2026, 3, 18, tzinfo=UTC)
LONG_AGO, LATELY = pd.Timestamp("2025-11-20", tz="UTC"), pd.Timestamp("2026-03-10", tz="UTC")
NEVER = float("nan")


def row(lead: str, **facts: Any) -> dict[str, Any]:
    """A lead at the top of its month that waited 30 days and was lost."""
    return {
        "lead": lead,
        "span": 0,
        "source": "Referral",
        "value": 1000.0,
        "owner": "P-01",
        "reachable": True,
        "chance": 0.6,
        "low": 0.4,
        "high": 0.8,
        "contact": 30.0,
        "days_to_close": 50.0,
        "won": False,
        "outcome": "lost",
        "closed_at": LONG_AGO,
        "last_touch": LONG_AGO,
    } | facts


def left(*rows: dict[str, Any]) -> list[str]:
    """The ids left on the table, among so many others that all of these stand in the top fifth."""
    others = [row(f"other-{i}", chance=0.1, contact=1.0) for i in range(4 * len(rows))]
    return [lead.lead for lead in left_on_the_table(pd.DataFrame([*rows, *others]), TODAY).leads]


def test_a_lead_that_stood_high_waited_and_was_lost_was_left_on_the_table():
    assert left(row("waited"), row("never", contact=NEVER)) == ["never", "waited"]


@pytest.mark.parametrize(
    "facts",
    [
        {"contact": 3.0},
        {"outcome": "won", "won": True},
        {"reachable": False},
        {"days_to_close": 5.0, "contact": NEVER},
        {"outcome": "open", "days_to_close": NEVER, "last_touch": LATELY},
        {"chance": 0.05},
    ],
    ids=["called in time", "won", "not to be called", "decided at once", "still worked", "low"],
)
def test_a_lead_is_not_left_on_the_table_when_it_was(facts: dict[str, Any]):
    assert left(row("it", **facts)) == []


def test_an_open_lead_that_nobody_touched_for_long_has_gone_cold():
    frame = pd.DataFrame(
        [row("it", outcome="open", days_to_close=NEVER), *(row(f"o{i}", chance=0.1) for i in range(4))]
    )
    (lead,) = left_on_the_table(frame, TODAY).leads
    assert (lead.fate, lead.since) == ("cold", LONG_AGO.to_pydatetime())


def test_a_lead_of_nobody_and_from_nowhere_is_told_as_such():
    others = [row(f"other-{i}", chance=0.1) for i in range(4)]
    (lead,) = left_on_the_table(pd.DataFrame([row("it", owner=None, source=None), *others]), TODAY).leads
    assert (lead.owner, lead.source) == (None, None)


def test_a_lead_is_counted_once_where_it_first_stood_high():
    frame = pd.DataFrame([row("it", span=span) for span in (2, 0, 1)]).sort_values("span")
    (lead,) = left_on_the_table(frame, TODAY).leads
    assert lead.span == 0


def test_how_leads_fared_counts_only_those_still_open_when_the_wait_was_over():
    frame = pd.DataFrame(
        [
            row("quick win", won=True, outcome="won", contact=1.0, days_to_close=3.0),
            row("in time", won=True, outcome="won", contact=1.0, days_to_close=40.0),
            row("late"),
            *(row(f"o{i}", chance=0.1) for i in range(12)),
        ]
    )
    found = left_on_the_table(frame, TODAY)
    assert (found.n_in_time, found.n_late) == (1, 1)
    assert found.in_time is not None
    assert found.in_time.value == 1


def missed(chance: float, value: float | None, spread: float = 0.1) -> Missed:
    return Missed("L", 0, 1, 10, chance, chance - spread, chance + spread, value, None, None, None, "lost", None)


def test_what_was_expected_is_chance_times_value_and_never_the_full_value():
    found = expected([missed(0.5, 1000.0), missed(0.2, 5000.0), missed(0.3, None)])
    assert found.wins.value == pytest.approx(1.0)
    assert found.value is not None
    assert found.value.value == pytest.approx(1500)
    assert found.value.low < 1500 < found.value.high
    assert found.without_value == 1


def test_without_values_only_wins_are_expected():
    found = expected([missed(0.5, None)])
    assert found.value is None
    assert found.wins.value == pytest.approx(0.5)
