"""A small company whose truth is known, and one that is all noise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from knowledge.frames import ACTIVITY_COLUMNS, CHANGE_COLUMNS, LEAD_COLUMNS, History
from scoring.ranking import Ranking
from scoring.retro import Replay, replay

AS_OF = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
DAYS = 420
Company = Callable[..., History]


@pytest.fixture(scope="session")
def as_of() -> datetime:
    return AS_OF


@pytest.fixture(scope="session")
def make_company() -> Company:
    return _company


@pytest.fixture(scope="session")
def company() -> History:
    return _company(900, seed=1)


@pytest.fixture(scope="session")
def noise() -> History:
    return _company(700, seed=2, signal=0.0)


@pytest.fixture(scope="session")
def past(company: History) -> Replay:
    """The last three months of the company again, by models that knew only what was known then."""
    return replay(company, Ranking, as_of=AS_OF, months=3)


@pytest.fixture(scope="session")
def dateless(company: History) -> History:
    """The same company as a file without dates: final states only."""
    leads = company.leads.copy()
    leads["sequence"] = leads["created_at"].rank()
    return History(AS_OF, _without_dates(leads), company.attributes, company.activities[:0], company.changes[:0], {})


def _without_dates(leads: pd.DataFrame) -> pd.DataFrame:
    never = pd.Series(pd.NaT, index=leads.index, dtype="datetime64[us, UTC]")
    return leads.assign(created_at=never, outcome_at=never)


def _company(n: int, *, seed: int, signal: float = 1.0) -> History:
    """Leads come in evenly; referrals, big ones and those who open the proposal are won more often, times `signal`."""
    random = np.random.default_rng(seed)
    ids = pd.Index([f"L-{i:05}" for i in range(n)], name="id")
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=DAYS)
    created = start + pd.to_timedelta(np.sort(random.uniform(0, DAYS, n)), unit="D")
    source = random.choice(["Referral", "Web form", "Trade show"], n, p=[0.25, 0.5, 0.25])
    employees = random.lognormal(4, 1, n).round()
    interest = random.normal(size=n)
    log_odds = -1.1 + signal * (1.5 * (source == "Referral") + 0.6 * (np.log(employees) - 4) + 1.3 * interest)
    wins = random.random(n) < 1 / (1 + np.exp(-log_odds))
    closed = created + pd.to_timedelta(random.gamma(2, 25, n) + 5, unit="D")
    known = closed <= pd.Timestamp(AS_OF)
    leads = pd.DataFrame({name: pd.Series(None, index=ids, dtype=object) for name in LEAD_COLUMNS if name != "id"})
    leads = leads.assign(
        source=source.astype(object),
        country=random.choice(["US", "DE", None], n),
        timezone="Europe/Berlin",
        owner_id=random.choice(["P-01", "P-02"], n),
        created_at=created,
        outcome=np.where(known, np.where(wins, "won", "lost"), "open").astype(object),
        outcome_at=pd.Series(closed, index=ids).where(known),
        value=random.lognormal(8, 1, n).round(2),
        sequence=np.nan,
    ).astype({"created_at": "datetime64[us, UTC]", "outcome_at": "datetime64[us, UTC]"})
    attributes = pd.DataFrame(
        {
            "employees": employees,
            "campaign": random.choice([f"C{i}" for i in range(60)], n),
            "note": [f"free text number {i}" for i in range(n)],
        },
        index=ids,
    ).astype(object)
    views = random.poisson(np.exp(0.6 + signal * 0.8 * interest))
    activities = _activities(random, ids, created, np.minimum(closed, pd.Timestamp(AS_OF)), views)
    changes = pd.DataFrame({name: pd.Series(dtype=object) for name in CHANGE_COLUMNS})
    return History(AS_OF, leads, attributes, activities, changes.astype({"at": "datetime64[us, UTC]"}), {})


def _activities(
    random: np.random.Generator, ids: pd.Index, start: pd.DatetimeIndex, end: pd.DatetimeIndex, views: np.ndarray
) -> pd.DataFrame:
    """Proposal views as told, and about three calls a lead, answered more often in the morning."""
    calls = random.poisson(3, len(ids))
    row = np.concatenate([np.repeat(np.arange(len(ids)), views), np.repeat(np.arange(len(ids)), calls)])
    is_call = np.arange(len(row)) >= views.sum()
    at = start[row] + (end[row] - start[row]) * random.random(len(row))
    answered = random.random(len(row)) < np.where(at.tz_convert("Europe/Berlin").hour < 12, 0.55, 0.2)
    frame = pd.DataFrame(
        {
            "kind": np.where(is_call, "call", "proposal_view"),
            "at": at,
            "recorded_at": at,
            "person_id": None,
            "lead_id": ids[row],
            "direction": np.where(is_call, "outbound", "inbound"),
            "disposition": np.where(is_call, np.where(answered, "reached", "no_answer"), None),
            "duration_s": np.nan,
        }
    )
    frame = frame.astype({"at": "datetime64[us, UTC]", "recorded_at": "datetime64[us, UTC]"})
    return frame[list(ACTIVITY_COLUMNS)].sort_values("at", kind="stable", ignore_index=True)
