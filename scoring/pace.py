"""How long it takes a lead to convert, and what marks those that do so fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from knowledge.errors import NotTrained
from knowledge.frames import History
from scoring import arrivals, columns, curves, leaks, personas, staying
from scoring.arrivals import EARLY, Arrivals, Vector
from scoring.base import Model, Progress, silent
from scoring.classes import FEWEST_OF_CLASS, FOUR, TWO, codes_of, cuts_of, too_few
from scoring.classifiers import KINDS, Classifier, Codes, Kind, judge
from scoring.columns import Columns, Matrix
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.metrics import Metric
from scoring.personas import Mark
from scoring.preferences import NONE_SET, Preferences
from scoring.staying import Staying
from scoring.windows import labelled

ORIGINS = 3
# Wins are looked for this far ahead where the leak guard lays leads side by side.
HORIZON = timedelta(days=90)
# A back-test that would begin later than this far into the arrivals judges too few.
LATEST_START = 0.8
FOLDS = 3
# A custom column known of so few on the first day is filled in later.
KNOWN_LATER = 0.1


@dataclass(frozen=True)
class Class:
    """A class of time to convert: how many leads were in it, and how long they took.

    Attributes
    ----------
    days : the middle of the days it took; None where they did not convert, or times are not known
    """

    name: str
    n: int
    share: float
    days: float | None


class Pace(Model[History]):
    """The class of time that a lead takes to convert: fast, medium, slow or never.

    Learns from leads as they stood a day after they came in, all of them old enough to tell. The cuts between the
    classes are the terciles of the days that conversions took. Where times are not known, or conversions are few, there
    are two classes, won and never.

    Parameters
    ----------
    cuts : days up to which a lead is fast, and medium; learnt from the data by default
    kind : which classifier
    seed : decides random choices

    Assumptions
    -----------
    1. What held for the leads learnt from holds for those that come in now.
    2. Within a class, when a lead closes does not depend on what is known of it: so a lead's chances can be carried
       on from its first day to today, knowing only that it is still open.

    References
    ----------
    1. Kingma & Ba (2015), "Adam: a method for stochastic optimization", for the network.
    2. Benjamini & Hochberg (1995), "Controlling the false discovery rate", J. R. Stat. Soc. B 57, for the marks.
    """

    name: ClassVar[str] = "pace"
    # Not known of models stored before it was looked at.
    staying = Staying()

    def __init__(self, cuts: tuple[float, ...] | None = None, *, kind: Kind = "boosting", seed: int = 0) -> None:
        self.cuts = cuts
        self.kind = kind
        self.seed = seed
        self.days: tuple[float, ...] = ()
        self.span = 0.0
        self.dated = False
        self.columns = Columns(())
        self.rules: dict[str, str] = {}
        self.classes: tuple[Class, ...] = ()
        self.marks: tuple[Mark, ...] = ()
        self.staying = Staying()
        self.still_open = np.empty((0, 0))
        self.classifier: Classifier | None = None

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.columns.names

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, the quickest first."""
        return FOUR if self.days else TWO

    @property
    def tells(self) -> bool:
        """Whether it says more of a lead than the base rates."""
        return self.kind != "base_rate"

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        history = _without(history, guard or _inspected(history, as_of))
        self.rules = dict(history.rules)
        self.staying = staying.learn(history.customers)
        return self.learn(arrivals.gather(history, as_of=as_of))

    def learn(self, rows: Arrivals) -> Self:
        """The model itself, having learnt from leads of which it is known what became of them.

        Raises
        ------
        NotTrained
            When they are too few.
        """
        if refusal := too_few(rows):
            raise NotTrained(refusal)
        self.days = cuts_of(rows, self.cuts)
        self.span, self.dated = rows.span, rows.dated
        codes = codes_of(rows, self.days)
        self.columns = columns.learn(rows.frame)
        frame = self.columns.clean(rows.frame)
        is_category = self.columns.is_category
        self.classifier = Classifier(self.kind, seed=self.seed).fit(
            self.columns.encode(frame), codes, is_category=is_category
        )
        self.classes = tuple(_class(name, rows.won_after[codes == k], len(rows)) for k, name in enumerate(self.names))
        self.still_open = self._still_open(rows, codes)
        self.marks = self._marks(rows, frame, np.array(self.names, dtype=object)[codes])
        return self

    def chances(self, history: History, ids: pd.Index) -> pd.DataFrame:
        """The chance of each class for open leads at the end of the history, given that they are open still.

        Raises
        ------
        NotTrained
            Before `fit`.
        """
        said = pd.DataFrame(self._said(self._frame(history, ids)), index=ids, columns=list(self.names))
        if not self.days:
            return said
        age = (pd.Timestamp(history.until) - history.leads.loc[ids, "created_at"]).dt.days
        place = age.clip(0, self.still_open.shape[1] - 1).to_numpy()
        weighed = said * self.still_open[:, place].T
        return weighed.div(weighed.sum(axis=1), axis=0)

    def came_in(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Between which instants a lead came in that can be judged now; None where times are not known.

        A younger one has not had its first day, an older one can no longer be fast.
        """
        if not self.dated:
            return None
        return now - timedelta(days=self.days[0] if self.days else self.span), now - EARLY

    @classmethod
    def evaluate(
        cls,
        history: History,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        guard = _inspected(history, as_of)
        rows = arrivals.gather(_without(history, guard), as_of=as_of)
        progress("back-testing", 0.0)
        if refusal := too_few(rows):
            return Evaluation(cls.name, split, 0, 0.0, {}, {}, refusal=refusal)
        found = _trial(rows, cuts_of(rows, preferences.cuts), split, progress)
        return replace(found, leaks=guard, settings={**found.settings, "cuts": preferences.cuts})

    def outdated(self, history: History, *, as_of: datetime, found: Evaluation) -> str | None:
        if self.cuts != found.settings["cuts"]:
            return "Its cuts were not those that are asked for now."
        return super().outdated(history, as_of=as_of, found=found)

    @classmethod
    def suspected(cls, history: History, *, as_of: datetime) -> Report:
        return _inspected(history, as_of, weigh=True)

    def _frame(self, history: History, ids: pd.Index) -> pd.DataFrame:
        snapshot = arrivals.first_days(history, ids) if self.dated else history.at(history.until)
        return self.columns.clean(arrivals.read(snapshot, ids, self.rules, dated=self.dated))

    def _said(self, frame: pd.DataFrame) -> Matrix:
        if self.classifier is None:
            raise NotTrained
        return self.classifier.chances(self.columns.encode(frame))

    def _still_open(self, rows: Arrivals, codes: Codes) -> Matrix:
        """Of each class, the share that was still open after so many whole days, shape (n_classes, n_days)."""
        days = np.arange(int(self.days[0]) + 1) if self.days else np.arange(1)
        after = [rows.closed_after[codes == k] for k in range(len(self.names))]
        return np.array([(each[:, None] > days).mean(axis=0) for each in after])

    def _marks(self, rows: Arrivals, frame: pd.DataFrame, of: npt.NDArray[np.object_]) -> tuple[Mark, ...]:
        early = [name for name in map(str, rows.later) if rows.frame[name].notna().mean() >= KNOWN_LATER]
        noted = columns.learn(rows.later, leave_out=early)
        tried = personas.find(frame, self.columns, of)
        return personas.proven(
            [*tried, *personas.find(noted.clean(rows.later), noted, of, topic="what was noted later")]
        )


def _inspected(history: History, as_of: datetime, *, weigh: bool = False) -> Report:
    """What the leak guard finds, leads laid side by side."""
    rows = labelled(history, as_of=as_of, horizon=HORIZON)
    return leaks.inspect(history, rows, as_of=as_of, weigh=weigh)


def _without(history: History, guard: Report) -> History:
    """The books, the columns that seem to know the outcome ruled out."""
    return replace(history, rules={**history.rules, **dict.fromkeys(guard.leave_out, "drop")})


def _class(name: str, took: Vector, n: int) -> Class:
    known = took[np.isfinite(took) & (took > 0)]
    return Class(name, len(took), len(took) / n, float(np.median(known)) if len(known) else None)


def _trial(rows: Arrivals, cuts: tuple[float, ...], split: Split, progress: Progress) -> Evaluation:
    """Every kind of classifier on leads that it had not seen; the base rate serves unless one is surely better."""
    names, codes = FOUR if cuts else TWO, codes_of(rows, cuts)
    pairs = list(_forward(rows, cuts)) if split == "time" else []
    by: Split = "time" if pairs else "folds"
    pairs = pairs or list(_folds(rows, codes))
    said: dict[Kind, list[Matrix]] = {kind: [] for kind in KINDS}
    for done, (train, test) in enumerate(pairs, 1):
        learnt = columns.learn(train.frame)
        matrix, asked = (learnt.encode(learnt.clean(frame)) for frame in (train.frame, rows.frame[test]))
        for kind in KINDS:
            classifier = Classifier(kind).fit(matrix, codes_of(train, cuts), is_category=learnt.is_category)
            said[kind].append(classifier.chances(asked))
        progress("back-testing", done / len(pairs))
    truth = np.concatenate([codes[test] for _, test in pairs])
    heard = {kind: np.concatenate(parts) for kind, parts in said.items()}
    judged = {kind: judge(each, truth, names) for kind, each in heard.items()}
    chosen = _best(judged)
    fast = (truth == 0).astype(np.float64)
    return Evaluation(
        "pace",
        by,
        len(truth),
        float(fast.mean()),
        judged[chosen],
        {kind: judged[kind] for kind in KINDS if kind != chosen},
        chosen,
        {"kind": chosen},
        ", ".join(names),
        _how(rows, by, len(pairs)),
        reliability=curves.reliability(heard[chosen][:, 0], fast, np.arange(len(fast)).astype(object)),
        candidates={kind: {name: each[name] for name in ("accuracy", "log_loss")} for kind, each in judged.items()},
        trained_on={"leads": len(rows), "won": int(rows.won.sum())},
    )


def _best(judged: dict[Kind, dict[str, Metric | None]]) -> Kind:
    """The kind with the least log-loss, if its order of the first class cannot be chance; else the base rate."""
    loss = {kind: each["log_loss"].value for kind, each in judged.items() if each["log_loss"]}
    best = min(KINDS, key=lambda kind: loss[kind])
    order = judged[best]["auc"]
    return best if order is not None and order.low > 0.5 else "base_rate"


def _forward(rows: Arrivals, cuts: tuple[float, ...]) -> Iterator[tuple[Arrivals, npt.NDArray[np.bool_]]]:
    """Later arrivals, each stretch predicted from what was known when it began."""
    if np.isnan(rows.came_in).any():
        return
    days = np.quantile(rows.came_in, np.linspace(0, LATEST_START, 20))
    first = next((day for day in days if _teaches(rows.told_by(day), cuts)), None)
    if first is None:
        return
    later = rows.came_in[rows.came_in > first]
    for start, end in pairwise([first, *np.quantile(later, np.arange(1, ORIGINS) / ORIGINS), np.inf]):
        yield rows.told_by(start), (rows.came_in > start) & (rows.came_in <= end)


def _teaches(rows: Arrivals, cuts: tuple[float, ...]) -> bool:
    sizes = np.bincount(codes_of(rows, cuts), minlength=len(cuts) + 1 if cuts else 2)
    return bool(sizes.min() >= FEWEST_OF_CLASS)


def _folds(rows: Arrivals, codes: Codes) -> Iterator[tuple[Arrivals, npt.NDArray[np.bool_]]]:
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(codes, codes):
        yield rows.take(np.isin(np.arange(len(rows)), train)), np.isin(np.arange(len(rows)), test)


def _how(rows: Arrivals, split: Split, n: int) -> str:
    if split == "folds":
        return f"{n} folds of leads; no order in time is used"
    stretch = "later arrivals" if rows.dated else "later parts of the file"
    return f"{n} stretches of {stretch}, each predicted from what was known when it began"
