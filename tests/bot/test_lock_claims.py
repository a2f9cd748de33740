"""What the number lock holds back though each of its figures was told."""

from __future__ import annotations

import pytest

from bot.lock import Lock
from bot.lock.checking import Reason
from tests.company import NOW
from tools.base import Result

DEALS = (
    "The forecast is $251,696 above quota; past ones were 12 % too high.\n"
    "• Ada Byron, $29,000, Proposal, 72 % to slip or be lost, 58 % to be won.\n"
    "• Ben Liu, $15,500, Demo, 85 % to slip or be lost, 38 % to be won.\n"
    "• Cyd Young, $1,700, Demo, 33 % to slip or be lost, 67 % to be won.\n"
    "Ada Byron was first contacted 43 hours after coming in; typical is 22 hours.\n"
    "70 calls (▼ from 110). Ben Liu went from 4.7 % to 4.4 %."
)


@pytest.mark.parametrize(
    "honest_words",
    [
        "Ben is riskier than Ada.",
        "Ada is bigger than Ben.",
        "Cyd is worth less than Ben.",
        "Ben slipped from 4.7 % to 4.4 %.",
        "There were 70 calls, down from 110.",
        "70 calls, just under two thirds as many as before.",
        "Ada was contacted 43 hours after coming in, against a typical 22.",
        "The forecast is $251,696 over quota.",
        "Forecasts ran 12 % too high.",
        "Two of the three are in Demo.",
    ],
)
def test_true_comparisons_may_be_said(honest_words: str) -> None:
    assert (
        Lock([Result(text=DEALS, names=("Ada Byron", "Ben Liu", "Cyd Young"))], "risk?", NOW).fault(honest_words)
        is None
    )


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ("Ada is riskier than Ben.", "claim"),
        ("Ben is bigger than Ada.", "claim"),
        ("Cyd is worth more than Ben.", "claim"),
        ("Ben rose from 4.4 % to 4.7 %.", "claim"),
        ("There were 110 calls, up from 70.", "claim"),
        ("Ada was first contacted 22 hours after coming in.", "word"),
        ("The forecast is $251,696 below quota.", "word"),
        ("Forecasts ran 12 % too low.", "word"),
        ("70 calls, twice as many as before.", "figure"),
        ("Three of the three are in Demo.", "claim"),
    ],
)
def test_false_comparisons_of_true_figures_may_not(lie: str, reason: Reason) -> None:
    assert Lock([Result(text=DEALS, names=("Ada Byron", "Ben Liu", "Cyd Young"))], "risk?", NOW).fault(lie) == reason
