"""Versions of models: numbered, kept whole, one of them serving."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from knowledge import models
from knowledge.errors import UnknownRecord


@pytest.fixture
def save(db, now):
    def one(model: str = "ranking", *, serve: bool = True, blob: bytes = b"\x00bytes\xff") -> int:
        return models.save(
            db, model, blob, trained_at=now, as_of=now - timedelta(1), fingerprint="f", features=["age_days", "source"],
            report={"auc": {"value": 0.8}}, serve=serve,
        )  # fmt: skip

    return one


def test_versions_are_numbered_by_model_and_only_one_serves(db, save):
    assert [save(), save(), save("reach"), save(serve=False)] == [1, 2, 1, 3]
    assert [(card.version, card.serves) for card in models.versions(db, "ranking")] == [
        (3, False),
        (2, True),
        (1, False),
    ]
    assert [(card.model, card.version) for card in models.versions(db)] == [
        ("ranking", 3), ("ranking", 2), ("ranking", 1), ("reach", 1),
    ]  # fmt: skip


def test_a_card_says_what_was_kept(db, now, save):
    save()
    card = models.serving(db, "ranking")
    assert (card.trained_at, card.as_of) == (now, now - timedelta(1))
    assert (card.features, card.report, card.fingerprint) == (("age_days", "source"), {"auc": {"value": 0.8}}, "f")
    assert models.blob(db, "ranking", 1) == b"\x00bytes\xff"


def test_an_earlier_version_can_serve_again(db, save, now):
    save(), save(), save("reach")
    moved = db.version()
    models.serve(db, "ranking", 1, at=now)
    assert models.serving(db, "ranking").version == 1
    assert models.serving(db, "reach").version == 1
    assert (models.serving_number(db, "ranking"), models.serving_number(db, "pace")) == (1, None)
    assert db.version() > moved


def test_a_version_that_is_not_there_is_refused_and_the_one_that_serves_goes_on(db, save, now):
    save()
    for attempt in (partial(models.serve, at=now), models.blob):
        with pytest.raises(UnknownRecord, match="ranking has no version 9; `callsheet models` lists them"):
            attempt(db, "ranking", 9)
    assert models.serving(db, "ranking").version == 1


def test_no_version_serves_where_none_was_good_enough(db, save):
    save(serve=False)
    assert models.serving(db, "ranking") is None
    assert models.serving(db, "churn") is None


def test_what_served_at_an_instant_is_known_even_where_the_clock_stands_still(db, save, now):
    save(), save(), save("reach")
    day = timedelta(days=1)
    models.serve(db, "ranking", 1, at=now + day, by="P-1")
    models.serve(db, "ranking", 2, at=now + day)
    models.serve(db, "ranking", 1, at=now + 3 * day)
    assert models.served_at(db, "ranking", now - day) is None
    served = [models.served_at(db, "ranking", now + i * day) for i in range(5)]
    assert [card.version for card in served] == [2, 2, 2, 1, 1]
    assert models.serving_since(db) == {"ranking": now + 3 * day, "reach": now}


def test_a_version_that_never_served_is_not_said_to_have_served(db, save, now):
    save(serve=False)
    assert models.served_at(db, "ranking", now) is None
    assert models.serving_since(db) == {}
