"""Edits of leads or deals taken back: each field as it was before the first edit after an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

ATTRIBUTE = "attributes."
SAID = {"True": True, "true": True, "1": True, "False": False, "false": False, "0": False}


@dataclass(frozen=True)
class _Field:
    """The edits of one field in order of time: the record's place, and the value that was there before."""

    column: str
    at: pd.DatetimeIndex
    place: npt.NDArray[np.intp]
    old: pd.Series

    def before(self, moment: pd.Timestamp, now: pd.Series) -> pd.Series:
        """The column as it was at `moment`."""
        start = int(self.at.searchsorted(moment, side="right"))
        places, first = np.unique(self.place[start:], return_index=True)
        then = now.astype(self.old.dtype if isinstance(now.dtype, np.dtype) else now.dtype)
        then.iloc[places] = self.old.array[start + first]
        return then


class Edits:
    """All edits of some records, made ready once so that they can be taken back to many instants.

    `changes` are in order of time, with the record in the column `key`; those of records or columns that are not there
    are passed over.
    """

    def __init__(
        self, changes: pd.DataFrame, records: pd.DataFrame, attributes: pd.DataFrame, key: str = "lead_id"
    ) -> None:
        self._records = self._attributes = list[_Field]()
        if changes.empty:
            return
        place = records.index.get_indexer(pd.Index(changes[key]))
        changes = changes.assign(place=place)[place >= 0]
        of_attributes = changes["field"].str.startswith(ATTRIBUTE)
        custom = changes[of_attributes].assign(field=lambda rows: rows["field"].str.removeprefix(ATTRIBUTE))
        self._records = list(_fields(changes[~of_attributes], records))
        self._attributes = list(_fields(custom, attributes))

    def taken_back(
        self, moment: pd.Timestamp, records: pd.DataFrame, attributes: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The frames that the edits were made ready for, as they were at `moment`."""
        return (
            records.assign(**{field.column: field.before(moment, records[field.column]) for field in self._records}),
            attributes.assign(
                **{field.column: field.before(moment, attributes[field.column]) for field in self._attributes}
            ),
        )


def _fields(changes: pd.DataFrame, frame: pd.DataFrame) -> Iterator[_Field]:
    for name, edits in changes.groupby("field"):
        if name in frame.columns:
            old = _as_kind(edits["old"], frame[name])
            yield _Field(str(name), pd.DatetimeIndex(edits["at"]), edits["place"].to_numpy(), old)


def _as_kind(text: pd.Series, like: pd.Series) -> pd.Series:
    """Recorded text as values of the column it goes back into."""
    if isinstance(like.dtype, pd.DatetimeTZDtype):
        return pd.to_datetime(text, utc=True, format="ISO8601").astype(like.dtype)
    if like.name in ("do_not_call", "consent") or pd.api.types.infer_dtype(like, skipna=True) == "boolean":
        said = text.map(SAID)
        return said.astype(object).where(said.notna(), None)
    if pd.api.types.is_numeric_dtype(like):
        return pd.to_numeric(text, errors="coerce").astype("float64")
    return text.astype(object).where(text.notna(), None)
