"""Attention: who is interrupted when, by what, and what is learnt from what people do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import rehearsal
from scoring.attention import PACE, RECORD_RESTS, Attention, Candidate, Seen, Told, decide
from scoring.responses import FIRST, HALF_LIFE, Answer, Rates

NOW = datetime(2026, 3, 18, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN = Attention(NOW, None, 5)


def candidate(key: str, gain: float = 100.0, chance: float = 0.5, kind: str = "momentum", about: str = "") -> Candidate:
    return Candidate(key, kind, frozenset({about or key}), gain, chance)


def told(kind: str, about: str, ago: timedelta) -> Told:
    return Told(kind, frozenset({about}), NOW - ago)


def why(one: Candidate, attention: Attention) -> str:
    (decision,) = decide([one], attention)
    return decision.why


def test_what_is_worth_most_goes_first_and_the_rest_waits():
    decided = decide([candidate("a", 100, 0.9), candidate("b", 400, 0.3), candidate("c", 500, 0.1)], OPEN)
    assert [(each.candidate.key, each.is_sent) for each in decided] == [("b", True), ("a", False), ("c", False)]


@pytest.mark.parametrize(
    ("attention", "reason"),
    [
        (replace(OPEN, closed="it was in your quiet hours"), "quiet hours"),
        (replace(OPEN, muted=frozenset({"momentum"})), "muted"),
        (replace(OPEN, most=1, told=[told("fading", "z", 3 * HOUR)]), "used up"),
        (replace(OPEN, most=0), "used up"),
        (replace(OPEN, told=[told("fading", "a", RECORD_RESTS - HOUR)]), "within a day"),
        (replace(OPEN, told=[told("momentum", "z", HOUR / 2)]), "same reason"),
        (replace(OPEN, told=[told("fading", "z", PACE / 2)]), "minutes before"),
    ],
)
def test_a_nudge_is_held_back_for_a_reason_that_is_said(attention, reason):
    assert reason in why(candidate("a"), attention)
    assert why(candidate("a"), OPEN) == ""


def test_yesterday_s_nudges_are_no_part_of_today_s():
    assert why(candidate("a"), replace(OPEN, most=1, told=[told("fading", "z", 11 * HOUR)])) == ""


def test_a_deal_and_the_lead_it_grew_out_of_are_not_told_of_twice():
    deal = Candidate("d", "silent", frozenset({"deals/1", "leads/1"}), 100.0, 0.5)
    assert "within a day" in why(deal, replace(OPEN, told=[told("momentum", "leads/1", 2 * HOUR)]))


def test_the_last_place_of_a_day_is_kept_for_what_it_usually_still_brings():
    seen = [Seen(time(15), 900.0), Seen(time(9), 900.0)] * 10
    late = replace(OPEN, most=1, seen=seen, days=10)
    assert "better ones" in why(candidate("a"), late)
    assert why(candidate("a"), replace(late, most=2)) == ""
    assert why(candidate("a", gain=5_000), late) == ""
    assert why(candidate("a"), replace(late, now=NOW.replace(hour=16))) == ""


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1), st.sampled_from("abc"), st.integers(0, 5)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 2_000)), max_size=8),
    st.integers(0, 6),
)
def test_nobody_is_ever_told_more_than_wished_or_twice_of_one_thing(offered, had, most):
    candidates = [
        candidate(f"{n}", gain, chance, kind, f"r{about}") for n, (gain, chance, kind, about) in enumerate(offered)
    ]
    past = [told(kind, f"r{about}", timedelta(minutes=minutes)) for kind, about, minutes in had]
    decided = decide(candidates, replace(OPEN, most=most, told=past))
    sent = [each.candidate for each in decided if each.is_sent]
    assert len(decided) == len(candidates)
    assert len(sent) <= min(1, max(0, most - sum(each.at.date() == NOW.date() for each in past)))
    assert not any(each.about & known.about and known.at > NOW - DAY for each in sent for known in past)


def answers(
    acted: int, ignored: int, *, kind: str = "momentum", person: str = "P-1", ago: timedelta = DAY
) -> list[Answer]:
    both = [True] * acted + [False] * ignored
    return [Answer(person, "T-1", kind, NOW - ago, each) for each in both]


def test_kinds_that_are_ignored_lose_and_those_acted_on_win():
    rates = Rates.of([*answers(8, 2), *answers(1, 9, kind="fading")], NOW)
    won, lost = (rates.rate("P-1", "T-1", kind).mean for kind in ("momentum", "fading"))
    assert won > FIRST > lost


def test_where_little_is_known_of_a_person_their_team_s_rate_stands_and_then_the_kind_s():
    rates = Rates.of(answers(20, 0), NOW)
    team, elsewhere, unknown = (
        rates.rate(*who, "momentum").mean for who in (("P-2", "T-1"), ("P-3", "T-2"), ("P-4", None))
    )
    assert team > elsewhere == unknown > rates.rate("P-4", None, "fading").mean > FIRST


def test_what_was_seen_long_ago_counts_less_whether_it_fades_day_by_day_or_at_once():
    old, new = (
        Rates.of(answers(0, 10, ago=ago), NOW).rate("P-1", "T-1", "momentum").mean for ago in (3 * HALF_LIFE, DAY)
    )
    assert new < old < FIRST
    fading = Rates.of(answers(0, 10, ago=timedelta()), NOW)
    for _ in range(30):
        fading.fade(HALF_LIFE / 30)
    at_once = Rates.of(answers(0, 10, ago=HALF_LIFE), NOW)
    assert fading.rate("P-1", "T-1", "momentum").mean == pytest.approx(at_once.rate("P-1", "T-1", "momentum").mean)


def test_at_equal_count_learnt_rates_win_more_than_what_is_at_stake_alone():
    found = rehearsal.evaluate(people=6, days=30, seeds=range(3))
    ratio = found["metrics"]["gain_over_top_score"]
    assert ratio["value"] > 1.03
    assert ratio["value"] < found["baselines"]["oracle"]["gain_over_top_score"]["value"]
    assert max(found["sent"].values()) - min(found["sent"].values()) < 0.01 * found["n"]
