"""The trial on real logs of events."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from scoring.sequence import Sequences, Trial, boosted, by_time, learning, run

# After these a case of the loan process is over.
OVER = ["A_DECLINED", "A_CANCELLED", "A_ACTIVATED", "A_REGISTERED", "A_APPROVED"]


def read(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path)
    at = pd.to_datetime(frame["timestamp"], utc=True, format="ISO8601")
    return pd.DataFrame({"case": frame["case"], "step": frame["activity"], "at": at})


@pytest.fixture(autouse=True)
def nearly_in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosted, "TREES", 25)
    monkeypatch.setattr(learning, "MOST_ROUNDS", 3)
    monkeypatch.setattr(learning, "CASES_AT_ONCE", 32)


def beside(trial: Trial) -> float:
    return trial.judged[trial.serves].accuracy.value - trial.judged["1-gram"].accuracy.value


def test_where_a_process_drifts_its_latest_past_foretells_it(shared: Path) -> None:
    before, after = (Sequences.of(read(shared / f"data/next_step/{part}_Helpdesk.csv.gz")) for part in ("train", "val"))
    found = run(before, after)
    assert found.half_life is not None
    assert found.judged[found.serves].accuracy.value >= 0.89
    assert found.judged[found.serves].ece.value <= 0.05


def test_where_more_than_the_last_step_counts_it_is_heard(shared: Path) -> None:
    events = read(shared / "data/pipeline/bpi2012_until_cut.csv.gz")
    over = set(events["case"][events["step"].isin(OVER)])
    offers = events[events["step"].str.startswith("O_")]
    found = run(*by_time(Sequences.of(offers, ended={case: case in over for case in offers["case"].unique()}), 0.6))
    assert found.half_life is None
    assert found.judged[found.serves].accuracy.value >= found.judged["3-gram"].accuracy.value + 0.015
    assert beside(found) > 0.08
