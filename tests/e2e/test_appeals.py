"""A rep asks why a colleague has a lead, appeals, and hears the manager's answer."""

from __future__ import annotations

from bot.workspace import Message, Person
from knowledge import proposals
from knowledge.crm import Lead
from tests.office import Office


def appealed(office: Office) -> tuple[Person, Lead, Message]:
    """A rep, a lead of a colleague's that the rep appealed for, and what the manager is told of it."""
    rep = office.books.person("rep")
    ana, mia = office.user(rep), office.user(office.books.person("manager"))
    lead = office.books.lead_of(office.books.rival(rep, same_team=True))
    told = ana.answer(to=ana.dm(f"why did I not get {lead.name}"))
    ana.click(told, "Appeal…")
    form = ana.wait_for_modal("Appeal")
    ana.submit({"text": "I know their buyer"}, view=form)
    ana.wait(lambda: "Your manager will hear" in told.says, what="the word that it is on its way")
    assert "Appeal…" not in told.buttons
    assert office.deliver() == 1
    heard = mia.sees(mia.direct)[-1]
    assert "I know their buyer" in heard.says
    assert "Granting it should" in heard.says
    assert {"Grant", "Refuse…"} <= set(heard.buttons)
    return ana, lead, heard


def test_an_appeal_that_is_granted_gives_the_rep_the_lead_and_everyone_hears_of_it(office: Office) -> None:
    ana, lead, heard = appealed(office)
    mia, ben = office.user(office.books.person("manager")), office.holder(lead.owner_id)
    mia.click(heard, "Grant")
    mia.wait(lambda: "Grant" not in heard.buttons, what="the decision")
    assert office.books.owner_of(lead.id) == office.books.person("rep").id
    assert office.deliver() == 2
    assert "granted" in ana.sees(ana.direct)[-1].says
    assert "not yours any more" in ben.sees(ben.direct)[-1].says


def test_an_appeal_that_is_refused_tells_the_rep_why(office: Office) -> None:
    ana, lead, heard = appealed(office)
    mia = office.user(office.books.person("manager"))
    mia.click(heard, "Refuse…")
    mia.submit({"reason": "Ben met them twice"}, view=mia.wait_for_modal("Refuse this appeal"))
    mia.wait(lambda: "Refuse…" not in heard.buttons, what="the decision")
    assert office.books.owner_of(lead.id) == lead.owner_id
    assert [each.status for each in proposals.appeals(office.books.db)] == ["refused"]
    office.deliver()
    assert "Ben met them twice" in ana.sees(ana.direct)[-1].says
