"""What the number lock reads as a figure, and what it takes for the same."""

from __future__ import annotations

import pytest

from bot.lock import Lock, release
from tests.company import NOW
from tools.base import Result


def test_a_sentence_that_may_not_be_said_is_replaced_by_the_tools_own() -> None:
    text = "Call Ada Byron first.\nAda Byron: 34 % chance, $12,000.\nBo Li: 12 % chance."
    lock = Lock([Result(text=text, names=("Ada Byron", "Bo Li"))], "whom first?", NOW)
    found = release(lock, "Call Ada. She stands at 43 %. Bo Li is at 12 %.")
    assert found.text == "Call Ada. Bo Li is at 12 %."
    assert list(found.faults) == ["figure"]
    moved = release(lock, "Bo Li stands at 34 %.")
    assert moved.text == "Bo Li: 12 % chance."
    assert list(moved.faults) == ["record"]
    assert release(lock, "Ninety percent.").text == text
    assert release(lock, "").text == text


@pytest.mark.parametrize(
    "lie",
    [
        "Ada Byron stands at 3**5** %.",
        "Ada Byron stands at ３５ %.",
        "Ada Byron stands at 3\u200b5 %.",
        "Ada Byron stands at thirty-five percent.",
        "Ada Byron is twice as likely.",
        "Half of them will buy.",
        "Ada Byron stands at 34–36 %.",
        "Ada Byron owes -$12,000.",
        "Ada Byron is worth $12 million.",
        "Ada Byron is worth 12,000 euros and 7 cents.",
        "Call Ada Byron at 9:45.",
        "Call Ada Byron on 3 May 2031.",
        "Ask Carl Gauss about Ada Byron.",
        "One in 3 will buy.",
        "A dozen of them will buy.",
        "A third of them will buy.",
        "Ada Byron is third.",
        "Ada Byron is worth €12,000.",
        "Ada Byron is worth more than $10,000.",
        "Ada Byron is due tomorrow.",
        "Ada Byron was reached a week ago.",
        "Ada Byron comes second.",
        "Ada Byron is #2.",
        "Everyone agreed.",
        "Nobody has called Ada Byron.",
        "Ada Byron stands at 34.0 %.",
        "Ada Byron has a 0.3400 chance.",
        "Ada Byron has a couple of deals.",
        "Ada Byron came in a few weeks ago.",
        "Dozens of calls went to Ada Byron.",
        "Ada Byron was called today.",
        "Call Ada Byron at noon.",
        "Neither has answered.",
        "Most of them have a budget.",
        "Her chance is up ten points.",
        "Write to ada@loom.example.",
        "Ada Byron is 3x as likely.",
        "Ada Byron is at nearly 34 %, just over 35 %.",
        "Ada Byron has about a one in two chance.",
    ],
)
def test_figures_in_any_dress_are_figures(lie: str) -> None:
    lock = Lock([Result(text="Ada Byron: 34 % chance, $12,000.", names=("Ada Byron",))], "who?", NOW)
    assert lock.fault(lie)


@pytest.mark.parametrize(
    "honest_words",
    [
        "Ada stands at 34 percent.",
        "That one is worth $12k.",
        "Ada Byron's chance is thirty-four percent.",
        "She came in 14 days ago.",
        "Two weeks ago she came in.",
        "Ada Byron is due on Tuesday, 24 March.",
        "It is due on 24 Mar 2026.",
        "Call her: it is worth about $10,000.",
        "It is due in 6 days.",
        "It is due next week.",
        "It is due on the 24th.",
        "The due date, 3/24/2026, comes first.",
        "She has about a one in three chance.",
        "Her chance is 0.34.",
        "Ada Byron is #1, worth twelve thousand dollars.",
        "A. Byron is the one to call.",
    ],
)
def test_other_ways_of_saying_the_same_are_let_through(honest_words: str) -> None:
    text = "Ada Byron: 34 % chance, $12,000, came in 2 weeks ago, due 24 March 2026."
    assert Lock([Result(text=text, names=("Ada Byron",))], "who?", NOW).fault(honest_words) is None


def test_times_may_be_spoken_and_ranges_are_none() -> None:
    lock = Lock([Result(text="It is 09:45 there; 5 to 10 calls are usual, in 18 days.")], "when?", NOW)
    for honest_words in (
        "It is quarter to ten.",
        "Five to ten calls are usual.",
        "In 18 days, just over two and a half weeks.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("It is quarter past ten.", "It is half past nine.", "In 18 days, just over three and a half weeks."):
        assert lock.fault(lie) == "figure", lie


def test_records_are_compared_by_what_the_tools_said_of_them() -> None:
    text = "1. Ada Byron: 60 % chance, $12,000.\n2. Bo Li: 30 % chance, $36,000.\n3. Cy Young: 10 % chance, $9,000."
    lock = Lock([Result(text=text, names=("Ada Byron", "Bo Li", "Cy Young"))], "whom first?", NOW)
    for honest_words in (
        "Ada Byron is twice as likely as Bo Li.",
        "Bo Li is worth 3x what Ada Byron is.",
        "None of them is above 60 %.",
        "All of them are worth at least $9,000.",
        "Ada Byron and Bo Li are at 60 % and 30 %, respectively.",
        "The other two can wait.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Bo Li is twice as likely as Ada Byron.",
        "Bo Li is worth twice what Ada Byron is.",
        "None of them is above 30 %.",
        "All of them are worth at least $12,000.",
        "Ada Byron and Bo Li are at 30 % and 60 %, respectively.",
        "Ada Byron's 30 % beats Bo Li's 60 %.",
        "Ada Li comes first.",
    ):
        assert lock.fault(lie), lie


def test_a_figure_is_what_the_tool_calls_it() -> None:
    text = (
        "Open pipeline (yours): $192,795 (10 deals).\n• Demo: $18,700 (2 deals)\n"
        "Win rate this quarter: 57 % (63 deals).\nBookings this quarter: $26,550.\nAt most 5 nudges a day."
    )
    lock = Lock([Result(text=text, names=("Demo", "Proposal"))], "how is it going?", NOW)
    for honest_words in (
        "Your pipeline is $192,795.",
        "You win 57 % of your deals.",
        "Your close rate is 57%, with bookings of $26,550.",
        "There is $18,700 of pipeline in Demo.",
        "You get 5 nudges per day.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Your revenue is $192,795.",
        "You have a 57 % reply rate.",
        "Your quota is $26,550.",
        "Demo has booked $18,700.",
        "Your pipeline is $192,795 a month.",
        "You get 5 nudges a week.",
        "That is annual bookings of $26,550.",
    ):
        assert lock.fault(lie) == "word", lie


def test_deeds_and_orders_are_held_against_what_was_told() -> None:
    text = (
        "1. Ada Byron: 60 % chance, $12,000. Replied 2 days ago.\n2. Bo Li: 30 % chance, $36,000. Last call: no answer."
    )
    lock = Lock([Result(text=text, names=("Ada Byron", "Bo Li"))], "whom first?", NOW)
    for honest_words in (
        "Ada Byron replied 2 days ago.",
        "If Bo Li has replied, call again.",
        "Bo Li has not signed.",
        "They are sorted by chance.",
        "Ada Byron ranks above Bo Li.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("Bo Li has replied.", "Ada Byron signed.", "Bo Li is ahead of Ada Byron."):
        assert lock.fault(lie) == "claim", lie


def test_what_a_record_says_is_nobodys_figure_but_in_its_own_words() -> None:
    text = "Call 97 % sure, $5,000,000 first.\n1. 97 % sure, $5,000,000: 12 % chance. “I pay 400 dollars.”"
    lock = Lock([Result(text=text, names=("97 % sure, $5,000,000",))], "whom first?", NOW)
    assert lock.fault("It is at 97 %.")
    assert lock.fault("That is $5,000,000.")
    assert lock.fault("They pay 400 dollars.")
    assert lock.fault("They say: “I pay 400 dollars.”") is None
    assert lock.fault("Call 97 % sure, $5,000,000, at 12 %.") is None


def test_what_a_sentence_leaves_out_is_read_from_its_other_figures() -> None:
    text = (
        "1. Loom – 8 sites, 84 % (52–97 %) to slip, due 25 Dec 2026. Met 3 times in the last 30 days; typical is 1.\n"
        "2. Brook, 30 % (20–44 %) to slip, due 24 Dec 2026. Last touch: call 11 days ago. Not touched since.\n"
        "3. Cove, 12 % (4–20 %) to slip, due 2 Dec 2026. 158 calls (▲ from 140)."
    )
    lock = Lock([Result(text=text, names=("Loom – 8 sites", "Brook", "Cove"))], "what is at risk?", NOW)
    for honest_words in (
        "Loom is at 84 percent (the range is 52 to 97).",
        "Loom (8 sites) had three meetings in the last month; one is typical.",
        "Brook was last called a week and a half ago.",
        "Loom and Brook are due on the 25th and the 24th, at 84 % and 30 %.",
        "Cove had 158 calls, 18 more than 140.",
        "Two of the three are due at the end of December.",
        "One deal stands out: Loom.",
        "Two things to know: the first is Loom, the second is Cove.",
        "Timing is everything.",
        "All three are due in December.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Loom is at 84 percent (the range is 51 to 97).",
        "Loom (9 sites) had three meetings.",
        "Loom had four meetings in the last month; two are typical.",
        "Brook was last called two and a half weeks ago.",
        "Cove had 158 calls, 28 more than 140.",
        "Five of the three are due.",
        "Quentin is everything.",
        "All three are signed.",
    ):
        assert lock.fault(lie), lie


def test_lists_are_counted_and_sums_keep_their_own_names() -> None:
    text = (
        "Forecast: $1,801,696; $1,276,015 of it is booked. Quota $1,550,000: the forecast is $251,696 above it.\n"
        "• Dmitri Vance: $691,750 ($573,450 to $805,950), $548,000 booked, owner Lena Fox. It is Fri 16:31.\n"
        "• Ellie Thornbury: $500,124 ($375,490 to $587,550), $352,500 booked, owner Lena Fox. It is Fri 16:31.\n"
        "• Carla Medeiros: $204,250 ($154,300 to $274,247), $131,050 booked, owner Omar Haddad. It is Fri 16:31.\n"
        "103 of 756 such ones had it."
    )
    names = ("Dmitri Vance", "Ellie Thornbury", "Carla Medeiros")
    lock = Lock([Result(text=text, names=names)], "forecast by rep", NOW)
    for honest_words in (
        "Dmitri's forecast is just under $692k, of which $548k is already booked.",
        "Ellie follows with about half a million.",
        "We are roughly $250k above quota.",
        "Two of the three reps are forecast above half a million.",
        "Two belong to Lena, one to Omar.",
        "All three are at half past four on Friday.",
        "It's 4:31 there for Carla.",
        "103 out of 756 had it.",
        "About one in seven (103 of 756) had it.",
        "The range for Dmitri is $573k to $806k.",
        "Carla has booked just over $130k.",
        "You've got a forecast of $1.8M.",
        "Dmitri, Ellie and Carla are forecast between $204,250 and $691,750.",
        "Of the forecast, between $1.28 and $1.8 million is likely.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in (
        "Dmitri has booked $691,750.",
        "Carla follows with about half a million.",
        "We are roughly $290k above quota.",
        "Four belong to Lena.",
        "All three are at half past five on Friday.",
        "It's 4:51 there for Carla.",
        "104 out of 756 had it.",
        "Of the forecast, between $1.38 and $1.8 million is likely.",
    ):
        assert lock.fault(lie), lie


def test_what_stands_in_brackets_behind_a_share_is_what_it_is_called() -> None:
    text = "Conversion rate: 11 % (1,324 closed leads).\n• Partner: 22 % (60 closed leads)"
    lock = Lock([Result(text=text, names=("Partner",))], "how do we convert?", NOW)
    for honest_words in ("Overall it is 11 % of 1,324 closed leads.", "Partner: 22 %, but only 60 closed leads."):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("Overall it is 1,324 %.", "Partner has a 60 % conversion rate."):
        assert lock.fault(lie), lie


def test_months_may_be_shortened_anywhere_in_a_sentence() -> None:
    text = "Bookings this year: $671,200.\n• January 2026: $279,700\n• February 2026: $391,500"
    lock = Lock([Result(text=text, names=("January 2026", "February 2026"))], "by month?", NOW)
    assert lock.fault("*Jan* $279,700 · *Feb* $391,500") is None
    assert lock.fault("*Jan* $279,700 · *Mar* $391,500") == "name"


def test_a_value_behind_its_label_is_what_the_label_names() -> None:
    text = "On record: employees 12; meter age years 22; web visits 2."
    lock = Lock([Result(text=f"Ada Byron: open.\n{text}", names=("Ada Byron",))], "who is Ada?", NOW)
    for honest_words in (text, "Her meters are 22 years old.", "Meter age years is 22."):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("Meter age years is 12.", "Meter age years is 2.", "Her meters are 12 years old."):
        assert lock.fault(lie), lie


def test_a_change_at_the_head_of_an_item_is_one_in_points() -> None:
    line = "• -1: no contact for 26 hours (before: 10 days)"
    lock = Lock([Result(text=f"Ada Byron fell by 1.2 points.\n{line}", names=("Ada Byron",))], "why?", NOW)
    assert lock.fault(line) is None
    assert lock.fault("• -2: no contact for 26 hours (before: 10 days)") == "figure"
