from __future__ import annotations

from bot.views import blocks
from knowledge.memory import Memory
from tests.company import NOW, Books
from tools.base import Refusal
from tools.reviews import BadAnswers, bad_answers, settle_answer


def test_a_thumb_down_is_an_admin_s_to_look_into_until_it_is_settled(books: Books) -> None:
    rep, admin = books.person("rep"), books.ctx(books.person("admin"))
    Memory(books.db).rate("A-bad", rep.id, NOW, good=False, reason="<wrong> lead")
    found = bad_answers(admin)
    assert isinstance(found, BadAnswers), found.text
    assert found.text.startswith("Look into 1 bad answer.")
    assert f"{rep.name}, " in found.text
    drawn = str(blocks.drawn(found))
    assert "&lt;wrong&gt; lead" in drawn
    assert "decides:settle_answer" in drawn
    assert "off the list" in settle_answer(admin, answer="A-bad").text
    assert bad_answers(admin).text == "No answer was found bad."
    again = settle_answer(admin, answer="A-bad")
    assert isinstance(again, Refusal)
    for role in ("rep", "manager"):
        assert isinstance(bad_answers(books.ctx(books.person(role))), Refusal)
