"""The models there are, and the versions of them that serve."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from zipfile import BadZipFile

from skops import io

from knowledge import models
from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.models import Card
from scoring.base import Model
from scoring.deals import Closing, Flags, Slippage, Win
from scoring.matching import Matching
from scoring.pace import Pace
from scoring.ranking import Ranking
from scoring.reach import Reach
from scoring.uplift import Uplift
from scoring.waiting import Waiting

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Model[Any])

CATALOG: dict[str, type[Model[Any]]] = {
    model.name: model for model in (Ranking, Reach, Waiting, Pace, Matching, Win, Slippage, Flags, Closing, Uplift)
}

# Every type that a stored model may hold beside scikit-learn's own; anything else is refused when it is read.
TRUSTED = (
    "datetime.timedelta",
    "numpy.dtype",
    "scoring.calibration.Calibration",
    "scoring.classifiers.Classifier",
    "scoring.columns.Column",
    "scoring.columns.Columns",
    "scoring.deals.closing.Closing",
    "scoring.deals.flags.Limits",
    "scoring.deals.flags.Worth",
    "scoring.deals.signs.Flags",
    "scoring.deals.slippage.Slippage",
    "scoring.deals.win.Win",
    "scoring.estimators.Linear",
    "scoring.estimators.Trees",
    "scoring.matching.effects.Effects",
    "scoring.matching.interplay.Interplay",
    "scoring.matching.model.Matching",
    "scoring.narrow.Narrow",
    "scoring.sequence.base.Paired",
    "scoring.sequence.boosted.Boosted",
    "scoring.sequence.lstm.Lstm",
    "scoring.sequence.lstm.Weights",
    "scoring.sequence.ngram.Ngram",
    "scoring.pace.Class",
    "scoring.pace.Pace",
    "scoring.metrics.Metric",
    "scoring.personas.Mark",
    "scoring.ranking.Ranking",
    "scoring.reach.Reach",
    "scoring.staying.Staying",
    "scoring.uplift.effects.Effects",
    "scoring.uplift.model.Uplift",
    "scoring.waiting.Waiting",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
)

# What reading bytes of another age ends in: types, names and arguments that are not what they were.
UNREADABLE = (
    UnknownRecord,
    BadZipFile,
    ImportError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    AssertionError,
)


def dumps(model: Model[Any]) -> bytes:
    """A model as bytes."""
    return io.dumps(model)  # type: ignore[no-any-return]


def loads(data: bytes) -> Model[Any]:
    """The model of some bytes; no code is run from them, and types that are not trusted are refused."""
    model = io.loads(data, trusted=list(TRUSTED))
    assert isinstance(model, Model)
    return model


@dataclass(frozen=True)
class Served(Generic[Kind]):
    """A model that answers, and the card of its version."""

    model: Kind
    card: Card


class Registry:
    """Versions of models, in the database, each read once."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._read: dict[str, Served[Any]] = {}

    def save(
        self,
        model: Model[Any],
        *,
        now: datetime,
        as_of: datetime,
        fingerprint: str,
        report: Mapping[str, Any],
        serve: bool,
    ) -> int:
        """The number of the new version."""
        return models.save(
            self.db,
            model.name,
            dumps(model),
            trained_at=now,
            as_of=as_of,
            fingerprint=fingerprint,
            features=model.feature_names,
            report=dict(report),
            serve=serve,
        )

    def warm_up(self) -> None:
        """Reads in every model that serves."""
        for kind in CATALOG.values():
            self.serving(kind)

    def serving(self, kind: type[Kind]) -> Served[Kind] | None:
        """The model of a kind that serves, or None."""
        name, card = kind.name, models.serving(self.db, kind.name)
        if card is None:
            return None
        known = self._read.get(name)
        if known is None or known.card.version != card.version:
            known = self._read[name] = Served(loads(models.blob(self.db, name, card.version)), card)
        return known

    def version(self, kind: type[Kind], card: Card) -> Served[Kind] | None:
        """The model of a version, whether it serves or not; None if its bytes are gone or cannot be read any more."""
        try:
            return Served(cast("Kind", loads(models.blob(self.db, kind.name, card.version))), card)
        except UNREADABLE as error:
            logger.info("%s %s is not readable: %s", kind.name, card.version, error, extra={"action": "unreadable"})
            return None
