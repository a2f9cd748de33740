"""The models there are, and the versions of them that serve."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any, Generic, TypeVar, cast
from zipfile import BadZipFile

from knowledge import models
from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.models import Card
from scoring.advice.model import NextStep, NextTouch
from scoring.base import Model
from scoring.deals import Closing, Flags, Slippage, Win
from scoring.fields import OURS, misfit
from scoring.forecast import Forecast
from scoring.matching import Matching
from scoring.pace import Pace
from scoring.ranking import Ranking
from scoring.reach import Reach
from scoring.uplift import Uplift
from scoring.waiting import Waiting

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Model[Any])

CATALOG: dict[str, type[Model[Any]]] = {
    model.name: model
    for model in (
        Ranking,
        Reach,
        Waiting,
        Pace,
        Matching,
        Uplift,
        Win,
        Slippage,
        Closing,
        Flags,
        Forecast,
        NextStep,
        NextTouch,
    )
}

# What a stored model may hold beside scikit-learn's usual: types of ours, and these. All else is refused.
TRUSTED = (
    "datetime.timedelta",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
)

# A part of scikit-learn that has no use here.
FOR_PYTORCH = "sklearn.externals.array_api_compat.torch"

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

_IMPORTING = threading.Lock()


def dumps(model: Model[Any]) -> bytes:
    """A model as bytes."""
    return _skops().dumps(model)  # type: ignore[no-any-return]


def loads(data: bytes) -> Model[Any]:
    """The model of some bytes; no code is run from them, and types that are not trusted are refused.

    Raises
    ------
    TypeError
        When other code than this stored it: it would do for some questions and break in the midst of others.
    """
    model = _skops().loads(data, trusted=trusted(data))
    assert isinstance(model, Model)
    if found := misfit(model):
        raise TypeError(found)
    return model


def trusted(data: bytes) -> list[str]:
    """The types in some bytes that may be made from them."""
    return [each for each in _skops().get_untrusted_types(data=data) if each.startswith(OURS) or each in TRUSTED]


def _skops() -> ModuleType:
    """What writes and reads models. It looks through all of scikit-learn as it is imported, and so would import PyTorch
    as well wherever that is installed, which takes twice as long as all else."""
    with _IMPORTING:  # tools are asked side by side, and the second would undo what the first has put aside
        return _imported_skops()


@cache
def _imported_skops() -> ModuleType:
    sys.modules.setdefault(FOR_PYTORCH, cast("ModuleType", None))
    try:
        from skops import io
    finally:
        if sys.modules[FOR_PYTORCH] is None:
            del sys.modules[FOR_PYTORCH]
    return io  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Served(Generic[Kind]):
    """A model that answers, and the card of its version."""

    model: Kind
    card: Card


@dataclass(frozen=True)
class Unreadable:
    """A version that was to serve and cannot, since other code stored it, and what does not fit."""

    card: Card
    why: str

    def __str__(self) -> str:
        return f"{self.card.model.replace('_', ' ')} {self.card.version} was stored by another version of Callsheet"


class Registry:
    """Versions of models, in the database, each read once."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._read: dict[str, Served[Any] | Unreadable] = {}

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
        """The model of a kind that serves, or None: also where it cannot be read, and so cannot serve."""
        known = self._known(kind)
        return known if isinstance(known, Served) else None

    def unreadable(self, kind: type[Model[Any]]) -> Unreadable | None:
        """The version of a kind that was to serve and cannot be read, or None."""
        known = self._known(kind)
        return known if isinstance(known, Unreadable) else None

    def version(self, kind: type[Kind], card: Card) -> Served[Kind] | None:
        """The model of a version, whether it serves or not; None if its bytes are gone or cannot be read any more."""
        read = self._load(kind, card)
        return read if isinstance(read, Served) else None

    def _known(self, kind: type[Kind]) -> Served[Kind] | Unreadable | None:
        known = self._read.get(kind.name)
        if known is not None and models.serving_number(self.db, kind.name) == known.card.version:
            return known
        card = models.serving(self.db, kind.name)
        if card is None:
            return None
        if known is None or known.card.version != card.version:
            known = self._read[kind.name] = self._load(kind, card)
        return known

    def _load(self, kind: type[Kind], card: Card) -> Served[Kind] | Unreadable:
        try:
            return Served(cast("Kind", loads(models.blob(self.db, kind.name, card.version))), card)
        except UNREADABLE as error:
            found = Unreadable(card, str(error))
            logger.warning("%s, so it is not used: %s", found, found.why, extra={"action": "model_unreadable"})
            return found
