"""What the number lock lets say of all, of none, of several and of how many."""

from __future__ import annotations

import pytest

from bot.lock import Lock
from tests.company import NOW
from tools.base import Result

CALLS = "Calls this week: 133.\n• Ada Byron: 39\n• Ben Liu: 27\n• Cyd Young: 27\n• Dan Moss: 23\n• Eve Fox: 17"
NAMES = ("Ada Byron", "Ben Liu", "Cyd Young", "Dan Moss", "Eve Fox")
LEADS = (
    "Plan: give 27 leads an owner.\n"
    "• Ada Byron: Zoe Ward. Nobody had it, and everyone may call it; $242 at stake. Held back: it was in quiet hours.\n"
    "• Ben Liu: Zoe Ward. Nobody had it, and everyone may call it; $141 at stake. Held back: it was in quiet hours.\n"
    "And 22 more leads."
)
EVENTS = (
    "Ada Byron: status contacted; meter age years 10; employees 888; sites 166.\nLast 4 of 4 events:\n"
    "• 26 Nov 2025 14:51: page view, Prices\n• 18 Nov 2025 18:25: email by Zoe Ward, Your message\n"
    "• 18 Nov 2025 17:27: email by Zoe Ward, A quick idea\n• 18 Nov 2025 16:33: form, A survey"
)


@pytest.mark.parametrize(
    "honest_words",
    [
        "Nobody has reached 40.",
        "Everyone except Eve is above 20 calls.",
        "Everyone but Eve made more than 20 calls.",
        "Apart from Ada, nobody made over 30 calls.",
        "Ben, Cyd and Dan each made more than 20 calls.",
        "Three of the five made more than 25 calls.",
        "All of them made at least 17 calls.",
        "Ada made the most calls.",
        "Eve has made the fewest calls.",
        "Ada alone made 39 of the 133.",
        "Nobody stands out.",
        "Nobody made more calls than Ada.",
        "Ada and Ben are the only two worth watching.",
        "Ada and Ben both beat 25 calls.",
        "None of them looks hopeless.",
        "Ben is second only to Ada with 27 calls.",
        "Ben and Cyd have 27 and 27.",
    ],
)
def test_what_is_true_of_the_group_may_be_said(honest_words: str) -> None:
    assert Lock([Result(text=CALLS, names=NAMES)], "calls by rep", NOW).fault(honest_words) is None


@pytest.mark.parametrize(
    "lie",
    [
        "Nobody has reached 30.",
        "Everyone is above 20 calls.",
        "Everyone except Dan is above 20 calls.",
        "Apart from Ben, nobody made over 30 calls.",
        "Ben, Cyd and Eve each made more than 20 calls.",
        "Two of the five made more than 25 calls.",
        "Four of the five made more than 25 calls.",
        "All of them made at least 20 calls.",
        "Ben made the most calls.",
        "Dan has made the fewest calls.",
        "Nobody has signed.",
        "Nobody made more calls than Ben.",
        "Ada and Ben are the only four worth watching.",
        "Ada and Ben both beat 30 calls.",
        "Everyone was busy.",
        "Dan is second only to Ada with 23 calls.",
        "Everyone made 39 meetings.",
    ],
)
def test_what_is_false_of_the_group_may_not(lie: str) -> None:
    assert Lock([Result(text=CALLS, names=NAMES)], "calls by rep", NOW).fault(lie)


def test_what_nobody_owns_and_what_all_may_do_is_as_it_was_told() -> None:
    lock = Lock([Result(text=LEADS, names=("Ada Byron", "Ben Liu"))], "share out", NOW)
    for honest_words in (
        "Nobody owns Ada, and everyone may call her.",
        "Neither of them had an owner.",
        "Both go to Zoe; another 22 are not listed.",
        "All of them go to Zoe Ward.",
        "Every one of them was held back for the same reason.",
        "Ada and Ben are each below $250.",
        "Neither one is large.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Nobody has called Ada.",
        "Everyone has called Ada.",
        "Another 23 are not listed.",
        "All of them were rejected.",
        "Ada and Ben are each below $200.",
        "Neither of them is in quiet hours.",
    ):
        assert lock.fault(lie), lie


def test_events_and_what_a_sentence_lists_are_counted() -> None:
    lock = Lock([Result(text=EVENTS, names=("Ada Byron",))], "show me Ada", NOW)
    for honest_words in (
        "There are two e-mails.",
        "You wrote to her twice.",
        "You wrote twice that same day, at 17:27 and 18:25.",
        "No call is on her timeline.",
        "Nobody has called her yet.",
        "Her meters are ten years old.",
        "They have 888 people at 166 sites.",
        "Three things were asked: the price, the date and the term.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "There are three e-mails.",
        "You wrote to her three times.",
        "No email is on her timeline.",
        "Nobody has written to her yet.",
        "Her meters are ten months old.",
        "They have 888 sites.",
        "Five columns were left out: price, date and term.",
    ):
        assert lock.fault(lie), lie


def test_what_stands_in_brackets_behind_a_name_is_of_that_name() -> None:
    text = "Most like them: Ada Byron (14 %), Ben Liu (12 %) and Cyd Young (9.9 %)."
    lock = Lock([Result(text=text, names=("Ada Byron", "Ben Liu", "Cyd Young"))], "who?", NOW)
    assert lock.fault("Ben looks like a fast one, at 12 %.") is None
    assert lock.fault("Ben looks like a fast one, at 14 %.") == "record"


def test_figures_go_to_records_in_turn_and_on_to_the_subject() -> None:
    text = (
        "Size of a won deal this quarter: $35,445.\n• Ada Byron: $49,818 (11 deals), 9 of 20 in time\n"
        "• Ben Liu: $21,792 (10 deals), 9 of 26 in time\n• Cyd Young: $8,850 (3 deals), 2 of 5 in time"
    )
    lock = Lock([Result(text=text, names=("Ada Byron", "Ben Liu", "Cyd Young"))], "average size", NOW)
    for honest_words in (
        "Ben has won ten deals, second only to Ada, but they are smaller – around $22k.",
        "Ada and Ben each had 9 deals in time, out of 20 and 26.",
        "Cyd's three wins average under $9k.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Ada and Ben each had 9 deals in time, out of 26 and 20.",
        "Cyd's four wins average under $9k.",
        "Cyd's three wins average over $9k.",
    ):
        assert lock.fault(lie), lie


def test_groups_are_those_of_a_column_though_no_record_is_called_so() -> None:
    text = "Open: $1,161,375.\n• Demo: $334,450 (7 deals)\n• Discovery: $202,235 (14 deals)\n• Won: $25,585 (5 deals)"
    lock = Lock([Result(text=text)], "pipeline by stage", NOW)
    for honest_words in (
        "Only Won is below $100k.",
        "Every stage but Won is above $200k.",
        "Two stages are above $200k.",
        "No stage is above $400k.",
        "Every stage has at least five deals.",
        "No deal stage has more than 14 deals.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "No stage is above $300k.",
        "Every stage has at least six deals.",
        "Only Demo is below $100k.",
        "Three of the stages are above $200k.",
        "Only Won is below $300k.",
    ):
        assert lock.fault(lie), lie
