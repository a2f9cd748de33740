"""The playbook in Slack: quoted, opened, marked by a click, and its owner told."""

from __future__ import annotations

from knowledge import people
from tests.office import Office


def test_a_passage_is_quoted_opened_and_marked_and_its_owner_hears_of_it(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    shown = ana.answer(to=ana.dm("who approves a discount of 12%?"))
    assert "Discounts: who may give what" in shown.says
    assert "the manager of the team" in shown.says
    assert {"Open the document", "Useful", "Outdated"} <= set(shown.buttons)
    ana.click(shown, "Open the document")
    window = ana.wait_for_modal()
    assert "Volume price" in window.says
    ana.close()
    ana.click(shown, "Outdated")
    ana.wait(lambda: "noted as outdated" in ana.sees(ana.direct)[-1].says, what="the message to change")
    assert "Outdated" not in ana.sees(ana.direct)[-1].buttons
    assert office.deliver() == 1
    tess = office.user(people.find(office.books.roster, "Tess Okonjo"))
    told = tess.sees(tess.direct)[-1]
    assert told.says.startswith("Read it over and put it right: Ana Reyes found Discounts")
    tess.click(told, "Open the document")
    assert "Volume price" in tess.wait_for_modal().says


def test_in_a_channel_what_is_for_managers_is_shown_to_the_manager_alone(office: Office) -> None:
    mia = office.user(office.books.person("manager"))
    channel = "east"
    mia.mention(channel, "how far down may I let a rep go on the starter kit, what is the lowest price")
    mia.wait(lambda: any("Only you can see this" in each.says for each in mia.sees(channel)), what="the answer")
    ana = office.user(office.books.person("rep"))
    assert not any("465" in each.says for each in ana.sees(channel))


def test_what_is_not_in_the_playbook_is_said_so(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    said = ana.answer(to=ana.dm("what does the playbook say about parental leave"))
    assert "not in the playbook" in said.says
