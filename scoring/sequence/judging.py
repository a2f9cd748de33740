"""How good a sequence model was, each figure with its interval by resampling cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.metrics import BINS, Metric, Z, bins, resamples
from scoring.sequence.base import SURE, Matrix, SequenceModel, Vector
from scoring.sequence.sequences import Ints, Prefixes


@dataclass(frozen=True)
class Judged:
    """What a model was worth.

    Attributes
    ----------
    accuracy : how often the likeliest step came
    log_loss : of what came
    ece : how far the chance of the likeliest step is from how often it came, over ten bins
    days_off : mean absolute error of the days until the next event, where one came; None where none did
    seconds : of processor time it took to learn
    hit, loss, off : the same for each prefix; `off` is NaN where no event came
    """

    accuracy: Metric
    log_loss: Metric
    ece: Metric
    days_off: Metric | None
    seconds: float
    hit: Vector
    loss: Vector
    off: Vector

    def __str__(self) -> str:
        days = "" if self.days_off is None else f", off by {self.days_off} days"
        return (
            f"accuracy {self.accuracy}, log-loss {self.log_loss}, calibration error {self.ece}{days}; "
            f"{self.seconds:.1f} s to learn"
        )


def judge(model: SequenceModel, known: Prefixes, *, seconds: float = 0.0, seed: int = 0) -> Judged:
    """What a model that has learnt is worth on prefixes of which it is known what came."""
    said, came = model.predict(known), known.named(model.names).following
    sure = said.chances.max(axis=1)
    hit = (said.chances.argmax(axis=1) == came).astype(np.float64)
    loss, off = _losses(said.chances, came), np.abs(said.days - known.days)
    told = ~np.isnan(off)
    case, bin_of = known.case, np.eye(BINS)[bins(sure)]

    def all_four(weights: Matrix) -> Matrix:
        total = weights.sum(axis=1)
        ece = np.abs((weights * (hit - sure)) @ bin_of).sum(axis=1) / total
        days = weights[:, told] @ off[told] / np.maximum(weights[:, told].sum(axis=1), 1e-9)
        return np.column_stack([weights @ hit / total, weights @ loss / total, ece, days])

    point = all_four(np.ones((1, len(hit))))[0]
    half = Z * np.concatenate([all_four(weights) for weights in resamples(_dense(case), seed)]).std(axis=0)
    accuracy, log_loss, ece, days = (
        Metric(float(p), float(max(0.0, p - h)), float(min(top, p + h)))
        for p, h, top in zip(point, half, (1.0, np.inf, 1.0, np.inf), strict=True)
    )
    return Judged(accuracy, log_loss, ece, days if told.any() else None, seconds, hit, loss, off)


def losses(model: SequenceModel, known: Prefixes) -> Vector:
    """The log-loss of each prefix."""
    return _losses(model.predict(known).chances, known.named(model.names).following)


def difference(one: Vector, other: Vector, case: Ints, seed: int = 0) -> Metric:
    """By how much the mean of one exceeds that of the other, prefix by prefix; NaN in both does not count."""
    told = ~np.isnan(one - other)
    if not told.any():
        return Metric(0.0, 0.0, 0.0)
    apart, group = (one - other)[told], _dense(case[told])
    draws = [weights @ apart / weights.sum(axis=1) for weights in resamples(group, seed)]
    mean, half = float(apart.mean()), float(Z * np.concatenate(draws).std())
    return Metric(mean, mean - half, mean + half)


def _losses(chances: Matrix, came: Ints) -> Vector:
    # A step that the model has never met is as unlikely as anything can be.
    said = np.where(came >= 0, chances[np.arange(len(came)), came], SURE)
    return np.asarray(-np.log(said))


def _dense(case: Ints) -> npt.NDArray[np.intp]:
    return np.unique(case, return_inverse=True)[1].astype(np.intp)
