"""Deals: what is likely to become of each, and what should be looked into.

- `features` says what is read from a snapshot of deals (`owners`: how good the owner's record is), `rows` makes
  labelled rows of it by `labels` and says what must not be learnt from.
- `win`, `slippage` (what they share is `odds`) and `closing` are models: is it won, does it slip, when is it closed
  (by the `hazard` of closing, period by period). `timing` says how soon deals are won, and so what a chance within the
  horizon is by any day.
- `flags` are rules with evidence; `signs` is the model that learns their limits and what each is worth.

To add a red flag: one rule in `flags.RULES`.
"""

from scoring.deals.closing import Closing
from scoring.deals.signs import Flags
from scoring.deals.slippage import Slippage
from scoring.deals.win import Win

__all__ = ["Closing", "Flags", "Slippage", "Win"]
