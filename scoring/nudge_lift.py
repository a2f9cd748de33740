"""What nudges bring: kinds of nudges that people get, against kinds that a lottery leaves out for them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from scoring.lift import LEVEL, POWER, WORTH_KNOWING

Floats = npt.NDArray[np.float64]
DRAWS = 1_000
# Effects that are tried as the true one, in shares.
TRIED = np.linspace(-1, 1, 401)
# A unit of few occasions tells little; of many, not as much more, since they are one person's.
FEW = 5.0
# What is expected to be acted on where nothing of the left-out arm was.
USUAL = 0.2


@dataclass(frozen=True)
class NudgeLift:
    """How much more of what comes up is acted on where people are nudged to it.

    Attributes
    ----------
    nudged, apart : occasions in either arm, of kinds that people get and of those left out for them
    acted, acted_apart : how many of them were acted on
    effect, low, high : the difference of the shares and its 95 % interval; None where no kind has both arms
    needed : occasions of both arms together that would tell a difference of a fifth in four cases of five
    """

    nudged: int
    acted: int
    apart: int
    acted_apart: int
    effect: float | None
    low: float | None
    high: float | None
    needed: int

    @property
    def is_sure(self) -> bool:
        """Whether chance alone seldom makes such a difference."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def missing(self) -> int:
        """Occasions still to come before such a difference would show."""
        return max(0, self.needed - self.nudged - self.apart)


def lift(occasions: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> NudgeLift:
    """The effect of nudges on what is done about occasions.

    Everything that came up counts in the arm of its person and kind, whether a nudge went out or the day's were used
    up. The lottery draws whole units, a person with a kind, and the interval is that of the lottery: effects that would
    be nothing special if the units of each kind had been drawn otherwise. So it holds however alike the occasions of a
    unit and the kinds of a person are, and however few units there are.

    Parameters
    ----------
    occasions : `person`, `kind`, `apart` (whether the kind is left out for the person) and `acted`

    References
    ----------
    Imbens & Rubin (2015), "Causal Inference for Statistics, Social, and Biomedical Sciences", ch. 5.
    """
    apart = occasions["apart"].to_numpy(bool)
    acted = occasions["acted"].to_numpy(bool)
    counts = (int((~apart).sum()), int(acted[~apart].sum()), int(apart.sum()), int(acted[apart].sum()))
    units = occasions.groupby(["kind", "person"], sort=True).agg(
        acted=("acted", "mean"), apart=("apart", "first"), n=("acted", "size")
    )
    both = units.groupby("kind")["apart"].transform("nunique") == 2
    units = units[both.to_numpy(bool)]
    if units.empty:
        return NudgeLift(*counts, None, None, None, 0)
    effect, low, high = _interval(units, draws, np.random.default_rng(seed))
    return NudgeLift(*counts, effect, low, high, _needed(counts, (high - low) / 2))


def _interval(units: pd.DataFrame, draws: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """The effect and its interval: the true effects at which what was seen is nothing special among other draws."""
    kinds = pd.factorize(units.index.get_level_values("kind"))[0]
    weight = (units["n"] / (units["n"] + FEW)).to_numpy(float)
    given, acted = (~units["apart"]).to_numpy(bool), units["acted"].to_numpy(float)
    lots = np.vstack([given, _redrawn(given, kinds, draws, rng)])
    seen, shift = _differences(acted, lots, kinds, weight), _differences(given.astype(float), lots, kinds, weight)
    effect = float(seen[0])
    # Where the true effect is t, other draws would have shown seen - t * shift, and this one, among them, effect - t.
    far = np.quantile(np.abs(seen[:, None] - shift[:, None] * TRIED), LEVEL, axis=0, method="higher")
    fits = TRIED[np.abs(effect - TRIED) <= far]
    return effect, float(min(fits.min(initial=effect), effect)), float(max(fits.max(initial=effect), effect))


def _redrawn(given: npt.NDArray[np.bool_], kinds: npt.NDArray[np.intp], draws: int, rng: np.random.Generator) -> Floats:
    """Other draws of the lottery, with as many units left out of each kind: (draws, n_units)."""
    lots = np.empty((draws, len(given)))
    for kind in np.unique(kinds):
        at = np.flatnonzero(kinds == kind)
        lots[:, at] = rng.permuted(np.tile(given[at], (draws, 1)), axis=1)
    return lots


def _differences(values: Floats, lots: Floats, kinds: npt.NDArray[np.intp], weight: Floats) -> Floats:
    """The mean difference of given and left-out units within kinds, by draw: (n_draws,)."""
    total, counted = np.zeros(len(lots)), np.zeros(len(lots))
    for kind in np.unique(kinds):
        at = kinds == kind
        w, lot = weight[at], np.asarray(lots[:, at], float)
        on, off = lot @ w, (1 - lot) @ w
        gap = (lot @ (w * values[at])) / on - ((1 - lot) @ (w * values[at])) / off
        share = on * off / (on + off)
        total, counted = total + share * gap, counted + share
    return total / counted


def _needed(counts: tuple[int, int, int, int], half: float) -> int:
    """Occasions that tell a difference of a fifth, going by how wide the interval is now."""
    nudged, _, apart, acted_apart = counts
    base = acted_apart / apart if acted_apart else USUAL
    z = norm.ppf((1 + LEVEL) / 2)
    spread = half / z * (z + norm.ppf(POWER))
    return ceil((nudged + apart) * (spread / (WORTH_KNOWING * base)) ** 2)
