"""Who converts, as it is told to those who may ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blockkit import problems
from bot.views import blocks
from scoring.pace import Pace
from scoring.personas import Mark
from scoring.staying import LEFT, Staying
from tests.company import NOW, Books
from tools import access, customer_words
from tools.base import Refusal
from tools.customer_facts import IdealCustomer
from tools.customers import ideal_customer


def ask(books: Books, role: str = "manager") -> IdealCustomer:
    result = ideal_customer(books.ctx(books.person(role)))
    assert isinstance(result, IdealCustomer), result.text
    return result


def test_it_says_first_what_to_do_then_how_fast_leads_convert_and_how_sure_that_is(books: Books) -> None:
    found = ask(books)
    first, *rest = found.text.split("\n")
    assert first.startswith(("Go first for leads of this kind", "Nothing that is known early"))
    assert 2 <= len(rest) <= 5
    (shares,) = (line for line in rest if line.startswith("How fast leads convert"))
    assert all(f"{each.title[1:]}" in shares for each in found.classes)
    assert found.notes[0] == rest[-1]
    assert "not seen" in rest[-1]
    assert sum(each.share for each in found.classes) == pytest.approx(1)
    assert sum(each.serves for each in found.judged) == 1


def test_what_a_kind_of_lead_is_worth_is_told_as_money(books: Books) -> None:
    worth = [trait.text for each in ask(books).classes for trait in each.traits if trait.text.startswith("value ")]
    assert worth
    assert all(text.startswith("value $") for text in worth)


def test_the_card_shows_what_marks_each_class_and_fits_slack(books: Books) -> None:
    found = ask(books)
    drawn = blocks.drawn(found)
    assert not problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": drawn})
    shown = "\n".join(str(block) for block in drawn)
    # Each lead has a line and a button of its own, and is not listed as well.
    assert all(shown.count(each.name) == 1 for each in found.alike)
    assert all(each.title in shown and all(trait.text in shown for trait in each.traits) for each in found.classes)


def test_every_lead_it_names_is_open_cited_and_the_askers_to_see(books: Books) -> None:
    manager, found = books.person("manager"), ask(books)
    cited = {citation.key for citation in found.citations}
    for each in found.alike:
        assert f"leads/{each.lead_id}" in cited
        assert access.sight(manager, books.roster, books.owner_of(each.lead_id)) == "all"
    assert found.names == tuple(each.name for each in found.alike)
    assert [each.chance for each in found.alike] == sorted((each.chance for each in found.alike), reverse=True)


def test_cuts_that_were_set_by_hand_are_told_and_so_are_those_set_since(books: Books) -> None:
    served = books.services.models.serving(Pace)
    assert served is not None
    assert "by hand" not in ask(books).text
    served.model.cuts = served.model.days
    assert "The cuts between fast, medium and slow were set by hand. Cuts learnt from the books are set now" in (
        ask(books).text
    )
    ctx = books.ctx(books.person("manager"))
    first, second = served.model.days
    same = ideal_customer(replace(ctx, policy=replace(ctx.policy, cuts=(first, second))))
    assert same.text.endswith("The cuts between fast, medium and slow were set by hand.")
    served.model.cuts = None
    other = ideal_customer(replace(ctx, policy=replace(ctx.policy, cuts=(14.0, 45.5))))
    assert other.text.endswith(
        "Cuts at 14 and 45.5 days are set now; they count once an admin has run `callsheet train pace`."
    )


def test_a_rep_may_not_ask(books: Books) -> None:
    refused = ideal_customer(books.ctx(books.person("rep")))
    assert isinstance(refused, Refusal)
    assert refused.reason == "role"


def test_without_a_model_it_says_how_to_get_one(books: Books) -> None:
    from sqlalchemy import update

    from knowledge.ledger import ModelVersion

    with books.db.write() as session:
        session.execute(update(ModelVersion).where(ModelVersion.model == "pace").values(serves=False))
    refused = ideal_customer(books.ctx(books.person("manager"), NOW))
    assert isinstance(refused, Refusal)
    assert refused.reason == "untrained"
    assert "callsheet train pace" in refused.text


def test_why_customers_stay_is_told_with_what_marks_those_who_left(books: Books) -> None:
    served = books.services.models.serving(Pace)
    assert served is not None
    mark = Mark(
        LEFT, "why they stay", "attributes.mean usage", "", "mean usage under 76", 40, 0.56, 0.45, 0.66, 0.25, 1e-5
    )
    served.model.staying = Staying(120, 100, (mark,))
    found = ask(books)
    assert "Why they stay: 83 % of 120 customers were still there after 270 days; those who left" in found.text
    assert "mean usage under 76 (56 %, 25 % of all)" in found.text
    assert mark.text in {citation.label.removeprefix("left: ") for citation in found.citations}
    served.model.staying = Staying(120, 100)
    assert "Why they stay" not in ask(books).text
    assert "marks them beyond chance" in customer_words.of_stayers(ask(books).stayers)
    served.model.staying = Staying(120, 120)
    assert ask(books).stayers is None
