"""Values that are only a lead's worth times a rep's skill, where it costs something to move leads from their owners."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.special import logsumexp, softmax

from scoring.allocation import allocate
from scoring.allocation.binned import binned, climb
from scoring.allocation.problem import read


@pytest.mark.parametrize("cost", [0.02, 0.1, 0.5])
def test_values_of_worth_and_skill_with_owners_are_allocated_as_exactly(cost):
    random = np.random.default_rng(6)
    value = random.gamma(2.0, 1.0, (1_000, 1)) * random.uniform(0.7, 1.3, 40)
    capacity = random.integers(0, 45, 40)
    owner, places = random.integers(-1, 40, 1_000), np.repeat(np.arange(40), capacity)
    moved = (owner >= 0)[:, None] & (owner[:, None] != places)
    chosen = np.c_[value[:, places] - cost * moved, np.zeros((1_000, 1_000))]
    plan = allocate(value, capacity, current=owner, switch_cost=cost)
    best = chosen[linear_sum_assignment(chosen, maximize=True)].sum()
    assert plan.objective == pytest.approx(best, rel=1e-6)
    assert plan.bound >= best * (1 - 1e-9)


def test_demand_by_bins_is_that_of_each_lead():
    random = np.random.default_rng(7)
    worth, skill, owner = np.sort(random.gamma(2, 1, 50)), np.array([0.8, 1.0, 1.3]), random.integers(-1, 3, 50)
    problem = read(np.outer(worth, skill), [10, 9, 8], None, None, owner, 0.2, None)
    bins, prices, blur = binned(problem, worth, skill), np.array([[0.3, 0.5, 0.9]]), 0.1
    net = np.c_[np.outer(worth, skill) - prices, np.zeros(50)]
    held = np.flatnonzero(owner >= 0)
    net[held, owner[held]] += 0.2
    net[held, 3] += 0.2
    chance = softmax(net / blur, axis=1)
    met = bins.blurred(prices, blur)
    assert met.over[0] == pytest.approx(chance[:, :3].sum(axis=0) - [10, 9, 8])
    assert met.rates[0, :3, :3] == pytest.approx((np.diag(chance.sum(axis=0)) - chance.T @ chance)[:3, :3])
    assert met.dual == pytest.approx(blur * logsumexp(net / blur, axis=1).sum() + prices[0] @ [10, 9, 8] - problem.idle)


def test_prices_from_bins_leave_few_leads_too_many():
    random = np.random.default_rng(8)
    worth, skill = random.gamma(2, 1, 20_000), np.sort(random.uniform(0.7, 1.3, 50))
    problem = read(np.outer(worth, skill), np.full(50, 360), None, None, random.integers(-1, 50, 20_000), 0.3, None)
    bins = binned(problem, worth, skill)
    prices = climb(bins, np.zeros((1, 50)))
    assert np.abs(bins.blurred(prices, bins.step).over).sum() <= 0.01 * 20_000
