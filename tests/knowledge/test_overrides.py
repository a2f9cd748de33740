"""People's word counts while it stands, one at a time, and is judged by what came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge import overrides, scores
from knowledge.crm import Deal, Lead
from knowledge.overrides import IN_FORCE, STEP

DAY = timedelta(days=1)


@pytest.fixture
def filled(db):
    with db.write() as session:
        session.add_all([Lead(id=id_) for id_ in "abcd"])
    return db


def rate(db, lead_id, at, shift=STEP, chance=0.2, person="P-1"):
    return overrides.rate(db, lead_id, person, shift=shift, at=at, chance=chance, version=1)


def shifts(db, at, ids=None):
    return {id_: opinion.shift for id_, opinion in overrides.in_force(db, at, ids).items()}


def decide(db, lead_id, outcome, at):
    with db.write() as session:
        lead = session.get_one(Lead, lead_id)
        lead.outcome, lead.outcome_at = outcome, at


def test_a_word_counts_from_when_it_is_given_until_it_runs_out(filled, now):
    rate(filled, "a", now)
    assert shifts(filled, now - DAY) == {}
    assert shifts(filled, now) == shifts(filled, now + IN_FORCE - DAY) == {"a": STEP}
    assert shifts(filled, now + IN_FORCE) == {}


def test_the_last_word_counts_and_can_be_taken_back(filled, now):
    rate(filled, "a", now)
    rate(filled, "a", now + DAY, -STEP, person="P-2")
    overrides.clear(filled, "a", at=now + 2 * DAY)
    assert [shifts(filled, now + i * DAY) for i in range(3)] == [{"a": STEP}, {"a": -STEP}, {}]


def test_some_leads_are_asked_for_and_no_others_are_told(filled, now):
    rate(filled, "a", now)
    rate(filled, "b", now)
    assert list(overrides.in_force(filled, now, ["b", "c"])) == ["b"]
    assert overrides.in_force(filled, now, []) == {}


def test_a_lead_is_stale_whenever_what_is_said_of_it_changes(filled, now):
    def stale_since():
        found = scores.stale_ids(filled)
        scores.clear_stale(filled, scores.stale_marks(filled, found))
        return found

    rate(filled, "a", now)
    rate(filled, "b", now + DAY)
    assert stale_since() == ["a", "b"]
    overrides.clear(filled, "b", at=now + 2 * DAY)
    assert stale_since() == ["b"]
    overrides.end_expired(filled, now + IN_FORCE - DAY)
    assert stale_since() == []
    overrides.end_expired(filled, now + IN_FORCE)
    assert stale_since() == ["a"]
    overrides.end_expired(filled, now + IN_FORCE)
    assert stale_since() == []


def test_both_chances_are_graded_once_the_outcome_is_known(filled, now):
    rate(filled, "a", now, STEP)
    rate(filled, "b", now, STEP)
    rate(filled, "c", now, -STEP)
    rate(filled, "d", now, STEP)
    decide(filled, "a", "won", now + 5 * DAY)
    decide(filled, "b", "lost", now + 5 * DAY)
    with filled.write() as session:
        session.add(Deal(id="D", lead_id="c", name="deal", outcome="won", closed_at=now + 6 * DAY))
    found = {grade.lead_id: grade for grade in overrides.graded(filled, now=now + 10 * DAY)}
    assert {id_: (grade.won, grade.human_was_right) for id_, grade in found.items()} == {
        "a": (True, True), "b": (False, False), "c": (True, False),
    }  # fmt: skip
    # The odds of 0.2 are 1 to 4: doubled, 1 to 2.
    assert (found["a"].model, found["a"].human) == (0.2, pytest.approx(1 / 3))


def test_a_lead_open_for_the_whole_horizon_was_not_won_and_neither_was_one_won_after_it(filled, now):
    rate(filled, "a", now)
    rate(filled, "b", now)
    decide(filled, "b", "won", now + 95 * DAY)
    assert overrides.graded(filled, now=now + 89 * DAY) == []
    assert [grade.won for grade in overrides.graded(filled, now=now + 100 * DAY)] == [False, False]


def test_a_slip_of_the_hand_is_not_graded(filled, now):
    rate(filled, "a", now)
    rate(filled, "a", now + timedelta(minutes=2), -STEP)
    decide(filled, "a", "lost", now + 5 * DAY)
    assert [grade.human < grade.model for grade in overrides.graded(filled, now=now + 6 * DAY)] == [True]
