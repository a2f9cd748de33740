"""What contacting a lead adds to its chance to respond, where a model of that serves and is sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.citations import Citation
from knowledge.frames import Snapshot
from scoring.uplift import RESPONSE, Uplift
from tools.base import ToolContext


@dataclass(frozen=True)
class Gain:
    """What a contact adds, as a share, with its 90 % interval, by a version of the model."""

    lead_id: str
    value: float
    low: float
    high: float
    version: int

    @property
    def text(self) -> str:
        """A clause that gives a reason to call."""
        low, high = (f"{100 * end:.0f}" for end in (self.low, self.high))
        return (
            f"contact pays here: +{100 * self.value:.0f} points ({low}–{high}) to its chance to respond within "
            f"{RESPONSE.days} days"
        )

    def cite(self) -> Citation:
        """Where the figure comes from."""
        key = f"model:uplift@{self.version}#{self.lead_id}/effect"
        return Citation(kind="model", key=key, label=self.text, value=f"{100 * self.value:+.1f} points")


def gains(ctx: ToolContext, snapshot: Snapshot, ids: Sequence[str]) -> dict[str, Gain]:
    """What contact adds to those of `ids` on whom it surely adds something; of nobody where no such model serves."""
    served = ctx.models.serving(Uplift)
    if served is None or not ids:
        return {}
    found = served.model.effects(snapshot, ids)
    sure = found[found["low"] > 0]
    return {
        str(id_): Gain(str(id_), value, low, high, served.card.version)
        for id_, value, low, high in sure[["value", "low", "high"]].itertuples(name=None)
    }
