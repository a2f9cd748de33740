"""Which lead to work: the chance that it is won."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from knowledge.frames import History, Snapshot
from scoring import features, windows
from scoring.chance import Chance
from scoring.features import Reading
from scoring.windows import Rows


class Ranking(Chance[History, Snapshot]):
    """Chance that an open lead is won within the horizon (or ever, where the books hold no dates).

    Learns from leads as they stood at past instants about a month apart. Each family of learners is an ensemble of
    five, each blind to a fifth of the leads; what they say of leads they have not seen calibrates and weighs them, and
    so does what is said of the latest rows by learners that knew only what had come to its end before.

    Parameters
    ----------
    horizon : how far ahead "won" looks
    families : which learners to blend
    seed : decides folds and random choices

    Assumptions
    -----------
    1. What held at past instants holds now.
    2. Whoever owns a lead works it as owners did before; no person is a feature.

    References
    ----------
    1. Friedman (2001), "Greedy function approximation: a gradient boosting machine", Ann. Stat. 29.
    2. Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explor. 3.
    3. Wolpert (1992), "Stacked generalization", Neural Netw. 5, and Platt (1999), "Probabilistic outputs for support
       vector machines", for the weights of the families and the calibration.
    4. Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for trees", Nat.
       Mach. Intell. 2.
    """

    name: ClassVar[str] = "ranking"
    reading: ClassVar[Reading] = features.LEADS

    @property
    def event(self) -> str:
        return "ever won" if self.basis == "ever won" else f"won within {self.horizon.days} days"

    @classmethod
    def labelled(cls, history: History, *, as_of: datetime, horizon: timedelta) -> Rows:
        return windows.labelled(history, as_of=as_of, horizon=horizon)

    @classmethod
    def cut(cls, history: History, as_of: datetime) -> Snapshot:
        return history.at(as_of)

    @classmethod
    def unusable(cls, history: History, as_of: datetime) -> frozenset[str]:
        return windows.unusable(history, as_of)
