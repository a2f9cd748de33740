"""What is known of a stretch of a team's results, before it is judged and put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from tools.team_figures import Aim, Figure, Moved, Nudged, Waiting
from tools.teams import Group, Stretch


class TeamLine(BaseModel):
    """A team among all: what it booked, and how its quota stands."""

    model_config = ConfigDict(frozen=True)

    team_id: str
    name: str
    booked: Figure
    aim: Aim | None


@dataclass(frozen=True)
class Facts:
    """What is known of a stretch of a team's results, read once."""

    asked: Group
    stretch: Stretch
    currency: str
    figures: tuple[Figure, ...]
    aim: Aim | None
    pipeline: Moved
    waiting: Waiting
    nudged: Nudged
    leads: pd.DataFrame

    @property
    def fields(self) -> dict[str, Any]:
        """Those that every result has."""
        return {
            "label": self.asked.label,
            "period": str(self.stretch.span),
            "before": self.stretch.before,
            "currency": self.currency,
            "figures": self.figures,
            "aim": self.aim,
            "pipeline": self.pipeline,
            "waiting": self.waiting,
            "nudged": self.nudged,
        }
