"""Nudges reach their people: told once wherever a process goes away, answered by clicks, and set as each one likes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import select, update

from bot import schedule
from bot.nudges import NUDGES
from bot.workspace import Message, Person
from knowledge import notices, nudges, people, wishes
from knowledge.crm import Deal
from tests.company import NOW
from tests.e2e.test_notices import Dying, Gone
from tests.office import Office
from tools.moments import MOMENTS
from tools.nudging import Nudger

LATER = NOW + timedelta(minutes=10)
DO = "Agree a new date"


@pytest.fixture
def ana(office: Office) -> Person:
    """The first rep, known to Slack, with one deal that is past its close date and nothing else to be nudged about."""
    rep = office.books.person("rep")
    user = office.user(rep)
    people.link(office.books.db, rep.id, slack_team_id=office.slack.workspace.app.team_id, slack_user_id=user.id)
    deal = office.books.deal_of(rep)
    with office.books.db.write() as session:
        due = NOW.date() - timedelta(days=3)
        session.execute(update(Deal).where(Deal.id == deal.id).values(expected_close=due))
    for other in office.books.roster.people:
        quiet = wishes.Wishes(muted=frozenset(MOMENTS) - ({"overdue"} if other.id == rep.id else set()))
        wishes.keep(office.books.db, other.id, quiet, at=NOW)
    return user


def nudger(office: Office) -> Nudger:
    services = office.books.services
    return Nudger(replace(services, policy=replace(services.policy, hold_out=0.0)), NUDGES)


def tick(office: Office, now: datetime = NOW) -> None:
    """What a replica does that has just come up."""
    schedule.tick(nudger(office), now, {(person.id, now.date().isoformat()) for person in office.books.roster.people})


def deliver(office: Office, now: datetime, slack: WebClient | None = None) -> None:
    courier = office.courier()
    at = replace(courier, desk=replace(office.desk, clock=lambda: now))
    at.deliver(slack or office.client())


def told(ana: Person) -> list[Message]:
    return [message for message in ana.sees(ana.direct) if DO in message.says]


def one(office: Office, ana: Person) -> Message:
    """The one nudge that Ana has."""
    tick(office)
    deliver(office, NOW)
    (message,) = told(ana)
    return message


def on_record(office: Office) -> nudges.Nudge:
    (found,) = nudges.history(office.books.db, NOW - timedelta(days=1), verdict="sent")
    return found


class Stopped:
    """A function of the books that goes away before or after it has written."""

    def __init__(self, real: Any, *, done: bool) -> None:
        self.real, self.done = real, done

    def __call__(self, *facts: Any, **more: Any) -> Any:
        if self.done:
            self.real(*facts, **more)
        raise Gone


@pytest.mark.parametrize(("step", "done"), [("find", False), ("send", False), ("send", True)])
def test_wherever_a_replica_goes_away_while_it_decides_the_next_one_tells_it_once(
    office: Office, ana: Person, step: str, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(Gone):
        if step == "find":
            patch.setattr("tools.nudging.stakes", Stopped(lambda *_: None, done=done))
        else:
            patch.setattr(nudges, step, Stopped(getattr(nudges, step), done=done))
        tick(office)
    tick(office, LATER)
    deliver(office, LATER)
    tick(office, LATER + timedelta(minutes=10))
    deliver(office, LATER + timedelta(minutes=10))
    assert len(told(ana)) == 1


@pytest.mark.parametrize(("method", "done"), [("conversations.open", False), ("chat.postMessage", True)])
def test_wherever_a_replica_goes_away_while_it_delivers_the_next_one_tells_it_once(
    office: Office, ana: Person, method: str, done: bool
) -> None:
    tick(office)
    with pytest.raises(Gone):
        deliver(office, NOW, Dying(office, method, done=done))
    tick(office, LATER)
    deliver(office, LATER)
    assert len(told(ana)) == 1
    assert nudges.tally(office.books.db, None, NOW - timedelta(days=1), NOW + timedelta(days=1)).sent == 1


def test_a_late_wake_up_tells_no_old_nudge_and_the_next_brief_says_so(office: Office, ana: Person) -> None:
    tick(office)
    deliver(office, NOW + timedelta(hours=5))
    assert not told(ana)
    (late,) = nudges.skipped(office.books.db, office.books.person("rep").id, NOW)
    assert late.kind == "overdue"
    assert notices.waiting(office.books.db) == 0


def test_a_nudge_says_what_to_do_and_its_buttons_do_it(office: Office, ana: Person) -> None:
    message = one(office, ana)
    assert {"Log outcome…", "Done", "Not useful…", "Mute this kind"} <= set(message.buttons)
    ana.click(message, "Log outcome…")
    modal = ana.wait_for_modal()
    ana.submit({"outcome": "met", "note": "New date agreed"}, view=modal)
    ana.wait(lambda: "Undo" in message.buttons, what="the outcome")
    assert nudger(office).settle(NOW + timedelta(hours=1)) == 0  # the clock stood still, so nothing came after it yet
    ana.click(message, "Done")
    ana.wait(lambda: "Done, thank you" in message.says, what="the thanks")
    assert on_record(office).response == "acted"


def test_not_useful_asks_why_and_muting_a_kind_ends_it(office: Office, ana: Person) -> None:
    message = one(office, ana)
    ana.click(message, "Not useful…")
    ana.submit({"reason": "The buyer asked for a pause"}, view=ana.wait_for_modal("Not useful"))
    ana.wait(lambda: "Fewer of this kind" in message.says, what="the note")
    with office.books.db.read() as session:
        assert "The buyer asked for a pause" in session.scalars(select(nudges.Considered.words)).all()
    tick(office, NOW + timedelta(days=8))
    deliver(office, NOW + timedelta(days=8))
    again = told(ana)[-1]
    assert again.ts != message.ts
    ana.click(again, "Mute this kind")
    ana.wait(lambda: "No more nudges of this kind" in again.says, what="the muting")
    assert "overdue" in wishes.read(office.books.db, office.books.person("rep").id).muted


def test_settings_are_shown_proposed_and_changed_in_a_form_with_errors_under_its_fields(
    office: Office, ana: Person
) -> None:
    card = ana.answer(to=ana.dm("only two nudges a day please"))
    assert "At most 2 nudges a day." in card.says
    ana.click(card, "Yes, change it")
    ana.wait(lambda: "Done." in card.says, what="the change")
    rep = office.books.person("rep")
    assert wishes.read(office.books.db, rep.id).max_per_day == 2
    ana.click(card, "Change…")
    modal = ana.wait_for_modal("My nudges")
    entered = {"max_per_day": "99", "daily_at": "07:45", "quiet_from": "18:00", "quiet_to": "08:00"}
    assert ana.submit(entered, view=modal).errors == {"max_per_day": "Give a number from 0 to 20."}
    ana.submit(entered | {"max_per_day": "4", "muted": []}, view=modal)
    ana.wait(lambda: "At most 4 nudges a day." in card.says, what="the new settings")
    kept = wishes.read(office.books.db, rep.id)
    assert (f"{kept.daily_at:%H:%M}", f"{kept.quiet_from:%H:%M}", kept.muted) == ("07:45", "18:00", frozenset())
