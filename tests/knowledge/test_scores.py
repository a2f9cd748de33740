"""Scores are replaced, dropped, and known to be stale."""

from __future__ import annotations

import pandas as pd
import pytest

from knowledge import scores
from knowledge.crm import Lead


def scored(**values: float) -> pd.DataFrame:
    rows = {id_: (value, value / 2, value * 2, [value, "Webinar", None]) for id_, value in values.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "features"])


def kept(db, model: str = "ranking") -> dict[str, float]:
    return scores.read(db, model, ["a", "b", "c", "d"])["value"].to_dict()


@pytest.fixture
def filled(db, now):
    scores.save(db, "ranking", 1, now, scored(a=0.1, b=0.2, c=0.3))
    scores.save(db, "churn", 1, now, scored(a=0.9))
    return db


def test_a_later_score_takes_the_place_of_an_earlier_one(filled, now):
    scores.save(filled, "ranking", 2, now, scored(b=0.5, d=0.4))
    assert kept(filled) == {"a": 0.1, "b": 0.5, "c": 0.3, "d": 0.4}
    row = scores.read(filled, "ranking", ["b"]).loc["b"]
    assert (row["version"], row["low"], row["high"]) == (2, 0.25, 1.0)
    assert (row["as_of"], row["features"]) == (now, [0.5, "Webinar", None])


def test_scores_of_one_model_do_not_touch_those_of_another(filled):
    scores.drop(filled, "ranking", ["a"])
    scores.forget(filled, "ranking", keep=["b"])
    assert kept(filled) == {"b": 0.2}
    assert kept(filled, "churn") == {"a": 0.9}


def test_no_scores_are_an_empty_frame_with_its_columns(filled):
    nothing = scores.read(filled, "ranking", [])
    assert nothing.empty
    assert list(nothing.columns) == list(scores.SCORE_COLUMNS)
    scores.save(filled, "ranking", 1, pd.Timestamp("2026-03-18", tz="UTC"), scored())


def test_leads_are_stale_once_however_often_they_change_and_until_they_are_scored(db):
    for changed in (["b", "a"], ["a", "c"]):
        with db.write() as session:
            scores.mark_stale(session, changed)
    assert scores.stale_ids(db, 2) == ["a", "b"]
    scores.clear_stale(db, scores.stale_marks(db, ["a", "b", "d"]))
    assert scores.stale_ids(db) == ["c"]


def test_a_lead_that_changes_while_it_is_scored_stays_stale(db):
    with db.write() as session:
        scores.mark_stale(session, ["a", "b"])
    read = scores.stale_marks(db, ["a", "b"])
    with db.write() as session:
        scores.mark_stale(session, ["a"])
    scores.clear_stale(db, read)
    assert scores.stale_ids(db) == ["a"]


def test_scores_of_other_versions_are_counted(filled, now):
    scores.save(filled, "ranking", 2, now, scored(b=0.5))
    assert scores.count_of_other_versions(filled, "ranking", 2) == 2
    assert scores.count_of_other_versions(filled, "ranking", 1) == 1
    assert scores.count_of_other_versions(filled, "churn", 1) == 0


def test_what_is_marked_in_a_transaction_that_fails_is_not_stale(db):
    with pytest.raises(RuntimeError), db.write() as session:
        scores.mark_stale(session, ["a"])
        raise RuntimeError
    assert scores.stale_ids(db) == []


def test_more_rows_than_one_write_takes_all_arrive(sqlite_db, now, monkeypatch):
    monkeypatch.setattr(scores, "ROWS_A_WRITE", 2)
    scores.save(sqlite_db, "ranking", 1, now, scored(a=0.1, b=0.2, c=0.3))
    assert kept(sqlite_db) == {"a": 0.1, "b": 0.2, "c": 0.3}


def test_open_leads_are_told_from_all_leads(db):
    with db.write() as session:
        session.add_all([Lead(id="b"), Lead(id="a", outcome="won")])
    assert scores.lead_ids(db, only_open=False) == ["a", "b"]
    assert scores.lead_ids(db, only_open=True) == ["b"]
