"""An admin settles by a click when a column is known."""

from __future__ import annotations

from knowledge import rules
from tests.office import Office

AFTER, BEFORE = "Only after: leave it out", "Known before: keep it"
QUESTION = "how good is the ranking"


def test_the_click_is_noted_in_the_place_of_its_buttons_and_the_question_is_not_asked_again(office: Office) -> None:
    office.books.doubt("Tags")
    mia = office.user(office.books.person("admin"))
    answer = mia.answer(to=mia.dm(QUESTION))
    assert {AFTER, BEFORE} <= set(answer.buttons)
    assert mia.click(answer, AFTER).state == "acked"
    noted = mia.wait(lambda: "The next training goes by that" in answer.says, what="the note")
    assert noted
    assert not {AFTER, BEFORE} & set(answer.buttons)
    assert rules.of(office.books.db) == {"Tags": "drop"}
    assert AFTER not in mia.answer(to=mia.dm(QUESTION)).buttons


def test_a_rep_is_not_asked_and_a_click_on_an_admins_button_changes_nothing(office: Office) -> None:
    office.books.doubt("Tags")
    mia, ana = (office.user(office.books.person(role)) for role in ("admin", "rep"))
    assert AFTER not in ana.answer(to=ana.dm(QUESTION)).buttons
    room = "sales"
    asked = mia.mention(room, QUESTION)
    answer = mia.answer(to=asked)
    ana.click(answer, AFTER)
    ana.wait(lambda: any("Only admins" in message.says for message in ana.sees(room)), what="the refusal")
    assert rules.of(office.books.db) == {}


def test_of_several_questions_the_one_that_was_answered_makes_way(office: Office) -> None:
    office.books.doubt("Tags", "Call length")
    mia = office.user(office.books.person("admin"))
    answer = mia.answer(to=mia.dm(QUESTION))
    asked = [block for block in answer.blocks if AFTER in str(block)]
    assert len(asked) == 2
    mia.click(answer, AFTER, block_id=asked[1]["block_id"])
    mia.wait(lambda: "The next training goes by that" in answer.says, what="the note")
    assert [block for block in answer.blocks if AFTER in str(block)] == asked[:1]
