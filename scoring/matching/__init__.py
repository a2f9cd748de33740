"""The right rep for a lead: what each rep adds to its chance.

- `decided` gathers leads of which the end is known, with who worked each; `expected` says what was to be expected of
  each by itself.
- `hierarchy` learns what each rep adds, going through all `spreads` that reps may have; `effects` is what is known
  then, and `interplay` asks whether that depends on the kind of lead.
- `trial` judges it on what came later; `model` is `Matching`.
"""

from scoring.matching.model import Matching

__all__ = ["Matching"]
