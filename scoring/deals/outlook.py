"""What the models of deals say of some deals at an instant, each as far as it serves."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from knowledge.pipeline import DealSnapshot
from scoring.chance import Chance
from scoring.deals.flags import Raised
from scoring.deals.labels import DAY
from scoring.deals.signs import Flags
from scoring.deals.slippage import Slippage
from scoring.deals.win import Win
from scoring.explanations import Explanation

ENDS = ("value", "low", "high")


@dataclass(frozen=True)
class Outlook:
    """Some open deals as known at an instant, and the models that serve (None: none does).

    Attributes
    ----------
    snapshot : those deals
    """

    snapshot: DealSnapshot
    win: Win | None
    slippage: Slippage | None
    flags: Flags | None

    def row(self, id_: str) -> dict[Hashable, Any]:
        """The record of a deal."""
        return self._rows[id_]

    @cached_property
    def _rows(self) -> dict[Hashable, dict[Hashable, Any]]:
        return {id_: dict(row) for id_, row in self.snapshot.deals.to_dict("index").items()}

    @cached_property
    def overdue(self) -> pd.Index:
        """Open deals that are past their expected close: they have slipped already."""
        due: pd.Series[pd.Timestamp] = self.snapshot.deals.loc[self.snapshot.open_ids, "expected_close"]
        return due.index[due + DAY <= pd.Timestamp(self.snapshot.as_of)]

    @cached_property
    def wins(self) -> pd.DataFrame:
        """`value`, `low`, `high` of the chance to be won, for each open deal."""
        return self._chances(self.win, self.snapshot.open_ids)

    def won_by(self, until: datetime) -> pd.DataFrame:
        """`value`, `low`, `high` of the chance to be won by an instant, where that can be said."""
        return self.wins.iloc[:0] if self.win is None else self.win.by(self.wins, self.snapshot, until)

    @cached_property
    def slips(self) -> pd.DataFrame:
        """`value`, `low`, `high` of the chance to slip or be lost, for each open deal that is still to come due."""
        due = self.snapshot.deals["expected_close"].notna()
        ids = self.snapshot.open_ids
        return self._chances(self.slippage, ids[due.reindex(ids).to_numpy(dtype=bool)].difference(self.overdue))

    @cached_property
    def risk(self) -> pd.Series:
        """The chance of each open deal to slip or be lost; of those overdue and undated, not to be won.

        Where neither model serves, NaN.
        """
        not_won = 1 - self.wins["value"].reindex(self.snapshot.open_ids)
        return self.slips["value"].reindex(self.snapshot.open_ids).fillna(not_won).astype("float64")

    @cached_property
    def raised(self) -> dict[str, tuple[Raised, ...]]:
        """The red flags of each open deal."""
        ids = self.snapshot.open_ids
        if self.flags is None or ids.empty:
            return {str(id_): () for id_ in ids}
        return self.flags.raised(self.snapshot, ids)

    def why(self, model: Chance[Any, DealSnapshot] | None, id_: str) -> Explanation | None:
        """The contributions behind the chance of a deal, or None where nothing serves."""
        return None if model is None else model.explain(self.snapshot, [id_])[id_]

    def _chances(self, model: Chance[Any, DealSnapshot] | None, ids: pd.Index) -> pd.DataFrame:
        if model is None or ids.empty:
            return pd.DataFrame(columns=list(ENDS), index=ids[:0], dtype="float64")
        return model.predict(self.snapshot, ids)
