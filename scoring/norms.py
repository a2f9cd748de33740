"""What is usual of each of several people, and what of late is out of the ordinary.

Nobody is measured by a bad week: what was counted of late is held against what the person's own past makes expect,
drawn towards everyone's by how little is known, and against how late turned out for all. How far counts scatter from
one span to the next is learnt as well, so that a lumpy kind of count needs more before it says anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
# Fewer spans or less time at work than this tell nothing of what is usual.
SPANS_NEEDED, EXPOSURE_NEEDED = 3, 20.0
# Of those that are called out of the ordinary, the share that may be by chance.
FALSE_SHARE = 0.1
# What differs by less is not worth a word, however sure.
MATTERS = 0.25


@dataclass(frozen=True)
class Norms:
    """What was expected of each person of late, and how likely it was to count as little, or as much.

    Attributes
    ----------
    expected : the count that the past makes expect; NaN where too little is known
    low, high : the chance of a count not above, and not below, the one that was seen; 1 where too little is known
    """

    seen: Floats
    expected: Floats
    low: Floats
    high: Floats


def norms(counts: Floats, exposure: Floats, seen: Floats, lately: Floats, *, of_trials: bool = False) -> Norms:
    """How counts of late compare with what was usual.

    The usual rate of a person is the credibility estimate of Bühlmann and Straub: the own past, drawn towards that of
    all by how much people differ and how much spans do. Counts of late then follow a negative binomial, or a beta
    binomial where they are among trials, whose variance holds both the scatter of spans and what is not known of the
    rate. Where everybody's counts moved together, only what differs from that move is out of the ordinary.

    Parameters
    ----------
    counts, exposure : past counts and what they are counted over (days, or trials), people × spans
    seen, lately : the count of late, and what it is counted over, a figure for each person
    of_trials : whether the exposure is a number of trials, of which the count is a part

    References
    ----------
    Bühlmann & Straub (1970), "Glaubwürdigkeit für Schadensätze", Bull. Swiss Assoc. Actuaries 70.
    """
    weight = exposure.sum(axis=1)
    known = (weight >= EXPOSURE_NEEDED) & ((exposure > 0).sum(axis=1) >= SPANS_NEEDED) & (lately > 0)
    ones = np.ones(len(seen))
    if not known.any() or counts.sum() <= 0:
        return Norms(seen, np.full(len(seen), np.nan), ones, ones)
    usual, doubt, scatter = _credible(counts, exposure)
    mean = usual * lately
    # Without each person's own part it would be told by too few: some would then be named for what others did.
    together = (seen[known].sum() + 1.0) / (mean[known].sum() + 1.0)
    mean = mean * together
    if of_trials:
        mean = np.minimum(mean, lately)
    spread = doubt * (lately * together) ** 2
    tails = _among_trials(seen, lately, mean, scatter, spread) if of_trials else _over_time(seen, mean, scatter, spread)
    low, high = (np.where(known, tail, 1.0) for tail in tails)
    return Norms(seen, np.where(known, mean, np.nan), low, high)


def surprising(chances: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Which of several tail chances are too small for chance, at most `FALSE_SHARE` of them wrongly.

    References
    ----------
    Benjamini & Hochberg (1995), "Controlling the false discovery rate", J. R. Stat. Soc. B 57(1).
    """
    if not len(chances):
        return np.zeros(0, dtype=bool)
    return np.asarray(stats.false_discovery_control(chances)) <= FALSE_SHARE


def _credible(counts: Floats, exposure: Floats) -> tuple[Floats, Floats, float]:
    """The usual rate of each person, the variance of what is not known of it, and how much more than chance spans
    scatter (1: not at all)."""
    weight = exposure.sum(axis=1)
    there, total = weight > 0, weight.sum()
    own = np.divide(counts.sum(axis=1), weight, out=np.zeros(len(weight)), where=there)
    overall = counts.sum() / total
    rates = np.divide(counts, exposure, out=np.zeros_like(counts), where=exposure > 0)
    free = max(1.0, ((exposure > 0).sum(axis=1) - 1).clip(min=0).sum())
    within = max((exposure * (rates - own[:, None]) ** 2).sum() / free, 1e-12)
    room = total - (weight**2).sum() / total
    between = (weight * (own - overall) ** 2).sum() - (there.sum() - 1) * within
    between = max(0.0, between / room) if room > 0 else 0.0
    trust = weight * between / (weight * between + within)
    doubt = np.divide(trust * within, weight, out=np.full(len(weight), between), where=there)
    doubt = doubt + (1 - trust) ** 2 * within / total
    return trust * own + (1 - trust) * overall, doubt, within / overall


def _over_time(seen: Floats, mean: Floats, scatter: float, spread: Floats) -> tuple[Floats, Floats]:
    mean = np.maximum(mean, 1e-9)
    # A negative binomial has to scatter a little more than a Poisson, which it then is in all but name.
    variance = np.maximum(max(scatter, 1.0) * mean + spread, 1.000001 * mean)
    size = mean**2 / (variance - mean)
    law = stats.nbinom(size, size / (size + mean))
    return np.asarray(law.cdf(seen)), np.asarray(law.sf(seen - 1))


def _among_trials(seen: Floats, n: Floats, mean: Floats, scatter: float, spread: Floats) -> tuple[Floats, Floats]:
    share = np.clip(mean / np.maximum(n, 1.0), 1e-6, 1 - 1e-6)
    alone = n * share * (1 - share)
    variance = np.maximum(scatter / max(1 - float(share.mean()), 1e-6), 1.0) * alone + spread
    # How alike trials of one person are; a beta binomial cannot scatter more than if all were the same.
    alike = np.clip((variance / np.maximum(alone, 1e-9) - 1) / np.maximum(n - 1, 1.0), 1e-6, 0.999)
    law = stats.betabinom(np.maximum(n, 0).astype(int), share * (1 / alike - 1), (1 - share) * (1 / alike - 1))
    return np.asarray(law.cdf(seen)), np.asarray(law.sf(seen - 1))
