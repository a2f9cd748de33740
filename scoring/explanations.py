"""Contributions to a score, told as a rep would say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.features import UNKNOWN, Feature, is_known


@dataclass(frozen=True)
class Reason:
    """One reason behind a score.

    Attributes
    ----------
    feature : the feature that says most about the subject
    text : a clause with its figures, to follow the lead's name
    effect : log-odds added to the score, over all features of the subject
    value, typical : what was read, and what is usual (empty where nothing is)
    """

    feature: str
    text: str
    effect: float
    value: str
    typical: str


@dataclass(frozen=True)
class Explanation:
    """All reasons behind one score, strongest first: `base` plus their effects is the score's log-odds."""

    base: float
    reasons: tuple[Reason, ...]


def explanation(
    features: Sequence[Feature],
    typical: Sequence[object],
    values: Sequence[object],
    base: float,
    effects: npt.NDArray[np.float64],
) -> Explanation:
    """Reasons out of contributions; features about one subject (say, proposal views in 3 and in 7 days) become one."""
    subjects: dict[str, list[int]] = {}
    for i, feature in enumerate(features):
        subjects.setdefault(feature.subject, []).append(i)
    reasons = (_reason(features, typical, values, effects, members) for members in subjects.values())
    return Explanation(float(base), tuple(sorted(reasons, key=lambda r: (-abs(r.effect), r.feature))))


def _reason(
    features: Sequence[Feature],
    typical: Sequence[object],
    values: Sequence[object],
    effects: npt.NDArray[np.float64],
    members: Sequence[int],
) -> Reason:
    effect = float(effects[list(members)].sum())
    # The feature that pulls hardest in the direction of the whole speaks for its subject.
    speaker = max(members, key=lambda i: effects[i] * (1 if effect >= 0 else -1))
    feature, value, usual = features[speaker], values[speaker], typical[speaker]
    return Reason(
        feature=feature.name,
        text=feature.tell(value, usual, effect),
        effect=effect,
        value=feature.show(value) if is_known(value) else UNKNOWN,
        typical=feature.show(usual) if is_known(usual) else "",
    )
