"""What a replay shows of a company whose truth is known, and of one that is all noise."""

from __future__ import annotations

from datetime import datetime

import pytest

from knowledge.errors import NotTrained
from knowledge.frames import History
from scoring.ranking import Ranking
from scoring.retro import Replay, replay
from scoring.retro.report import DONE, RANDOM, RANKING, look_back


def test_a_planted_signal_saves_calls(past: Replay):
    found = look_back(past)
    ninety = next(keep for keep in found.keep if keep.wins == 0.9)
    assert found.has_calls
    assert ninety.calls[RANKING].value < ninety.calls[DONE].value
    assert ninety.saved.value == pytest.approx(ninety.calls[DONE].value - ninety.calls[RANKING].value)
    assert found.more is not None
    assert found.more.low > 0
    assert found.first_half[RANKING].value > found.first_half[RANDOM].value


def test_in_noise_no_order_is_better(noise: History, as_of: datetime):
    found = look_back(replay(noise, Ranking, as_of=as_of, months=2))
    assert found.more is not None
    assert found.more.low < 0 < found.more.high


def test_groups_add_up_to_the_whole(past: Replay):
    found = look_back(past)
    for groups in (found.by_month, found.by_source, found.by_rep):
        assert sum(group.called for group in groups) == found.called
        assert found.left is not None
        assert sum(group.left for group in groups) == len(found.left.leads)


def test_only_leads_of_the_owners_asked_for_are_looked_at(past: Replay):
    whole, part = look_back(past), look_back(past, owners=["P-01", None])
    assert 0 < part.called < whole.called
    assert {group.name for group in part.by_rep} == {"P-01"}
    assert part.left is not None
    assert {lead.owner for lead in part.left.leads} <= {"P-01"}


def test_leads_without_an_owner_are_everyones(past: Replay):
    rows = past.rows.assign(owner_now=past.rows["owner_now"].where(past.rows["owner_now"] == "P-01", None))
    free = Replay(past.as_of, past.horizon, past.basis, past.spans, rows)
    assert look_back(free, owners=["P-01", None]).listed == len(rows)
    assert look_back(free, owners=["P-01"]).listed == (rows["owner_now"] == "P-01").sum()


def test_too_few_wins_order_nothing_and_are_refused(past: Replay):
    with pytest.raises(NotTrained, match="have been won"):
        look_back(past, owners=["nobody at all"])


def test_without_a_record_of_calls_orders_are_compared_on_all_that_were_open(past: Replay):
    silent = Replay(
        past.as_of, past.horizon, past.basis, past.spans, past.rows.assign(called=False, contact=float("nan"))
    )
    found = look_back(silent)
    assert not found.has_calls
    assert (found.left, found.more, found.same_effort) == (None, None, None)
    assert DONE not in found.first_half


def test_a_file_without_dates_says_nothing_of_the_table(dateless: History, as_of: datetime):
    found = look_back(replay(dateless, Ranking, as_of=as_of, months=2))
    assert found.left is None
    assert found.basis == "ever won"
    assert found.keep[1].calls[RANKING].high < 0.9


def test_flags_of_the_leak_guard_are_passed_on(past: Replay):
    flag = {"column": "closing note", "verdict": "dropped", "evidence": "AUC 0.99 alone", "more": 1}
    assert look_back(past, flagged=[flag]).flagged == ({k: flag[k] for k in ("column", "verdict", "evidence")},)
