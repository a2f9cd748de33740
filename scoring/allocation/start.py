"""First prices from ever larger samples of the leads, and how far the lists of all leads should go."""

from __future__ import annotations

import numpy as np

from scoring.allocation.blurred import approach
from scoring.allocation.ladder import is_near, ladder
from scoring.allocation.prices import settle
from scoring.allocation.problem import Floats, Problem, Reals
from scoring.allocation.reading import each_block
from scoring.allocation.sharp import meaningful
from scoring.allocation.shortlist import Reach, shortlist

# The first sample, the part of it that looks at every rep, and how much larger the next sample is.
SAMPLE, PER_REP, FEWER, LARGER = 2_000, 40, 8, 4
# Where it is not known how far lists have to go: to this rival in the middle of a sample, and further at first.
NEAR, FAR = 8, 16
# No list of a sample is longer, and those of a larger one are not shorter by more than this.
LONGEST, CLOSER = 48, 0.2
# Lists that were used to so large a part of their reach may have been too short, and get so much longer, so many times.
USED, LONGER, TRIES = 0.8, 3.0, 3
# All prices may rise or fall together, and then leads go to nobody, or come back, from farther away than to a rival.
NOBODY = 4.0
# A sample says no better than by chance how many leads want a rep, so that its prices need not be exact; in parts of
# that chance.
ROUGH = 0.5
# How blurred demand is at first, in parts of the spread of the values.
BLUR = 0.5
# Lists reach further than single precision and the hair that breaks ties, in parts of the largest value.
CLOSE = 1e-6
# For such a part of a rep's places some lead should have the rep on the list; and how many leads for each rep show it.
LISTED, FEW = 0.5, 8
ALL = Reach(np.inf, np.inf)


def start(problem: Problem, rng: np.random.Generator) -> tuple[Reals, Reach]:
    """First prices from ever larger samples, and how far the lists of all leads should go."""
    stride = max(1, problem.n_leads // max(SAMPLE, PER_REP * problem.n_reps))
    few = problem.take(slice(None, None, stride * FEWER))
    if _is_plain(few) and is_near(few):
        prices = ladder(problem)
        return prices, reach_of(problem, prices, NEAR)
    prices = np.zeros(problem.low.shape)
    if spread := float(few.value.std(dtype=np.float64)):
        every = shortlist(few, prices, ALL, problem.n_reps + 1).untied(rng)
        prices = approach(every, prices, BLUR * spread, _chance(few))
    reach = reach_of(few, prices, FAR)
    while stride > 1:
        prices, reach = _sampled(problem.take(slice(None, None, stride)), prices, reach, rng)
        stride //= LARGER
    return _listed(problem, prices, reach.rep), reach


def _is_plain(problem: Problem) -> bool:
    """Whether there are neither shares nor leads worth less on top of others, of which the ladder knows nothing."""
    return problem.curves is None and len(problem.low) == 1 and problem.n_reps > 1


def _sampled(sample: Problem, prices: Reals, reach: Reach, rng: np.random.Generator) -> tuple[Reals, Reach]:
    """Prices of a sample, and how far below their first choice leads had to go for them."""
    for turn in range(TRIES):
        first = _listed(sample, prices, reach.rep)
        lists = shortlist(sample, first, reach, int(LONGEST * LONGER**turn)).untied(rng)
        settled = settle(lists, first, _chance(sample))
        if (regret := lists.regret(settled)) <= USED * reach.rep:
            break
        reach = longer(reach)
    near = max(regret, CLOSER * reach.rep)
    return settled, Reach(near, max(near, float(np.abs(settled - first).max())))


def longer(reach: Reach) -> Reach:
    """What lists should reach where it was too little."""
    return Reach(LONGER * reach.rep, LONGER * reach.nobody)


def _chance(sample: Problem) -> float:
    return ROUGH * float(np.sqrt(sample.n_leads * sample.low.size))


def reach_of(problem: Problem, prices: Reals, rival: int) -> Reach:
    """How far behind the best a rival is in the middle of a sample."""
    if rival >= problem.n_reps:
        return ALL
    sample = problem.take(slice(None, None, -(-problem.n_leads // SAMPLE)))

    def behind(_: slice, net: Floats) -> Floats:
        return np.asarray(net.max(axis=1) - np.partition(net, -1 - rival, axis=1)[:, -1 - rival])

    distance = np.concatenate(each_block(sample, prices, behind))
    known = distance[np.isfinite(distance)]
    reach = max(closest(problem, prices).rep, float(np.median(known))) if len(known) else np.inf
    return Reach(reach, NOBODY * reach)


def closest(problem: Problem, prices: Reals) -> Reach:
    """How far lists have to go at least: farther than rounding."""
    sample = problem.value[:: -(-problem.n_leads // SAMPLE)]
    largest = max(float(np.abs(sample).max(initial=0.0)), float(np.abs(prices).max(initial=0.0)))
    return Reach(CLOSE * largest, CLOSE * largest)


def _listed(problem: Problem, prices: Reals, reach: float) -> Reals:
    """The prices, but for reps who are on hardly any list: these get cheaper until half of their places could be.

    The lists of leads say nothing of a rep who is on none.
    """
    sample = problem.take(slice(None, None, -(-problem.n_leads // max(SAMPLE, FEW * problem.n_reps))))

    def behind(_: slice, net: Floats) -> Floats:
        return np.asarray(net.max(axis=1, keepdims=True) - net[:, :-1])

    distance = np.concatenate(each_block(sample, prices, behind))
    distance.sort(axis=0)
    place = (LISTED * sample.high[0]).astype(int).clip(max=len(distance) - 1)
    fall = distance[place, np.arange(problem.n_reps)] - reach / 2
    cheaper = prices.copy()
    cheaper[0] -= np.where(np.isfinite(fall), fall.clip(0.0, prices[0].clip(0.0)), 0.0)
    return meaningful(problem, cheaper)
