"""Records by name, and what happened with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from knowledge import records
from knowledge.crm import Account, Activity, Deal, Lead, Person


@pytest.fixture
def kept(db, now: datetime):
    def event(id_: str, days: int, **more: object) -> Activity:
        return Activity(**{"id": id_, "kind": "call", "at": now - timedelta(days), "lead_id": "L-1", **more})

    with db.write() as session:
        session.add_all([Person(id="P-1", name="Ana"), Person(id="P-2", name="Bo")])
        session.flush()
        session.add_all([
            Lead(id="L-1", name="Müller GmbH", company="Müller", owner_id="P-1", source="Webinar"),
            Lead(id="L-2", name="Ünal Tekin", owner_id="P-2", source="Referral"),
            Lead(id="L-3", owner_id=None, source="Webinar"),
            Lead(id="L-4", name="Mueller KG", owner_id="P-1", outcome="lost"),
            Account(id="A-1", name="O'Neil & 100% _Co_", owner_id="P-1"),
        ])  # fmt: skip
        session.flush()
        session.add_all([
            event("E-1", 3, person_id="P-1"), event("E-2", 1, person_id="P-2", disposition="reached"),
            event("E-3", 0, kind="page_view"), event("E-4", -1, kind="meeting", person_id="P-1"),
            Deal(id="D-1", name="Big", lead_id="L-1", amount=Decimal("10.50"), stage="Demo", opened_at=now),
            Deal(id="D-0", name="Old", lead_id="L-1", outcome="won", opened_at=now - timedelta(9)),
        ])  # fmt: skip
    return db


def ids(found) -> list[str]:
    return sorted(one.id for one in found)


def test_a_lead_is_found_by_its_whole_name_or_id(kept):
    for key in ("müller gmbh", "MüLLER GmbH", "L-1", "Lead L-1"):
        assert ids(records.by_name(kept, "lead", [key])) == ["L-1"], key
    assert ids(records.by_name(kept, "lead", ["Ünal tekin", "lead L-3"])) == ["L-2", "L-3"]
    assert records.by_name(kept, "lead", ["Müller", ""]) == []


def test_a_record_is_found_once_however_often_it_is_named(kept):
    (account,) = records.by_name(kept, "account", ["o'neil & 100% _co_", "A-1", "A-1"])
    assert (account.kind, account.name, account.company) == ("account", "O'Neil & 100% _Co_", None)
    assert records.by_name(kept, "deal", ["Big"])[0].owner_id is None


def test_a_lead_without_a_name_is_called_by_its_id(kept):
    assert records.by_name(kept, "lead", ["L-3"])[0].name == "Lead L-3"
    assert records.leads(kept, ["L-3", "L-99"])["L-3"].name == "Lead L-3"


def test_names_are_found_by_how_they_start(kept):
    for prefix, found in {"mü": ["L-1"], "Mü": ["L-1"], "mu": ["L-4"], "M": ["L-1", "L-4"], "Ün": ["L-2"]}.items():
        assert ids(records.starting_with(kept, "lead", [prefix])) == found, prefix
    assert records.starting_with(kept, "lead", ["%", "_", "x"]) == []


def test_each_start_has_its_own_limit(kept):
    assert len(records.starting_with(kept, "lead", ["m", "Ü"], limit=1)) == 2


def test_records_of_owners_are_the_open_ones_unless_all_are_asked(kept):
    assert ids(records.owned_by(kept, "lead", ["P-1"], limit=9)) == ["L-1"]
    assert ids(records.owned_by(kept, "lead", ["P-1"], limit=9, open_only=False)) == ["L-1", "L-4"]
    assert ids(records.owned_by(kept, "lead", ["P-2", None], limit=9)) == ["L-2", "L-3"]
    assert ids(records.owned_by(kept, "account", ["P-1"], limit=9)) == ["A-1"]
    assert len(records.owned_by(kept, "lead", ["P-1", "P-2", None], limit=2)) == 2


def test_a_timeline_starts_with_the_latest_and_ends_at_its_limit(kept, now):
    assert [event.id for event in records.timeline(kept, "L-1", until=now, limit=2)] == ["E-3", "E-2"]
    assert records.activity_count(kept, "L-1") == 4


def test_a_touch_is_what_a_colleague_took_part_in(kept, now):
    touches = records.last_touches(kept, ["L-1", "L-2"], until=now)
    assert {lead: event.id for lead, event in touches.items()} == {"L-1": "E-2"}
    assert touches["L-1"].person_id == "P-2"


def test_deals_of_a_lead_say_their_stage_or_how_they_ended(kept):
    assert records.deals_of(kept, "L-1") == [("D-0", "Old", None, "won"), ("D-1", "Big", Decimal("10.50"), "Demo")]


def test_sources_counts_and_freshness(kept, now):
    assert records.sources(kept) == ["Referral", "Webinar"]
    assert records.count_open(kept, ["P-1", "P-2"]) == 2
    assert records.last_write(kept, until=now) == now
    assert records.last_write(kept, until=now - timedelta(30)) is None


def test_industries_and_segments_are_those_of_the_latest_leads(kept):
    with kept.write() as session:
        for id_, told in {
            "L-0": {"industry": "Rail"},
            "L-5": {"industry": "Hotels", "segment": "SMB"},
            "L-6": {},
        }.items():
            session.add(Lead(id=id_, attributes=told))
    assert records.facets(kept) == {"industry": ["Hotels", "Rail"], "segment": ["SMB"]}
    assert records.facets(kept, among=2) == {"industry": ["Hotels"], "segment": ["SMB"]}
