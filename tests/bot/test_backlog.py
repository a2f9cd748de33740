"""What was taken on is done once, tried again while it may pass, and else said to have failed, with an id."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot import backlog
from bot.backlog import FIRST_PAUSE, MAX_ATTEMPTS, Backlog, Errand, Hand, Lost, may_pass
from bot.threads import started
from knowledge.database import Database
from knowledge.inbox import Inbox
from tools.errors import BadInput, TooSlow, Unavailable

LEASE = timedelta(minutes=2)
TICK = timedelta(seconds=1)
ASKED = Errand("asked", "E-1", {"team": "T1"})


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Recorder:
    """Does errands as a test wants, and keeps what it was told to tell."""

    act: Callable[[Hand], None] = lambda hand: None
    done: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def do(self, slack: WebClient, hand: Hand) -> None:
        self.act(hand)
        self.done.append(hand.errand.key)

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def handler() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for all of these tests: making one takes longer than any of them."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('backlog') / 'callsheet.db'}")
    db.migrate()
    yield db
    db.engine.dispose()


@pytest.fixture
def kept(migrated: Database, clock: Clock, handler: Recorder) -> Backlog:
    """A backlog with nothing in it, whose only worker is the test."""
    migrated.clear()
    kept = Backlog(Inbox(migrated, LEASE), clock, lambda team: WebClient("none"))
    kept.handlers["asked"] = handler
    kept.hands.finish(0)
    return kept


def fail(error: Exception) -> Callable[[Hand], None]:
    def act(hand: Hand) -> None:
        raise error

    return act


def add(kept: Backlog, *errands: Errand) -> list[bool]:
    return [kept.inbox.claim(each.key, backlog._payload(each), kept.clock()) for each in errands]


def refused(status: int, error: str = "x", headers: dict[str, Any] | None = None) -> SlackApiError:
    said = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": error},
        headers=headers or {}, status_code=status,
    )  # fmt: skip
    return SlackApiError("refused", said)


def test_an_errand_is_done_once_however_often_it_is_heard_of(kept, handler):
    assert add(kept, ASKED, ASKED) == [True, False]
    assert kept.work() == 1
    assert add(kept, ASKED) == [False]
    assert kept.work() == 0
    assert (handler.done, handler.told) == (["E-1"], [])


def test_one_that_may_come_again_does_so_once_it_is_done(kept, handler):
    again = Errand("asked", "E-1", {"team": "T1"}, once=False)
    assert add(kept, again, again) == [True, False]
    kept.work()
    assert add(kept, again) == [True]


def test_what_may_pass_is_tried_again_after_ever_longer_and_told_once_with_an_id(kept, handler, clock, caplog):
    handler.act = fail(Unavailable())
    add(kept, ASKED)
    for attempt in range(1, MAX_ATTEMPTS):
        assert kept.work() == 1
        clock.now += FIRST_PAUSE * 2 ** (attempt - 1) - TICK
        assert kept.work() == 0
        clock.now += TICK
    assert handler.told == []
    assert kept.work() == 1
    assert handler.told == [f"Something went wrong; it is noted as {ASKED.id}. Please ask again."]
    assert kept.inbox.waiting() == 0
    assert ASKED.id in {getattr(record, "error_id", "") for record in caplog.records if record.levelname == "ERROR"}


def test_slack_is_left_alone_for_as_long_as_it_asks(kept, handler, clock):
    handler.act = fail(refused(429, "ratelimited", {"Retry-After": "90"}))
    add(kept, ASKED)
    kept.work()
    clock.now += timedelta(seconds=89)
    assert kept.inbox.due(clock.now) == 0
    assert kept.inbox.due(clock.now + TICK) == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BadInput("Ask something."), "Ask something."),
        (KeyError("bug"), f"Something went wrong; it is noted as {ASKED.id}. Please ask again."),
        (refused(200, "channel_not_found"), f"Something went wrong; it is noted as {ASKED.id}. Please ask again."),
    ],
)
def test_what_will_not_pass_is_told_at_once(kept, handler, error, told):
    handler.act = fail(error)
    add(kept, ASKED)
    assert kept.work() == 1
    assert handler.told == [told]
    assert kept.inbox.waiting() == 0


def test_what_cannot_even_be_told_is_for_the_log_and_is_closed(kept, handler, monkeypatch, caplog):
    handler.act = fail(KeyError("bug"))
    monkeypatch.setattr(handler, "tell", fail(ConnectionError()), raising=False)
    add(kept, ASKED)
    assert kept.work() == 1
    assert kept.inbox.waiting() == 0
    assert any(getattr(record, "action", "") == "tell_failed" for record in caplog.records)


def test_an_errand_that_ends_every_process_is_given_up_and_told(kept, handler, clock):
    add(kept, ASKED)
    for _ in range(MAX_ATTEMPTS):
        assert kept.inbox.take(clock.now)
        clock.now += LEASE + TICK
    assert kept.work() == 1
    assert handler.done == []
    assert ASKED.id in handler.told[0]


def test_one_bad_errand_holds_up_no_other(kept, handler):
    unknown = Errand("of a later version", "E-0", {"team": "T1"})
    add(kept, unknown, ASKED)
    assert kept.work() == 2
    assert handler.done == ["E-1"]
    assert kept.inbox.waiting() == 1


def test_who_lost_an_errand_says_nothing_and_leaves_it_to_the_other(kept, handler, clock):
    def act(hand: Hand) -> None:
        clock.now += LEASE + TICK
        assert kept.inbox.take(clock.now)
        hand.hold()

    handler.act = act
    add(kept, ASKED)
    kept.work()
    assert (handler.done, handler.told, kept.inbox.waiting()) == ([], [], 1)


def test_work_that_is_stuck_is_given_up_and_what_it_gives_late_is_dropped(kept, handler):
    gate, given = threading.Event(), []

    def think() -> str:
        gate.wait(60)
        given.append("late")
        return "late"

    def act(hand: Hand) -> None:
        thinking = started(think)
        try:
            hand.wait(thinking, 0.01)
        finally:
            gate.set()
            assert thinking.result(60) == "late"

    handler.act = act
    add(kept, ASKED)
    assert kept.work() == 1
    assert handler.told == ["That took longer than 0.01 seconds, so I stopped waiting for it. Try again in a while."]
    assert (given, handler.done, kept.inbox.waiting()) == (["late"], [], 0)


def test_while_it_is_waited_for_the_errand_is_kept_from_others(kept, handler, clock, monkeypatch):
    monkeypatch.setattr(backlog, "RENEWED_S", 0.001)
    gate, renewed = threading.Event(), []

    def meanwhile() -> None:
        renewed.append(clock.now)
        clock.now += LEASE - TICK
        if len(renewed) == 3:
            gate.set()

    def act(hand: Hand) -> None:
        assert hand.wait(started(lambda: gate.wait(60)), 60, meanwhile)
        hand.hold()

    handler.act = act
    add(kept, ASKED)
    kept.work()
    assert handler.done == ["E-1"]


def test_what_is_thrown_while_thinking_is_thrown_where_it_is_waited_for(kept):
    hand = Hand(kept, ASKED)
    with pytest.raises(ZeroDivisionError):
        hand.wait(started(lambda: 1 // 0), 60)


def test_what_is_begun_at_once_is_in_one_hand_only(kept, clock):
    hand = kept.begin(ASKED)
    assert hand is not None
    assert kept.begin(ASKED) is None
    hand.hold({"found": 1})
    clock.now += LEASE + TICK
    taken = kept.inbox.take(clock.now)
    assert taken.payload["facts"] == {"team": "T1", "found": 1}
    with pytest.raises(Lost):
        hand.hold()


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Unavailable(), True),
        (TimeoutError(), True),
        (ConnectionResetError(), True),
        (refused(429, "ratelimited"), True),
        (refused(503), True),
        (refused(200, "internal_error"), True),
        (refused(200, "not_in_channel"), False),
        (TooSlow(), False),
        (ValueError(), False),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(error, passes):
    assert may_pass(error) is passes


def test_told_to_stop_its_workers_take_nothing_more_and_what_comes_is_kept(kept, handler):
    assert kept.stop(0) == 0
    assert kept.add(ASKED)
    assert (handler.done, kept.inbox.due(kept.clock())) == ([], 1)
