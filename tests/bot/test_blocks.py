"""The pieces that answers are drawn from: names stay names, tables fit Slack or say the same as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agent import Answer
from bot.blockkit import problems
from bot.views import blocks

CELLS = st.text(max_size=80)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=25), min_size=1, max_size=8)


def refused(body: list[blocks.Block]) -> list[object]:
    return list(problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": body}))


@settings(max_examples=25)
@given(ROWS, ROWS)
def test_two_tables_of_anything_fit_one_message_and_any_fits_a_window(
    some: list[list[str]], others: list[list[str]]
) -> None:
    body = [blocks.table(rows[0], rows[1:]) for rows in (some, others)]
    assert not refused(blocks.placed(body))
    view = {"type": "home", "blocks": blocks.placed(body, tables=0)}
    assert not problems("views.publish", {"user_id": "U1", "view": view})


def test_as_many_rows_stand_in_a_table_as_slack_takes() -> None:
    long = blocks.table(["Day", "calls"], [[f"{day}", "7"] for day in range(300)])
    wide = blocks.table(["Rep"] * 30, [["x" * 400] * 30] * 90)
    assert len(long["rows"]) == 100
    assert len(wide["rows"][0]) == 20
    assert not refused([long])
    assert not refused([wide])


def test_the_first_table_stands_and_the_second_is_text_with_figures_at_the_right() -> None:
    table = blocks.table(["Source", "won"], [["Webinar", "9"], ["Fair & co", "1,200"]])
    kept, second = blocks.placed([table, table])
    assert kept == table
    assert second["text"]["text"] == "```Source       won\nWebinar        9\nFair &amp; co  1,200```"


def test_a_table_too_wide_for_text_names_each_cell_in_a_line_for_each_row() -> None:
    names = ["Rep", "won against what was told", "deals dated into the next four weeks"]
    told = blocks.columns([names, ["Ana *Reyes*", "12 %", ""], ["Ben", "9 %", "4"]])
    assert told.splitlines() == [
        "• *Ana ∗Reyes∗* · won against what was told: 12 %",
        "• *Ben* · won against what was told: 9 % · deals dated into the next four weeks: 4",
    ]


def test_rows_that_do_not_fit_as_text_are_counted() -> None:
    rows = [["Name", "n"], *([f"somebody {row}", "1"] for row in range(500))]
    told = blocks.columns(rows)
    assert len(told) <= blocks.SECTION_LIMIT
    shown = told.count("somebody")
    assert told.endswith(f"And {500 - shown} more.```")


def test_a_name_from_right_to_left_reorders_nothing_around_it() -> None:
    hebrew, arabic = "\u05d3\u05df \u05db\u05d4\u05df", "\u0644\u064a\u0644\u0649"
    told = blocks.escaped(f"{hebrew}: 34 % chance, before {arabic} (12 %).")
    isolated = [f"{blocks.ISOLATE}{name}{blocks.END}" for name in (hebrew, arabic)]
    assert told == f"{isolated[0]}: 34 % chance, before {isolated[1]} (12 %)."
    assert blocks.escaped(told) == told


@given(st.text(alphabet="ab\u202e\u2067\u200f\u05d0 1<&", max_size=30))
def test_no_text_turns_the_direction_of_what_follows(text: str) -> None:
    told = blocks.escaped(text)
    assert not set(told) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u200e\u200f\u061c")
    assert told.count(blocks.ISOLATE) == told.count(blocks.END)
    assert "<" not in told


@pytest.mark.parametrize("name", ["", " \n", "\u200b\u200b", "\u202e"])
def test_a_name_with_nothing_to_see_is_a_sign(name: str) -> None:
    assert blocks.bold(name) == "*–*"
    assert blocks.header(name)["text"]["text"] == "–"


@pytest.mark.parametrize("name", ["*a*", "_a_", "~a~", "`a`", "*a", "a*"])
def test_the_name_of_a_record_is_no_markup(name: str) -> None:
    assert not set(blocks.data(name)) & set("*_~`")


def test_words_with_an_underscore_inside_stay_as_they_are() -> None:
    assert blocks.data("no_answer, 3*4") == "no_answer, 3*4"


def test_no_entity_is_cut_in_two() -> None:
    for limit in range(2, 12):
        cut = blocks.shortened("a" + "&amp;" * 3, limit)
        assert len(cut) <= limit
        assert not cut.removesuffix("…").replace("&amp;", "").strip("a")


def test_what_is_said_beside_an_answer_stands_under_it() -> None:
    said = Answer("Good morning.", [], [], "offline", "A-1", 0.0, note="That is all for today.")
    assert blocks.answer(said)[-1] == blocks.context("That is all for today.")
