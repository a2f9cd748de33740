"""Columns of texts, kept as the distinct ones and where each stands: most columns of a CRM repeat themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knowledge.imports.mapping import Origin
from knowledge.imports.sheets import Batch


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a column, null for "not known", and for each row which of them it has."""

    distinct: pa.Array
    indices: pa.Array

    def spread(self, values: pa.Array) -> pa.Array:
        """One value for each distinct text as one value for each row."""
        return values.take(self.indices)

    def where(self, mask: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The places of the rows whose distinct text is marked."""
        if not pc.any(mask).as_py():
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.spread(mask.fill_null(False)).to_numpy(zero_copy_only=False))

    def at(self, place: int) -> str:
        return str(self.distinct[self.indices[place].as_py()])


def texts_of(batch: Batch, origin: Origin, missing: Sequence[str]) -> Texts:
    """The texts of a field or column in a batch: trimmed, translated by the mapping, null where not known."""
    if origin.row:
        return Texts(pa.array([str(row - 1) for row in batch.rows.tolist()]), pa.array(np.arange(len(batch))))
    if origin.column is None:
        return Texts(pa.array([origin.value]), pa.array(np.zeros(len(batch), dtype=np.int32)))
    column = batch.columns.column(origin.column)
    # PostgreSQL keeps no NUL in a text.
    texts = pc.ascii_trim_whitespace(pc.replace_substring(column.dictionary, "\0", ""))
    known = pc.invert(pc.is_in(texts, pa.array(["", *missing])))
    if origin.values:
        translated = _translate(texts, origin.values)
        known = pc.or_(known, pc.not_equal(texts, translated))
        texts = translated
    return Texts(pc.if_else(known, texts, None), column.indices)


def _translate(texts: pa.Array, values: Mapping[str, str]) -> pa.Array:
    low = {key.strip().casefold(): value for key, value in values.items()}
    return pa.array([values.get(text, low.get(text.casefold(), text)) for text in texts.to_pylist()], pa.string())
