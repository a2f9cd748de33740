"""From the books to scores and a call list."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import insert, select, update

from knowledge import models, scores
from knowledge.crm import Activity, Lead, Person
from knowledge.database import Database
from knowledge.errors import BadInput, NotTrained
from knowledge.frames import History
from knowledge.scores import CallListEntry
from scoring import fallback, refresh, sources, training
from scoring.pace import Pace
from scoring.preferences import Preferences
from scoring.ranking import Ranking
from scoring.reach import Reach
from scoring.registry import Registry


def fill(db: Database, history: History) -> None:
    """Puts a history into the books."""
    leads, acts = history.leads, history.activities
    cells = history.attributes.to_dict("records")
    names = ("source", "country", "timezone", "owner_id", "created_at", "outcome", "outcome_at", "value")
    rows = [
        {"id": id_, "attributes": {k: v for k, v in cell.items() if v == v}, **plain(row)}
        for id_, cell, row in zip(leads.index, cells, leads[list(names)].to_dict("records"), strict=True)
    ]
    events = [
        {"id": f"A-{i}", "attributes": {}, **plain(row)}
        for i, row in enumerate(acts.drop(columns="duration_s").to_dict("records"))
    ]
    with db.write() as session:
        session.execute(insert(Person), [{"id": f"P-0{i}", "name": f"Rep {i}", "attributes": {}} for i in (1, 2)])
        session.execute(insert(Lead), rows)
        session.execute(insert(Activity), events)


def plain(row: dict[str, object]) -> dict[str, object]:
    values = {name: None if value is None or pd.isna(value) else value for name, value in row.items()}  # type: ignore[call-overload]
    return {name: v.to_pydatetime() if isinstance(v, pd.Timestamp) else v for name, v in values.items()}


@pytest.fixture
def books(sqlite_db: Database, company: History) -> Database:
    fill(sqlite_db, company)
    return sqlite_db


def listed(db: Database) -> dict[str, float]:
    with db.read() as session:
        rows = session.execute(select(CallListEntry.lead_id, CallListEntry.worth))
        return dict(rows.all())  # type: ignore[arg-type]


def test_a_company_is_trained_scored_and_put_in_order(
    books: Database, company: History, as_of: datetime, tmp_path: Path
) -> None:
    (trained,) = training.train(books, ["ranking"], as_of=as_of, now=as_of)
    assert trained.promoted
    assert "serves" in trained.statement
    json.dumps(trained.report)
    found = refresh.score(books, "ranking", as_of=as_of, out=tmp_path / "scores.csv")
    assert set(found.index) == set(company.leads.index[company.leads["outcome"] == "open"])
    assert pd.read_csv(tmp_path / "scores.csv").columns.tolist() == [
        "id",
        "score",
        "low",
        "high",
        "model_version",
        "as_of",
    ]
    some = list(found.index[:5])
    stored = scores.read(books, "ranking", some).loc[some]
    served = Registry(books).serving(Ranking)
    assert served is not None
    assert stored["value"].tolist() == found.loc[some, "score"].tolist()
    assert {len(cells) for cells in stored["features"]} == {len(served.card.features)}
    worth = found.loc[some, "score"] * company.leads.loc[some, "value"]
    assert [listed(books)[id_] for id_ in some] == pytest.approx(worth.tolist())

    # A lead that closes leaves the scores and the list; one that changes is scored anew.
    with books.write() as session:
        session.execute(update(Lead).where(Lead.id == some[0]).values(outcome="lost", outcome_at=as_of))
        scores.mark_stale(session, some[:2])
    assert scores.stale_ids(books, 10) == some[:2]
    again = refresh.rescore(books, some[:2], now=as_of + timedelta(days=20))
    assert list(again.index) == [some[1]]
    assert again["score"].iloc[0] != found.at[some[1], "score"]
    assert some[0] not in listed(books)
    assert scores.read(books, "ranking", some[:1]).empty
    assert scores.stale_ids(books, 10) == []


def test_noise_serves_nothing_and_the_list_takes_the_plain_order(
    sqlite_db: Database, noise: History, as_of: datetime
) -> None:
    fill(sqlite_db, noise)
    (trained,) = training.train(sqlite_db, ["ranking"], as_of=as_of, now=as_of)
    assert not trained.promoted
    assert fallback.STATEMENT in trained.statement
    assert refresh.score(sqlite_db, "ranking", as_of=as_of).empty
    worth = pd.Series(listed(sqlite_db))
    order = fallback.order(noise.at(as_of))
    assert worth[order.index].is_monotonic_decreasing


def test_a_model_of_other_code_gives_way_to_a_new_one_and_the_reason_is_told(books: Database, as_of: datetime) -> None:
    training.train(books, ["reach"], as_of=as_of, now=as_of)
    registry = Registry(books)
    served = registry.serving(Reach)
    assert served is not None
    del served.model.errors
    registry.save(served.model, now=as_of, as_of=as_of, fingerprint="f", report=served.card.report, serve=True)
    assert registry.serving(Reach) is None
    (trained,) = training.train(books, ["reach"], as_of=as_of, now=as_of)
    assert (trained.version, trained.promoted) == (3, True)
    assert "reach 2 was stored by another version of Callsheet (Reach lacks errors)." in trained.statement
    assert trained.report["champion"]["why"] in trained.statement
    assert registry.serving(Reach) is not None


def test_training_twice_on_the_same_books_gives_the_same_scores(books: Database, as_of: datetime) -> None:
    first, second = (training.train(books, ["reach"], as_of=as_of, now=as_of)[0] for _ in range(2))
    assert (first.version, second.version) == (1, 2)
    assert first.report | {"champion": None} == second.report | {"champion": None}


def test_models_are_made_under_the_preferences_and_one_made_under_others_is_replaced(
    books: Database, as_of: datetime
) -> None:
    tokyo = Preferences(cuts=(30.0, 60.0), default_zone="Asia/Tokyo")
    training.train(books, ["reach"], as_of=as_of, now=as_of)
    reach, _ = training.train(books, ["reach", "pace"], as_of=as_of, now=as_of, preferences=tokyo)
    assert reach.promoted
    assert "another clock" in reach.statement
    served = Registry(books).serving(Reach), Registry(books).serving(Pace)
    assert served[0] is not None
    assert served[0].model.default_zone == "Asia/Tokyo"
    assert served[1] is not None
    assert served[1].model.days == (30.0, 60.0)


def test_a_champion_meets_its_challenger_on_new_outcomes_and_stays_where_there_are_none(
    sqlite_db: Database, make_company: Callable[..., History], as_of: datetime
) -> None:
    fill(sqlite_db, make_company(600, seed=1))
    early = as_of - timedelta(days=100)
    first, second, third = (training.train(sqlite_db, as_of=at, now=as_of)[0] for at in (early, as_of, early))
    assert first.promoted
    told = second.report["champion"]
    assert told["version"] == 1
    assert told["n"] > 50
    assert set(told["log_loss"]) == {"champion", "recalibrated", "challenger"}
    assert second.promoted == (told["decision"] != "champion")
    # Nothing was decided since, or it knows less: either way what serves goes on.
    assert third.report["champion"]["decision"] == "champion"
    assert "keeps serving" in third.statement
    served = [card.version for card in models.versions(sqlite_db, "ranking") if card.serves]
    assert served == [2 if second.promoted else 1]


def test_training_that_is_killed_leaves_no_half_made_version(books: Database, as_of: datetime) -> None:
    def stop(step: str, share: float) -> None:
        if step == "training on everything" and share == 1.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train(books, as_of=as_of, now=as_of, progress=stop)
    assert models.versions(books) == []


def test_a_model_that_does_not_exist_is_named(sqlite_db: Database, as_of: datetime) -> None:
    with pytest.raises(BadInput, match="oracle"):
        training.train(sqlite_db, ["oracle"], as_of=as_of, now=as_of)


def test_an_empty_book_is_refused_not_broken(sqlite_db: Database, as_of: datetime) -> None:
    results = training.train(sqlite_db, ["ranking", "reach"], as_of=as_of, now=as_of)
    assert [result.promoted for result in results] == [False, False]
    assert refresh.score(sqlite_db, "ranking", as_of=as_of).empty
    with pytest.raises(NotTrained):
        refresh.score(sqlite_db, "reach", as_of=as_of)


def test_a_sample_of_a_large_book_is_the_same_every_time(
    books: Database, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST_RECORDS", 450)
    first, second = training.learn_from(books, as_of), training.learn_from(books, as_of)
    assert list(first.leads.index) == list(second.leads.index)
    assert 380 < len(first.leads) < 520
