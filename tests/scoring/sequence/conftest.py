"""A made-up process of which it is known how it works: the next step follows from the last two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from scoring.sequence import Sequences, boosted, learning

DAYS_AFTER = {"call": 1.0, "mail": 6.0}
# After two steps, the one that nearly always follows.
RULE = {("call", "call"): "mail", ("call", "mail"): "mail", ("mail", "call"): "call", ("mail", "mail"): "call"}


def planted(cases: int, *, seed: int, sure: float = 0.95) -> pd.DataFrame:
    """Events of cases of eight steps; whatever the last step alone, either is as likely to follow."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(cases):
        at = pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(hours=6 * i)
        steps = list(random.choice(["call", "mail"], 2))
        while len(steps) < 8:
            likely = RULE[steps[-2], steps[-1]]
            steps.append(likely if random.random() < sure else "call" if likely == "mail" else "mail")
        for step in steps:
            rows.append((f"c{i:04}", step, at))
            at += pd.Timedelta(days=DAYS_AFTER[step] * random.uniform(0.8, 1.2))
    return pd.DataFrame(rows, columns=["case", "step", "at"])


@pytest.fixture(scope="package", autouse=True)
def small() -> Iterator[None]:
    """Less learning than in earnest: the process is a simple one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "MOST_ROUNDS", 12)
        patch.setattr(learning, "CASES_AT_ONCE", 16)
        patch.setattr(boosted, "TREES", 20)
        yield


@pytest.fixture(scope="session")
def events() -> pd.DataFrame:
    return planted(160, seed=0)


@pytest.fixture(scope="session")
def learnt(events: pd.DataFrame) -> Sequences:
    return Sequences.of(events)


@pytest.fixture(scope="session")
def later() -> Sequences:
    return Sequences.of(planted(80, seed=1))
