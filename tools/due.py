"""Open deals due in a period, in the order of what is at stake: read from stored scores, those gone stale rescored.

What is at stake is a deal's amount times its chance not to come in time. The stored order only says which deals are
looked at closely; what is then shown of these is scored as of now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from knowledge import deals, scores
from scoring import refresh
from scoring.deals.labels import DAY
from tools import deal_cards, wording
from tools.access import Scope
from tools.base import ToolContext

# More changed deals than this are left to the next full scoring: a question is not kept waiting for them.
RESCORED_AT_ONCE = 200
STORED = ("value", "version", "as_of")


@dataclass(frozen=True)
class Due:
    """The deals that are due, those with most at stake first.

    Attributes
    ----------
    deals : frame indexed by id: `owner_id`, `amount`, `expected_close`, `is_overdue`, `at_stake` (NaN where no chance
        is known)
    note : what is to be known of the order, or nothing
    """

    deals: pd.DataFrame
    note: str

    def at_stake(self, looked_at: Mapping[str, float | None]) -> float:
        """What is at stake in all: with the deals looked at what it is by now, with the others as they were scored."""
        stored = self.deals["at_stake"].drop(index=list(looked_at)).sum()
        return float(stored) + sum(each or 0.0 for each in looked_at.values())


def due(ctx: ToolContext, scope: Scope, by: date) -> Due:
    """Deals of a scope that are due by a day, or of which nobody knows when."""
    found = deals.due(ctx.db, scope.owner_ids, by)
    known, waiting = _stored(ctx, found.index)
    overdue = found["expected_close"] + DAY <= pd.Timestamp(ctx.now)
    slips = _values(known, "slippage", found.index).where(found["expected_close"].notna() & ~overdue)
    risk = slips.fillna(1 - _values(known, "win", found.index))
    ranked = found.assign(is_overdue=overdue, at_stake=found["amount"] * risk)
    # Where no chance is known, the largest come first.
    ranked = ranked.sort_index().sort_values(["at_stake", "amount"], ascending=False, kind="stable", na_position="last")
    note = f"{wording.count(waiting, 'deal')} changed since the last scoring; `callsheet score win` brings them in."
    return Due(ranked, note if waiting else "")


def _stored(ctx: ToolContext, ids: pd.Index) -> tuple[Mapping[str, pd.DataFrame], int]:
    """Stored scores of some deals by each model that serves, brought up to date, and how many are left as too many."""
    known, waiting = {}, 0
    for name in deal_cards.EVENTS:
        if (served := deal_cards.serving(ctx).get(name)) is None:
            continue
        found = scores.read(ctx.db, name, list(ids), STORED)
        stale = _stale(ctx, found[found["version"] == served.card.version], ids)
        if 0 < len(stale) <= RESCORED_AT_ONCE:
            refresh.rescore(ctx.db, stale, now=ctx.now, name=name, default_zone=ctx.policy.default_zone)
            found = scores.read(ctx.db, name, list(ids), STORED)
        elif stale:
            waiting = max(waiting, len(stale))
        known[name] = found
    return known, waiting


def _stale(ctx: ToolContext, found: pd.DataFrame, ids: pd.Index) -> list[str]:
    """Deals without a score, or that changed since they got theirs."""
    stale = set(ids.difference(found.index))
    if len(found):
        later = deals.changed(ctx.db, found["as_of"].min())
        stale |= {id_ for id_, at in found["as_of"].items() if later.get(str(id_), at) > at}
    return sorted(map(str, stale))


def _values(known: Mapping[str, pd.DataFrame], name: str, ids: pd.Index) -> pd.Series:
    empty = pd.Series(index=ids, dtype="float64")
    return known[name]["value"].reindex(ids).astype("float64") if name in known else empty
