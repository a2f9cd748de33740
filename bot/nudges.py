"""The nudges there are, written out: what is not in here is not sent. To add one, add a line.

How each is found and what it says stands in `tools.moments`; who gets which, and when, is decided by what is at stake
and by what its person acts on. The daily brief is none of them: it comes at each person's own time.
"""

from __future__ import annotations

from datetime import timedelta

from tools.moments import MOMENTS
from tools.nudging import Rule

DAY = timedelta(days=1)

# How long each rests before it is said again of the same record.
NUDGES: tuple[Rule, ...] = (
    Rule(MOMENTS["unanswered"], 2 * DAY),
    Rule(MOMENTS["momentum"], 3 * DAY),
    Rule(MOMENTS["untouched"], 2 * DAY),
    Rule(MOMENTS["unplanned"], 3 * DAY),
    Rule(MOMENTS["champion_left"], 14 * DAY),
    Rule(MOMENTS["overdue"], 7 * DAY),
    Rule(MOMENTS["silent"], 7 * DAY),
    Rule(MOMENTS["fading"], 7 * DAY),
    Rule(MOMENTS["waiting"], DAY),
    Rule(MOMENTS["carried_out"], 14 * DAY),
)
