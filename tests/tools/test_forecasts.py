from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from knowledge import calendar, forecasts
from knowledge.connectors import demo
from knowledge.crm import Deal, DealChange, Person, Quota
from knowledge.forecasts import ForecastRow
from tests.company import NOW, Books
from tools import charts, projections
from tools.accuracy import ForecastAccuracy, Graded, forecast_accuracy, head
from tools.base import Refusal
from tools.forecast_facts import PastForecast, SalesForecast, Split
from tools.forecast_words import Words
from tools.forecasts import forecast_sales

CLOSE = 1.0
AMOUNT = re.compile(r"[+-]?\$[\d,]+")


def forecast(books: Books, role: str = "manager", **arguments: object) -> SalesForecast:
    result = forecast_sales(books.ctx(books.person(role)), **arguments)
    assert isinstance(result, SalesForecast), result.text
    return result


def test_the_interval_holds_the_middle_and_what_is_booked(books: Books) -> None:
    total = forecast(books).total
    assert 0 < total.booked <= total.p10 <= total.p50 <= total.p90


def test_people_teams_segments_and_products_add_up_to_the_whole(books: Books) -> None:
    found = forecast(books, "admin")
    for groups in (found.by_person, found.by_team, found.by_segment, found.by_product):
        assert sum(each.expected for each in groups) == pytest.approx(found.total.expected)
        assert sum(each.booked for each in groups) == pytest.approx(found.total.booked)


@pytest.mark.parametrize("by", ["rep", "team", "segment", "product"])
def test_groups_are_told_by_what_was_asked_and_only_then(books: Books, by: Split) -> None:
    found = forecast(books, "admin", by=by)
    told = [each.name for each in found.groups if each.p90 > 0]
    bullets = [line for line in found.text.split("\n") if line.startswith("• ")]
    assert [line.removeprefix("• ").split(":")[0] for line in bullets] == told[:12]
    assert len(told) > 1
    assert "• " not in forecast(books, "admin").text


def test_what_cannot_be_split_says_so(books: Books) -> None:
    assert "It is all of one team." in forecast(books, "rep", by="team").text
    assert "is told to managers" in forecast(books, "rep", by="rep").text


def test_the_bridge_leads_from_last_week_to_today(books: Books) -> None:
    found = forecast(books)
    assert found.week_ago is not None
    assert found.week_ago + sum(step.amount for step in found.bridge) == pytest.approx(found.total.expected)


def test_what_is_told_of_the_bridge_adds_up(books: Books) -> None:
    for period in ("this quarter", "next quarter", "this month"):
        told = forecast(books, "admin", period=period).text.split("\n")
        line = next(each for each in told if "went from" in each)
        before, after, *parts = (int(re.sub(r"[$,]", "", each)) for each in AMOUNT.findall(line))
        assert parts
        assert before + sum(parts) == pytest.approx(after, abs=len(parts) + 1)


def test_a_deal_won_since_and_a_slip_have_their_own_part_of_the_bridge(books: Books) -> None:
    before = {step.name: step.amount for step in forecast(books, "admin").bridge}
    with books.db.write() as session:
        opened = NOW - timedelta(days=40)
        query = select(Deal).where(Deal.outcome == "open", Deal.opened_at < opened, Deal.amount.is_not(None))
        deal = session.scalars(query.order_by(Deal.id)).first()
        assert deal is not None
        deal.outcome, deal.closed_at, deal.amount = "won", NOW - timedelta(days=2), 500_000
    after = {step.name: step.amount for step in forecast(books, "admin").bridge}
    assert after["won"] - before["won"] > 200_000


def test_a_rep_hears_of_no_colleague(books: Books) -> None:
    found = forecast(books, "rep")
    names = [person.name for person in books.roster.people if person.id != books.person("rep").id]
    assert found.by_person == found.by_team == ()
    assert not [name for name in names if name in found.text]
    with books.db.read() as session:
        owners = set(session.scalars(select(Deal.owner_id).where(Deal.id.in_([deal.deal_id for deal in found.deals]))))
    assert owners <= {books.person("rep").id}


def test_a_colleague_s_forecast_is_refused(books: Books) -> None:
    rep = books.person("rep")
    refused = forecast_sales(books.ctx(rep), owner=books.rival(rep, same_team=True).name)
    assert isinstance(refused, Refusal)


def test_the_quota_of_a_team_is_the_sum_of_its_people_s(books: Books) -> None:
    found, manager = forecast(books), books.person("manager")
    members = [person.id for person in books.roster.members(books.roster.teams_of(manager))]
    with books.db.read() as session:
        amounts = session.scalars(
            select(Quota.amount).where(Quota.person_id.in_([*members, manager.id]), Quota.period == "2026-Q1")
        )
        assert found.quota == pytest.approx(float(sum(amounts)))
    assert found.quota_chance is not None
    assert 0 <= found.quota_chance <= 1


def test_a_month_s_quota_is_a_part_of_the_quarter_s_and_says_so(books: Books) -> None:
    found = forecast(books, period="this month")
    assert found.quota
    assert "by days" in found.text


def test_a_quarter_without_a_year_that_is_over_is_the_one_to_come(books: Books) -> None:
    assert forecast(books, period="Q4").period == "2026-Q4"
    assert isinstance(forecast_sales(books.ctx(books.person("manager")), period="2025-Q4"), PastForecast)


def test_a_period_further_ahead_is_less_sure(books: Books) -> None:
    near, far = (forecast(books, "admin", period=words) for words in ("this month", "next quarter"))
    assert far.total.booked == 0
    assert far.total.p90 - far.total.p10 > near.total.p90 - near.total.p10
    assert far.to_come > near.to_come


def test_a_past_period_says_what_was_booked_and_what_would_have_been_told(books: Books) -> None:
    result = forecast_sales(books.ctx(books.person("admin")), period="last quarter")
    assert isinstance(result, PastForecast), result.text
    assert result.came > 0
    assert result.told is not None
    assert not result.was_kept
    assert "What was known on" in result.text


def test_an_answer_is_five_lines_without_the_words_of_those_who_train_models(books: Books) -> None:
    for role in ("rep", "manager"):
        told = forecast(books, role).text
        assert len(told.split("\n")) <= 5
        for word in ("interval", "stage conversion", "signal", "expected sum"):
            assert word not in told


def test_every_amount_in_the_text_is_a_fact_of_the_result(books: Books) -> None:
    found = forecast(books)
    facts = [getattr(found.total, name) for name in ("p10", "p50", "p90", "booked", "expected")]
    facts += [found.quota or 0, found.stage_conversion, found.last_period, found.to_come, found.week_ago or 0]
    facts += [(found.quota or 0) - found.total.p50, (found.quota or 0) - found.total.booked]
    facts += [step.amount for step in found.bridge] + [deal.worth for deal in found.deals]
    assert "last quarter brought" in found.text
    assert "P50" not in found.text
    for told in re.findall(r"\$([\d,]+)", found.text):
        assert any(abs(abs(fact) - float(told.replace(",", ""))) <= CLOSE for fact in facts), told


def test_what_was_told_is_kept_once_a_day_and_graded_when_the_period_is_over(books: Books) -> None:
    forecast(books, "admin")
    forecast(books, "admin")
    with books.db.read() as session:
        rows = list(session.scalars(select(ForecastRow).where(ForecastRow.scope == "all")))
    assert len(rows) == 1
    assert rows[0].actual is None
    later = rows[0].end + timedelta(days=10)
    came = books.ctx(books.person("admin"), at=later)
    past = forecast_sales(came, period="last quarter")
    assert isinstance(past, PastForecast), past.text
    assert past.was_kept
    (graded,) = forecasts.told(books.db, "all")
    assert graded.actual == pytest.approx(past.came)
    assert graded.p50 == pytest.approx(past.told.p50 if past.told else None)


def test_a_company_moved_to_another_day_has_forgotten_what_was_told_before(books: Books) -> None:
    forecast(books, "admin")
    assert forecasts.told(books.db, "all")
    demo.shift(books.db, by=timedelta(days=3))
    assert not forecasts.told(books.db, "all")


def test_without_a_trained_forecast_stage_conversion_serves_and_says_so(books: Books) -> None:
    books.retire_quietly("forecast")
    found = forecast(books)
    assert found.told_by == "stage conversion"
    assert "how deals of each stage usually end, as no trained forecast serves" in found.text
    assert found.total.expected == pytest.approx(found.stage_conversion, rel=1e-6)


def test_empty_books_have_a_forecast_of_nothing(books: Books) -> None:
    with books.db.write() as session:
        session.execute(update(Deal).values(opened_at=None, outcome="open", closed_at=None))
    found = forecast(books, "admin")
    assert found.total.p90 == 0
    assert found.deals == ()


def test_the_chart_shows_the_sentence_it_stands_under(books: Books) -> None:
    (file,) = forecast(books).files
    assert file.content.startswith(b"\x89PNG")
    assert "80 % sure" in file.title
    row = charts.Range("Ana <b>", 1.0, 2.0, 3.0, 4.0, 5.0)
    figure = charts.ranges([row], "Told", told=lambda value: f"{value:.0f}", certain="booked", aim="quota")
    assert "Told" in charts.svg(figure)


def accuracy(books: Books, role: str, **arguments: object) -> ForecastAccuracy:
    result = forecast_accuracy(books.ctx(books.person(role)), **arguments)
    assert isinstance(result, ForecastAccuracy), result.text
    return result


def test_past_quarters_are_told_from_what_was_known_then(books: Books) -> None:
    found = accuracy(books, "admin")
    assert [each.period for each in found.graded] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert "\n• Q4 2025: $" in found.text
    assert found.inside == sum(each.p10 <= each.came <= each.p90 for each in found.graded)
    with books.db.write() as session:
        # What a deal brought in the last quarter is not known in the ones before.
        session.execute(
            update(Deal).where(Deal.outcome == "won", Deal.closed_at > NOW - timedelta(days=100)).values(outcome="lost")
        )
    again = accuracy(books, "admin")
    assert again.graded[0] == found.graded[0]
    assert again.graded[-1].came <= found.graded[-1].came


def test_a_rep_s_own_word_is_the_rep_s_alone_and_a_manager_sees_the_team_s(books: Books) -> None:
    rep = books.person("rep")
    assert {each.person for each in accuracy(books, "rep").own_words} <= {rep.name}
    team = {person.name for person in books.roster.members(books.roster.teams_of(books.person("manager")))}
    told = {each.person for each in accuracy(books, "manager").own_words}
    assert told <= team
    assert len(told) >= 3


def test_what_to_make_of_a_forecast_comes_first_and_people_like_everyone_share_a_line(books: Books) -> None:
    for role in ("rep", "manager", "admin"):
        found = accuracy(books, role)
        first = found.text.split("\n")[0]
        assert first.startswith(("Go by ", "Expect rather "))
        assert not re.search(r"interval|stage conversion|error", found.text)
    assert found.own_lines == [line for line in found.text.split("\n") if line in found.own_lines]
    assert len(found.own_lines) < len(found.own_words)
    assert all(each.person in " ".join(found.own_lines) for each in found.own_words)


@pytest.mark.parametrize(
    ("bias", "inside", "said"),
    [
        (0.18, 2, "Expect rather less than a forecast says: all in all they were 18 % too high; 2 of 4"),
        (-0.2, 3, "Expect rather more than a forecast says: all in all they were 20 % too low; 3 of 4"),
        (0.01, 4, "Go by the forecasts: 4 of 4"),
        (0.01, 2, "Go by the middle of a forecast more than by its ends: 2 of 4"),
    ],
)
def test_forecasts_that_were_off_are_to_be_read_so(bias: float, inside: int, said: str) -> None:
    graded = Graded(period="2026-Q1", told_on="1 Feb 2026", p10=1, p50=2, p90=3, came=2, source="kept")
    assert head(Words("USD", "", "yours"), (graded,) * 4, inside, bias).startswith(said)


def test_two_people_are_not_compared(books: Books) -> None:
    manager = books.person("manager")
    with books.db.write() as session:
        from knowledge.crm import Person

        team = select(Person.id).where(Person.team_id == books.person("rep").team_id, Person.role == "rep")
        session.execute(update(Person).where(Person.id.in_(list(session.scalars(team))[2:])).values(team_id=None))
    del books.__dict__["roster"]
    found = forecast_accuracy(books.ctx(manager))
    assert isinstance(found, ForecastAccuracy), found.text
    assert found.own_words == ()


def test_who_left_and_books_nothing_any_more_has_no_row(books: Books) -> None:
    before = forecast(books, "admin", period="next quarter").by_person
    leaver = books.person("rep", 1)
    with books.db.write() as session:
        session.execute(update(Person).where(Person.id == leaver.id).values(active=False))
        session.execute(
            delete(DealChange).where(DealChange.deal_id.in_(select(Deal.id).where(Deal.owner_id == leaver.id)))
        )
        old = NOW - timedelta(days=300)
        session.execute(
            update(Deal).where(Deal.owner_id == leaver.id).values(outcome="lost", opened_at=old, closed_at=old)
        )
    after = forecast(Books(books.db), "admin", period="next quarter").by_person
    assert leaver.name in {each.name for each in before}
    assert {each.name for each in after} == {each.name for each in before} - {leaver.name}
    with books.db.write() as session:
        session.execute(update(Person).where(Person.id == leaver.id).values(active=True))
    back = forecast(Books(books.db), "admin", period="next quarter").by_person
    assert next(each for each in back if each.name == leaver.name).expected == 0


def test_one_forecast_a_week_is_kept_whoever_asks_or_not_and_however_many_keep_it(books: Books) -> None:
    def kept_at(at: datetime) -> int:
        return projections.keep_weekly(replace(Books(books.db).services, clock=lambda: at))

    def rows() -> list[tuple[datetime, str]]:
        with books.db.read() as session:
            return [tuple(row) for row in session.execute(select(ForecastRow.at, ForecastRow.scope))]

    zones = {calendar.zone(person.timezone or "UTC") for person in books.roster.people if person.active}
    quarters = {calendar.period("this quarter", NOW, zone).end for zone in zones}
    assert kept_at(NOW) == len(quarters)
    first = rows()
    assert {scope for _, scope in first} >= {"all", f"person:{books.person('rep').id}"}
    assert [kept_at(NOW + timedelta(hours=hours)) for hours in (0, 1, 30)] == [0, 0, 0]
    assert rows() == first
    assert kept_at(NOW + timedelta(days=7)) == len(quarters)
    assert len(rows()) == 2 * len(first)


def test_two_that_keep_the_same_forecast_at_once_keep_it_once(books: Books) -> None:
    forecast(books)
    with books.db.read() as session:
        row = session.scalars(select(ForecastRow).where(ForecastRow.scope == "all")).first()
        assert row is not None
        again = forecasts.Kept(
            row.at, row.start, row.end, row.scope, row.owner_ids, 1.0, 2.0, 3.0, 2.0, 0.0, 2.0, row.version
        )
    forecasts.keep(books.db, [again, again])
    (held,) = forecasts.told(books.db, "all")
    assert held.p10 == row.p10
