"""Companies whose outreach is a known experiment: groups of leads of which some are contacted, with known effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from knowledge.frames import ACTIVITY_COLUMNS, CHANGE_COLUMNS, LEAD_COLUMNS, History

AS_OF = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
EVERY_DAYS, STAYS_DAYS = 30, 25


@dataclass(frozen=True)
class Outreach:
    """A history, and for each lead what contact truly adds to its chance to respond."""

    history: History
    effect: pd.Series
    contacted: pd.Series
    responded: pd.Series


Made = Callable[..., Outreach]


@pytest.fixture(scope="session")
def as_of() -> datetime:
    return AS_OF


@pytest.fixture(scope="session")
def make() -> Made:
    return _outreach


@pytest.fixture(scope="session")
def randomised() -> Outreach:
    return _outreach(seed=1)


def _outreach(
    *,
    seed: int,
    groups: int = 8,
    size: int = 700,
    adds: float = 0.06,
    more: float = 0.16,
    confounded: float = 0.0,
) -> Outreach:
    """Contact adds `adds` to all and `more` to enquiries about repairs, of which there are three in ten.

    Whether a lead responds anyway depends on its employees, and so does the chance of contact where it is `confounded`.
    """
    random, n = np.random.default_rng(seed), groups * size
    ids = pd.Index([f"L-{i:05}" for i in range(n)], name="id")
    group = np.repeat(np.arange(groups), size)
    start = pd.Timestamp(AS_OF) - pd.to_timedelta((groups - group) * EVERY_DAYS, unit="D")
    employees, topic = random.normal(size=n), random.choice(["repair", "new", "parts"], n, p=[0.3, 0.4, 0.3])
    effect = adds + more * (topic == "repair")
    contacted = random.random(n) < 1 / (1 + np.exp(-confounded * employees))
    responds = random.random(n) < (0.16 + 0.13 * np.tanh(employees) + effect * contacted).clip(0, 1)
    reached = start + pd.to_timedelta(random.uniform(0, 8, n), unit="h")
    answered = reached + pd.to_timedelta(random.uniform(0.1, 13, n), unit="D")
    leads = pd.DataFrame({name: pd.Series(None, index=ids, dtype=object) for name in LEAD_COLUMNS if name != "id"})
    leads = leads.assign(
        source="Web form",
        created_at=start - pd.Timedelta(days=1),
        outcome="lost",
        outcome_at=start + pd.Timedelta(days=STAYS_DAYS),
        value=100.0,
        sequence=np.nan,
    ).astype({"created_at": "datetime64[us, UTC]", "outcome_at": "datetime64[us, UTC]"})
    attributes = pd.DataFrame({"size": employees, "topic": topic}, index=ids).astype(object)
    parts = [
        events(ids[contacted], reached[contacted], "email", "outbound"),
        events(ids[responds], answered[responds], "page_view", "inbound"),
    ]
    done = pd.concat(parts).sort_values("at", kind="stable", ignore_index=True)
    changes = pd.DataFrame({name: pd.Series(dtype=object) for name in CHANGE_COLUMNS})
    history = History(AS_OF, leads, attributes, done, changes.astype({"at": "datetime64[us, UTC]"}), {})
    return Outreach(history, *(pd.Series(each, index=ids).astype(float) for each in (effect, contacted, responds)))


def events(ids: pd.Index, at: pd.DatetimeIndex, kind: str, direction: str) -> pd.DataFrame:
    """An activity for each of `ids`."""
    frame = pd.DataFrame({name: pd.Series(None, index=range(len(ids)), dtype=object) for name in ACTIVITY_COLUMNS})
    at = at.as_unit("us")
    return frame.assign(kind=kind, at=at, recorded_at=at, lead_id=ids, direction=direction, duration_s=np.nan)
