"""Standing rules are off until somebody switches them on, and nobody's word is lost."""

from __future__ import annotations

from sqlalchemy import func, select

from knowledge import standing
from knowledge.standing import StandingRule


def test_the_last_word_counts_for_each_team_and_kind(db, now):
    assert standing.in_force(db, "assign") == frozenset()
    for team_id, kind, on in (("T-1", "assign", True), ("T-2", "assign", True), (None, "take_back", True),
                              ("T-1", "assign", False), ("T-1", "take_back", True)):  # fmt: skip
        standing.switch(db, team_id=team_id, kind=kind, on=on, by="M-1", at=now)
    assert standing.in_force(db, "assign") == {"T-2"}
    assert standing.in_force(db, "take_back") == {None, "T-1"}
    with db.read() as session:
        assert session.scalar(select(func.count(StandingRule.id))) == 5
