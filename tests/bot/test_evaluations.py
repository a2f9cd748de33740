"""An evaluation is told in plain lines, and what is not known is left out."""

from __future__ import annotations

from typing import Any

from bot.evaluations import details


def figure(value: float, half: float = 0.05) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def group(level: str, said: float, won: float, *, is_off: bool = False, is_weak: bool = False) -> dict[str, Any]:
    marks = {"is_off": is_off, "is_weak": is_weak}
    return {"column": "source", "level": level, "n": 120, "said": said, "won": figure(won), "auc": figure(0.6)} | marks


def test_what_to_call_comes_first_and_in_words() -> None:
    (line,) = details({"calls_to_keep": {"90": figure(0.38)}})
    assert line == "To keep 90 % of wins call 38% of the list (33%–43%)."


def test_groups_that_are_off_are_named_worst_first() -> None:
    groups = [
        group("Partner", 0.2, 0.3, is_off=True),
        group("Webinar", 0.4, 0.2, is_off=True),
        group("Fair", 0.2, 0.2, is_weak=True),
        group("Web form", 0.2, 0.2),
    ]
    high, low, weak = details({"groups": groups})
    assert high.startswith("Chances run high for source Webinar (120 cases): said 40.0%, won 20.0%")
    assert low.startswith("Chances run low for source Partner")
    assert "source Fair" in weak
    assert "AUC 0.60" in weak


def test_groups_that_are_all_right_are_one_line() -> None:
    (line,) = details({"groups": [group("Web form", 0.2, 0.2)]})
    assert "No group" in line


def test_the_rest_is_told_where_there_is_something_to_tell() -> None:
    block = {"label": "2026-01-01", "n": 50, "said": 0.1, "won": figure(0.1), "auc": None, "ece": None}
    found = {
        "by_instant": [block],
        "coverage": {"stated": 0.9, "covered": 0.95, "cells": 40},
        "drift": [{"feature": "value", "psi": 0.3, "verdict": "another population"}],
        "outcome_drift": {"before": figure(0.1, 0.01), "lately": figure(0.2, 0.01)},
        "candidates": {"blend": {"log_loss": figure(0.3)}, "trees": {"log_loss": figure(0.2)}},
        "chosen": "trees",
    }
    told = " ".join(details(found))
    for part in ("2026-01-01", "95% of 40 groups", "value (0.30)", "from 10.0%", "trees 0.2000; trees is the best"):
        assert part in told


def test_an_older_report_without_any_of_it_is_told_without() -> None:
    assert details({"metrics": {}, "coverage": None, "outcome_drift": None}) == []
