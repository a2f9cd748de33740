"""The demo company: whole, plausible, reproducible, and true to what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Date, inspect, select, text

from knowledge import frames
from knowledge.connectors.demo import build, built_at, built_on, shift
from knowledge.connectors.demo.names import Register
from knowledge.connectors.demo.places import PLACES
from knowledge.crm import BOOKS, CONVERSATIONS, DISPOSITIONS, Lead, LeadChange, Quota
from knowledge.database import Database, Instant, Table

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
SCALE = 0.15
# What may lie ahead: plans, not facts.
PLANS = {"due_at", "until", "expected_close", "absences.to"}


@dataclass(frozen=True)
class Company:
    db: Database
    truth: Path
    frames: dict[str, pd.DataFrame]

    def __getattr__(self, table: str) -> pd.DataFrame:
        return self.frames[table]


def fresh(folder: Path, **options: Any) -> Database:
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    build(db, **({"now": NOW, "scale": 0.04} | options))
    return db


def rows(db: Database, model: type[Table]) -> list[tuple[Any, ...]]:
    table = model.__table__
    with db.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]


def dump(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(db, model) for name, model in BOOKS.items()}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    truth = folder / "truth"
    db = fresh(folder, scale=SCALE, truth=truth)
    columns = {name: list(model.__table__.columns.keys()) for name, model in BOOKS.items()}
    yield Company(db, truth, {name: pd.DataFrame(each, columns=columns[name]) for name, each in dump(db).items()})
    db.engine.dispose()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = fresh(tmp_path_factory.mktemp("small"))
    yield db
    db.engine.dispose()


def test_the_same_seed_and_instant_give_the_same_books(small, tmp_path):
    assert dump(fresh(tmp_path)) == dump(small)


@pytest.mark.parametrize(("table", "column"), [
    ("leads", "name"), ("leads", "company"), ("leads", "id"), ("deals", "name"), ("accounts", "name"),
    ("people", "name"), ("people", "email"), ("contacts", "name"),
])  # fmt: skip
def test_what_people_will_ask_for_by_name_is_unique(company, table, column):
    assert company.frames[table][column].is_unique


def test_leads_and_people_do_not_share_a_name_or_a_number(company):
    assert not set(company.leads["name"]) & set(company.people["name"])
    numbers = [*company.leads["phone"].dropna(), *(n for each in company.leads["other_phones"] for n in each)]
    assert len(numbers) == len(set(numbers))


def test_a_place_gives_out_every_number_it_has_before_it_repeats_one():
    place = next(k for k, one in enumerate(PLACES) if one.zone == "America/Vancouver")
    register, room = Register(np.random.default_rng(1)), len(PLACES[place].prefixes) * 100
    numbers = [register.phone(place) for _ in range(room + 50)]
    assert len(set(numbers[:room])) == room
    assert set(numbers[room:]) <= set(numbers[:room])


def test_the_company_has_the_people_it_should_have(company):
    here = company.people[company.people["active"]]
    assert here["role"].value_counts().to_dict() == {"rep": 14, "manager": 3, "admin": 1}
    assert here["timezone"].nunique() >= 6
    reps = here[here["role"] == "rep"]
    assert ((NOW.date() - reps["hired_on"].max()).days) < 45
    left = company.people[~company.people["active"]]
    assert len(left) == 1
    held = company.leads[company.leads["outcome"] == "open"]["owner_id"]
    assert not held.isin(left["id"]).any()
    away = company.absences[(company.absences["from"] <= NOW.date()) & (company.absences["to"] >= NOW.date())]
    assert len(away) == 1


def test_counts_and_rates_are_those_of_a_real_business(company):
    leads, past = company.leads, pd.read_parquet(company.truth / "chances_past.parquet")
    assert 0.98 * 6_500 * SCALE <= len(leads) <= 6_500 * SCALE
    assert 600 * SCALE < (leads["outcome"] == "open").sum() < 1_300 * SCALE
    assert 0.09 < (leads["outcome"] == "won").mean() < 0.17
    assert 0.08 < past["won"].mean() < 0.18
    assert 60_000 * SCALE < len(company.activities) < 100_000 * SCALE
    assert 0.5 * 28 * SCALE < leads["owner_id"].isna().sum() < 3 * 28 * SCALE
    assert 0.05 < leads["timezone"].isna().mean() < 0.15
    assert 0.01 < leads["do_not_call"].mean() < 0.08
    assert set(company.activities["disposition"].dropna()) <= set(DISPOSITIONS)
    assert leads["attributes"].map(lambda facts: facts.get("campaign")).nunique() > 60


def test_every_reference_leads_somewhere(company):
    with company.db.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
    assert set(company.deals["stage"]) <= set(company.stages["name"])


# The second: just past midnight in UTC, while the west coast is still at work on the last day of its year.
@pytest.mark.parametrize("now", [NOW, datetime(2027, 1, 1, 0, 20, tzinfo=UTC)])
def test_nothing_that_happened_lies_ahead_of_now(small, tmp_path, now):
    db = small if now == NOW else fresh(tmp_path, now=now)
    assert built_at(db) == now
    for name, model in BOOKS.items():
        for column in model.__table__.columns:
            if isinstance(column.type, (Instant, Date)) and not {column.name, f"{name}.{column.name}"} & PLANS:
                with db.connect() as connection:
                    latest = connection.execute(select(column).order_by(column.desc()).limit(1)).scalar()
                assert latest is None or latest <= (now if isinstance(latest, datetime) else now.date()), column


def test_a_touch_is_recorded_at_once_or_within_two_days(company):
    acts = company.activities
    delay = acts["recorded_at"] - acts["at"] - pd.to_timedelta(acts["duration_s"].fillna(0), unit="s")
    assert (delay >= pd.Timedelta(0)).all()
    assert delay.max() < pd.Timedelta(days=2)
    assert 0.03 < (delay > pd.Timedelta(hours=1)).mean() < 0.1


def test_undoing_every_edit_ends_at_the_lead_as_it_came_in(company):
    leads = {row["id"]: row | {"attributes": dict(row["attributes"])} for row in company.leads.to_dict("records")}
    for edit in company.lead_changes.sort_values(["at", "id"], ascending=False).to_dict("records"):
        row, field = leads[edit["lead_id"]], edit["field"]
        holder = row["attributes"] if field.startswith("attributes.") else row
        name = field.removeprefix("attributes.")
        assert said(holder[name]) == edit["new"]
        holder[name] = None if pd.isna(edit["old"]) else edit["old"]
        assert edit["at"] >= row["created_at"]
    late = {"lead_quality", "closing_notes_code", "last_sales_note_tag"}
    for row in leads.values():
        assert (row["status"], row["outcome"]) == ("new", "open")
        assert said(row["owner_id"]) is said(row["outcome_at"]) is None
        assert not late & {name for name, value in row["attributes"].items() if value is not None}


def said(value: Any) -> str | None:
    """A value as the table of edits holds it."""
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def test_the_leads_open_at_a_past_instant_can_be_rebuilt_with_their_owners(company):
    history = frames.load(company.db, until=NOW)
    past = pd.read_parquet(company.truth / "chances_past.parquet")
    assert past["as_of"].nunique() == 4
    for as_of, then in past.groupby("as_of"):
        snapshot = history.at(as_of)
        assert set(snapshot.open_ids) == set(then["lead_id"])
        known = then.set_index("lead_id")["owner_id"].map(said)
        assert snapshot.leads.loc[known.index, "owner_id"].map(said).to_dict() == known.to_dict()


def test_the_outcome_is_known_only_from_its_own_instant(company):
    over = company.leads[company.leads["outcome"] != "open"].set_index("id")
    edits = company.lead_changes[company.lead_changes["field"] == "outcome"].set_index("lead_id")["at"]
    assert (edits.sort_index() == over["outcome_at"].sort_index()).all()
    last = company.activities.groupby("lead_id")["at"].max().reindex(over.index).dropna()
    assert (last <= over["outcome_at"].reindex(last.index)).all()


def test_a_deal_ends_with_its_lead_and_a_won_one_has_an_account(company):
    deals = company.deals.set_index("lead_id")
    leads = company.leads.set_index("id").loc[deals.index]
    assert (deals["outcome"] == leads["outcome"]).all()
    assert (deals["account_id"].notna() == (deals["outcome"] == "won")).all()
    assert set(company.leads[company.leads["outcome"] == "won"]["id"]) <= set(deals.index)


def test_who_owned_a_lead_follows_from_either_table(company):
    ends = company.assignments.sort_values("from").groupby("lead_id")["person_id"].last()
    owners = company.leads.set_index("id")["owner_id"].dropna()
    assert (ends.sort_index() == owners.sort_index()).all()


def test_what_leaks_the_outcome_was_typed_after_it(company):
    leads = company.leads.set_index("id")
    typed = company.lead_changes[company.lead_changes["field"] == "attributes.closing_notes_code"]
    assert (typed["at"] >= leads.loc[typed["lead_id"], "outcome_at"].to_numpy()).all()
    won = leads.loc[typed["lead_id"], "outcome"].to_numpy() == "won"
    assert (typed["new"].str.startswith("W") == won).all()


def test_the_truth_is_in_files_and_nowhere_in_the_database(company):
    assert set(inspect(company.db.engine).get_table_names()) - {"alembic_version"} == set(Table.metadata.tables)
    assert {each.name for each in company.truth.iterdir()} == {
        "chances_now.parquet", "chances_by_rep.parquet", "chances_past.parquet", "conversations.parquet",
        "effects.json",
    }  # fmt: skip
    hidden = {"quality", "intent", "skill", "p_win"}
    assert not hidden & {name for facts in company.leads["attributes"] for name in facts}
    assert not hidden & {name for facts in company.people["attributes"] for name in facts}


def test_the_true_chances_come_true(company):
    past = pd.read_parquet(company.truth / "chances_past.parquet")
    assert past["p"].between(0, 1).all()
    noise = (past["p"] * (1 - past["p"])).sum() ** 0.5 / len(past)
    assert abs(past["p"].mean() - past["won"].mean()) < 3 * noise
    high = past[past["p"] > 0.4]
    assert abs(high["p"].mean() - high["won"].mean()) < 0.12


def test_the_truth_covers_every_open_lead_under_every_rep(company):
    is_open = company.leads[company.leads["outcome"] == "open"]
    by_rep = pd.read_parquet(company.truth / "chances_by_rep.parquet")
    own = pd.read_parquet(company.truth / "chances_now.parquet").set_index("lead_id")
    assert set(own.index) == set(is_open["id"])
    assert by_rep.groupby("lead_id").size().eq(14).all()
    merged = by_rep.merge(own.reset_index(), left_on=["lead_id", "person_id"], right_on=["lead_id", "owner_id"])
    assert merged["p_x"].corr(merged["p_y"]) > 0.95


def test_better_reps_have_better_chances_and_win_more(company):
    skill = pd.Series(json.loads((company.truth / "effects.json").read_text())["rep_skill"])
    chances = pd.read_parquet(company.truth / "chances_by_rep.parquet").groupby("person_id")["p"].mean()
    assert chances.corr(skill[chances.index]) > 0.7
    over = company.leads[company.leads["outcome"] != "open"]
    rate = (over["outcome"] == "won").groupby(over["owner_id"]).agg(["mean", "size"])
    rate = rate[rate["size"] > 20]["mean"]
    assert rate.corr(skill[rate.index], method="spearman") > 0.3


def test_calls_are_picked_up_by_the_hour_of_the_called(company):
    calls = company.activities[company.activities["kind"] == "call"]
    zones = company.leads.set_index("id")["timezone"].reindex(calls["lead_id"]).to_numpy()
    known = pd.notna(zones)
    hours = [at.astimezone(ZoneInfo(zone)).hour for at, zone in zip(calls["at"][known], zones[known], strict=True)]
    spoke = calls["disposition"][known].isin(CONVERSATIONS).groupby(pd.Series(hours, calls.index[known])).mean()
    assert min(hours) >= 8
    assert max(hours) < 20
    assert spoke[[10, 11, 16, 17]].mean() > 1.25 * spoke[[8, 12, 13]].mean()


def test_an_early_first_touch_pays(company):
    acts = company.activities
    touches = acts[acts["person_id"].notna() & (acts["direction"] == "outbound")]
    first = touches.groupby("lead_id")["at"].min()
    over = company.leads[company.leads["outcome"] != "open"].set_index("id")
    wait = (first.reindex(over.index) - over["created_at"]).dt.total_seconds() / 3_600
    won = over["outcome"] == "won"
    assert won[wait < 3].mean() > 1.2 * won[wait > 30].mean()


def test_buyers_look_more_often_in_the_weeks_before_a_win(company):
    won = company.leads[company.leads["outcome"] == "won"].set_index("id")["outcome_at"]
    views = company.activities[company.activities["kind"].isin(["page_view", "proposal_view"])]
    days = (pd.to_datetime(views["lead_id"].map(won)) - views["at"]).dt.total_seconds() / 86_400
    assert days.between(0, 14).sum() > 1.2 * days.between(28, 42).sum()


def test_a_transcript_fits_its_call_and_holds_what_was_planted(company):
    lengths = company.activities.set_index("id")["duration_s"]
    spoken = company.conversations[company.conversations["channel"] == "call"].set_index("id")
    assert len(spoken) >= 400 * SCALE * 0.8
    for talk in spoken.itertuples():
        ends = [segment["end_s"] for segment in talk.segments]
        assert ends == sorted(ends)
        assert ends[-1] <= lengths[talk.activity_id]
    planted = pd.read_parquet(company.truth / "conversations.parquet").set_index("conversation_id")
    for key, rivals in planted["rivals"].items():
        words = " ".join(segment["text"] for segment in spoken["segments"][key])
        assert all(rival in words for rival in rivals)
        assert "{" not in words


def test_shifting_moves_everything_and_keeps_every_gap(db):
    build(db, now=NOW, scale=0.03)
    before, by = dump(db), timedelta(days=31)
    shift(db, by=by)
    assert built_on(db) == NOW.date() + by
    for name, model in BOOKS.items():
        if name not in ("lead_changes", "deal_changes", "quotas"):
            assert rows(db, model) == [moved(model, row, by) for row in before[name]], name
    told = {row[1]: row[5] for row in rows(db, LeadChange) if row[3] == "outcome_at"}
    assert told == {row[0]: said(row[14]) for row in rows(db, Lead) if row[14] is not None}
    quotas = {row[0]: row[2] for row in rows(db, Quota)}
    assert {quotas[row[0]] for row in before["quotas"] if row[2] == "2026-Q1"} == {"2026-Q2"}


def moved(model: type[Table], row: tuple[Any, ...], by: timedelta) -> tuple[Any, ...]:
    dated = (isinstance(column.type, (Instant, Date)) for column in model.__table__.columns)
    pairs = zip(row, dated, strict=True)
    return tuple(value + by if is_date and value is not None else value for value, is_date in pairs)


def test_an_empty_database_ends_on_no_day_and_cannot_be_shifted(sqlite_db):
    assert built_on(sqlite_db) is None
    version = sqlite_db.version()
    shift(sqlite_db, by=timedelta(days=3))
    assert sqlite_db.version() == version
