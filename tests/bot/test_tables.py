"""Tables fit Slack whatever stands in them, and say the same where no table can stand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

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
