"""The champion is replaced for a reason that can be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from scoring import champion
from scoring.champion import Contest, compare, decide
from scoring.metrics import Metric
from scoring.windows import Rows

N, SEEN = 3000, 2000


@dataclass(frozen=True)
class Line:
    """A model of one column: chance = logistic(slope * x + move)."""

    until: float
    slope: float = 1.0
    move: float = 0.0

    def chances(self, rows: Rows) -> np.ndarray:
        return expit(self.slope * rows.frame["x"].to_numpy() + self.move)

    def recalibrated(self, rows: Rows) -> Line:
        fresh = rows.take(rows.time > self.until)
        return self if not len(fresh) else replace(self, move=self.move + miss(self, fresh))


def miss(model: Line, rows: Rows) -> float:
    said, won = model.chances(rows).mean(), rows.won.mean()
    return float(logit(won) - logit(said))


def later(slope: float = 1.0, move: float = 0.0) -> Rows:
    """A file in order; after `SEEN` leads, wins follow another line."""
    random = np.random.default_rng(0)
    x, time = random.normal(size=N), np.arange(N) * 1.0
    truth = expit(np.where(time < SEEN, x, slope * x + move))
    won, never = (random.random(N) < truth).astype(float), np.full(N, np.nan)
    return Rows(pd.DataFrame({"x": x}), won, np.arange(N).astype(object), time, never, never, "ever won")


def contest(rows: Rows, challenger: Line) -> Contest:
    found = compare(Line(SEEN - 1.0), lambda known: challenger, rows, timedelta(days=90))
    assert found is not None
    return found


def test_a_champion_that_still_holds_stays() -> None:
    found = contest(later(), Line(0, slope=0.9, move=0.1))
    assert found.winner(is_old=False) == "champion"
    assert found.n == N - SEEN


def test_a_world_that_moved_as_a_whole_asks_for_recalibration_only() -> None:
    found = contest(later(move=1.0), Line(0, slope=0.2, move=0.5))
    assert found.winner(is_old=False) == "recalibrated"


def test_a_world_that_turned_asks_for_a_new_model() -> None:
    assert contest(later(slope=-1.0), Line(0, slope=-1.0)).winner(is_old=False) == "challenger"


def test_of_equals_the_old_one_goes_and_the_young_one_stays() -> None:
    found = contest(later(), Line(0, slope=0.98))
    assert found.winner(is_old=False) == "champion"
    assert found.winner(is_old=True) == "challenger"
    assert contest(later(), Line(0, slope=-1.0)).winner(is_old=True) != "challenger"


def test_nobody_is_shown_what_was_not_known_at_the_time() -> None:
    rows, shown = later(), []

    def retrain(known: Rows) -> Line:
        shown.append(float(known.time.max()))
        return Line(known.time.max())

    compare(Line(SEEN - 1.0), retrain, rows, timedelta(days=90))
    stage = (N - SEEN) / champion.STAGES
    assert shown == pytest.approx([SEEN - 1, SEEN - 1 + stage, SEEN - 1 + 2 * stage], abs=1)


def test_with_dates_only_what_had_come_to_its_end_is_known() -> None:
    rows = replace(later(), basis="won within the horizon", time=np.repeat(np.arange(30) * 30.0, 100))
    known: list[tuple[float, float]] = []
    compare(Line(300.0), lambda seen: known.append((seen.time.max(), 0.0)) or Line(0), rows, timedelta(days=90))
    starts = [part[0] for part in np.array_split(np.arange(11, 30) * 30.0, champion.STAGES)]
    assert [latest for latest, _ in known] == [max(300.0, start - 90) for start in starts]


def test_too_few_new_outcomes_decide_nothing() -> None:
    assert compare(Line(N - 50.0), lambda known: Line(0), later(), timedelta(days=90)) is None
    assert compare(Line(float("nan")), lambda known: Line(0), later(), timedelta(days=90)) is None


@pytest.mark.parametrize(
    ("is_old", "other_columns", "growth", "decision"),
    [
        (False, False, 1.0, "champion"),
        (True, False, 1.0, "challenger"),
        (False, True, 1.0, "challenger"),
        (False, False, 2.0, "challenger"),
    ],
)
def test_without_a_contest_plain_rules_decide(is_old: bool, other_columns: bool, growth: float, decision: str) -> None:
    found = decide(None, version=3, is_old=is_old, other_columns=other_columns, growth=growth)
    assert found.decision == decision
    assert "compare" in found.why


def test_the_reason_names_all_three() -> None:
    found = decide(
        contest(later(slope=-1.0), Line(0, slope=-1.0)), version=3, is_old=False, other_columns=False, growth=1
    )
    assert all(word in found.why for word in ("keeping it", "recalibrating it", "training anew", "version 3"))
    assert set(found.log_loss) == {"champion", "recalibrated", "challenger"}
    assert all(isinstance(metric, Metric) for metric in found.log_loss.values())
