"""A score's change is split without a rest, and each part is what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from knowledge.frames import History
from scoring.movement import Movement, movement
from scoring.ranking import Ranking
from tests.scoring.conftest import AS_OF, Company

OPEN = 40


@pytest.fixture(scope="module")
def models(company: History) -> tuple[Ranking, Ranking]:
    """What served before, and what serves now."""
    earlier = AS_OF - timedelta(days=60)
    return Ranking().fit(company, as_of=earlier), Ranking().fit(company, as_of=AS_OF)


@pytest.fixture(scope="module")
def other_company(make_company: Company) -> History:
    return make_company(300, seed=5)


def of_one(history: History, lead_id: str) -> History:
    """What is loaded for one lead."""
    return replace(
        history,
        leads=history.leads.loc[[lead_id]],
        attributes=history.attributes.loc[[lead_id]],
        activities=history.activities[history.activities["lead_id"] == lead_id].reset_index(drop=True),
        changes=history.changes[history.changes["lead_id"] == lead_id],
    )


def score(model: Ranking, history: History, lead_id: str, at: datetime) -> float:
    return float(logit(model.predict(history.at(at), [lead_id])["value"].iloc[0]))


def with_call(history: History, lead_id: str, at: datetime) -> History:
    row = {"kind": "call", "at": at, "recorded_at": at, "lead_id": lead_id, "direction": "outbound"}
    call = pd.DataFrame([{**row, "disposition": "reached"}]).reindex(columns=history.activities.columns)
    added = pd.concat([history.activities, call.astype(history.activities.dtypes.to_dict())], ignore_index=True)
    return replace(history, activities=added.sort_values("at", kind="stable", ignore_index=True))


def came_in(history: History, lead_id: str) -> datetime:
    at: pd.Timestamp = history.leads["created_at"][lead_id]
    return at.to_pydatetime()


def moved(
    history: History,
    lead_id: str,
    days: float,
    models: tuple[Ranking, Ranking],
    shifts: tuple[float, float] = (0.0, 0.0),
) -> Movement:
    since = max(AS_OF - timedelta(days=days), came_in(history, lead_id))
    return movement(of_one(history, lead_id), lead_id, since=since, then=models[0], now=models[1], shifts=shifts)


@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_the_parts_sum_to_the_change(
    models: tuple[Ranking, Ranking], other_company: History, data: st.DataObject
) -> None:
    lead_id = data.draw(st.sampled_from(sorted(other_company.leads.index)[-OPEN:]))
    days = data.draw(st.floats(0, 90))
    shifts = data.draw(st.tuples(*[st.sampled_from([-0.7, 0.0, 0.7])] * 2))
    history = with_call(other_company, lead_id, AS_OF - timedelta(days=data.draw(st.floats(0, 30))))
    found = moved(history, lead_id, days, models, shifts)
    assert found.total == pytest.approx(found.after - found.before, abs=1e-9)
    since = max(AS_OF - timedelta(days=days), came_in(history, lead_id))
    assert found.before == pytest.approx(score(models[0], history, lead_id, since) + shifts[0], abs=1e-6)
    assert found.after == pytest.approx(score(models[1], history, lead_id, AS_OF) + shifts[1], abs=1e-6)


def test_where_nothing_happened_only_time_passed(models: tuple[Ranking, Ranking], other_company: History) -> None:
    lead_id = sorted(other_company.leads.index)[-30]
    since = AS_OF - timedelta(hours=12)
    acts = other_company.activities
    quiet = replace(other_company, activities=acts[(acts["lead_id"] != lead_id) | (acts["at"] < since)])
    found = moved(quiet, lead_id, 0.5, (models[1], models[1]))
    assert found.facts == ()
    assert (found.model, found.override) == (0.0, 0.0)
    assert sum(part.effect for part in found.time) == pytest.approx(found.after - found.before, abs=1e-9)


def test_a_new_fact_is_named_with_what_was_read_before(models: tuple[Ranking, Ranking], other_company: History) -> None:
    lead_id = sorted(other_company.leads.index)[-30]
    called = with_call(other_company, lead_id, AS_OF - timedelta(hours=1))
    parts = {part.subject: part for part in moved(called, lead_id, 0.5, (models[1], models[1])).facts}
    spoke = parts["conversation"]
    assert "spoke with us" in spoke.text or "spoken with us" in spoke.text
    # The record itself did not change: where it came from is told as no new fact.
    assert all(part.text == "" for subject, part in parts.items() if subject in ("source", "country", "value"))


def test_another_model_alone_is_all_of_the_change(models: tuple[Ranking, Ranking], other_company: History) -> None:
    lead_id = sorted(other_company.leads.index)[-30]
    found = moved(other_company, lead_id, 0.0, models)
    assert (found.time, found.facts) == ((), ())
    assert found.model == pytest.approx(found.after - found.before, abs=1e-9)
    assert found.model != 0


def test_what_people_said_is_a_part_of_its_own(models: tuple[Ranking, Ranking], other_company: History) -> None:
    lead_id = sorted(other_company.leads.index)[-30]
    found = moved(other_company, lead_id, 0.0, (models[1], models[1]), shifts=(-0.7, 0.7))
    assert found.override == pytest.approx(1.4)
    assert found.after - found.before == pytest.approx(1.4)
