"""Whoever is named is out of the ordinary: seldom by chance, and mostly where something did change."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.norms import EXPOSURE_NEEDED, norms, surprising

PEOPLE, SPANS, DAYS = 5, 26, 5.0
# Calls a day, how much people differ, and how much more than chance weeks scatter.
RATE, DIFFER, SCATTER = 15.0, 0.2, 4.0


def company(rng, *, changed=1.0, all_changed=1.0):
    """Half a year of calls of some people whose own rates are known, and a week in which the first one's changed."""
    rates = RATE * np.exp(rng.normal(0, DIFFER, PEOPLE))
    over, lately = np.full((PEOPLE, SPANS), DAYS), np.full(PEOPLE, DAYS)

    def drawn(mean):
        return rng.negative_binomial(mean / (SCATTER - 1), 1 / SCATTER).astype(float)

    late = rates * lately * all_changed
    late[0] *= changed
    return drawn(rates[:, None] * over), over, drawn(late), lately


def named(found):
    """Who is called out of the ordinary, too little or too much."""
    sure = surprising([*found.low, *found.high])
    return sure[:PEOPLE] | sure[PEOPLE:]


def test_where_nothing_changed_hardly_anybody_is_named():
    rng = np.random.default_rng(1)
    rounds = [named(norms(*company(rng))).any() for _ in range(200)]
    assert np.mean(rounds) <= 0.1


def test_somebody_who_calls_half_as_much_is_mostly_found():
    rng = np.random.default_rng(2)
    rounds = [named(norms(*company(rng, changed=0.4)))[0] for _ in range(100)]
    assert np.mean(rounds) >= 0.5


def test_where_all_call_half_as_much_it_is_nobody_s_matter():
    rng = np.random.default_rng(3)
    rounds = [named(norms(*company(rng, all_changed=0.5))).any() for _ in range(200)]
    assert np.mean(rounds) <= 0.1


def test_of_a_newcomer_nothing_is_said():
    counts, over, seen, lately = company(np.random.default_rng(4))
    over[0, :-3] = counts[0, :-3] = seen[0] = 0.0
    assert over[0].sum() < EXPOSURE_NEEDED
    found = norms(counts, over, seen, lately)
    assert np.isnan(found.expected[0])
    assert found.low[0] == found.high[0] == 1.0


def test_what_is_little_known_is_drawn_towards_everyone_s():
    counts, over, _, lately = company(np.random.default_rng(5))
    over[0, :-4] = counts[0, :-4] = 0.0
    counts[0, -4:] = 2 * RATE * DAYS
    everyone, own = counts.sum() / over.sum() * DAYS, 2 * RATE * DAYS
    found = norms(counts, over, np.full(PEOPLE, everyone), lately)
    assert everyone < found.expected[0] < own


def test_chances_are_right_where_all_is_known():
    """Where people do not differ, the chance of a count not above k is that of a Poisson."""
    from scipy import stats

    rng = np.random.default_rng(6)
    over = np.full((40, SPANS), DAYS)
    counts, seen = rng.poisson(2.0 * over).astype(float), rng.poisson(10.0, 40).astype(float)
    found = norms(counts, over, seen, np.full(40, DAYS))
    assert found.low == pytest.approx(stats.poisson(10.0).cdf(seen), abs=0.08)


def test_a_share_of_trials_is_judged_as_one():
    rng = np.random.default_rng(7)
    over = np.full((PEOPLE, 8), 20.0)
    counts = rng.binomial(20, 0.5, over.shape).astype(float)
    seen, lately = np.array([2.0, 10, 10, 10, 10]), np.full(PEOPLE, 20.0)
    found = norms(counts, over, seen, lately, of_trials=True)
    assert named(found).tolist() == [True, False, False, False, False]
    assert (found.expected <= lately).all()


def test_without_anybody_nothing_is_out_of_the_ordinary():
    empty = np.zeros((0, 0))
    found = norms(empty, empty, np.zeros(0), np.zeros(0))
    assert not len(found.expected)
    assert not surprising([]).any()
