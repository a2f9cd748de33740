"""Files into the books, on both databases."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select

from knowledge import scores
from knowledge.crm import (
    BOOKS,
    Account,
    ColumnRule,
    Conversation,
    Deal,
    DealChange,
    Lead,
    LeadChange,
    Order,
    Person,
    Stage,
    Team,
)
from knowledge.database import Database, Table
from knowledge.errors import BadFile, BadInput, BadMapping, CallsheetError
from knowledge.imports import ImportReport, load_file
from knowledge.scores import Stale

Load = Callable[..., ImportReport]


@pytest.fixture
def load(db: Database, tmp_path: Path, now: datetime) -> Load:
    """Loads a text as a file: `load("leads", "id,name\\n1,Ana")`."""

    def from_text(
        table: str, text: str, *, mapping: str | None = None, at: datetime = now, **more: Any
    ) -> ImportReport:
        file, map_file = tmp_path / "in.csv", tmp_path / "map.yaml"
        file.write_text(text, "utf-8")
        if mapping is not None:
            map_file.write_text(mapping, "utf-8")
        return load_file(db, file, table, mapping=map_file if mapping is not None else None, now=at, **more)

    return from_text


def rows(db: Database, model: type[Table]) -> list[Any]:
    with db.read() as session:
        return list(session.scalars(select(model).order_by(*inspect(model).primary_key)))


def one(db: Database, model: type[Table]) -> Any:
    (row,) = rows(db, model)
    return row


def reasons(report: ImportReport) -> dict[int, str]:
    assert report.rejects_file is not None
    with report.rejects_file.open(encoding="utf-8", newline="") as file:
        return {int(row["row"]): row["reason"] for row in csv.DictReader(file)}


def everything(db: Database) -> dict[str, int]:
    tables = inspect(db.engine).get_table_names()
    with db.connect() as connection:
        return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in tables}  # noqa: S608


LEAD_FILE = """id,Name,Created At,Value,Do not call,outcome,Shoe size,Colour
1,Ana,2026-01-31T10:00:00+02:00,"$1,200.50",yes,won,42,red
2,Zoë,2026-02-01,,no,,,"blue ""sky"", dark"
"""


def test_fields_are_typed_and_other_columns_become_attributes(db: Database, load: Load) -> None:
    report = load("leads", LEAD_FILE)
    first, second = rows(db, Lead)
    assert (report.rows_read, report.added, report.rejected) == (2, 2, 0)
    assert (first.created_at, first.value) == (datetime(2026, 1, 31, 8, tzinfo=UTC), Decimal("1200.50"))
    assert (first.do_not_call, first.outcome, first.attributes) == (True, "won", {"Shoe size": 42, "Colour": "red"})
    assert (second.name, second.value, second.outcome) == ("Zoë", None, "open")
    assert second.attributes == {"Colour": 'blue "sky", dark'}


def test_loading_the_same_file_twice_changes_nothing(db: Database, load: Load) -> None:
    load("leads", LEAD_FILE)
    before, version = everything(db), db.version()
    report = load("leads", LEAD_FILE, at=datetime(2026, 4, 1, tzinfo=UTC))
    assert (report.added, report.changed, report.unchanged) == (0, 0, 2)
    assert (everything(db), db.version()) == (before, version)


def test_an_edit_is_written_down_field_by_field(db: Database, load: Load, now: datetime) -> None:
    load("leads", LEAD_FILE)
    report = load("leads", LEAD_FILE.replace("yes,won,42", "no,won,43").replace("blue", "green"))
    assert (report.changed, report.unchanged) == (2, 0)
    edits = {(edit.lead_id, edit.field): (edit.old, edit.new, edit.at) for edit in rows(db, LeadChange)}
    assert edits == {
        ("1", "do_not_call"): ("true", "false", now),
        ("1", "attributes.Shoe size"): ("42", "43", now),
        ("2", "attributes.Colour"): ('blue "sky", dark', 'green "sky", dark', now),
    }


def test_edits_at_the_same_instant_are_all_kept(db: Database, load: Load) -> None:
    for name in ("Ana", "Ben", "Ana", "Ben"):
        load("leads", f"id,name\n1,{name}\n")
    assert len(rows(db, LeadChange)) == 3


def test_only_the_columns_of_the_file_are_touched(db: Database, load: Load) -> None:
    load("leads", LEAD_FILE)
    load("leads", "id,Colour,Mood\n1,,good\n")
    first = rows(db, Lead)[0]
    assert (first.name, first.attributes) == ("Ana", {"Shoe size": 42, "Mood": "good"})


def test_changed_and_new_leads_go_stale_and_others_do_not(db: Database, load: Load) -> None:
    load("leads", "id,name\n1,Ana\n2,Ben\n3,Cleo\n")
    with db.write() as session:
        session.query(Stale).delete()
    load("leads", "id,name\n1,Ana\n2,Bert\n4,Dora\n")
    load("activities", "id,kind,at,lead_id\nA,call,2026-01-01,3\n")
    assert [stale.lead_id for stale in rows(db, Stale)] == ["2", "3", "4"]


def test_exactly_the_leads_whose_score_could_change_go_stale(db: Database, load: Load) -> None:
    def stale_after(table: str, text: str) -> list[str]:
        load(table, text)
        found = scores.stale_ids(db)
        scores.clear_stale(db, scores.stale_marks(db, found))
        return found

    load("people", "id,name\nP,Pia\n")
    stale_after("leads", "id,name\n1,Ana\n2,Ben\n3,Cleo\n4,Dora\n")
    assert stale_after("deals", "id,name,lead_id\nD,Big,1\nE,Small,2\n") == ["1", "2"]
    assert stale_after("deals", "id,name,lead_id\nD,Big,1\nE,Small,2\n") == []
    assert stale_after("deals", "id,name,lead_id\nD,Big,3\nE,Small,2\n") == ["1", "3"]
    # A file that knows the row alone: the books know whose it is.
    assert stale_after("deals", "id,outcome,closed_at\nD,won,2026-03-01\n") == ["3"]
    assert stale_after("activities", "id,kind,at,lead_id\nA,call,2026-01-01,1\nB,note,2026-01-01,\n") == ["1"]
    assert stale_after("activities", "id,kind,at,lead_id\nA,call,2026-01-01,4\nB,note,2026-01-01,\n") == ["1", "4"]
    assert stale_after("activities", "id,disposition\nA,reached\nB,reached\n") == ["4"]
    assert stale_after("lead_changes", "lead_id,at,field,old,new\n2,2026-01-01,status,new,old\n") == ["2"]
    assert stale_after("leads", "id,merged_into\n1,2\n2,\n") == ["1"]
    # What no score is made from makes none stale.
    assert stale_after("tasks", "id,person_id,lead_id,text\nT,P,1,ring\n") == []
    assert stale_after("assignments", "lead_id,person_id,from\n1,P,2026-01-01\n") == []


def test_edits_of_deals_are_written_down_too(db: Database, load: Load) -> None:
    load("deals", "id,name,stage,expected_close\n1,Acme,Demo,2026-03-31\n")
    load("deals", "id,name,stage,expected_close\n1,Acme Rail,Proposal,2026-04-30\n")
    edits = {(edit.field, edit.old, edit.new) for edit in rows(db, DealChange)}
    assert edits == {("stage", "Demo", "Proposal"), ("expected_close", "2026-03-31", "2026-04-30")}


def test_each_rejected_row_says_why_and_the_others_go_in(db: Database, load: Load, tmp_path: Path) -> None:
    report = load(
        "leads",
        "id,created_at,outcome_at,outcome,owner_id,value\n"
        "1,2026-01-05,2026-01-01,won,,\n"
        "2,someday,,almost,,much\n"
        "3,2026-01-05,2026-01-06,won,,5\n"
        "3,2026-01-05,,,,\n"
        ",2026-01-05,,,,\n"
        "6,2026-01-05,,,Nobody,\n"
        "7,2026-01-05\n",
    )
    assert (report.added, report.rejected, report.rows_read) == (1, 6, 7)
    assert report.rejects_file == tmp_path / "in.rejects.csv"
    assert reasons(report) == {
        2: "outcome_at: is before created_at",
        3: "created_at: 'someday' is not a date; outcome: 'almost' is not one of open, won, lost; "
        "value: 'much' is not an amount",
        5: "id: '3' stands in an earlier row",
        6: "id: is empty",
        7: "owner_id: 'Nobody' is not a known person",
        8: "has 2 cells instead of 6",
    }


def test_a_file_without_rejects_leaves_no_file_of_them(load: Load, tmp_path: Path) -> None:
    assert load("leads", LEAD_FILE).rejects_file is None
    assert not list(tmp_path.glob("*.rejects.csv"))


def test_an_unmapped_outcome_rejects_its_row(db: Database, load: Load) -> None:
    mapping = 'columns: {id: id, outcome: {from: state, values: {"1": won, "": lost}}}'
    report = load("leads", "id,state\na,1\nb,\nc,7\n", mapping=mapping)
    assert [(lead.id, lead.outcome) for lead in rows(db, Lead)] == [("a", "won"), ("b", "lost")]
    assert reasons(report) == {4: "outcome: '7' is not one of open, won, lost"}


def test_a_mapping_fills_constants_numbers_rows_and_keeps_their_order(db: Database, load: Load) -> None:
    mapping = "columns: {id: {row: true}, source: {value: Fair}}\norder: file\nmissing: [Select]\nignore: b"
    load("leads", "a,b\nSelect,1\nx,2\n", mapping=mapping)
    assert [(lead.id, lead.source, lead.sequence, lead.attributes) for lead in rows(db, Lead)] == [
        ("1", "Fair", 1, {}),
        ("2", "Fair", 2, {"a": "x"}),
    ]


def test_people_are_found_by_id_mail_or_name(db: Database, load: Load) -> None:
    load("people", "id,name,email,role,team\nP1,Ana Lee,ana@x.example,Manager,\nP2,Ben,,,\nP3,Ben,,,\n")
    report = load("leads", "id,owner_id\n1,P1\n2,ANA@x.example\n3,ana lee\n4,Ben\n")
    assert [lead.owner_id for lead in rows(db, Lead)] == ["P1"] * 3
    assert reasons(report) == {5: "owner_id: 'Ben' is not a known person"}


def test_unknown_teams_of_people_are_added_and_said(db: Database, load: Load) -> None:
    load("teams", "id,name,manager_id\nEast,The East,Ana\n")
    report = load("people", "id,name,team_id\n1,Ana,East\n2,Ben,West\n")
    assert [(team.id, team.name) for team in rows(db, Team)] == [("East", "The East"), ("West", "West")]
    assert report.notes == ("New teams were added by their id: West.",)
    load("teams", "id,name,manager_id\nEast,The East,Ana\n")
    assert rows(db, Team)[0].manager_id == "1"
    assert rows(db, Person)[1].role == "rep"


def test_a_reference_to_nothing_rejects_the_row(db: Database, load: Load) -> None:
    load("accounts", "id,name\nA,Acme\n")
    report = load("orders", "account_id,at,amount\nA,2026-01-01,5\nB,2026-01-01,5\n")
    assert reasons(report) == {3: "account_id: there is no 'B' among the accounts"}
    assert len(rows(db, Order)) == 1


def test_rows_without_an_id_are_known_by_their_key_and_how_often_it_came(db: Database, load: Load) -> None:
    load("accounts", "id,name\nA,Acme\n")
    orders = "account_id,at,amount\nA,2026-01-01,5\nA,2026-01-01,5.00\nA,2026-01-02,7\n"
    assert load("orders", orders).added == 3
    report = load("orders", orders + "A,2026-01-01,5\n")
    assert (report.added, report.unchanged) == (1, 3)


def test_a_name_that_has_to_be_unique_is_taken_once(db: Database, load: Load) -> None:
    report = load("stages", "name,position\nDemo,1\nDemo,2\nWon,3\n")
    assert reasons(report) == {3: "name: 'Demo' is taken already"}
    assert load("stages", "name,position\nDemo,1\nWon,4\n").changed == 1
    assert sorted((stage.name, stage.position) for stage in rows(db, Stage)) == [("Demo", 1), ("Won", 4)]


def test_lists_and_transcripts_are_read(db: Database, load: Load) -> None:
    load("leads", "id,other_phones\n1,+1 5; +1 6\n")
    load("conversations", 'id,at,lead_id,segments\nC,2026-01-01,1,"[{""speaker"": ""Ana"", ""text"": ""Hi""}]"\n')
    assert one(db, Lead).other_phones == ["+1 5", "+1 6"]
    assert one(db, Conversation).segments == [{"speaker": "Ana", "text": "Hi"}]


def test_a_file_may_change_rows_without_naming_all_they_need(db: Database, load: Load) -> None:
    load("deals", "id,name\n1,Acme\n")
    report = load("deals", "id,stage\n1,Demo\n2,Demo\n")
    assert one(db, Deal).stage == "Demo"
    assert reasons(report) == {3: "name: is missing, and '2' is new"}


def test_columns_that_no_field_takes_are_said(load: Load) -> None:
    report = load("products", "id,name,series\n1,Meter,M\n")
    assert report.notes == ("products keep no custom columns, so these were left out: series.",)


def test_torn_dates_are_said_with_the_way_out(db: Database, load: Load) -> None:
    report = load("deals", "id,name,expected_close\n1,A,03/04/2026\n")
    assert 'format: "%m/%d/%Y"' in report.notes[0]
    assert one(db, Deal).expected_close == date(2026, 4, 3)


def test_dates_follow_the_format_of_the_mapping(db: Database, load: Load) -> None:
    mapping = 'columns: {id: id, name: id, expected_close: {from: due, format: "%m/%d/%Y"}}'
    report = load("deals", "id,due\n1,03/04/2026\n2,2026-03-04\n", mapping=mapping)
    assert one(db, Deal).expected_close == date(2026, 3, 4)
    assert reasons(report) == {3: "expected_close: '2026-03-04' is not a date like %m/%d/%Y"}


def test_rules_of_a_mapping_replace_the_earlier_ones_only_if_it_has_any(db: Database, load: Load) -> None:
    base = "columns: {id: id, country: Land}\n"
    load("leads", "id,Age,Land\n1,40,DE\n", mapping=base + "sensitive: [Age, Land]")
    load("leads", "id,Age,Land\n1,40,DE\n", mapping=base)
    assert {(rule.column, rule.rule) for rule in rows(db, ColumnRule)} == {
        ("Age", "sensitive"),
        ("country", "sensitive"),
    }
    load("leads", "id,Age,Land\n1,40,DE\n", mapping=base + "keep: Age")
    assert {(rule.column, rule.rule) for rule in rows(db, ColumnRule)} == {("Age", "keep")}


def test_the_mapping_that_was_used_is_reported(load: Load) -> None:
    assert load("leads", "Id,Full Name\n1,Ana\n").mapping == {"table": "leads", "columns": {"id": "Id"}}


@pytest.mark.parametrize(
    ("table", "text", "mapping", "error", "words"),
    [
        ("leads", "name\nAna\n", None, BadFile, 'no column "id"'),
        ("leads", "id,name\n", None, BadFile, "no rows"),
        ("leads", "", None, BadFile, "empty"),
        ("leads", "id,name\n1\n2\n", None, BadFile, "not a table"),
        ("orders", "account_id,at\nA,2026-01-01\n", None, BadFile, '"amount" is missing'),
        ("accounts", "id\nA\n", None, BadMapping, 'accounts need "name"'),
        ("leads", "id\nA\n", "columns: {id: ID}", BadMapping, 'did you mean "id"'),
        ("ledas", "id\nA\n", None, BadInput, 'did you mean "leads"'),
        (
            "leads",
            "id,at\nA,1\n",
            "columns: {id: id, created_at: {from: at, format: dd}}",
            BadMapping,
            "not a date format",
        ),
    ],
)
def test_a_broken_file_or_mapping_writes_nothing(
    db: Database, load: Load, table: str, text: str, mapping: str | None, error: type[CallsheetError], words: str
) -> None:
    before = everything(db)
    with pytest.raises(error, match=words):
        load(table, text, mapping=mapping)
    assert (everything(db), db.version()) == (before, 0)


def test_a_byte_that_is_no_text_deep_in_the_file_writes_nothing(db: Database, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "x.csv").write_bytes(b"id,name\n" + b"".join(b"%d,a\n" % row for row in range(9000)) + b"x,\xe9\n")
    before = everything(db)
    with pytest.raises(BadFile, match="UTF-8"):
        load_file(db, tmp_path / "x.csv", "leads", now=now)
    assert everything(db) == before


def test_rejects_that_cannot_be_written_stop_the_import(db: Database, load: Load, tmp_path: Path) -> None:
    before = everything(db)
    with pytest.raises(BadInput, match="cannot be written"):
        load("leads", "id,value\n1,5\n2,x\n", rejects=tmp_path / "absent" / "r.csv")
    assert everything(db) == before


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=["Cs"]), max_size=8)
LEADS = st.lists(
    st.tuples(
        st.integers(1, 10**6),
        NAMES,
        st.one_of(st.none(), st.decimals(-(10**6), 10**6, places=2)),
        st.one_of(st.none(), st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))),
        st.one_of(st.none(), st.booleans()),
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda lead: lead[0],
)


@given(leads=LEADS)
@settings(suppress_health_check=list(HealthCheck), max_examples=8, deadline=None)
def test_what_goes_in_comes_out(db: Database, tmp_path: Path, now: datetime, leads: list[tuple[Any, ...]]) -> None:
    with (tmp_path / "x.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "value", "created_at", "consent", "Extra"])
        writer.writerows([*lead, lead[1]] for lead in leads)
    with db.write() as session:
        session.query(Stale).delete()
        session.query(LeadChange).delete()
        session.query(Lead).delete()
    load_file(db, tmp_path / "x.csv", "leads", now=now)
    expected = {
        str(id_): (name.strip(" \t\x0b\x0c") or None, value, at and at.replace(tzinfo=UTC), consent)
        for id_, name, value, at, consent in leads
    }
    assert {lead.id: (lead.name, lead.value, lead.created_at, lead.consent) for lead in rows(db, Lead)} == expected
    report = load_file(db, tmp_path / "x.csv", "leads", now=now + timedelta(days=1))
    assert report.unchanged == len(leads)


def test_every_table_of_the_books_can_be_loaded_by_its_own_column_names(db: Database, load: Load) -> None:
    texts = {
        "from": "2026-01-01",
        "at": "2026-01-01",
        "until": "2026-02-01",
        "on": "2026-01-01",
        "position": "1",
        "amount": "5",
        "rate": "1.5",
        "segments": "[]",
        "role": "rep",
        "active": "yes",
        "attributes": "{}",
        "outcome": "open",
        "to": "2026-01-02",
        "due_at": "",
        "day": "2026-01-01",
    }
    for table, model in BOOKS.items():
        columns = inspect(model).local_table.c
        needed = [column for column in columns if not column.nullable]
        cells = [
            next(iter(column.foreign_keys)).column.table.name if column.foreign_keys else texts.get(column.name, table)
            for column in needed
        ]
        report = load(
            table, ",".join(column.name for column in needed) + "\n" + ",".join(f'"{c}"' for c in cells) + "\n"
        )
        assert (table, report.added, report.rejected) == (table, 1, 0)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1
