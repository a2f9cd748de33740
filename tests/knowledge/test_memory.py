"""Threads are remembered in order, and of each person's opinions the last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge.memory import Memory


@pytest.fixture
def memory(db):
    return Memory(db)


def test_a_thread_is_remembered_in_the_order_it_was_said_even_on_a_clock_that_stands_still(memory, now):
    for n in range(12):
        memory.remember("T-1", "P-1", f"question {n}", f"answer {n}", [{"name": "leads_to_call", "args": {}}], now)
    last = memory.turns("T-1", 5)
    assert [turn.question for turn in last] == [f"question {n}" for n in range(7, 12)]
    assert last[0].calls == [{"name": "leads_to_call", "args": {}}]
    assert all(now <= turn.at < now + timedelta(seconds=1) for turn in last)


def test_threads_do_not_hear_each_other(memory, now):
    memory.remember("T-1", "P-1", "who", "Ana", [], now)
    assert memory.has("T-1")
    assert not memory.has("T-2")
    assert memory.turns("T-2", 5) == []


def test_a_person_s_last_word_on_an_answer_counts(memory, now):
    memory.rate("A-1", "P-1", now, good=False, reason="wrong lead")
    memory.rate("A-1", "P-2", now, good=True)
    memory.rate("A-1", "P-1", now + timedelta(1), good=True)
    memory.rate("A-2", "P-1", now, good=False)
    said = {word.person_id: (word.good, word.reason, word.at) for word in memory.ratings("A-1")}
    assert said == {"P-1": (True, None, now + timedelta(1)), "P-2": (True, None, now)}
