"""How well the playbook answers questions whose answers are known, beside its own parts alone.

Questions are of two sets, written by somebody who had not read the documents: one to set things by (`calibration.csv`),
one to judge by (`evaluation.csv`). A question names the documents that answer it, or none where nothing does.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import BadFile
from knowledge.playbook import Found, search
from knowledge.playbook.documents import EVERYONE, MANAGER, REP
from knowledge.playbook.library import Only
from scoring import metrics
from scoring.metrics import Metric

QUESTIONS = Path(__file__).parent / "questions"
CALIBRATION, EVALUATION = QUESTIONS / "calibration.csv", QUESTIONS / "evaluation.csv"
DEPTH = 10
RANKS = ("recall_1", "recall_5", "mrr")
Vector = npt.NDArray[np.float64]
# Searches for a case; "words", "vectors" or None for both.
Search = Callable[["Case", Only | None], Found]


@dataclass(frozen=True)
class Case:
    """A question, the documents that answer it (none: nothing does), and for whom the asker may read."""

    question: str
    documents: frozenset[str]
    audiences: tuple[str, ...]


def cases(path: Path) -> list[Case]:
    """The questions of a file with the columns `question`, `documents` (ids between `;`) and maybe `asker`.

    Raises
    ------
    BadFile
        When it is no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [
            Case(row["question"], frozenset(filter(None, row["documents"].split(";"))), _reads(row.get("asker") or ""))
            for row in rows
        ]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise BadFile(f"{path} is no file of questions; give a CSV with the columns question and documents.") from error


def evaluate(search_: Search, asked: Sequence[Case]) -> dict[str, Any]:
    """Recall, reciprocal rank and what is refused, of both lists together and of each alone.

    `recall_k`: the share of questions with an answer for which one of the first k passages is of a document with it;
    `answered`: the share of those that are answered at all; `refused`: the share of the others that are not.
    """
    each_alone: tuple[Only, ...] = ("words", "vectors")
    found = {only: [search_(case, only) for case in asked] for only in each_alone}
    both = [search_(case, None) for case in asked]
    has_answer = np.array([bool(case.documents) for case in asked])
    said = np.array([each.sureness for each in both])
    chance = metrics.measure(said, has_answer.astype(float), np.arange(len(asked)).astype(object))
    sure = np.array([each.is_sure for each in both])
    told = {
        **_ranks(asked, both),
        "answered": _share(sure[has_answer]),
        "refused": _share(~sure[~has_answer]),
        **{name: chance[name] for name in ("auc", "brier", "ece")},
    }
    return {
        "model": "playbook",
        "split": "questions",
        "n": len(asked),
        "base_rate": float(has_answer.mean()),
        "metrics": {name: asdict(metric) if metric else None for name, metric in told.items()},
        "baselines": {name: {k: asdict(v) for k, v in _ranks(asked, each).items()} for name, each in found.items()},
        "flagged": [],
    }


def calibrated(search_: Search, asked: Sequence[Case], penalty: float = 1.0) -> dict[str, float]:
    """The weights of `knowledge.playbook.search.SURENESS` that these questions give, by a logistic regression.

    The two kinds weigh the same, however many there are of each.
    """
    from sklearn.linear_model import LogisticRegression

    found = [search_(case, None) for case in asked]
    names = [name for name in search.SURENESS if name]
    seen = np.array([[each.signs.get(name, 0.0) for name in names] for each in found])
    answers = np.array([bool(case.documents) for case in asked])
    model = LogisticRegression(C=penalty, class_weight="balanced").fit(seen, answers)
    return {"": float(model.intercept_[0]), **dict(zip(names, map(float, model.coef_[0]), strict=True))}


def _ranks(asked: Sequence[Case], found: Sequence[Found]) -> dict[str, Metric]:
    ranks = np.array([_rank(case, each) for case, each in zip(asked, found, strict=True) if case.documents])
    return {"recall_1": _share(ranks == 1), "recall_5": _share(ranks <= 5), "mrr": _mean(1.0 / ranks)}


def _rank(case: Case, found: Found) -> float:
    """The rank of the first passage of a document that answers; infinite where there is none."""
    ids = [hit.entry.document.id for hit in found.hits]
    return next((rank for rank, id_ in enumerate(ids, start=1) if id_ in case.documents), math.inf)


def _share(hits: npt.NDArray[np.bool_]) -> Metric:
    return metrics.share(hits.astype(float), np.arange(len(hits)).astype(object))


def _mean(values: Vector) -> Metric:
    half = metrics.Z * float(values.std()) / math.sqrt(len(values))
    return Metric(float(values.mean()), max(0.0, float(values.mean()) - half), float(values.mean()) + half)


def _reads(asker: str) -> tuple[str, ...]:
    """The audiences of whoever asks: `everyone` who sells, a `manager`, or somebody of `team: NAME`."""
    return (EVERYONE, REP, *([] if asker in ("", EVERYONE) else [asker]), *([MANAGER] if asker == MANAGER else []))
