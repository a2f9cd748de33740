"""A new lead goes where the last plan's prices say, and the sum comes near what hindsight would have reached."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.errors import BadInput
from scoring.allocation import allocate, choose


def test_a_lead_goes_where_it_is_worth_most_after_the_price():
    choice = choose([5.0, 4.0, 1.0], [3.0, 1.0, 0.5], [1, 1, 1])
    assert (choice.rep, choice.net, choice.second, choice.margin) == (1, 3.0, 0, 1.0)


@pytest.mark.parametrize(
    ("room", "eligible", "rep"), [([1, 0], [True, True], 0), ([1, 1], [True, False], 0), ([0, 1], [True, False], -1)]
)
def test_who_is_full_or_may_not_is_passed_over(room, eligible, rep):
    assert choose([1.0, 2.0], [0.0, 0.0], room, eligible=eligible).rep == rep


def test_a_lead_below_every_price_waits_and_the_best_rep_is_second():
    choice = choose([1.0, 2.0], [3.0, 3.0], [1, 1])
    assert (choice.rep, choice.net, choice.second, choice.margin) == (-1, 0.0, 1, 1.0)


def test_a_rep_wins_a_tie_with_leaving_the_lead():
    assert choose([1.0], [1.0], [1]).rep == 0


def test_prices_must_fit_the_reps():
    with pytest.raises(BadInput, match="one entry for each rep"):
        choose([1.0, 2.0], [0.0], [1, 1])


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_comes_near_the_plan_made_in_hindsight_and_beats_taking_turns(seed):
    random = np.random.default_rng(seed)
    n, reps = 600, 8
    skill = random.uniform(0.5, 1.5, (4, reps))
    past, coming = (random.gamma(2.0, 1.0, (n, 1)) * skill[random.integers(0, 4, n)] for _ in range(2))
    room = np.full(reps, n // reps)
    prices, hindsight = allocate(past, room).prices, allocate(coming, room).objective
    reached = 0.0
    for value in coming:
        rep = choose(value, prices, room).rep
        if rep >= 0:
            reached += value[rep]
            room[rep] -= 1
    assert reached >= 0.95 * hindsight
    assert reached > coming[np.arange(n), np.arange(n) % reps].sum()
