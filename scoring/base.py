"""The contract of every model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Generic, Self, TypeVar

import pandas as pd

from knowledge.frames import History, Snapshot
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.champion import Contest
from scoring.evaluation import Evaluation, Split
from scoring.explanations import Explanation
from scoring.leaks import Report
from scoring.preferences import NONE_SET, Preferences
from scoring.sources import Entity

# What a model learns from, and what it looks at: the books of leads, or of deals.
Past = TypeVar("Past", History, DealHistory)
Present = TypeVar("Present", Snapshot, DealSnapshot)
# Told of a long job: what it does now, and the share done.
Progress = Callable[[str, float], None]


def silent(step: str, share: float) -> None:
    """Progress that nobody watches."""


class Model(ABC, Generic[Past]):
    """Something that learns from a history, and can be judged on what it had not seen.

    Attributes
    ----------
    name : what it is called in commands and citations
    entity : the records whose history it learns from; a `Scorer` scores those that are open
    hit : what became of a case that it gives a high chance
    """

    name: ClassVar[str]
    entity: ClassVar[Entity] = "leads"
    hit: ClassVar[str] = "won"
    seed: int

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`, in the order in which stored scores keep them."""

    @abstractmethod
    def fit(self, history: Past, *, as_of: datetime, guard: Report | None = None) -> Self:
        """The model itself, having learnt from what was known at `as_of`.

        `guard` is what the leak guard found in these very books; it is asked by default.
        """

    @classmethod
    @abstractmethod
    def evaluate(
        cls,
        history: Past,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        """A back-test of this kind of model beside its baselines, on what was known at `as_of`.

        Its `settings` make the model that was judged, with the preferences that concern it.
        """

    @classmethod
    def quality(cls, found: Evaluation) -> str:
        """How good it was found to be on what it had not seen, as one clause."""
        auc, half, ece = (found.metrics[name] for name in ("auc", "wins_in_top_half", "ece"))
        assert half is not None
        note = f"; {found.note.rstrip('.')}" if found.note else ""
        return (
            f"on {found.n:,} unseen cases AUC {auc}, calibration error {ece}, "
            f"{half.value:.0%} of those {cls.hit} in the top half{note}"
        )

    def outdated(self, history: Past, *, as_of: datetime, found: Evaluation) -> str | None:
        """Why this model must not go on serving on these books, in which a new one was `found` as it was, or None."""
        return "It is cheap to learn anew."

    def contest(
        self, history: Past, *, as_of: datetime, found: Evaluation, progress: Progress = silent
    ) -> Contest | None:
        """This model beside a new one as it was `found`, on outcomes since this one learnt; None where they are few."""
        return None

    def refreshed(self, history: Past, *, as_of: datetime) -> Self:
        """This model, its chances corrected by outcomes that came after it learnt."""
        return self

    @classmethod
    def suspected(cls, history: Past, *, as_of: datetime) -> Report:
        """What the leak guard finds in the columns that this kind of model would learn from; nothing by default."""
        return Report()


class Scorer(Model[Past], Generic[Past, Present]):
    """A model that says of each record how likely something is.

    Attributes
    ----------
    unit : what `value` means
    """

    unit: ClassVar[str]

    @property
    @abstractmethod
    def event(self) -> str:
        """What `value` is the chance of, as in "a 34 % chance to be …"."""

    @property
    def stand_in(self) -> str:
        """What `value` is where a plain rule stands in for a model, as "how deals in this stage usually go", or ""."""
        return ""

    @abstractmethod
    def judge(self, features: pd.DataFrame) -> pd.DataFrame:
        """`value`, `low`, `high` for each row of `features`, indexed alike."""

    def predict(self, snapshot: Present, ids: Sequence[str] | pd.Index | None = None) -> pd.DataFrame:
        """A row for each id (all open records by default): `value`, and its 90 % interval `low`, `high`.

        Raises
        ------
        NotTrained
            Before `fit`.
        """
        return self.judge(self.features(snapshot, snapshot.open_ids if ids is None else ids))

    @abstractmethod
    def explain(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> Mapping[str, Explanation]:
        """Why each of `ids` has its value: reasons that sum to it on the log-odds."""

    @abstractmethod
    def features(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        """The raw values that the model looks at, as a person would read them."""
