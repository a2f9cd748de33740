"""What a stored model has is held against what its types declare now."""

from __future__ import annotations

from dataclasses import make_dataclass
from datetime import datetime

import pytest

from knowledge.frames import History
from scoring import calibration
from scoring.fields import misfit
from scoring.ranking import Ranking
from scoring.reach import Reach
from scoring.registry import dumps, loads


@pytest.fixture(scope="module")
def ranking(company: History, as_of: datetime) -> bytes:
    """A ranking as it was stored."""
    return dumps(Ranking(families=("linear",)).fit(company, as_of=as_of))


def other(kind: type, *added: str, without: str = "") -> type:
    """The dataclass as another version of the code has it."""
    kept = [name for name in kind.__dataclass_fields__ if name != without]
    return make_dataclass(
        kind.__name__, [(name, object) for name in (*kept, *added)], namespace={"__module__": kind.__module__}
    )


def test_a_model_that_was_stored_by_this_code_fits(ranking: bytes) -> None:
    assert misfit(loads(ranking)) is None


def test_a_field_that_came_later_is_missed_deep_inside(ranking: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "Calibration", other(calibration.Calibration, "warmth"))
    with pytest.raises(TypeError, match=r"^Calibration lacks warmth$"):
        loads(ranking)


def test_a_field_that_is_gone_is_not_passed_over(ranking: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "Calibration", other(calibration.Calibration, without="pooled"))
    with pytest.raises(TypeError, match=r"^Calibration knows no pooled$"):
        loads(ranking)


def test_what_a_plain_type_sets_in_any_method_is_a_field_unless_the_type_has_a_value_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = dumps(Reach())

    def later(self: Reach) -> None:
        self.weather = 1.0  # type: ignore[attr-defined]

    monkeypatch.setattr(Reach, "later", later, raising=False)
    with pytest.raises(TypeError, match=r"^Reach lacks weather$"):
        loads(stored)
    # As of what was not known of models stored before it was kept.
    monkeypatch.setattr(Reach, "weather", 0.0, raising=False)
    assert isinstance(loads(stored), Reach)
