"""The ranking on a company whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.crm import OUTCOMES
from knowledge.errors import NotTrained
from knowledge.frames import History
from scoring.evaluation import Evaluation
from scoring.ranking import Ranking
from scoring.windows import Rows, labelled


@pytest.fixture(scope="module")
def ranking(company: History, as_of: datetime) -> Ranking:
    return Ranking().fit(company, as_of=as_of)


def test_it_finds_what_was_planted(ranking: Ranking, company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    chance = ranking.predict(snapshot)["value"]
    referral = snapshot.leads.loc[chance.index, "source"] == "Referral"
    assert chance[referral].mean() > 1.15 * chance[~referral].mean()


def test_reasons_sum_to_the_score_on_the_log_odds(ranking: Ranking, company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    chance = ranking.predict(snapshot)["value"]
    for id_, explanation in ranking.explain(snapshot, chance.index).items():
        total = explanation.base + sum(reason.effect for reason in explanation.reasons)
        assert total == pytest.approx(np.log(chance[id_] / (1 - chance[id_])), abs=1e-9)
        effects = [abs(reason.effect) for reason in explanation.reasons]
        assert effects == sorted(effects, reverse=True)


def test_one_subject_is_told_once(ranking: Ranking, company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    (explanation,) = ranking.explain(snapshot, snapshot.open_ids[:1]).values()
    texts = [reason.text for reason in explanation.reasons]
    assert sum("proposal" in text for text in texts) == 1


def test_free_text_and_owners_are_no_features(ranking: Ranking) -> None:
    assert "attributes.note" not in ranking.feature_names
    assert not [name for name in ranking.feature_names if "owner_id" in name]


def test_levels_never_met_and_columns_that_vanish_still_score(
    ranking: Ranking, company: History, as_of: datetime
) -> None:
    leads = company.leads.assign(source="Carrier pigeon", country=None)
    odd = replace(company, leads=leads, attributes=company.attributes[["campaign"]]).at(as_of)
    found = ranking.predict(odd)
    assert found["value"].between(0, 1, inclusive="neither").all()
    assert len(ranking.explain(odd, found.index[:2])) == 2


def test_a_status_whose_edits_nobody_recorded_is_not_learnt_from(company: History, as_of: datetime) -> None:
    leads = company.leads.assign(status=company.leads["outcome"].map(dict(zip(OUTCOMES, "abc", strict=True))))
    model = Ranking(families=("linear",)).fit(replace(company, leads=leads), as_of=as_of)
    assert "status" not in model.feature_names


def test_columns_ruled_out_are_not_learnt_from(company: History, as_of: datetime) -> None:
    model = Ranking(families=("linear",)).fit(replace(company, rules={"source": "drop"}), as_of=as_of)
    assert "source" not in model.feature_names


def test_without_dates_it_says_ever_won_and_leaves_age_out(dateless: History, as_of: datetime) -> None:
    model = Ranking(families=("linear",)).fit(dateless, as_of=as_of)
    assert model.basis == "ever won"
    assert "age_days" not in model.feature_names
    assert model.predict(dateless.at(as_of))["value"].between(0, 1).all()


def test_a_handful_of_leads_cannot_be_learnt_from(company: History, as_of: datetime) -> None:
    with pytest.raises(NotTrained, match="too few"):
        Ranking().fit(company, as_of=as_of - timedelta(days=329))


def test_recalibrated_it_keeps_its_members_and_its_reasons_still_add_up(company: History, as_of: datetime) -> None:
    early = Ranking(families=("linear",)).fit(company, as_of=as_of - timedelta(days=120))
    rows = labelled(company, as_of=as_of, horizon=early.horizon)
    often = replace(rows, won=np.maximum(rows.won, (np.arange(len(rows)) % 2).astype(float)))
    later = early.recalibrated(often)
    assert later.members is early.members
    assert later.until == rows.time.max() > early.until
    fresh = rows.take(rows.time > early.until)
    assert later.chances(fresh).mean() > early.chances(fresh).mean() + 0.1
    snapshot = company.at(as_of)
    (id_, *_), value = snapshot.open_ids, later.predict(snapshot)["value"]
    told = later.explain(snapshot, [id_])[id_]
    total = told.base + sum(reason.effect for reason in told.reasons)
    assert total == pytest.approx(np.log(value[id_] / (1 - value[id_])), abs=1e-9)


def test_a_few_new_outcomes_recalibrate_nothing(company: History, as_of: datetime) -> None:
    model = Ranking(families=("linear",)).fit(company, as_of=as_of)
    rows = labelled(company, as_of=as_of, horizon=model.horizon)
    assert model.recalibrated(rows) is model
    assert model.recalibrated(rows.take(np.zeros(len(rows), dtype=bool))) is model


@pytest.mark.usefixtures("in_earnest")
def test_what_holds_no_longer_is_believed_less_where_the_order_in_time_shows_it() -> None:
    random = np.random.default_rng(0)
    n = 2400
    # How well a lead fits tells always; a fad turns every hundred leads, and the leads to come are each of their own.
    fit, fad, era = random.normal(size=n), random.normal(size=n), np.arange(n) // 100
    turn = np.where(np.arange(n) < 2000, random.choice([-2.0, 2.0], 24)[era], random.choice([-2.0, 2.0], n))
    won = (random.random(n) < 1 / (1 + np.exp(-fit - turn * fad))).astype(float)
    frame = pd.DataFrame({"fit": fit, "fad": fad, "era": era.astype(float)})
    nothing, ids = np.full(n, np.nan), np.array([f"L-{i:04}" for i in range(n)], dtype=object)
    rows = Rows(frame, won, ids, np.arange(float(n)), nothing, nothing, "ever won")
    known, new = rows.take(np.arange(n) < 2000), rows.take(np.arange(n) >= 2000)
    loss = []
    for teaches in (known, replace(known, time=np.full(2000, np.nan))):
        said = Ranking().learn(teaches).chances(new)
        loss.append(-np.log(np.where(new.won == 1, said, 1 - said)).mean())
    assert loss[0] < loss[1] - 0.03


def test_it_says_when_it_can_no_longer_serve(ranking: Ranking, company: History, as_of: datetime) -> None:
    found = Evaluation("ranking", "time", 0, 0.0, {}, {}, basis=ranking.basis)
    assert ranking.outdated(company, as_of=as_of, found=found) is None
    without = replace(company, attributes=company.attributes.drop(columns="employees"))
    assert "employees" in str(ranking.outdated(without, as_of=as_of, found=found))
    dropped = replace(company, rules={"source": "drop"})
    assert "source" in str(ranking.outdated(dropped, as_of=as_of, found=found))
    assert "time" in str(ranking.outdated(company, as_of=as_of, found=replace(found, basis="ever won")))


def test_intervals_cover_the_truth_about_as_often_as_they_say(
    make_company: Callable[..., History], as_of: datetime
) -> None:
    truth = _company_with_chances(make_company)
    model = Ranking(families=("linear",)).fit(truth[0], as_of=as_of)
    found = model.predict(truth[0].at(as_of), truth[1].index)
    covered = ((found["low"] <= truth[1]) & (truth[1] <= found["high"])).mean()
    assert 0.8 <= covered <= 1.0


def _company_with_chances(make_company: Callable[..., History]) -> tuple[History, pd.Series]:
    """A dateless company in which each lead's true chance follows from its columns and something unseen."""
    random = np.random.default_rng(5)
    history = make_company(1500, seed=5)
    seen, unseen = random.normal(size=1500), random.normal(size=1500)
    chance = pd.Series(1 / (1 + np.exp(1 - 1.2 * seen - 0.85 * unseen)), index=history.leads.index)
    outcome = np.where(random.random(1500) < chance, "won", "lost").astype(object)
    outcome[:300] = "open"
    leads = history.leads.assign(outcome=outcome, sequence=np.arange(1500.0))
    never = pd.Series(pd.NaT, index=leads.index, dtype="datetime64[us, UTC]")
    leads = leads.assign(created_at=never, outcome_at=never)
    attributes = pd.DataFrame({"fit": seen}, index=leads.index).astype(object)
    return replace(history, leads=leads, attributes=attributes), chance[:300]
