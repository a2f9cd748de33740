"""What another way to share out leads would have been worth, told from how they were shared out and what came of it.

Three estimates, from the one that trusts least to the one that uses most:

- `ips`: wins of leads that went as the policy would have sent them, each counting as many times as it was unlikely;
- `snips`: the same, divided by the sum of those weights, so that a few heavy leads move it less;
- `dr`: what a model of the chances says of the policy, corrected by the weighted errors of that model where leads went
  as the policy would have sent them. It is right if either the propensities or the chances are.

References
----------
Horvitz & Thompson (1952), "A generalization of sampling without replacement from a finite universe", JASA 47;
Hájek (1971), comment on Basu, in "Foundations of statistical inference"; Robins, Rotnitzky & Zhao (1994), "Estimation
of regression coefficients when some regressors are not always observed", JASA 89; Dudík et al. (2014), "Doubly robust
policy evaluation and optimization", Statistical Science 29; Kong (1992), "A note on importance sampling using
standardized weights", for the effective sample size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from knowledge.errors import BadInput
from scoring.windows import FOLDS

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

LEVEL = 0.90
# Below this propensity nobody like the lead went to the rep: no weight is given, and the lead counts as unsupported.
LEAST = 0.01
# Fewer leads' worth of evidence, or more of the policy on leads without support, and nothing is claimed.
FEWEST_EFFECTIVE, MOST_UNSUPPORTED = 30.0, 0.1
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Logged:
    """Leads as they were shared out, a row each, and what came of them.

    Attributes
    ----------
    rep : place of the rep who had each (n_leads,)
    reward : what came of it: 1.0 for a win, or its value (n_leads,)
    propensity : how likely each lead was to go to each rep, rows summing to 1, (n_leads, n_reps)
    predicted : what each rep was expected to make of each lead by one who had not seen its end, (n_leads, n_reps)
    unit : what varies as one, such as the lead's account; by default each lead by itself (n_leads,)
    """

    rep: Codes
    reward: Vector
    propensity: Matrix
    predicted: Matrix
    unit: Codes | None = None


@dataclass(frozen=True)
class Estimate:
    """A mean reward a lead, and its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PolicyValue:
    """What a policy would have been worth a lead, and how far the log can tell.

    Attributes
    ----------
    logged : what came of the leads as they went
    ips, snips, dr : three estimates for the policy
    gain : `dr` less `logged`, lead by lead, so that its interval is narrower than theirs apart
    effective : leads' worth of evidence left after weighing
    heaviest : the largest weight, in leads
    unsupported : share of the policy's choices that were hardly ever made for such leads
    """

    logged: Estimate
    ips: Estimate
    snips: Estimate
    dr: Estimate
    gain: Estimate
    effective: float
    heaviest: float
    unsupported: float

    @property
    def tells(self) -> bool:
        """Whether the log holds enough of what the policy would have done."""
        return self.effective >= FEWEST_EFFECTIVE and self.unsupported <= MOST_UNSUPPORTED

    @property
    def statement(self) -> str:
        """How far it can be told, in a sentence."""
        if self.unsupported > MOST_UNSUPPORTED:
            return (
                f"{self.unsupported:.0%} of what it would have done was hardly ever done with such leads: "
                "what would have come of it cannot be told from these books."
            )
        if self.effective < FEWEST_EFFECTIVE:
            return (
                f"Only {self.effective:,.0f} leads' worth of evidence is left ({FEWEST_EFFECTIVE:.0f} are needed): "
                "what would have come of it cannot be told from these books."
            )
        return f"It rests on {self.effective:,.0f} leads' worth of evidence; the heaviest counts {self.heaviest:,.1f}."


def value_of(policy: Matrix, log: Logged) -> PolicyValue:
    """What a policy would have been worth.

    Parameters
    ----------
    policy : the chance that it sends each lead to each rep, rows summing to 1, (n_leads, n_reps)

    Raises
    ------
    BadInput
        When shapes do not fit, or rows do not sum to 1.
    """
    _check(policy, log)
    rows = np.arange(len(log.rep))
    supported = log.propensity >= LEAST
    weight = np.where(supported, policy / np.maximum(log.propensity, LEAST), 0.0)[rows, log.rep]
    direct = (policy * log.predicted).sum(axis=1)
    error = log.reward - log.predicted[rows, log.rep]
    robust = direct + weight * error
    unit = rows if log.unit is None else np.unique(log.unit, return_inverse=True)[1]
    total = weight.sum()
    ratio = float(weight @ log.reward / total) if total > 0 else float("nan")
    relative = weight / weight.mean() if total > 0 else weight
    return PolicyValue(
        _mean(log.reward, unit),
        _mean(weight * log.reward, unit),
        _around(ratio, relative * (log.reward - ratio), unit),
        _mean(robust, unit),
        _mean(robust - log.reward, unit),
        float(total**2 / (weight**2).sum()) if total > 0 else 0.0,
        float(weight.max(initial=0.0)),
        float((policy * ~supported).sum() / len(rows)),
    )


def propensities(kinds: pd.DataFrame, rep: Codes, n_reps: int, *, seed: int = 0) -> Matrix:
    """How likely each lead was to go to each rep, judged from other leads alone, (n_leads, n_reps).

    Multinomial regression on the columns of `kinds`, each value a level; rare ones share one. What decided who got a
    lead (territory, language, month) belongs there, and nothing that came after.
    """
    fold = np.random.default_rng(seed).permutation(len(rep)) % FOLDS
    found = np.zeros((len(rep), n_reps))
    levels = kinds.astype(str).to_numpy(dtype=object)
    for k in range(FOLDS):
        known, left = fold != k, fold == k
        one_hot = OneHotEncoder(min_frequency=FOLDS, handle_unknown="infrequent_if_exist")
        model = make_pipeline(one_hot, LogisticRegression(C=10.0, max_iter=1000))
        if len(np.unique(rep[known])) == 1:
            found[np.ix_(left, [rep[known][0]])] = 1.0
            continue
        model.fit(levels[known], rep[known])
        found[np.ix_(left, model.classes_)] = model.predict_proba(levels[left])
    return found


def _check(policy: Matrix, log: Logged) -> None:
    shape = (len(log.rep), log.propensity.shape[1])
    for name, matrix in (("policy", policy), ("propensities", log.propensity), ("predictions", log.predicted)):
        if matrix.shape != shape:
            raise BadInput(f"The {name} have shape {matrix.shape}; the log asks for {shape}.")
    for name, matrix in (("policy", policy), ("propensities", log.propensity)):
        if not np.allclose(matrix.sum(axis=1), 1, atol=TOLERANCE) or (matrix < 0).any():
            raise BadInput(f"Each row of the {name} must be chances that sum to 1.")


def _mean(values: Vector, unit: Codes) -> Estimate:
    return _around(float(values.mean()), values - values.mean(), unit)


def _around(value: float, influence: Vector, unit: Codes) -> Estimate:
    """A value with the interval that the influence of each lead on it leaves open; those of a unit go together."""
    together = np.bincount(unit, influence)
    n = len(together)
    error = np.sqrt((together**2).sum() * n / max(1, n - 1)) / len(influence)
    half = float(student.ppf((1 + LEVEL) / 2, max(1, n - 1)) * error)
    return Estimate(value, value - half, value + half)
