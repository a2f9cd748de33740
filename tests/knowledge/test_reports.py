"""Reports are kept by kind and key, and the newest is found."""

from __future__ import annotations

from datetime import timedelta

from knowledge import reports


def test_the_newest_report_of_its_kind_and_key_is_found(db, now):
    reports.save(db, "retro", now - timedelta(days=3), {"wins": 3}, "6 months")
    reports.save(db, "retro", now - timedelta(days=1), {"wins": 4}, "6 months")
    reports.save(db, "retro", now, {"wins": 9}, "12 months")
    reports.save(db, "drift", now, {"psi": 0.1})
    assert reports.latest(db, "retro", "6 months") == (now - timedelta(days=1), {"wins": 4})
    assert reports.latest(db, "drift") == (now, {"psi": 0.1})


def test_a_report_that_is_too_old_is_none(db, now):
    reports.save(db, "retro", now - timedelta(days=8), {"wins": 3})
    assert reports.latest(db, "retro", since=now - timedelta(days=7)) is None
    assert reports.latest(db, "retro", since=now - timedelta(days=8)) is not None
    assert reports.latest(db, "other") is None
