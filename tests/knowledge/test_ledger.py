"""What was said is kept: keys only, and who looked."""

from __future__ import annotations

from sqlalchemy import select

from knowledge.ledger import Access, Suggestion, new_id, record_access, record_suggestion


def said(db, now, evidence, refused=None):
    record_suggestion(
        db, audit_id="A-1", at=now, person_id="P-1", tool="show_lead", args={"lead": "Ana"}, refused=refused,
        evidence=evidence,
    )  # fmt: skip


def everything(db, model):
    with db.read() as session:
        return list(session.scalars(select(model)))


def test_a_suggestion_keeps_its_evidence_and_who_looked_at_which_records(db, now):
    version = db.version()
    said(db, now, ["leads/L-1", "model:ranking@3"])
    (kept,), (looked,) = everything(db, Suggestion), everything(db, Access)
    assert (kept.audit_id, kept.args, kept.evidence) == ("A-1", {"lead": "Ana"}, ["leads/L-1", "model:ranking@3"])
    assert (looked.person_id, looked.tool, looked.records, looked.at) == ("P-1", "show_lead", ["leads/L-1"], now)
    record_access(db, at=now, person_id="P-1", tool="openai:gpt-5-mini", records=["leads/L-1"])
    assert db.version() == version


def test_a_refusal_that_read_nothing_is_kept_but_is_no_look_at_a_record(db, now):
    said(db, now, [], refused="NotAllowed")
    assert everything(db, Suggestion)[0].refused == "NotAllowed"
    assert everything(db, Access) == []


def test_ids_of_the_ledger_do_not_repeat():
    assert len({new_id() for _ in range(1000)}) == 1000
