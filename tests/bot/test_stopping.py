"""An orderly end: what is in hand is finished, and what takes too long is counted."""

from __future__ import annotations

import signal
import threading

import pytest

from bot.stopping import Deadline, Hands, on_signal


def test_hands_finish_what_they_hold_and_take_nothing_more() -> None:
    hands, go, done = Hands(1), threading.Event(), []
    for n in range(3):
        hands.submit(lambda n=n: (go.wait(10), done.append(n)))  # type: ignore[misc]
    assert hands.finish(0.01) == 3
    with pytest.raises(RuntimeError):
        hands.submit(print)
    go.set()
    assert hands.finish(10) == 0
    assert done == [0, 1, 2]


def test_a_deadline_runs_out_and_stays_there() -> None:
    at = 0.0
    deadline = Deadline(20, lambda: at)
    assert deadline.left_s == 20
    at = 15.0
    assert deadline.left_s == 5
    at = 25.0
    assert deadline.left_s == 0


def test_told_to_stop_it_does_so_in_order_the_first_time_and_at_once_the_second() -> None:
    before, stop = signal.getsignal(signal.SIGTERM), threading.Event()
    with on_signal(stop):
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
        assert signal.getsignal(signal.SIGTERM) == signal.getsignal(signal.SIGINT) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) == before
