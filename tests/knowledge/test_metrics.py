"""Every metric against a slow and obvious computation, and by hand where money and dates are tricky."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from knowledge import metrics
from knowledge.calendar import period
from knowledge.connectors import demo
from knowledge.crm import Account, Activity, Deal, Lead, Person, Rate, Team
from knowledge.database import Database
from knowledge.errors import BadInput
from knowledge.metrics import Metric
from tests.company import NOW

BERLIN = ZoneInfo("Europe/Berlin")
METRICS: tuple[Metric, ...] = get_args(Metric)
AVERAGED = {"conversion_rate", "win_rate", "average_deal_size", "time_to_first_touch", "time_to_close"}
Groups = dict[str, tuple[float | None, int]]


@dataclass(frozen=True)
class Slow:
    """The same figures from whole rows in plain Python."""

    rows: dict[type, dict[str, Any]]
    touches: dict[str, datetime]

    def records(self, metric: Metric) -> Iterator[tuple[Any, Any, float]]:
        """Each record that a metric counts: itself, when, and its number."""
        for lead in self.rows[Lead].values():
            touch = self.touches.get(lead.id)
            yield from (
                {
                    "leads": [(lead, lead.created_at, 1.0)],
                    "conversions": [(lead, lead.outcome_at, 1.0)] if lead.outcome == "won" else [],
                    "conversion_rate": [(lead, lead.created_at, lead.outcome == "won")]
                    if lead.outcome != "open"
                    else [],
                    "time_to_first_touch": [(lead, lead.created_at, hours(touch - lead.created_at))] if touch else [],
                }.get(metric, [])
                if not lead.merged_into
                else []
            )
        for deal in self.rows[Deal].values():
            won, lost = deal.outcome == "won", deal.outcome == "lost"
            amount = float(deal.amount)
            yield from {
                "deals": [(deal, deal.opened_at, 1.0)],
                "won_deals": [(deal, deal.closed_at, 1.0)] * won,
                "lost_deals": [(deal, deal.closed_at, 1.0)] * lost,
                "win_rate": [(deal, deal.closed_at, won)] * (won or lost),
                "pipeline_value": [(deal, deal.expected_close, amount)] * (deal.outcome == "open"),
                "bookings": [(deal, deal.closed_at, amount)] * won,
                "average_deal_size": [(deal, deal.closed_at, amount)] * won,
                "time_to_close": [(deal, deal.closed_at, hours(deal.closed_at - deal.opened_at) / 24)] if won else [],
            }.get(metric, [])
        for activity in self.rows[Activity].values():
            if metric == "activities" or metric[:-1] == activity.kind:
                yield activity, activity.at, 1.0

    def label(self, by: str | None, record: Any, at: Any) -> str:
        lead = record if isinstance(record, Lead) else self.rows[Lead].get(record.lead_id)
        owner = self.rows[Person].get(record.person_id if isinstance(record, Activity) else record.owner_id)
        if by == "rep":
            return owner.name if owner else "nobody"
        if by == "team":
            return self.rows[Team][owner.team_id].name if owner and owner.team_id else "no team"
        if by == "source":
            return lead.source if lead and lead.source else "not known"
        if by == "industry" and isinstance(record, Deal) and record.account_id:
            return self.rows[Account][record.account_id].industry
        if by in ("industry", "segment"):
            return (lead.attributes.get(by) if lead else None) or "not known"
        if by == "month":
            return f"{at if type(at) is date else at.astimezone(BERLIN):%Y-%m}"
        column = "status" if by == "stage" and isinstance(record, Lead) else str(by)
        return getattr(record, column) or "not known"

    def figures(self, metric: Metric, by: str | None, words: str | None, owners: list[str] | None) -> Groups:
        grouped: dict[str, list[float]] = defaultdict(list)
        span = period(words, NOW, BERLIN) if words else None
        for record, at, number in self.records(metric):
            owner = record.person_id if isinstance(record, Activity) else record.owner_id
            when = datetime(at.year, at.month, at.day, tzinfo=BERLIN) if type(at) is date else at
            if (span is None or span.start <= when < span.end) and (owners is None or owner in owners):
                grouped[self.label(by, record, at) if by else ""].append(number)
        return {
            label: (sum(each) / (len(each) if metric in AVERAGED else 1), len(each)) for label, each in grouped.items()
        }


def hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


@pytest.fixture(scope="module")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('metrics')}/callsheet.db")
    db.migrate()
    demo.build(db, now=NOW, scale=0.02)
    yield db
    db.engine.dispose()


@pytest.fixture(scope="module")
def slow(demo_company: Database) -> Slow:
    with demo_company.read() as session:
        rows = {
            model: {row.id: row for row in session.scalars(select(model))}
            for model in (Lead, Deal, Activity, Person, Team, Account)
        }
    touches: dict[str, datetime] = {}
    for activity in rows[Activity].values():
        if activity.lead_id and activity.person_id:
            touches[activity.lead_id] = min(activity.at, touches.get(activity.lead_id, activity.at))
    return Slow(rows, touches)


def ask(db: Database, metric: Metric, by=None, words=None, owners=None, where=None, zone=BERLIN) -> metrics.Report:
    span = period(words, NOW, zone) if words else None
    return metrics.report(db, metric, by=by, span=span, where=where or {}, owner_ids=owners, now=NOW, zone=zone)


def close(found: Groups, expected: Groups) -> bool:
    """The same groups, counts and figures; SQLite's days are good to a tenth of a second."""
    assert {label: n for label, (_, n) in found.items() if n} == {label: n for label, (_, n) in expected.items() if n}
    for label, (value, _) in expected.items():
        assert found[label][0] == pytest.approx(value, rel=1e-6, abs=1e-4), label
    return True


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_agrees_with_a_slow_count_by_every_dimension_it_has(demo_company, slow, metric):
    own = "kind" if metric in ("activities", "calls", "meetings") else "stage"
    owners = [None, sorted(slow.rows[Person])[:6]]
    for by, words, whose in product(
        ("rep", "team", "source", "industry", "segment", own), (None, "this quarter"), owners
    ):
        report = ask(demo_company, metric, by, words, whose)
        assert close({row.label: (row.value, row.n) for row in report.rows}, slow.figures(metric, by, words, whose))
        total = slow.figures(metric, None, words, whose).get("", (report.total.value, 0))
        assert close({"": (report.total.value, report.total.n)}, {"": total})


@pytest.mark.parametrize("metric", METRICS)
def test_months_follow_one_another_and_add_up(demo_company, slow, metric):
    report = ask(demo_company, metric, "month", "2025-11-03..2026-01-31")
    assert [row.label for row in report.rows] == ["2025-11", "2025-12", "2026-01"]
    some = {row.label: (row.value, row.n) for row in report.rows if row.n}
    assert close(some, slow.figures(metric, "month", "2025-11-03..2026-01-31", None))
    assert sum(row.n for row in report.rows) == report.total.n


def test_only_what_is_due_has_steps_to_come(demo_company):
    for metric in ("bookings", "leads", "calls", "win_rate"):
        labels = [row.label for row in ask(demo_company, metric, "month", "this year").rows]
        assert labels == ["2026-01", "2026-02", "2026-03"]
    assert "2026-04" in {row.label for row in ask(demo_company, "pipeline_value", "month", "this year").rows}
    assert [row.label for row in ask(demo_company, "bookings", "month", "next quarter").rows] == ["2026-04"]


@pytest.mark.parametrize(("metric", "by"), [*product(("leads", "pipeline_value", "bookings"), metrics.BUCKETS)])
def test_without_a_period_the_parts_in_time_still_add_up_to_the_whole(demo_company, metric, by):
    report = ask(demo_company, metric, by)
    assert sum(row.n for row in report.rows) == report.total.n
    assert sum(row.value for row in report.rows) == pytest.approx(report.total.value)


@pytest.fixture
def book(db: Database) -> Database:
    """Five deals and four leads, small enough to reckon by hand."""

    def at(day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)

    def deal(id_: str, amount: str | None, **more: Any) -> Deal:
        made = {"opened_at": at("2026-01-01"), "currency": "EUR", "owner_id": "P-1"}
        return Deal(id=id_, name=id_, amount=amount and Decimal(amount), **{**made, **more})

    with db.write() as session:
        session.add(Team(id="T-1", name="North"))
        session.flush()
        session.add_all([Person(id="P-1", name="Ana", team_id="T-1"), Person(id="P-2", name="Bo")])
        session.add_all([
            Rate(id="1", currency="USD", day=date(2026, 1, 1), rate=0.5),
            Rate(id="2", currency="USD", day=date(2026, 3, 10), rate=0.8),
        ])  # fmt: skip
        session.flush()
        session.add_all([
            Lead(id="L-1", name="A", source="MESSE Überlingen", created_at=at("2026-02-28T23:30"), owner_id="P-1"),
            Lead(id="L-2", name="B", source="Web", created_at=at("2026-03-02"), outcome="lost"),
            Lead(id="L-3", name="C", created_at=at("2026-03-02"), merged_into="L-2"),
            Lead(id="L-4", name="D", source="Web"),
        ])  # fmt: skip
        session.flush()
        session.add_all([
            deal("early", "100.10", outcome="won", closed_at=at("2026-03-09"), currency="USD", lead_id="L-1"),
            deal("late", "100.10", outcome="won", closed_at=at("2026-03-11"), currency="USD", owner_id="P-2"),
            deal("own", "10", outcome="won", closed_at=at("2026-03-11T12:00"), stage="Demo"),
            deal("odd", "10", outcome="won", closed_at=at("2026-03-11"), currency="XYZ"),
            deal("blank", None, outcome="won", closed_at=at("2026-03-11"), currency=None),
            deal("due", "7", expected_close=date(2026, 4, 1), stage="Offer"),
            deal("overdue", "5", expected_close=date(2026, 3, 31), stage="Offer"),
            deal("someday", "3"),
            Activity(id="1", kind="call", at=at("2026-03-02T06:00"), lead_id="L-2", person_id="P-1"),
            Activity(id="2", kind="page_view", at=at("2026-03-02T01:00"), lead_id="L-2"),
            Activity(id="3", kind="call", at=at("2026-03-19"), lead_id="L-2", person_id="P-1"),  # after now
        ])  # fmt: skip
    return db


def shown(report: metrics.Report) -> dict[str, float | None]:
    return {row.label: row.value and round(row.value, 4) for row in report.rows}


def test_amounts_are_added_in_one_currency_at_the_rate_of_their_day(book):
    report = ask(book, "bookings", "rep")
    assert (report.currency, report.unit) == ("EUR", "money")
    assert shown(report) == {"Ana": 60.05, "Bo": 80.08}
    assert (report.total.value, report.total.n, report.left_out) == (pytest.approx(140.13), 3, 2)
    assert ask(book, "average_deal_size").total.value == pytest.approx(140.13 / 3)


def test_a_due_date_is_a_day_whatever_the_clock(book):
    for zone in ("Europe/Berlin", "America/New_York", "Pacific/Auckland"):
        report = ask(book, "pipeline_value", "month", "2026-04-01..2026-04-30", zone=ZoneInfo(zone))
        assert shown(report) == {"2026-04": 7.0}, zone
    assert shown(ask(book, "pipeline_value", "quarter")) == {
        "2026-Q1": 5.0, "2026-Q2": 7.0, "2026-Q3": 0.0, "2026-Q4": 0.0, "2027-Q1": 0.0, "no date": 3.0,
    }  # fmt: skip


def test_an_instant_falls_on_the_day_of_the_asker_s_clock(book):
    assert shown(ask(book, "leads", "month", "2026-02-01..2026-03-31")) == {"2026-02": 0.0, "2026-03": 2.0}
    utc = ask(book, "leads", "month", "2026-02-01..2026-03-31", zone=ZoneInfo("UTC"))
    assert shown(utc) == {"2026-02": 1.0, "2026-03": 1.0}


def test_records_without_a_date_count_in_the_whole_and_are_told_apart_in_time(book):
    report = ask(book, "leads", "week")
    assert report.total.value == 3
    some = {label: value for label, value in shown(report).items() if value}
    assert some == {"week of 2026-02-23": 1.0, "week of 2026-03-02": 1.0, "no date": 1.0}


def test_a_lead_that_is_still_open_is_won_when_its_first_deal_is(book):
    assert ask(book, "conversions", words="2026-03-09").total.value == 1
    rate = ask(book, "conversion_rate")
    assert (rate.total.value, rate.total.n) == (0.5, 2)


def test_a_first_touch_is_a_colleague_s_and_leads_without_one_are_not_averaged(book):
    report = ask(book, "time_to_first_touch")
    assert (report.total.value, report.total.n, report.unit) == (pytest.approx(6.0), 1, "hours")
    assert ask(book, "time_to_close", where={"stage": "demo"}).total.value == pytest.approx(69.5)


def test_what_lies_ahead_is_not_counted(book):
    assert ask(book, "calls").total.value == 1
    assert ask(book, "activities", words="this month").total.value == 2


@pytest.mark.parametrize("wanted", ["messe Überlingen", "MESSE Überlingen"])
def test_a_filter_does_not_mind_the_case(book, wanted):
    assert ask(book, "leads", where={"source": wanted}).total.value == 1


def test_records_of_nobody_are_there_when_asked_for(book):
    assert ask(book, "leads", owners=["P-1"]).total.value == 1
    assert ask(book, "leads", owners=["P-1", None]).total.value == 3
    assert ask(book, "leads", owners=[]).total.value == 0


def test_an_empty_book_has_no_rate_and_counts_nothing(db):
    assert ask(db, "win_rate").total == metrics.Row("", None, 0)
    assert ask(db, "bookings").total == metrics.Row("", 0.0, 0)
    assert ask(db, "leads", "source").rows == []
    assert metrics.currency(db) == "USD"


def test_a_split_that_makes_no_sense_is_refused_in_a_sentence(book):
    with pytest.raises(BadInput, match="Leads have no kind; they can be split by"):
        ask(book, "leads", "kind")
    with pytest.raises(BadInput, match="Activities have no stage"):
        ask(book, "calls", where={"stage": "Demo"})
    with pytest.raises(BadInput, match="more than 120 days; ask for a shorter period"):
        ask(book, "leads", "day", "last 1 year")
