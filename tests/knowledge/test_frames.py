"""The books as they were known at an instant: nothing recorded later is in there."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import frames
from knowledge.crm import Activity, ColumnRule, Deal, Lead, LeadChange, Person
from knowledge.frames import ACTIVITY_COLUMNS, CHANGE_COLUMNS, LEAD_COLUMNS, History, Snapshot
from tests.company import NOW

MOMENT = pd.Timestamp(NOW)
FIELDS = {
    "source": st.sampled_from(("Web", "Fair", None)),
    "owner_id": st.sampled_from(("P-1", "P-2", None)),
    "value": st.sampled_from((100.0, 250.5, None)),
    "do_not_call": st.sampled_from((True, False, None)),
    "outcome_at": st.sampled_from((None, MOMENT - pd.Timedelta(days=40))),
    "attributes.plan": st.sampled_from(("S", "M", None)),
}
IDS = ("L-1", "L-2", "L-3")
LONG_AGO = dict.fromkeys(IDS, -300)
HOURS = st.integers(-200, 200).filter(bool)
EDITS = st.lists(
    st.sampled_from(sorted(FIELDS)).flatmap(
        lambda field: st.tuples(HOURS, st.sampled_from(IDS), st.just(field), FIELDS[field])
    ),
    max_size=25,
    unique_by=lambda edit: edit[:3],
)
EVENTS = st.lists(st.tuples(HOURS, st.integers(0, 300), st.sampled_from(IDS)), max_size=20)


def hours(n: int) -> pd.Timestamp:
    return MOMENT + pd.Timedelta(hours=n)


def history(edits, events, created=LONG_AGO) -> History:
    """The books after all edits, with a record of each."""
    cells = {(id_, field): None for id_ in IDS for field in FIELDS}
    changes = []
    for at, id_, field, new in sorted(edits, key=lambda edit: edit[0]):
        old, cells[id_, field] = cells[id_, field], new
        changes.append((id_, hours(at), field, *(None if value is None else str(value) for value in (old, new))))
    ids = pd.Index(IDS, name="id")
    leads = pd.DataFrame(
        {name: pd.Series([cells.get((id_, name)) for id_ in IDS], ids, dtype=object) for name in LEAD_COLUMNS[1:]}
    )
    leads = leads.assign(outcome="open", created_at=[hours(created[id_]) for id_ in IDS])
    instants = dict.fromkeys(("created_at", "outcome_at"), "datetime64[us, UTC]")
    leads = leads.astype({"outcome": object, "value": "float64", "sequence": "float64", **instants})
    plan = pd.DataFrame({"plan": pd.Series([cells[id_, "attributes.plan"] for id_ in IDS], ids, dtype=object)})
    made = [("call", hours(at), hours(at + late), "P-1", id_, None, None, None) for at, late, id_ in sorted(events)]
    return History(hours(10_000), leads, plan, frame(made, ACTIVITY_COLUMNS), frame(changes, CHANGE_COLUMNS), rules={})


def frame(rows, columns) -> pd.DataFrame:
    instants = {name: "datetime64[us, UTC]" for name in ("at", "recorded_at") if name in columns}
    return pd.DataFrame(rows, columns=list(columns), dtype=object).astype(instants)


def same(one: Snapshot, other: Snapshot) -> bool:
    for name in ("leads", "attributes", "activities", "changes"):
        pd.testing.assert_frame_equal(
            getattr(one, name).reset_index(drop=name in ("activities", "changes")),
            getattr(other, name).reset_index(drop=name in ("activities", "changes")),
        )
    return True


@settings(max_examples=25, deadline=None)
@given(edits=EDITS, events=EVENTS)
def test_rows_recorded_later_cannot_change_a_snapshot(edits, events):
    known_edits = [edit for edit in edits if edit[0] <= 0]
    known_events = [event for event in events if event[0] + event[1] <= 0]
    assert same(history(edits, events).at(NOW), history(known_edits, known_events).at(NOW))


@settings(max_examples=15, deadline=None)
@given(edits=EDITS, later=st.integers(1, 200))
def test_a_snapshot_of_a_snapshot_s_past_is_the_past(edits, later):
    known_later = [edit for edit in edits if edit[0] <= later]
    assert same(history(edits, []).at(NOW), history(known_later, []).at(NOW))


@settings(max_examples=25, deadline=None)
@given(created=st.fixed_dictionaries({id_: st.integers(-99, 99) for id_ in IDS}))
def test_leads_that_come_in_later_are_not_there(created):
    snapshot = history([], [], created).at(NOW)
    assert list(snapshot.leads.index) == [id_ for id_ in IDS if created[id_] <= 0]
    assert list(snapshot.attributes.index) == list(snapshot.leads.index)


def test_a_cut_leaves_the_history_as_it_was():
    whole = history([(5, "L-1", "source", "Web")], [])
    before = whole.leads.copy(deep=True)
    assert whole.at(NOW).leads.loc["L-1", "source"] is None
    pd.testing.assert_frame_equal(whole.leads, before)


def test_what_was_not_known_to_be_forbidden_was_not_forbidden():
    before = history([(5, "L-1", "do_not_call", True)], []).at(NOW).leads["do_not_call"]
    assert before["L-1"] is None


@pytest.fixture
def books(db, now):
    def days(n: float):
        return now - timedelta(n)

    def change(id_, lead, at, field, old, new):
        return LeadChange(id=id_, lead_id=lead, at=days(at), field=field, old=old, new=new)

    with db.write() as session:
        session.add_all([Person(id="P-1", name="Ana"), Person(id="P-2", name="Bo")])
        session.flush()
        session.add_all(
            [
                Lead(id="won", owner_id="P-1", created_at=days(50), outcome="won", outcome_at=days(10), value=99.5),
                Lead(id="deal", owner_id="P-2", created_at=days(50), attributes={"plan": "M", "age": 50, "junk": 1}),
                Lead(id="again", owner_id="P-2", created_at=days(50), attributes={"plan": "S"}),
                Lead(id="twin", owner_id="P-1", created_at=days(50), merged_into="won"),
                Lead(id="undated"),
            ]
        )
        session.flush()
        session.add_all(
            [
                # Reopened: lost from day 30 to day 20 before now.
                change("1", "again", 30, "outcome", "open", "lost"),
                change("2", "again", 20, "outcome", "lost", "open"),
                change("3", "again", 30, "outcome_at", None, days(30).isoformat()),
                change("4", "again", 20, "outcome_at", days(30).isoformat(), None),
                change("5", "twin", 15, "merged_into", None, "won"),
                change("6", "deal", 12, "attributes.plan", "S", "M"),
                change("7", "won", 5, "value", "80.00", "99.50"),
                change("8", "deal", 5, "owner_id", "P-1", "P-2"),
                Deal(id="D-1", name="Second", lead_id="deal", outcome="won", closed_at=days(6)),
                Deal(id="D-2", name="First", lead_id="deal", outcome="won", closed_at=days(8)),
                Deal(id="D-3", name="Lost", lead_id="again", outcome="lost", closed_at=days(8)),
                ColumnRule(table="leads", column="age", rule="sensitive"),
                ColumnRule(table="leads", column="junk", rule="drop"),
            ]
        )
        session.flush()
        session.add_all(
            [
                Activity(id="A-1", kind="call", at=days(9), lead_id="deal", person_id="P-1"),
                Activity(id="A-2", kind="call", at=days(9), recorded_at=days(2), lead_id="deal"),
                Activity(id="A-3", kind="call", at=days(9), deal_id="D-1"),
            ]
        )
    return db


def known(db, now, days: float) -> Snapshot:
    return frames.load(db, until=now).at(now - timedelta(days))


def test_a_lead_is_open_until_it_is_known_how_it_ended(books, now):
    def outcomes(lead: str, *days: float) -> list[str]:
        return [known(books, now, each).leads.loc[lead, "outcome"] for each in days]

    assert outcomes("won", 11, 10, 0) == ["open", "won", "won"]
    assert outcomes("deal", 9, 8, 0) == ["open", "won", "won"]  # won with its first won deal
    assert outcomes("again", 31, 25, 0) == ["open", "lost", "open"]
    assert outcomes("undated", 40) == ["open"]


def test_a_merged_lead_counts_until_it_is_merged(books, now):
    assert "twin" in known(books, now, 16).open_ids
    assert "twin" not in known(books, now, 14).open_ids
    assert set(known(books, now, 0).open_ids) == {"again", "undated"}


def test_edits_are_undone_in_the_kind_of_their_column(books, now):
    before, after = known(books, now, 13), known(books, now, 0)
    assert (before.leads.loc["won", "value"], after.leads.loc["won", "value"]) == (80.0, 99.5)
    assert (before.leads.loc["deal", "owner_id"], after.leads.loc["deal", "owner_id"]) == ("P-1", "P-2")
    assert (before.attributes.loc["deal", "plan"], after.attributes.loc["deal", "plan"]) == ("S", "M")


def test_edits_of_a_custom_column_are_undone_whatever_it_holds(books, now):
    then = now - timedelta(days=7)
    with books.write() as session:
        for i, (id_, seats, asked) in enumerate((("A", 3, True), ("B", 4, False))):
            session.add(Lead(id=id_, created_at=now - timedelta(days=50), attributes={"seats": seats, "asked": asked}))
            session.flush()
            session.add(LeadChange(id=f"s{i}", lead_id=id_, at=then, field="attributes.asked", old=(None, "True")[i]))
        session.add(LeadChange(id="s2", lead_id="A", at=then, field="attributes.seats", old="2.5", new="3"))
        session.query(Lead).filter(~Lead.id.in_(["A", "B"])).update({"attributes": {"seats": 1, "asked": True}})
    before, after = known(books, now, 8).attributes.loc[["A", "B"]], known(books, now, 0).attributes.loc[["A", "B"]]
    assert (before["asked"].tolist(), after["asked"].tolist()) == ([None, True], [True, False])
    assert (before["seats"].tolist(), after["seats"].tolist()) == ([2.5, 4], [3, 4])


def test_an_activity_is_known_from_when_it_was_recorded(books, now):
    assert [len(known(books, now, days).activities) for days in (10, 9, 2)] == [0, 1, 2]


def test_loading_up_to_an_instant_is_the_same_as_cutting_there(books, now):
    then = now - timedelta(11)
    assert same(frames.load(books, until=then).at(then), known(books, now, 11))


def test_some_leads_are_known_as_they_are_among_all(books, now):
    ids = ["deal", "again"]
    some, all_ = frames.load(books, until=now, ids=ids).at(now), known(books, now, 0)
    pd.testing.assert_frame_equal(some.leads.loc[ids], all_.leads.loc[ids])
    assert list(some.attributes.loc[ids, "plan"]) == ["M", "S"]
    assert len(some.activities) == len(all_.activities)


def test_columns_that_an_admin_ruled_out_are_not_there(books, now):
    history = frames.load(books, until=now)
    assert list(history.attributes.columns) == ["plan"]
    assert history.rules == {"age": "sensitive", "junk": "drop"}


def test_a_history_without_dates_says_so(books, db, now):
    assert frames.load(books, until=now).is_dated
    db.clear()
    with db.write() as session:
        session.add_all([Lead(id="1", outcome="won"), Lead(id="2")])
    assert not frames.load(db, until=now).is_dated


def test_empty_books_are_empty_frames(db, now):
    snapshot = frames.load(db, until=now).at(now)
    assert snapshot.leads.empty
    assert snapshot.activities.empty
    assert set(snapshot.leads.columns) == set(LEAD_COLUMNS) - {"id"}
