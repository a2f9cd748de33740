"""What every model of the catalogue keeps, on the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge import frames, models, pipeline
from knowledge.connectors import demo
from knowledge.database import Database
from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.base import Scorer
from scoring.evaluation import RATES
from scoring.refresh import AnyScorer
from scoring.registry import CATALOG, dumps, loads
from tests.company import NOW

Books = History | DealHistory
Known = Snapshot | DealSnapshot
# The books go on after what models learn from.
AS_OF = NOW - timedelta(days=60)
SCORERS = {name: kind for name, kind in CATALOG.items() if issubclass(kind, Scorer)}
# Not learnt in the company that tests share, or by chance alone: too few reps work too few leads and deals there.
HARD_TO_TELL = {"leads": ("matching", "uplift"), "deals": ("win", "closing")}
each_scorer = pytest.mark.parametrize("name", SCORERS)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Books]]:
    """The history of leads and that of deals."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('demo')}/callsheet.db")
    db.migrate()
    demo.build(db, now=NOW, scale=0.2)
    yield {"leads": frames.load(db, until=NOW), "deals": pipeline.load(db, until=NOW)}
    db.engine.dispose()


@pytest.fixture
def history(name: str, books: dict[str, Books]) -> Books:
    """What the model learns from."""
    return books[CATALOG[name].entity]


@pytest.fixture
def snapshot(history: Books) -> Known:
    return history.at(AS_OF)


@pytest.fixture(scope="module")
def fitted(books: dict[str, Books]) -> dict[str, AnyScorer]:
    return {name: kind().fit(books[kind.entity], as_of=AS_OF) for name, kind in SCORERS.items()}


@each_scorer
def test_an_unfitted_model_refuses(name: str, snapshot: Known) -> None:
    ids = snapshot.open_ids[:2]
    for ask in (SCORERS[name]().predict, SCORERS[name]().explain, SCORERS[name]().features):
        with pytest.raises(NotTrained):
            ask(snapshot, ids)


@each_scorer
def test_rows_in_another_order_and_rows_of_later_change_nothing_and_the_same_seed_says_the_same(
    name: str, history: Books, snapshot: Known, fitted: dict[str, AnyScorer]
) -> None:
    order = np.random.default_rng(0).permutation(len(history.records))
    table, born = ("leads", "created_at") if isinstance(history, History) else ("deals", "opened_at")
    shuffled = {table: history.records.iloc[order], "attributes": history.attributes.iloc[order]}
    there_then = shuffled[table][born] <= pd.Timestamp(AS_OF)
    early = replace(
        history,
        activities=history.activities[history.activities["at"] <= pd.Timestamp(AS_OF)],
        **{part: frame[there_then] for part, frame in shuffled.items()},
    )
    again = SCORERS[name]().fit(early, as_of=AS_OF)
    pd.testing.assert_frame_equal(again.predict(snapshot), fitted[name].predict(snapshot))


@each_scorer
def test_the_value_lies_in_its_interval_and_every_id_has_one(
    name: str, snapshot: Known, fitted: dict[str, AnyScorer]
) -> None:
    ids = snapshot.open_ids[::-7]
    found = fitted[name].predict(snapshot, ids)
    assert list(found.index) == list(ids)
    assert ((found["low"] <= found["value"]) & (found["value"] <= found["high"])).all()
    assert ((found["value"] > 0) & (found["value"] < 1)).all()


@each_scorer
def test_one_record_alone_is_scored_as_among_others(name: str, snapshot: Known, fitted: dict[str, AnyScorer]) -> None:
    ids = snapshot.open_ids[:5]
    alone = pd.concat([fitted[name].predict(snapshot, [id_]) for id_ in ids])
    np.testing.assert_allclose(alone, fitted[name].predict(snapshot, ids), rtol=1e-9)


@each_scorer
def test_the_chance_told_is_that_of_the_features_shown(
    name: str, snapshot: Known, fitted: dict[str, AnyScorer]
) -> None:
    model, ids = fitted[name], snapshot.open_ids[:40]
    pd.testing.assert_frame_equal(model.predict(snapshot, ids), model.judge(model.features(snapshot, ids)))


@each_scorer
def test_reasons_sum_to_the_value_on_the_log_odds(name: str, snapshot: Known, fitted: dict[str, AnyScorer]) -> None:
    ids = snapshot.open_ids[:60]
    value = fitted[name].predict(snapshot, ids)["value"]
    for id_, explanation in fitted[name].explain(snapshot, ids).items():
        total = explanation.base + sum(reason.effect for reason in explanation.reasons)
        assert total == pytest.approx(np.log(value[id_] / (1 - value[id_])), abs=1e-9)
        assert all(reason.text for reason in explanation.reasons)


@each_scorer
def test_features_are_named_and_in_order(name: str, snapshot: Known, fitted: dict[str, AnyScorer]) -> None:
    frame = fitted[name].features(snapshot, snapshot.open_ids[:4])
    assert tuple(frame.columns) == fitted[name].feature_names
    assert list(frame.index) == list(snapshot.open_ids[:4])


@each_scorer
def test_a_model_survives_being_stored(name: str, snapshot: Known, fitted: dict[str, AnyScorer]) -> None:
    stored = loads(dumps(fitted[name]))
    assert isinstance(stored, Scorer)
    pd.testing.assert_frame_equal(stored.predict(snapshot), fitted[name].predict(snapshot))


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DealHistory]:
    """The deals of the demo company as large as it is: a fifth of them tells nothing for sure."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('whole')}/callsheet.db")
    db.migrate()
    demo.build(db, now=NOW)
    yield pipeline.load(db, until=NOW)
    db.engine.dispose()


@pytest.mark.parametrize("name", [name for name, kind in CATALOG.items() if name not in HARD_TO_TELL[kind.entity]])
def test_it_beats_its_baseline_on_the_demo_company(name: str, company: Database) -> None:
    # One that does not is refused as it is trained, and one that was never trained before serves if it does.
    card = models.serving(company, name)
    assert card is not None
    assert card.report["refusal"] is None
    assert card.report["chosen"] not in RATES


@pytest.mark.parametrize("name", HARD_TO_TELL["leads"])
def test_it_beats_its_baseline_on_leads_or_says_so(name: str, books: dict[str, Books]) -> None:
    refusal = CATALOG[name].evaluate(books["leads"], as_of=NOW).refusal
    # Reps there are in touch with everyone every few days, so that one contact more or less moves little.
    assert (refusal is None) is (name != "uplift")


@pytest.mark.parametrize("name", HARD_TO_TELL["deals"])
def test_it_beats_its_baseline_on_the_deals_of_the_demo_company(name: str, deals: DealHistory) -> None:
    found = CATALOG[name].evaluate(deals, as_of=NOW)
    assert found.refusal is None
    assert not found.stands_in
