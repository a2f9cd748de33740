"""Who is held out is decided by a hash alone, and kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge import holdouts
from knowledge.holdouts import is_held_out

UNITS = [f"L-{n:05}" for n in range(10_000)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_held_out_is_the_share_asked_for(share):
    held = sum(is_held_out(unit, "assignment", share) for unit in UNITS)
    assert held == pytest.approx(share * len(UNITS), abs=4 * (len(UNITS) * share * (1 - share)) ** 0.5)


def test_a_bigger_share_holds_out_the_same_units_and_more():
    assert {unit for unit in UNITS if is_held_out(unit, "a", 0.1)} < {
        unit for unit in UNITS if is_held_out(unit, "a", 0.3)
    }


def test_experiments_hold_out_different_units():
    both = sum(is_held_out(unit, "a", 0.5) and is_held_out(unit, "b", 0.5) for unit in UNITS)
    assert both == pytest.approx(2_500, abs=180)


def test_the_first_arm_of_a_unit_counts_until_it_is_ended(db, now):
    day = timedelta(days=1)
    with db.write() as session:
        holdouts.record(session, {"a": "plan", "b": "today"}, at=now)
        holdouts.record(session, {"a": "today", "c": "plan"}, at=now + day)
        holdouts.record(session, {"a": "today"}, at=now, experiment="other")
        holdouts.record(session, {}, at=now)
    assert [(arm.unit, arm.arm, arm.at) for arm in holdouts.arms(db)] == [
        ("a", "plan", now), ("b", "today", now), ("c", "plan", now + day),
    ]  # fmt: skip
    with db.write() as session:
        holdouts.end(session, ["a", "b"], at=now + day)
        holdouts.record(session, {"a": "today"}, at=now + 2 * day)
    assert [(arm.unit, arm.arm, arm.at) for arm in holdouts.arms(db)] == [
        ("c", "plan", now + day), ("a", "today", now + 2 * day),
    ]  # fmt: skip
    assert (holdouts.count(db), holdouts.count(db, "other")) == (2, 1)
