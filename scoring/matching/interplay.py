"""Whether what a rep adds depends on the kind of lead: asked of later leads, for every kind there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from scoring import columns
from scoring.matching.decided import Decided

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
MOST_LEVELS = 12
# Chance to claim an interplay where there is none, over all kinds that were tried.
ALPHA = 0.05


@dataclass(frozen=True)
class Interplay:
    """What each rep adds for each level of one kind of lead, beside what the rep adds to all.

    Attributes
    ----------
    column : the column that tells the kind; empty where there is no interplay
    levels : its values, the last for all others
    added : log-odds, shape (n_reps, n_levels)
    tried : how many kinds were asked about
    p : chance of so good a forecast of later leads by luck, over all kinds tried
    """

    column: str = ""
    levels: tuple[str, ...] = ()
    added: Matrix | None = None
    tried: int = 0
    p: float = 1.0

    @property
    def holds(self) -> bool:
        """Whether it foretold later leads better than luck would."""
        return bool(self.column)

    def told(self) -> str:
        """What came of the test, in a sentence."""
        if self.holds:
            return f"What a rep adds depends on {_word(self.column)} (p = {self.p:.3f} on later leads)."
        if not self.tried:
            return "Whether what a rep adds depends on the kind of lead could not be asked: the leads have no kinds."
        kinds = "one kind" if self.tried == 1 else f"{self.tried} kinds"
        return f"What a rep adds was found to be the same for all kinds of lead ({kinds} tried on later leads)."


def find(rows: Decided, member: Codes, chance: Vector) -> Interplay:
    """The interplay that best foretells later leads, if it does so beyond luck.

    What reps did with each kind in the first half of the leads, beside what was to be expected of them (`chance`), is
    shrunk and held against the second half; the chance of luck is corrected for the number of kinds (Holm's first
    step, which is Bonferroni's).
    """
    left, noise = rows.won - chance, chance * (1 - chance)
    half = np.arange(len(rows)) < len(rows) // 2
    n_reps = int(member.max()) + 1

    def cells(code: Codes, n: int, at: npt.NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
        return _cells(member[at] * n + code[at], (n_reps, n), left[at], noise[at])

    tried = [
        (_p(_added(*cells(code, len(levels) + 1, half)), *cells(code, len(levels) + 1, ~half)), name, code, levels)
        for name, code, levels in _kinds(rows)
    ]
    if not tried:
        return Interplay()
    p, name, code, levels = min(tried, key=lambda each: each[:2])
    sure = min(1.0, p * len(tried))
    if sure > ALPHA:
        return Interplay(tried=len(tried), p=sure)
    return Interplay(name, levels, _added(*cells(code, len(levels) + 1, half | ~half)), len(tried), sure)


def code_of(values: pd.Series, levels: tuple[str, ...]) -> Codes:
    """Which level each value is, the number of levels for any other."""
    found = pd.Index(levels, dtype=object).get_indexer(pd.Index(values.astype(object)))
    return np.asarray(np.where(found < 0, len(levels), found), dtype=np.intp)


def _kinds(rows: Decided) -> Iterator[tuple[str, Codes, tuple[str, ...]]]:
    learnt = columns.learn(rows.frame)
    clean = learnt.clean(rows.frame)
    for column in learnt.all:
        if column.kind == "category" and len(column.levels) >= 2:
            levels = column.levels[:MOST_LEVELS]
            yield column.name, code_of(clean[column.name], levels), levels


def _cells(cell: Codes, shape: tuple[int, int], left: Vector, noise: Vector) -> tuple[Matrix, Matrix]:
    """Score and information of each rep's doing with each kind, of shape (n_reps, n_kinds).

    Neither what a rep does with all kinds nor what all reps do with a kind is an interplay: both are taken out.
    """
    size = shape[0] * shape[1]
    information, score = (np.asarray(np.bincount(cell, w, size), np.float64).reshape(shape) for w in (noise, left))
    for axis in (0, 1):
        mean = score.sum(axis=axis, keepdims=True) / np.maximum(information.sum(axis=axis, keepdims=True), 1e-9)
        score = score - information * mean
    return np.asarray(score), information


def _added(score: Matrix, information: Matrix) -> Matrix:
    """What each rep adds to each kind beside the rest, shrunk by moments."""
    between = max(0.0, float((score**2).sum() - information.sum()) / max(1e-9, float((information**2).sum())))
    return np.asarray(between * score / (1 + between * information))


def _p(said: Matrix, score: Matrix, information: Matrix) -> float:
    """The chance that luck foretells later leads so well."""
    # Leads of a rep and a kind may be alike in more than is known, so that what they do together counts as one.
    spread = np.sqrt((said**2 * np.maximum(score**2, information)).sum())
    return float(norm.sf((said * score).sum() / spread)) if spread > 0 else 1.0


def _word(column: str) -> str:
    return columns.Column(column, "category", (), None).feature.named
