"""What following a plan brings: leads that went by it against those that chance left to what was done before."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from scipy.stats import norm, t

LEVEL, POWER = 0.95, 0.8
# A difference smaller than this share of what was won before is not worth waiting for.
WORTH_KNOWING = 0.2


@dataclass(frozen=True)
class Arm:
    """Leads that were treated alike, and how many of them were won."""

    n: int
    won: int

    @property
    def rate(self) -> float:
        return self.won / self.n if self.n else 0.0


@dataclass(frozen=True)
class Lift:
    """How much more is won by what is new than by what was done before, in shares of the leads.

    Attributes
    ----------
    effect, low, high : the difference of the shares won and its 95 % interval
    needed : leads of both arms together that tell a difference of a fifth in four cases of five
    """

    new: Arm
    old: Arm
    effect: float
    low: float
    high: float
    needed: int

    @property
    def is_sure(self) -> bool:
        """Whether chance alone seldom makes such a difference."""
        return self.low > 0 or self.high < 0

    @property
    def missing(self) -> int:
        """Leads still to come before such a difference would show."""
        return max(0, self.needed - self.new.n - self.old.n)


def lift(new: Arm, old: Arm, *, share: float, usual: float) -> Lift:
    """The effect of what is new, every lead counted in the arm that it was drawn for, whatever became of it.

    Parameters
    ----------
    share : part of the leads that goes on as before
    usual : share of leads won that is expected where none of either arm was won yet

    References
    ----------
    Agresti & Caffo (2000), "Simple and effective confidence intervals for proportions and differences of proportions",
    The American Statistician 54(4): two cases added to each arm keep the interval honest in small samples.
    """
    rates, sizes = [(arm.won + 1) / (arm.n + 2) for arm in (new, old)], [new.n + 2, old.n + 2]
    spread = sqrt(sum(rate * (1 - rate) / n for rate, n in zip(rates, sizes, strict=True)))
    # Student's t for the smaller arm: with the normal's, arms that are alike differ in more than 5 % of all cases.
    middle, reach = rates[0] - rates[1], t.ppf((1 + LEVEL) / 2, max(1, min(new.n, old.n) - 1)) * spread
    seen = (new.won + old.won) / max(1, new.n + old.n)
    return Lift(new, old, new.rate - old.rate, middle - reach, middle + reach, leads_needed(seen or usual, share))


def leads_needed(base: float, share: float) -> int:
    """Leads that tell a difference of a fifth of `base` in four cases of five, when `share` of them goes on as before.

    The usual formula for two shares with unequal groups.
    """
    more = min(1.0, base * (1 + WORTH_KNOWING))
    if not 0 < share < 1 or more <= base:
        return 0
    spread = more * (1 - more) / (1 - share) + base * (1 - base) / share
    z = norm.ppf((1 + LEVEL) / 2) + norm.ppf(POWER)
    return ceil(z**2 * spread / (more - base) ** 2)
