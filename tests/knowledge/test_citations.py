"""Evidence as it is handed on."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from knowledge.citations import Citation, record


def test_a_row_of_the_books_is_cited_by_table_and_id():
    assert record("leads", "L-17", "Ana Ruiz", "won") == Citation(
        kind="crm", key="leads/L-17", label="Ana Ruiz", value="won"
    )


def test_evidence_cannot_be_changed_or_be_of_an_unknown_kind():
    with pytest.raises(ValidationError):
        record("leads", "L-17", "Ana Ruiz").value = "lost"
    with pytest.raises(ValidationError):
        Citation(kind="hearsay", key="x", label="x")
