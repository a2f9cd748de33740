"""Who responds because of contact, and not just after it.

- `outreach` lays out who was contacted and who was not at past instants, and who showed interest afterwards.
- `contrasts` guesses the effect on each of them without bias, `effects` learns from that on whom it is greater.
- `judging` measures an order by effect, `backtest` does so on what had not been seen, and says whether it may serve.
- `model` is the model.
"""

from scoring.uplift.model import Uplift
from scoring.uplift.outreach import RESPONSE

__all__ = ["RESPONSE", "Uplift"]
