from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.explanations import Explanations
from scoring.features import Feature

WINDOWS = [Feature(f"n.meeting.{days}", "number") for days in ("7d", "30d", "ever")]


def told(values: list[float], effects: list[float]) -> str:
    frame = pd.DataFrame([values], index=["L"], columns=[each.name for each in WINDOWS])
    [reason] = Explanations(WINDOWS, [0.0, 3.0, 4.0], frame, 0.0, np.array([effects]))["L"].reasons
    assert reason.effect == pytest.approx(sum(effects))
    return reason.feature


def test_what_pulls_hardest_speaks_for_its_subject() -> None:
    assert told([1, 2, 6], [0.1, -0.2, 0.5]) == "n.meeting.ever"
    assert told([1, 2, 6], [0.1, -0.9, 0.5]) == "n.meeting.30d"


def test_to_be_as_usual_speaks_only_where_nothing_else_pulls_that_way() -> None:
    assert told([1, 3.01, 6], [0.1, 0.9, 0.5]) == "n.meeting.ever"
    assert told([1, 3.01, 6], [-0.1, 0.9, -0.5]) == "n.meeting.30d"
