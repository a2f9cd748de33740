"""Batches of text into rows that can be stored, each with the reasons why it cannot."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knowledge.database import Money
from knowledge.imports.forms import Form
from knowledge.imports.mapping import Origin
from knowledge.imports.plan import Field, Plan
from knowledge.imports.sheets import Batch
from knowledge.imports.texts import texts_of
from knowledge.imports.values import as_json

Reasons = dict[int, list[str]]
# Long cells are cut in reasons; the whole row stands beside them.
SHOWN_LETTERS = 60


def natural_id(parts: Sequence[str | None], occurrence: int = 0) -> str:
    """The id of a row that has none: the same for the same key, wherever and whenever it is loaded."""
    key = "\x1f".join("" if part is None else part for part in parts)
    return hashlib.blake2b(f"{key}\x1e{occurrence}".encode(), digest_size=12).hexdigest()


class RowMaker:
    """Turns the batches of one file into rows; remembers the ids it has seen."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen: set[str] = set()
        self.occurrences: Counter[str] = Counter()

    def rows(self, batch: Batch) -> tuple[pa.Table, Reasons]:
        """The good rows, with the column `row` and those of `plan.names`, and the reasons against the others."""
        reasons: Reasons = defaultdict(list)
        columns = {field.name: self._field(batch, field, reasons) for field in self.plan.fields}
        if self.plan.table == "leads":
            _check_order(batch, columns, reasons)
        if "id" in columns:
            self._check_repeats(batch, columns["id"], reasons)
        if "attributes" in self.plan.names:
            columns["attributes"] = self._attributes(batch, columns.get("attributes"))
        good = pa.array(~np.isin(batch.rows, list(reasons)))
        table = pa.table({"row": pa.array(batch.rows), **columns}).filter(good)
        if self.plan.key:
            table = table.append_column("id", self._natural_ids(table))
        return table.select(["row", *self.plan.names]), reasons

    def _field(self, batch: Batch, field: Field, reasons: Reasons) -> pa.Array:
        texts = texts_of(batch, field.origin, self.plan.mapping.missing)
        values, blank = field.reader.read(texts.distinct), pc.is_null(texts.distinct)
        for at in texts.where(pc.and_not(pc.is_null(values), blank)):
            reasons[int(batch.rows[at])].append(f"{field.name}: {_shown(texts.at(at))} is not {field.reader.noun}")
        if field.is_required:
            for row in batch.rows[texts.where(blank)].tolist():
                reasons[row].append(f"{field.name}: is empty")
        if field.default is not None:
            values = pc.if_else(blank, pa.scalar(field.default, values.type), values)
        return texts.spread(values)

    def _check_repeats(self, batch: Batch, ids: pa.Array, reasons: Reasons) -> None:
        for row, id_ in zip(batch.rows.tolist(), ids.to_pylist(), strict=True):
            if id_ in self.seen:
                reasons[row].append(f"id: {_shown(id_)} stands in an earlier row")
            elif row not in reasons:
                self.seen.add(id_)

    def _natural_ids(self, table: pa.Table) -> pa.Array:
        fields = {field.name: field for field in self.plan.fields}
        parts = [_key_texts(table.column(name), fields[name]) for name in self.plan.key]
        ids = []
        for key in zip(*parts, strict=True):
            first = natural_id(key)
            ids.append(natural_id(key, self.occurrences[first]) if first in self.occurrences else first)
            self.occurrences[first] += 1
        return pa.array(ids, pa.string())

    def _attributes(self, batch: Batch, given: pa.Array | None) -> pa.Array:
        pieces = [self._attribute(batch, name, form) for name, form in self.plan.attributes.items()]
        if given is not None:
            inside = pc.utf8_slice_codeunits(given.fill_null("{}"), 1, -1)
            pieces.append(pc.if_else(pc.equal(inside, ""), "", pc.binary_join_element_wise(inside, ", ", "")))
        # Every piece ends in a comma, and no JSON value does.
        body = pc.utf8_rtrim(pc.binary_join_element_wise(*pieces, ""), ", ")
        return pc.binary_join_element_wise("{", body, "}", "")

    def _attribute(self, batch: Batch, name: str, form: Form | None) -> pa.Array:
        texts = texts_of(batch, Origin(column=name), self.plan.mapping.missing)
        values = as_json(texts.distinct) if form is None else form.read(texts.distinct).cast(pa.string())
        return texts.spread(pc.binary_join_element_wise(f"{json.dumps(name)}: ", values, ", ", "").fill_null(""))


def _key_texts(values: pa.ChunkedArray, field: Field) -> list[str | None]:
    if isinstance(field.column.type, Money):
        return [f"{value:.2f}" for value in values.to_pylist()]
    texts: list[str | None] = values.cast(pa.string()).to_pylist()
    return texts


def _check_order(batch: Batch, columns: dict[str, Any], reasons: Reasons) -> None:
    if {"created_at", "outcome_at"} <= set(columns):
        early = pc.less(columns["outcome_at"], columns["created_at"]).fill_null(False)
        for row in batch.rows[early.to_numpy(zero_copy_only=False)].tolist():
            reasons[row].append("outcome_at: is before created_at")


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= SHOWN_LETTERS else f"'{text[: SHOWN_LETTERS - 1]}…'"
