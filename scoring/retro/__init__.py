"""The past lived again, and what following the ranking would have changed in it.

May import the rest of `scoring`, but no model: who asks for a replay hands in the kind that is to be trained.

- `past` trains a model for each month on what was known then, and lays what it says beside what was done;
- `orders` tells how far an order of calling gets, `missed` which leads were let go though they stood high;
- `report` puts these together into the figures that are shown.
"""

from scoring.retro.past import MOST_MONTHS, Replay, check_months, replay
from scoring.retro.report import Retro, look_back

__all__ = ["MOST_MONTHS", "Replay", "Retro", "check_months", "look_back", "replay"]
