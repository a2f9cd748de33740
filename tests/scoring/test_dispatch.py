"""New leads find their rep by themselves only where a manager said so; hot ones do not lie for long."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from knowledge import holdouts, languages, notices, pool, proposals, staff, standing
from knowledge.crm import Absence, Activity, Assignment, Lead
from knowledge.crm import Person as PersonRow
from knowledge.database import Database
from knowledge.scores import CallListEntry
from knowledge.standing import Kind
from scoring.dispatch import Dispatcher, Rules
from scoring.registry import Registry
from tests.company import NOW, Books

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEAMS = ("T-1", "T-2", "T-3")


@pytest.fixture
def books(company_file: Path, tmp_path: Path) -> Iterator[Books]:
    """The demo company, all of whose leads have an owner."""
    shutil.copy(company_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    with db.write() as session:
        session.execute(update(Lead).where(Lead.owner_id.is_(None)).values(owner_id="P-01"))
    yield Books(db)
    db.engine.dispose()


def dispatcher(books: Books, hold_out: float = 0.0) -> Dispatcher:
    return Dispatcher(books.db, Registry(books.db), Rules(hold_out=hold_out))


def switch_on(books: Books, kind: Kind, *teams: str) -> None:
    for team_id in teams:
        standing.switch(books.db, team_id=team_id, kind=kind, on=True, by="M", at=NOW)


def arrive(books: Books, *ids: str, country: str = "GB", language: str = "en") -> None:
    with books.db.write() as session:
        session.add_all(
            Lead(id=id_, name=id_, created_at=NOW, country=country, language=language, source="Referral", value=9_000)
            for id_ in ids
        )


def reps(books: Books, *teams: str) -> set[str]:
    found = staff.reps(books.db, NOW)
    return set(found.index[found["team_id"].isin(teams)])


def test_a_new_lead_is_given_to_a_rep_of_its_territory_at_once(books: Books, caplog: pytest.LogCaptureFixture) -> None:
    switch_on(books, "assign", *TEAMS)
    arrive(books, "new")
    with caplog.at_level(logging.INFO, logger="scoring.dispatch"):
        found = dispatcher(books).assign_new(NOW)
    (gift,) = found.given
    assert books.owner_of("new") == gift.to_id
    assert gift.to_id in reps(books, "T-3")
    assert (found.gathered, found.left) == ((), 0)
    assert 0 < gift.facts["chance"] < 1
    assert gift.facts["value"] == pytest.approx(gift.facts["chance"] * 9_000, rel=1e-3)
    (record,) = caplog.records
    assert (vars(record)["action"], vars(record)["lead"], vars(record)["to"]) == ("lead_given", "new", gift.to_id)
    assert [notice.person_id for notice in notices.take(books.db, NOW)] == [gift.to_id]


def test_it_goes_to_who_speaks_its_language(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    arrive(books, *(f"new {n}" for n in range(6)), country="DE", language="Deutsch")
    speak = {person for person, known in staff.reps(books.db, NOW)["languages"].items() if "de" in known}
    given = {gift.to_id for gift in dispatcher(books).assign_new(NOW).given}
    assert given
    assert given <= speak & reps(books, "T-3")
    assert languages.code("Deutsch") == "de"


def test_without_a_rule_new_leads_wait_in_one_proposal_for_each_team(books: Books) -> None:
    switch_on(books, "assign", "T-3")
    arrive(books, "british")
    arrive(books, "brazilian", "another", country="BR", language="pt")
    jobs = dispatcher(books)
    found = jobs.assign_new(NOW)
    assert [gift.lead_id for gift in found.given] == ["british"]
    (made,) = (proposals.read(books.db, id_) for id_ in found.gathered)
    assert (made.kind, made.status, made.by, made.team_ids) == ("arrivals", "pending", None, ("T-1",))
    assert {move.lead_id for move in made.moves} == {"brazilian", "another"}
    assert books.owner_of("another") is None
    assert jobs.assign_new(NOW).gathered == ()
    proposals.approve(books.db, made.id, by="M", at=NOW)
    assert books.owner_of("another") in reps(books, "T-1")


def test_switching_the_rule_on_gives_away_what_waits(books: Books) -> None:
    arrive(books, "new")
    jobs = dispatcher(books)
    assert len(jobs.assign_new(NOW).gathered) == 1
    switch_on(books, "assign", *TEAMS)
    assert [gift.lead_id for gift in jobs.assign_new(NOW).given] == ["new"]


def test_nothing_is_looked_at_twice_while_nothing_changes(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    arrive(books, "new")
    jobs = dispatcher(books)
    jobs.assign_new(NOW)
    asked: list[object] = []
    monkeypatch.setattr(pool, "unowned", lambda *args: asked.append(args) or [])
    jobs.assign_new(NOW + timedelta(minutes=1))
    assert asked == []
    jobs.assign_new(NOW + HOUR)
    assert len(asked) == 1


def test_a_place_that_the_last_plan_priced_high_is_kept_for_better_leads(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    arrive(books, "new")
    cheap, *dear = sorted(reps(books, "T-3"))
    figures = {"prices": dict.fromkeys(dear, 5.0)}
    proposals.create(
        books.db, kind="plan", by="M", at=NOW, team_ids=["T-3"], arguments={}, figures=figures, moves=[]
    )  # fmt: skip
    (gift,) = dispatcher(books).assign_new(NOW).given
    assert (gift.to_id, gift.facts["price"]) == (cheap, 0.0)
    assert gift.facts["margin"] == pytest.approx(5.0)


def test_an_older_plan_of_several_teams_says_nothing_of_a_team_that_has_a_newer_one(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    arrive(books, "new", country="BR")
    cheap, *dear = sorted(reps(books, "T-1"))
    for teams, at, prices in (
        (TEAMS, NOW - DAY, dict.fromkeys(dear, 0.0) | {cheap: 50.0}),
        (("T-1",), NOW - HOUR, dict.fromkeys(dear, 5.0) | {cheap: 0.0}),
    ):
        figures = {"prices": prices}
        proposals.create(
            books.db, kind="plan", by="M", at=at, team_ids=teams, arguments={}, figures=figures, moves=[]
        )  # fmt: skip
    (gift,) = dispatcher(books).assign_new(NOW).given
    assert (gift.to_id, gift.facts["price"]) == (cheap, 0.0)


def test_reps_without_a_team_are_given_leads_under_a_rule_of_their_own(books: Books) -> None:
    arrive(books, "new", country="NZ")
    alone, *others = sorted(reps(books, *TEAMS))
    with books.db.write() as session:
        session.execute(update(PersonRow).where(PersonRow.id == alone).values(team_id=None, max_leads=None))
        session.execute(update(PersonRow).where(PersonRow.id.in_(others)).values(max_leads=0))
    standing.switch(books.db, team_id=None, kind="assign", on=True, by="M", at=NOW)
    assert [gift.to_id for gift in dispatcher(books).assign_new(NOW).given] == [alone]


def test_some_leads_go_in_turn_and_are_kept_apart(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    ids = [f"new {n}" for n in range(5)]
    arrive(books, *ids)
    given = dispatcher(books, hold_out=1.0).assign_new(NOW).given
    assert {gift.to_id for gift in given} == reps(books, "T-3")
    assert {arm.unit: arm.arm for arm in holdouts.arms(books.db)} == dict.fromkeys(ids, "today")
    assert {gift.arm for gift in given} == {"today"}


def test_where_there_is_no_room_a_lead_is_left_to_everyone(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    arrive(books, "new")
    with books.db.write() as session:
        session.execute(update(PersonRow).where(PersonRow.team_id == "T-3").values(max_leads=0))
    found = dispatcher(books).assign_new(NOW)
    assert (found.given, found.gathered, found.left) == ((), (), 1)


def test_without_a_model_the_one_with_the_fewest_leads_is_next(books: Books) -> None:
    switch_on(books, "assign", *TEAMS)
    books.retire("ranking")
    arrive(books, "new")
    held = staff.reps(books.db, NOW)
    held = held[held["team_id"] == "T-3"]["open_leads"]
    (gift,) = dispatcher(books).assign_new(NOW).given
    assert held[gift.to_id] == held.min()


@pytest.fixture
def hot(books: Books) -> str:
    """The most worthy lead that may be called, given to its owner this Monday morning and not touched since."""
    callable_ = select(CallListEntry.lead_id).where(CallListEntry.blocked == "", CallListEntry.owner_id.is_not(None))
    best = callable_.join(Lead, Lead.id == CallListEntry.lead_id).where(Lead.language == "en")
    with books.db.write() as session:
        lead_id = session.scalars(best.order_by(CallListEntry.worth.desc())).first()
        assert lead_id is not None
        session.execute(Activity.__table__.delete().where(Activity.lead_id == lead_id))  # type: ignore[attr-defined]
        running = (Assignment.lead_id == lead_id) & Assignment.end.is_(None)
        session.execute(update(Assignment).where(running).values(start=NOW - 3 * DAY))
    return lead_id


def taken(books: Books, hot: str, jobs: Dispatcher, at_hours: float) -> bool:
    return hot in [each.lead_id for each in jobs.take_back(NOW + at_hours * HOUR)]


def test_an_untouched_hot_lead_goes_back_to_the_pool_only_under_the_rule(books: Books, hot: str) -> None:
    owner, jobs = books.owner_of(hot), dispatcher(books)
    assert not taken(books, hot, jobs, 0)
    switch_on(books, "take_back", *TEAMS)
    assert taken(books, hot, jobs, 0)
    assert books.owner_of(hot) is None
    told = notices.take(books.db, NOW)
    assert (owner, "assignment_news", {"lead": hot}) in [(each.person_id, each.tool, each.args) for each in told]


def test_it_stays_as_long_as_its_owner_could_not_work_on_it_for_four_hours(books: Books, hot: str) -> None:
    switch_on(books, "take_back", *TEAMS)
    owner = books.owner_of(hot)
    with books.db.write() as session:
        session.add(Absence(id="AB-9", person_id=owner, start=(NOW - 9 * DAY).date(), end=NOW.date()))
    assert not taken(books, hot, dispatcher(books), 2)
    assert taken(books, hot, dispatcher(books), 32)


def test_who_let_a_lead_lie_does_not_get_it_again_and_twice_is_enough(books: Books, hot: str) -> None:
    for kind in standing.KINDS:
        switch_on(books, kind, *TEAMS)
    jobs, owners = dispatcher(books), [books.owner_of(hot)]
    for day in (0, 7):
        assert taken(books, hot, jobs, 24 * day)
        jobs.assign_new(NOW + day * DAY)
        owners.append(books.owner_of(hot))
    assert None not in owners
    assert len(set(owners)) == 3
    assert not taken(books, hot, jobs, 24 * 14)
