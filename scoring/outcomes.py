"""What is expected of leads when certain reps have them, and how much more that is than with others.

Assumptions
-----------
1. What may be wrong, and makes the intervals, is how much each rep adds, and the chance that each lead has by itself:
   a good rep may be given leads that are worse than they look. Errors of two leads have nothing to do with each other.
2. Whoever gets more open leads does a little worse with all of them, whoever gets fewer a little better.
3. A lead taken from whoever works it loses a part of its chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from scoring.cases import Case, Floats, Whole

INTERVAL = (5.0, 95.0)
# Leads valued at a time: with some hundreds of draws each they stay in the processor's cache.
RECORDS_AT_ONCE = 2_000
SURE = 1e-9
# A normal curve in equally likely parts.
NORMAL = norm.ppf((np.arange(20) + 0.5) / 20)


@dataclass(frozen=True)
class Interval:
    """A figure and its 90 % interval."""

    value: float
    low: float
    high: float


def chances(case: Case, rep: Whole) -> Floats:
    """The chance of each lead with whoever then has it, as busy as they then are, less what taking it loses."""
    return np.asarray(np.where(rep < 0, 0.0, expit(_log_odds(case, rep))) - case.taken(rep) * case.lost_if_taken)


def more(case: Case, rep: Whole, than: Whole, worth: Floats) -> Interval:
    """What one placement brings more than another, as expected and by what reps may truly add and leads be worth."""
    ours, theirs = _log_odds(case, rep), _log_odds(case, than)
    moved = np.flatnonzero((rep != than) | (ours != theirs))
    drawn = np.zeros(len(case.adds.draws))
    for start in range(0, len(moved), RECORDS_AT_ONCE):
        part = moved[start : start + RECORDS_AT_ONCE]
        drawn += (_drawn(case, rep[part], ours[part]) - _drawn(case, than[part], theirs[part])) @ worth[part]
    lost = float((case.lost_if_taken * worth) @ (case.taken(rep).astype(float) - case.taken(than)))
    drawn = drawn[:, None] + _doubt(case, rep, than, worth) * NORMAL
    low, high = np.percentile(drawn, INTERVAL) - lost
    return Interval(float((chances(case, rep) - chances(case, than)) @ worth), float(low), float(high))


def cost_of_one_more(case: Case, rep: Whole) -> Floats:
    """What one more lead with each rep takes from all the leads that the rep has (n_reps,)."""
    chance, owned = chances(case, rep), rep >= 0
    lost = -case.adds.slope * case.worth * chance * (1 - chance)
    return np.bincount(rep[owned], lost[owned], minlength=case.n_reps).astype(np.float64)


def _log_odds(case: Case, rep: Whole) -> Floats:
    chance = np.clip(case.chance[np.arange(len(rep)), rep], SURE, 1 - SURE)
    more_leads = case.counts(rep) - case.counts(case.owner)
    return np.asarray(logit(chance) + (case.adds.slope * more_leads)[rep])


def _drawn(case: Case, rep: Whole, log_odds: Floats) -> Floats:
    """The chance of some leads for each draw of what their reps truly add, of shape (n_draws, n_leads)."""
    return np.where(rep < 0, 0.0, 1 / (1 + np.exp(-log_odds) * np.exp(-case.adds.draws)[:, rep]))


def _doubt(case: Case, rep: Whole, than: Whole, worth: Floats) -> float:
    """Standard deviation of what one placement brings more, by what each lead may truly be worth by itself."""
    ours, theirs = (np.where(each < 0, 0.0, expit(_log_odds(case, each))) for each in (rep, than))
    moved = case.doubt * worth * (ours * (1 - ours) - theirs * (1 - theirs))
    return float(np.sqrt((moved**2).sum()))
