from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from knowledge import ledger, reviews
from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.memory import Memory


def test_a_thumb_down_waits_with_its_question_and_tools_until_somebody_has_looked(db: Database, now: datetime) -> None:
    memory = Memory(db)
    memory.remember("T-1", "P-1", "my forecast", "$5", [], now, "A-1")
    ledger.record_suggestion(
        db, audit_id="A-1", at=now, person_id="P-1", tool="forecast_sales", args={}, refused=None, evidence=[]
    )
    memory.rate("A-1", "P-1", now, good=False, reason="last quarter's")
    memory.rate("A-2", "P-1", now + timedelta(minutes=1), good=False)
    memory.rate("A-3", "P-2", now, good=True)
    first, second = reviews.waiting(db, limit=5)
    assert (first.question, first.reason, first.tools) == ("my forecast", "last quarter's", ("forecast_sales",))
    assert (second.audit_id, second.question, second.tools) == ("A-2", None, ())
    reviews.settle(db, "A-1", by="P-9", at=now)
    assert [each.audit_id for each in reviews.waiting(db, limit=5)] == ["A-2"]
    with pytest.raises(UnknownRecord, match="callsheet review"):
        reviews.settle(db, "A-1", by="P-9", at=now)


def test_whoever_gives_a_reason_later_is_heard_again(db: Database, now: datetime) -> None:
    memory = Memory(db)
    memory.rate("A-1", "P-1", now, good=False)
    reviews.settle(db, "A-1", by=None, at=now)
    assert reviews.waiting(db, limit=5) == []
    memory.rate("A-1", "P-1", now, good=False, reason="wrong lead")
    assert [each.reason for each in reviews.waiting(db, limit=5)] == ["wrong lead"]
