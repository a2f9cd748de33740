"""Leads one by one come to nearly as much as if all of them had been known, and to more than by turns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from scoring.allocation import allocate
from scoring.stream import Floats, Stream

REPS = 12


def arrivals(rng: np.random.Generator, n: int, adds: Floats) -> tuple[Floats, np.ndarray]:
    """What each lead of a while is worth with each rep, and who may have it: three teams share the territories."""
    chance = expit(rng.normal(-1.5, 1, (n, 1)) + adds)
    value = chance * rng.lognormal(8.5, 0.8, (n, 1))
    teams = rng.random((n, 3)) < 0.6
    teams[np.arange(n), rng.integers(0, 3, n)] = True
    return value, teams[:, np.arange(REPS) % 3]


def total(value: Floats, may: np.ndarray, prices: Floats, room: Floats, *, by_turns: bool = False) -> float:
    stream = Stream(prices, room, np.zeros(REPS), np.arange(REPS, dtype=float))
    choose = stream.in_turn if by_turns else stream.best
    return sum(found.value for row, ok in zip(value, may, strict=True) if (found := choose(row, ok)) is not None)


def test_the_last_plan_s_prices_come_within_a_few_percent_of_knowing_the_future() -> None:
    shares = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        adds, room = rng.normal(0, 0.35, REPS), np.full(REPS, 22)
        (value, may), (later, may_later) = (arrivals(rng, 300, adds) for _ in range(2))
        prices = allocate(value, room, eligible=may).prices
        best = allocate(later, room, eligible=may_later).objective
        found = [total(later, may_later, *rule) for rule in ((prices, room), (np.zeros(REPS), room))]
        shares.append([*(each / best for each in found), total(later, may_later, prices, room, by_turns=True) / best])
    by_price, greedy, by_turns = np.mean(shares, axis=0)
    assert by_price > 0.95
    assert by_price > greedy
    assert by_price > by_turns + 0.1
    assert np.max(shares) <= 1 + 1e-9


def test_without_prices_equals_get_their_leads_evenly() -> None:
    stream = Stream(np.zeros(3), [9, 9, 9], [2, 0, 1], np.zeros(3))
    assert [found.rep for _ in range(6) if (found := stream.best(np.ones(3), np.ones(3, bool)))] == [1, 1, 2, 0, 1, 2]


def test_a_rep_whose_next_leads_are_worth_less_is_not_given_all_of_them() -> None:
    value, may = np.array([10.0, 9.0]), np.ones(2, bool)
    stream = Stream(np.zeros(2), [9, 9], [0, 0], np.zeros(2), [0.08, 0.0])
    assert [found.rep for _ in range(4) if (found := stream.best(value, may))] == [0, 0, 1, 1]


def test_a_place_goes_to_who_may_have_it_as_long_as_there_is_room() -> None:
    stream = Stream(np.zeros(2), [1, 1], [0, 0], np.zeros(2))
    first = stream.best(np.array([5.0, 9.0]), np.array([True, False]))
    assert first is not None
    assert (first.rep, first.value, first.candidates, first.margin) == (0, 5.0, 1, None)
    assert stream.best(np.array([5.0, 9.0]), np.array([True, False])) is None
    second = stream.best(np.array([5.0, 9.0]), np.array([True, True]))
    assert second is not None
    assert second.rep == 1


def test_the_choice_says_how_far_the_next_best_is_behind() -> None:
    found = Stream(np.array([1.0, 4.0]), [1, 1], [0, 0], np.zeros(2)).best(np.array([6.0, 7.0]), np.ones(2, bool))
    assert found is not None
    assert (found.rep, found.price, found.margin) == (0, 1.0, pytest.approx(2.0))


def test_a_lead_that_no_place_is_worth_is_left() -> None:
    assert Stream(np.array([9.0]), [1], [0], np.zeros(1)).best(np.array([8.0]), np.ones(1, bool)) is None


def test_in_turn_the_one_who_waited_longest_is_next() -> None:
    stream = Stream(np.zeros(3), [9, 9, 1], [0, 0, 0], np.array([10.0, 30.0, 20.0]))
    assert [found.rep for _ in range(5) if (found := stream.in_turn(np.ones(3), np.ones(3, bool)))] == [1, 2, 0, 1, 0]
