"""Which columns a model may use, learnt from its training rows by rule, and their numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.features import Feature

Matrix = npt.NDArray[np.float64]

# A column with a value for fewer rows than this says nothing that could be learnt.
MIN_KNOWN = 20
# Values that hardly ever repeat are names, ids or free text.
UNIQUE_SHARE = 0.5
MAX_LETTERS = 60
NUMERIC_SHARE = 0.95
# Codes of a category: 0 where nothing is known, 1.. for levels met in training, this for any other.
UNSEEN = -1.0


@dataclass(frozen=True)
class Column:
    """A feature as met in training: its levels, most frequent first, or the typical number."""

    name: str
    kind: Literal["number", "category"]
    levels: tuple[str, ...]
    typical: float | None

    @property
    def feature(self) -> Feature:
        return Feature(self.name, self.kind)

    def clean(self, values: pd.Series) -> pd.Series:
        """The values as numbers, or as text with None for what is not known."""
        if self.kind == "number":
            numbers = _floats(values)
            return numbers.fillna(0.0) if self.feature.is_count else numbers
        return _text(values)

    def encode(self, values: pd.Series) -> npt.NDArray[np.float64]:
        """Cleaned values as floats; a category becomes its code."""
        if self.kind == "number":
            return values.to_numpy(dtype=np.float64)
        cells, code = values.to_numpy(dtype=object), {level: i for i, level in enumerate(self.levels, start=1)}
        codes = np.fromiter((code.get(cell, UNSEEN) for cell in cells), np.float64, len(cells))
        codes[pd.isna(cells)] = 0.0
        return codes

    def numbers(self, values: pd.Series) -> npt.NDArray[np.float64]:
        """What `encode` makes of the cleaned values."""
        if self.kind == "number":
            return self.clean(values).to_numpy()
        places, levels = _levels(values)
        code = {level: i for i, level in enumerate(self.levels, start=1)}
        # What is not known has the place -1, the last one.
        return np.array([*(code.get(_word(level), UNSEEN) for level in levels), 0.0], dtype=np.float64)[places]


@dataclass(frozen=True)
class Columns:
    """The columns of a model, in order."""

    all: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.all)

    @property
    def streams(self) -> tuple[str, ...]:
        """The kinds of activity that are counted."""
        return tuple(dict.fromkeys(c.feature.subject for c in self.all if c.feature.is_count))

    @property
    def is_category(self) -> npt.NDArray[np.bool_]:
        return np.array([column.kind == "category" for column in self.all], dtype=bool)

    def clean(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with exactly these columns; one that has vanished is unknown everywhere."""
        cells: dict[str, Any] = self._plain_numbers(frame)
        cells |= {column.name: column.clean(values) for column, values in self._others(frame, cells)}
        return pd.DataFrame({name: cells[name] for name in self.names}, index=frame.index)

    def encode(self, frame: pd.DataFrame) -> Matrix:
        """A cleaned frame as a matrix, columns contiguous."""
        matrix, is_category = np.empty((len(frame), len(self.all)), order="F"), self.is_category
        numbers, words = ([self.all[i] for i in np.flatnonzero(which)] for which in (~is_category, is_category))
        matrix[:, ~is_category] = frame[[column.name for column in numbers]].to_numpy(dtype=np.float64)
        for i, column in zip(np.flatnonzero(is_category), words, strict=True):
            matrix[:, i] = column.encode(frame[column.name])
        return matrix

    def matrix(self, frame: pd.DataFrame) -> Matrix:
        """What `encode` makes of the cleaned frame, sooner: nothing is made that only people would read."""
        cells = self._plain_numbers(frame)
        cells |= {column.name: column.numbers(values) for column, values in self._others(frame, cells)}
        matrix = np.empty((len(frame), len(self.all)), order="F")
        for i, name in enumerate(self.names):
            matrix[:, i] = cells[name]
        return matrix

    def _others(self, frame: pd.DataFrame, done: Collection[str]) -> list[tuple[Column, pd.Series]]:
        """The columns that are not done yet, each with its values."""
        rest = [column for column in self.all if column.name not in done]
        found = dict(frame[[column.name for column in rest if column.name in frame]].items())
        empty = pd.Series(None, index=frame.index, dtype=object)
        return [(column, found.get(column.name, empty)) for column in rest]

    def _plain_numbers(self, frame: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
        """Cleaned, all numbers that are floats already: one by one, their frames would take longer than the work."""
        floats = set(frame.columns[frame.dtypes == np.float64])
        plain = [column for column in self.all if column.kind == "number" and column.name in floats]
        numbers = frame[[column.name for column in plain]].to_numpy(copy=True)
        numbers[np.isinf(numbers)] = np.nan
        unknown = np.isnan(numbers)
        numbers[unknown & np.array([column.feature.is_count for column in plain], dtype=bool)] = 0.0
        return {column.name: numbers[:, i] for i, column in enumerate(plain)}


def learn(frame: pd.DataFrame, *, leave_out: Collection[str] = ()) -> Columns:
    """The columns worth using: not constant, not almost empty, not ids, not free text.

    `frame` has one row for each record: repeats would make an id look like a category.
    """
    found = (_column(str(name), frame[name]) for name in frame if name not in leave_out)
    return Columns(tuple(sorted((column for column in found if column), key=lambda column: column.name)))


def bearable(rows: Matrix) -> Matrix:
    """The same numbers, 0 throughout a column of which nothing at all is known: no tree can be grown on such a one.

    That happens to a column that came in lately, where only earlier rows are learnt from.
    """
    unknown = np.isnan(rows).all(axis=0)
    return np.where(unknown, 0.0, rows) if unknown.any() else rows


def _column(name: str, values: pd.Series) -> Column | None:
    known = values.dropna()
    if len(known) < max(1, min(MIN_KNOWN, len(values))):
        return None
    numbers = _as_numbers(known)
    if numbers is None:
        return _category(name, values)
    whole = bool((numbers == numbers.round()).all())
    is_id = whole and len(numbers) > MIN_KNOWN and numbers.is_unique and name.startswith("attributes.")
    if is_id or (numbers.nunique() < 2 and len(known) == len(values)):
        return None
    return Column(name, "number", (), float(numbers.median()))


def _category(name: str, values: pd.Series) -> Column | None:
    text = _text(values)
    counts = text.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    known, constant = int(counts.sum()), len(counts) + bool(text.isna().any()) < 2
    unique = len(counts) > MIN_KNOWN and len(counts) > UNIQUE_SHARE * known
    free_text = float(np.average([len(level) for level in counts.index], weights=counts)) > MAX_LETTERS
    if constant or unique or free_text:
        return None
    return Column(name, "category", tuple(str(level) for level in counts.index), None)


def _as_numbers(known: pd.Series) -> pd.Series | None:
    """The values as numbers if (nearly) all are; yes and no are words."""
    if pd.api.types.is_bool_dtype(known) or any(isinstance(value, bool) for value in known.head(MIN_KNOWN)):
        return None
    numbers = _floats(known).dropna()
    return numbers if len(numbers) and len(numbers) >= NUMERIC_SHARE * len(known) else None


def _floats(values: pd.Series) -> pd.Series:
    numbers = values if values.dtype == np.float64 else pd.to_numeric(values, errors="coerce")
    floats = np.array(numbers, dtype=np.float64)
    floats[np.isinf(floats)] = np.nan
    return pd.Series(floats, index=values.index)


def _text(values: pd.Series) -> pd.Series:
    """The values as text, None where nothing is known; each level is spelt out once."""
    codes, levels = _levels(values)
    words = np.array([*(_word(level) for level in levels), None], dtype=object)
    return pd.Series(words[codes], index=values.index, dtype=object)


def _levels(values: pd.Series) -> tuple[npt.NDArray[np.intp], pd.Index]:
    """For each value its place among the distinct ones, -1 where nothing is known; and these."""
    try:
        return pd.factorize(values.array)
    except TypeError:  # lists and the like cannot be told apart but by their text
        return pd.factorize(values.map(str, na_action="ignore"))


def _word(level: object) -> str:
    return ("yes" if level else "no") if isinstance(level, bool | np.bool_) else str(level)
