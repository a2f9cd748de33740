"""What is to be done for people in Slack: kept before Slack hears of it, done by a few workers, the oldest first.

An errand is claimed, acknowledged, taken by one worker, done and closed. If its worker goes away, or something outside
fails that may work again soon, it is taken again, up to a limit; then whoever asked is told, with an id that leads to
the log. Of one lane one is done at a time, by all replicas together.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import metrics
from bot.sending import retry_after
from bot.stopping import Hands
from tools.errors import BadInput, TooSlow, Unavailable

if TYPE_CHECKING:
    from knowledge.inbox import Inbox, Taken

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Thinking is work for one interpreter, in which more threads only wait for one another; where a language model thinks,
# they wait for its provider instead.
WORKERS, WAITING_WORKERS = 4, 16
# The pauses double: with this many attempts a server that restarts, or a Slack in trouble, has some minutes.
MAX_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=5)
# Shorter than the lease of an errand, and than the two minutes after which Slack clears a status.
RENEWED_S = 60.0
LONGEST_STOP_S = 60.0
# What Slack says when the fault is its own.
SLACKS_FAULT = ("fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable")


class Lost(Exception):
    """Another worker has the errand by now, or it is closed."""


@dataclass(frozen=True)
class Errand:
    """Something to be done for somebody, with all that it takes to do it later, in another process.

    Attributes
    ----------
    kind : which handler does it
    key : the same for every copy of what was heard
    facts : plain JSON for the handler; `team` is the workspace
    lane : of one lane, one is done at a time; empty for one of its own
    once : whether the key is kept when it is done, so that a later copy is none
    attempts : how often it was taken, this time included
    """

    kind: str
    key: str
    facts: dict[str, Any]
    lane: str = ""
    once: bool = True
    attempts: int = 0

    @property
    def id(self) -> str:
        """What a failure is noted under."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16]


class Handler(Protocol):
    """Does the errands of one kind."""

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Does it; what is raised is told, or tried again where it may pass."""

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Says to whoever waits for an errand that there will be nothing else."""


class Backlog:
    """Errands and their workers; `reach` gives the client for a workspace."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Callable[[], datetime],
        reach: Callable[[str], WebClient],
        *,
        workers: int = WORKERS,
    ) -> None:
        self.inbox, self.clock = inbox, clock
        self.handlers: dict[str, Handler] = {}
        self.hands = Hands(workers)
        self._reach, self._workers, self._is_over = reach, workers, False
        self._stranded: deque[Errand] = deque()

    def add(self, errand: Errand) -> bool:
        """Keeps an errand for the workers; whether it is heard of for the first time.

        Raises
        ------
        Unavailable
            When it could not be kept, so that Slack must not be told that it was.
        """
        fresh = self.inbox.claim(errand.key, _payload(errand), self.clock(), lane=errand.lane or None)
        if fresh:
            self._wake()
        return fresh

    def begin(self, errand: Errand) -> Hand | None:
        """An errand in the hand of the caller, who does it at once and closes it; None where somebody has it already.

        Raises
        ------
        Unavailable
            When it could not be kept.
        """
        payload = _payload(errand)
        if not self.inbox.begin(errand.key, payload, self.clock()):
            return None
        return Hand(self, replace(errand, attempts=1))

    def forget(self, errand: Errand) -> None:
        """Keeps an errand no longer, as if it had never been heard of."""
        self.inbox.release(errand.key)

    def close(self, errand: Errand) -> None:
        """Marks an errand as done."""
        if errand.once:
            self.inbox.finish(errand.key, self.clock())
        else:
            self.forget(errand)

    def take_up(self) -> int:
        """Has the workers see to what is due again, or was left by a worker who went away; how much there is."""
        while self._stranded:
            errand = self._stranded.popleft()
            try:
                self.inbox.retry(errand.key, self.clock(), attempts=errand.attempts)
            except Unavailable:
                self._stranded.append(errand)
                raise
        due = self.inbox.due(self.clock())
        for _ in range(min(due, self._workers)):
            self._wake()
        return due

    def work(self) -> int:
        """Does what is due until there is nothing left; how much it was."""
        done = 0
        while self._do_next():
            done += 1
        return done

    def stop(self, within_s: float = LONGEST_STOP_S) -> int:
        """Takes nothing more up and waits for what is in hand, the rest stays for whoever comes next; how many workers
        were not done in time."""
        self._is_over = True
        return self.hands.finish(within_s)

    def _wake(self) -> None:
        with suppress(RuntimeError):  # raised once it was stopped: what was kept stays for whoever comes next
            self.hands.submit(self._work)

    def _work(self) -> None:
        try:
            while not self._is_over and self._do_next():
                pass
        except Exception:
            logger.exception("Nothing can be taken", extra={"action": "take_failed"})

    def _do_next(self) -> bool:
        taken = self.inbox.take(self.clock())
        if taken:
            self._attend(taken)
        return taken is not None

    def _attend(self, taken: Taken) -> None:
        errand = _errand(taken)
        try:
            self._do(errand, Hand(self, errand))
        except Lost:
            logger.warning("An errand went to another worker", extra={"action": "errand_lost", "error_id": errand.id})
        except Unavailable:
            # Neither done nor put back: made up for once the database is there again, before the lease runs out.
            logger.warning("An errand is stranded", extra={"action": "errand_stranded", "error_id": errand.id})
            self._stranded.append(errand)
        except Exception:
            # It is taken again once the lease has run out.
            logger.exception("An errand stays open", extra={"action": "errand_open", "error_id": errand.id})
            if errand.attempts > MAX_ATTEMPTS:  # not even its workspace can be reached
                self.close(errand)

    def _do(self, errand: Errand, hand: Hand) -> None:
        began = time.perf_counter()
        outcome = self._outcome(errand, hand)
        metrics.ANSWERS.labels(outcome).observe(time.perf_counter() - began)
        if outcome != "put_back":
            self.close(errand)

    def _outcome(self, errand: Errand, hand: Hand) -> str:
        """Does an errand or says why not; what came of it, in a word."""
        handler, slack = self.handlers[errand.kind], self._reach(str(errand.facts["team"]))
        try:
            if errand.attempts > MAX_ATTEMPTS:
                raise RuntimeError("its workers went away every time")
            handler.do(slack, hand)
        except Lost:
            raise
        except (BadInput, TooSlow) as error:
            self._tell(handler, slack, errand, str(error))
            return "refused" if isinstance(error, BadInput) else "too_slow"
        except Exception as error:
            if may_pass(error) and errand.attempts < MAX_ATTEMPTS:
                self._put_back(errand, error)
                return "put_back"
            logger.exception("An errand failed", extra={"action": "errand_failed", "error_id": errand.id})
            self._tell(handler, slack, errand, f"Something went wrong; it is noted as {errand.id}. Please ask again.")
            return "failed"
        return "done"

    def _put_back(self, errand: Errand, error: Exception) -> None:
        pause = max(FIRST_PAUSE * 2 ** (errand.attempts - 1), timedelta(seconds=retry_after(error) or 0))
        logger.warning(
            "Tried again in %s: %s", pause, type(error).__name__, extra={"action": "put_back", "error_id": errand.id}
        )
        self.inbox.retry(errand.key, self.clock() + pause, attempts=errand.attempts)

    def _tell(self, handler: Handler, slack: WebClient, errand: Errand, text: str) -> None:
        try:
            handler.tell(slack, errand, text)
        except Exception:
            logger.exception("Not even that could be told", extra={"action": "tell_failed", "error_id": errand.id})


@dataclass
class Hand:
    """An errand in the hand of a worker."""

    backlog: Backlog
    errand: Errand

    @property
    def is_repeat(self) -> bool:
        """Whether somebody was at it before, who may have got as far as Slack."""
        return self.errand.attempts > 1

    def hold(self, facts: dict[str, Any] | None = None) -> None:
        """Keeps it a while longer, with what is known of it by now.

        Raises
        ------
        Lost
            When it is another's by now, so that nothing may be said of it any more.
        """
        if facts is not None:
            self.errand.facts.update(facts)
        kept, errand = self.backlog.inbox, self.errand
        if not kept.hold(errand.key, _payload(errand), self.backlog.clock(), attempts=errand.attempts):
            raise Lost

    def wait(self, outcome: Future[T], limit_s: float, meanwhile: Callable[[], None] | None = None) -> T:
        """What some work gives, if it gives it in time; others are kept off, and `meanwhile` is called now and then.

        Python cannot stop a thread: work that is late goes on by itself, and what it gives is dropped.

        Raises
        ------
        TooSlow
            When it takes longer than that.
        """
        left = limit_s
        while left > 0 and not wait([outcome], min(left, RENEWED_S)).done:
            left -= RENEWED_S
            self._renew(meanwhile)
        if not outcome.done():
            logger.warning("Given up after %g s", limit_s, extra={"action": "too_slow", "error_id": self.errand.id})
            raise TooSlow(
                f"That took longer than {limit_s:g} seconds, so I stopped waiting for it. Try again in a while."
            )
        return outcome.result()

    def _renew(self, meanwhile: Callable[[], None] | None) -> None:
        try:
            self.hold()
            if meanwhile:
                meanwhile()
        except Lost:
            raise
        except Exception:
            logger.exception("An errand was not held", extra={"action": "hold_failed", "error_id": self.errand.id})


def may_pass(error: BaseException) -> bool:
    """Whether a later attempt may do better: the database or Slack are away, or say that they are busy."""
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 200)
        return status == 429 or status >= 500 or error.response["error"] in SLACKS_FAULT
    return isinstance(error, Unavailable | OSError | HTTPException)


def _payload(errand: Errand) -> dict[str, Any]:
    return {"kind": errand.kind, "facts": errand.facts, "once": errand.once}


def _errand(taken: Taken) -> Errand:
    kept = taken.payload
    return Errand(kept["kind"], taken.key, kept["facts"], once=kept.get("once", True), attempts=taken.attempts)
