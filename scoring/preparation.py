"""How encoded columns are laid out for a linear learner.

scikit-learn's parts learn it. What they learnt is then done by plain arithmetic, for their checks of a single row take
twenty times as long as its numbers; tests compare the two.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from scoring.columns import UNSEEN, Matrix

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
QUANTILES = 100
# A level met less often shares a column with the other rare ones: in few rows that is one in so many of them.
MIN_LEVEL, LEVEL_SHARE = 20, 200


def untaught(is_category: Flags, rows: int, seed: int) -> ColumnTransformer:
    """What learns the layout from so many rows.

    Numbers enter as they are, by rank and by whether they are known; levels one by one.
    """
    numbers, levels = np.flatnonzero(~is_category), np.flatnonzero(is_category)
    ranks = QuantileTransformer(n_quantiles=min(QUANTILES, rows), subsample=None, random_state=seed)
    often = min(MIN_LEVEL, max(1, rows // LEVEL_SHARE))
    return ColumnTransformer(
        [
            ("number", make_pipeline(_filled(), StandardScaler()), numbers),
            ("rank", make_pipeline(_filled(), ranks), numbers),
            ("known", make_pipeline(MissingIndicator(features="all"), StandardScaler()), numbers),
            (
                "level",
                OneHotEncoder(min_frequency=often, handle_unknown="infrequent_if_exist", sparse_output=False),
                levels,
            ),
        ],
        sparse_threshold=0.0,
    )


def sources(taught: ColumnTransformer) -> Places:
    """For each column laid out, the column it was made from."""
    numbers, levels = _places(taught)
    if not len(levels):
        return np.tile(numbers, 3)
    names = taught.named_transformers_["level"].get_feature_names_out([str(i) for i in levels])
    return np.concatenate([np.tile(numbers, 3), [int(name.split("_")[0]) for name in names]]).astype(np.intp)


class Layout:
    """What a taught `ColumnTransformer` of `untaught` does to rows, without its ceremony."""

    def __init__(self, taught: ColumnTransformer) -> None:
        self.numbers, self.levels = _places(taught)
        self.width = len(sources(taught))
        if len(self.numbers):
            number, rank, known = (taught.named_transformers_[name] for name in ("number", "rank", "known"))
            self.usual = number[0].statistics_
            self.scales = [_scale(each) for each in (number, known)]
            self.quantiles, self.references = rank[1].quantiles_, rank[1].references_
        self.tables = _tables(taught) if len(self.levels) else []

    def __call__(self, rows: Matrix) -> Matrix:
        """Encoded rows, laid out: (n_rows, width)."""
        n, found = len(self.numbers), np.empty((len(rows), self.width))
        if n:
            values = rows[:, self.numbers]
            unknown = np.isnan(values)
            values[unknown] = np.broadcast_to(self.usual, values.shape)[unknown]
            for start, cells, (mean, scale) in zip((0, 2 * n), (values, unknown), self.scales, strict=True):
                found[:, start : start + n] = (cells - mean) / scale
            for i in range(n):
                found[:, n + i] = self._rank(values[:, i], self.quantiles[:, i])
        at = 3 * n
        for column, table in zip(self.levels, self.tables, strict=True):
            # What was never met stands first and last.
            codes = np.clip(rows[:, column] - UNSEEN, 0, len(table) - 1).astype(np.intp)
            found[:, at : at + table.shape[1]] = table[codes]
            at += table.shape[1]
        return found

    def _rank(self, values: Vector, quantiles: Vector) -> Vector:
        """The share of values met that are smaller, halfway where several quantiles are one."""
        upwards = np.interp(values, quantiles, self.references)
        downwards = np.interp(-values, -quantiles[::-1], -self.references[::-1])
        ranks: Vector = 0.5 * (upwards - downwards)
        ranks[values == quantiles[-1]] = 1.0
        ranks[values == quantiles[0]] = 0.0
        return ranks


def _filled() -> SimpleImputer:
    return SimpleImputer(strategy="median", keep_empty_features=True)


def _places(taught: ColumnTransformer) -> tuple[Places, Places]:
    """The columns that are numbers, and those that are categories."""
    at = {name: np.asarray(columns, np.intp) for name, _, columns in taught.transformers}
    return at["number"], at["level"]


def _scale(of: Pipeline) -> tuple[Vector, Vector]:
    return of[1].mean_, of[1].scale_


def _tables(taught: ColumnTransformer) -> list[Matrix]:
    """For each category, what each code from `UNSEEN` on is laid out as; the last code is one that was never met."""
    encoder, levels = taught.named_transformers_["level"], _places(taught)[1]
    most = max(int(codes.max()) for codes in encoder.categories_)
    codes = np.arange(UNSEEN, most + 2)
    laid_out = encoder.transform(np.repeat(codes[:, None], len(levels), axis=1))
    of = sources(taught)[-laid_out.shape[1] :]
    return [laid_out[:, of == level] for level in levels]
