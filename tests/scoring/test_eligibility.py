"""Who may be given a lead: territory, language, presence; and how many more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.eligibility import eligible, room

REPS = pd.DataFrame(
    {
        "team_id": ["N", "N", "S", "S", None],
        "languages": [frozenset({"en"}), frozenset({"en", "de"}), frozenset({"en"}), frozenset(), frozenset({"de"})],
        "max_leads": [10.0, 10.0, 3.0, np.nan, 0.0],
        "open_leads": [4, 10, 5, 7, 0],
        "away": [False, False, False, False, False],
    },
    index=["ana", "ben", "cy", "di", "ed"],
)
TERRITORIES = pd.DataFrame(
    [("DE", "N", 96), ("DE", "S", 4), ("US", "N", 50), ("US", "S", 50)], columns=["country", "team_id", "leads"]
)


def who(country: str | None, language: str | None, reps: pd.DataFrame = REPS) -> list[str]:
    leads = pd.DataFrame({"country": [country], "language": [language]}, index=["L"])
    return list(reps.index[eligible(leads, reps, TERRITORIES)[0]])


@pytest.mark.parametrize(("country", "language", "found"), [
    ("DE", "de", ["ben"]),                                # the team of its country, and there who speaks it
    ("DE", "nl", ["ana", "ben"]),                         # nobody there does
    ("DE", None, ["ana", "ben"]),
    ("US", "German", ["ben", "cy", "di"]),                # in the other team nobody speaks it, so anyone may
    ("US", "en-US", ["ana", "ben", "cy"]),
    ("FR", None, ["ana", "ben", "cy", "di", "ed"]),       # nobody's territory
    (None, "de", ["ben", "cy", "di", "ed"]),
])  # fmt: skip
def test_a_lead_goes_to_its_territory_and_to_who_speaks_its_language(country, language, found) -> None:
    assert who(country, language) == found


def test_who_is_away_gets_nothing_and_leaves_the_language_to_the_others() -> None:
    assert who("DE", "de", REPS.assign(away=REPS.index == "ben")) == ["ana"]


def test_leads_of_one_kind_are_alike_in_whatever_order() -> None:
    leads = pd.DataFrame(
        {"country": ["DE", None, "US", "DE"], "language": ["de", np.nan, "en", "de"]}, index=list("abcd")
    )
    found = eligible(leads, REPS, TERRITORIES)
    assert found.shape == (4, 5)
    assert found.dtype == bool
    assert (found[0] == found[3]).all()
    assert found[1].all()
    again = eligible(leads.iloc[::-1], REPS, TERRITORIES)[::-1]
    assert (found == again).all()


def test_nothing_to_give_or_nobody_to_give_it_to_is_an_empty_mask() -> None:
    leads = pd.DataFrame({"country": ["DE"], "language": ["de"]}, index=["L"])
    assert eligible(leads[:0], REPS, TERRITORIES).shape == (0, 5)
    assert eligible(leads, REPS[:0], TERRITORIES).shape == (1, 0)
    assert eligible(leads, REPS, TERRITORIES[:0]).any()


def test_room_is_what_is_left_of_the_limit() -> None:
    assert room(REPS, 100).tolist() == [6, 0, 0, 100, 0]
    assert room(REPS, 2).tolist() == [2, 0, 0, 2, 0]
    assert room(REPS.assign(away=True), 100).tolist() == [0] * 5


def test_room_can_be_counted_beside_leads_that_are_to_be_shared_out_anew() -> None:
    assert room(REPS, 100, pd.Series({"ana": 1, "cy": 1})).tolist() == [9, 10, 2, 100, 0]
