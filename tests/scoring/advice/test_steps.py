"""What counts as a step of the seller's, and how it is told."""

from __future__ import annotations

import pandas as pd
import pytest

from scoring.advice import steps

NOW = pd.Timestamp("2026-03-18", tz="UTC")


def activities(*rows: tuple[str, str, str | None, str | None, str]) -> pd.DataFrame:
    columns = ["deal_id", "kind", "person_id", "direction", "marks"]
    return pd.DataFrame(rows, columns=columns).assign(at=NOW, disposition=None)


def test_only_what_the_seller_does_is_a_step_and_its_marks_tell_it_apart() -> None:
    found = steps.own(
        activities(
            ("D1", "call", "ana", "outbound", ""),
            ("D1", "meeting", "ana", None, "demo"),
            ("D1", "email", "ana", "inbound", ""),
            ("D1", "page_view", None, "inbound", ""),
        ),
        "deal_id",
    )
    assert found["step"].to_list() == ["call", "meeting: demo"]


def test_that_a_deal_was_closed_is_no_step_towards_it() -> None:
    noted = activities(*[("D1", "note", "ana", "outbound", "")] * 3, ("D1", "call", "ana", "outbound", ""))
    found = steps.own(noted.assign(disposition=["won", "lost", None, "won"]), "deal_id")
    assert found["step"].to_list() == ["note", "call"]


def test_a_week_is_known_by_the_rarest_step_taken_in_it() -> None:
    taken = pd.DataFrame({"id": ["D1", "D1", "D2"], "at": NOW, "step": ["call", "meeting: demo", "call"]})
    rank = pd.Series({"call": 90, "meeting: demo": 4})
    assert steps.chosen(taken, rank).to_dict() == {"D1": "meeting: demo", "D2": "call"}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("call", "call"),
        ("meeting: demo", "hold a meeting (demo)"),
        ("email: pricing+proposal", "send an e-mail (pricing, proposal)"),
        ("site_visit: senior_present", "site visit (senior present)"),
    ],
)
def test_steps_are_told_in_words(step: str, words: str) -> None:
    assert steps.told(step) == words
