"""Notices: none is lost and none comes twice, wherever the process that delivers them goes away."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import select, update

from bot.notices import FOR_YOU, LOOK_AGAIN, Courier
from bot.workspace import Person
from knowledge import crm, notices, people
from tests.company import NOW
from tests.office import Office

LATER = NOW + timedelta(minutes=30)


class Gone(BaseException):
    """The process is not there any more."""


class Dying(WebClient):
    """Slack, for a process that goes away at a method: before it was called, or once it was done."""

    def __init__(self, office: Office, method: str, *, done: bool) -> None:
        super().__init__(office.slack.bot_token, office.slack.api_url, retry_handlers=[])
        self.method, self.done = method, done

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        if api_method == self.method and not self.done:
            raise Gone
        answer = super().api_call(api_method, **arguments)
        if api_method == self.method:
            raise Gone
        return answer


@pytest.fixture
def ana(office: Office) -> Person:
    """The first rep, who is known to Slack."""
    rep = office.books.person("rep")
    user = office.user(rep)
    people.link(office.books.db, rep.id, slack_team_id=office.slack.workspace.app.team_id, slack_user_id=user.id)
    return user


def write(office: Office, *keys: str, tool: str = "assignment_news", lead: str | None = None, **terms: Any) -> None:
    """Notices for the first rep, about a lead that is theirs unless said."""
    rep = office.books.person("rep")
    about = lead or office.books.lead_of(rep).id
    with office.books.db.write(books=False) as session:
        for key in keys:
            notices.post(session, key=key, person_id=rep.id, tool=tool, args={"lead": about}, at=NOW, **terms)


def told(ana: Person) -> list[str]:
    return [message.says for message in ana.sees(ana.direct) if "is yours now" in message.says]


def at(office: Office, clock: Callable[[], datetime]) -> Courier:
    """A courier by another clock."""
    return replace(office.courier(), desk=replace(office.desk, clock=clock))


@pytest.mark.parametrize(
    ("method", "done"),
    [("conversations.open", False), ("chat.postMessage", False), ("chat.postMessage", True), ("auth.test", True)],
)
def test_wherever_the_process_goes_away_the_next_one_tells_it_once(
    office: Office, ana: Person, method: str, done: bool
) -> None:
    write(office, "N-1", "N-2")
    with pytest.raises(Gone):
        office.courier().deliver(Dying(office, method, done=done))
    assert office.deliver() == 0
    at(office, lambda: LATER).deliver(office.client())
    assert len(told(ana)) == 1
    assert notices.waiting(office.books.db) == 0


@pytest.mark.parametrize("sent_first", [0, 1])
def test_what_was_posted_but_not_marked_is_found_and_not_posted_again(
    office: Office, ana: Person, sent_first: int
) -> None:
    write(office, "N-1", "N-2")
    courier, left = office.courier(), sent_first

    def go(*facts: Any, **more: Any) -> None:
        nonlocal left
        if not left:
            raise Gone
        left -= 1
        courier.sent(*facts, **more)

    with pytest.raises(Gone):
        replace(courier, sent=go).deliver(office.client())
    assert notices.waiting(office.books.db) == 2 - sent_first
    at(office, lambda: LATER).deliver(office.client())
    assert len(told(ana)) == 1
    assert notices.waiting(office.books.db) == 0


def test_what_slack_refuses_for_now_comes_later(office: Office, ana: Person) -> None:
    write(office, "N-1")
    office.slack.faults.fail("chat.postMessage", status=500)
    assert office.deliver() == 0
    assert at(office, lambda: LATER).deliver(office.client()) == 1
    assert len(told(ana)) == 1


def test_of_two_that_deliver_at_once_one_tells_it(office: Office, ana: Person) -> None:
    write(office, "N-1", "N-2", "N-3")
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: office.deliver(), range(2))) == 3
    said = [id_ for message in ana.sees(ana.direct) for id_ in message.body["metadata"]["event_payload"]["notices"]]
    assert len(said) == len(set(said)) == 3


def test_whoever_was_held_up_too_long_leaves_it_to_the_next(office: Office, ana: Person) -> None:
    write(office, "N-1")
    instants = iter([NOW, NOW, NOW])
    held_up = at(office, lambda: next(instants, LATER))
    assert held_up.deliver(office.client()) == 1
    assert len(told(ana)) == 1


def test_several_at_a_time_are_one_message_that_can_be_asked_about(office: Office, ana: Person) -> None:
    write(office, "N-1", "N-2", "N-3")
    assert office.deliver() == 3
    (message,) = [each for each in ana.sees(ana.direct) if "is yours now" in each.says]
    lead = office.books.lead_of(office.books.person("rep"))
    answer = ana.answer(to=ana.dm("why should I call the first one?", thread=message))
    assert lead.name in answer.says


def test_what_is_too_late_is_skipped_and_on_record(office: Office, ana: Person) -> None:
    write(office, "N-1", good_until=NOW + timedelta(minutes=10))
    assert at(office, lambda: LATER).deliver(office.client()) == 0
    assert not told(ana)
    with office.books.db.read() as session:
        row = session.scalars(select(notices.Posted).where(notices.Posted.key == "N-1")).one()
    assert (row.skipped_at, row.sent_at) == (LATER, None)
    assert notices.waiting(office.books.db) == 0


def test_what_was_posted_in_time_but_not_marked_is_not_said_to_be_skipped(office: Office, ana: Person) -> None:
    write(office, "N-1", good_until=NOW + timedelta(minutes=10))
    with pytest.raises(Gone):
        office.courier().deliver(Dying(office, "chat.postMessage", done=True))
    at(office, lambda: LATER).deliver(office.client())
    with office.books.db.read() as session:
        row = session.scalars(select(notices.Posted).where(notices.Posted.key == "N-1")).one()
    assert (row.skipped_at, row.sent_at) == (None, LATER)
    assert len(told(ana)) == 1


@pytest.mark.parametrize(("method", "done"), [("chat.postMessage", False), ("chat.postMessage", True)])
def test_what_is_for_a_channel_stands_there_once_if_all_may_see_it(
    office: Office, ana: Person, method: str, done: bool
) -> None:
    room = office.slack.workspace.conversation("sales")
    room.members[:] = [ana.member.id, office.slack.workspace.app.bot_user_id]
    write(office, "N-1", to=room.id)
    with pytest.raises(Gone):
        office.courier().deliver(Dying(office, method, done=done))
    at(office, lambda: LATER).deliver(office.client())
    assert len([each for each in ana.sees(room.name) if "is yours now" in each.says]) == 1
    assert not told(ana)


@pytest.mark.parametrize("channel", ["C0SALES", "C0NOWHERE"])
def test_what_not_all_of_a_channel_may_see_goes_to_its_person(office: Office, ana: Person, channel: str) -> None:
    write(office, "N-1", to=channel)
    assert office.deliver() == 1
    assert len(told(ana)) == 1
    assert FOR_YOU in str(ana.sees(ana.direct)[-1].body["blocks"])


def test_who_is_not_in_slack_yet_is_told_once_they_are(
    office: Office, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    write(office, "N-1")
    rename(office, "elsewhere@tarnwick.example")
    courier = office.courier()
    with caplog.at_level("INFO", "bot.notices"):
        assert [courier.deliver(office.client()) for _ in range(3)] == [0, 0, 0]
    assert [record.action for record in caplog.records].count("notices_wait") == 1  # type: ignore[attr-defined]
    assert len(office.calls("users.lookupByEmail")) == 1
    rename(office, ana.member.email)
    assert replace(courier, desk=replace(office.desk, clock=lambda: NOW + LOOK_AGAIN)).deliver(office.client()) == 1
    assert len(told(ana)) == 1


def test_where_there_are_several_workspaces_nobody_is_looked_for_in_anothers(office: Office, ana: Person) -> None:
    write(office, "N-1")
    assert office.courier().deliver(office.client(), "T0ELSEWHERE") == 0
    assert office.courier().deliver(office.client(), office.slack.workspace.app.team_id) == 1
    assert len(told(ana)) == 1


def test_who_is_not_known_to_slack_yet_is_looked_for_in_every_workspace(office: Office, ana: Person) -> None:
    write(office, "N-1")
    rename(office, "elsewhere@tarnwick.example")
    courier = office.courier()
    for team in ("T0ELSEWHERE", "T0ELSEWHERE", office.slack.workspace.app.team_id):
        assert courier.deliver(office.client(), team) == 0
    assert len(office.calls("users.lookupByEmail")) == 2


def test_who_left_and_what_is_not_theirs_any_more_is_told_nothing(office: Office, ana: Person) -> None:
    rep = office.books.person("rep")
    theirs = office.books.lead_of(office.books.rival(rep, same_team=False))
    write(office, "N-1", lead=theirs.id)
    assert office.deliver() == 0
    assert notices.waiting(office.books.db) == 0
    write(office, "N-2")
    with office.books.db.write() as session:
        session.execute(update(crm.Person).where(crm.Person.id == rep.id).values(active=False))
    assert office.deliver() == 0
    assert notices.waiting(office.books.db) == 0
    assert not ana.sees(ana.direct)


def rename(office: Office, email: str) -> None:
    with office.books.db.write() as session:
        values = {"email": email, "slack_user_id": None, "slack_team_id": None}
        session.execute(update(crm.Person).where(crm.Person.id == office.books.person("rep").id).values(values))
