"""A manager switches on what may then be done without a click."""

from __future__ import annotations

from sqlalchemy import select

from bot import jobs
from bot.app import create_jobs
from bot.jobs import Job
from bot.workspaces import One
from knowledge import proposals, standing
from knowledge.crm import Lead
from tests.company import NOW
from tests.office import Office

SWITCH = "New leads assign themselves"


def test_a_manager_switches_a_rule_on_and_off_at_home(office: Office) -> None:
    mia = office.user(office.books.person("manager"))
    mia.open_home()
    mia.wait(lambda: mia.home and f"{SWITCH}: off" in mia.home.says, what="the rules")
    mia.click(mia.wait_for_home(), "Switch on")
    mia.wait(lambda: mia.home and f"{SWITCH}: on" in mia.home.says, what="the rule to be on")
    assert standing.in_force(office.books.db, "assign") == {"T-1"}
    mia.click(mia.wait_for_home(), "Switch off")
    mia.wait(lambda: mia.home and f"{SWITCH}: off" in mia.home.says, what="the rule to be off")
    assert standing.in_force(office.books.db, "assign") == frozenset()


def test_a_rep_sees_the_rules_at_home_and_cannot_switch_them(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    ana.open_home()
    ana.wait(lambda: ana.home and f"{SWITCH}: off" in ana.home.says, what="the rules")
    assert "Switch on" not in ana.wait_for_home().says


def test_new_leads_wait_for_a_click_until_the_rule_is_on_and_are_then_given_out(office: Office) -> None:
    mia = office.user(office.books.person("manager"))
    place = job(office, "new_leads_placed")
    jobs.attend(place)
    office.deliver()
    card = mia.sees(mia.direct)[-1]
    assert "without an owner" in card.says
    assert {"Approve", "Reject…"} <= set(card.buttons)
    waiting = proposals.latest(office.books.db, ["T-1"], kind="arrivals", status="pending")
    assert waiting is not None
    for kind in standing.KINDS:
        standing.switch(office.books.db, team_id="T-1", kind=kind, on=True, by="P-16", at=NOW)
    jobs.attend(place)
    assert {owner(office, move.lead_id) for move in waiting.moves} == {move.to_id for move in waiting.moves}
    office.deliver()
    rep = office.holder(waiting.moves[0].to_id)
    assert "is yours now" in rep.sees(rep.direct)[-1].says
    mia.click(card, "Approve")
    mia.wait(lambda: "changed since" in card.says, what="the word that they have owners by now")


def job(office: Office, name: str) -> Job:
    services = office.desk.assistant.services
    return next(
        each for each in create_jobs(office.settings, services, office.desk, One(office.client())) if each.name == name
    )


def owner(office: Office, lead_id: str) -> str | None:
    with office.books.db.read() as session:
        return session.scalars(select(Lead.owner_id).where(Lead.id == lead_id)).one()
