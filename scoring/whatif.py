"""What a model would say if something happened now: leads like this one, after such an event.

It tells what goes with an event in the past, not what the event would cause; the wording has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from knowledge.frames import Snapshot
from scoring.base import Model

# What a rep can bring about, as the activity that would be recorded.
EVENTS: dict[str, dict[str, object]] = {
    "reach them by phone": {"kind": "call", "direction": "outbound", "disposition": "reached", "duration_s": 300.0},
    "get a reply by e-mail": {"kind": "email", "direction": "inbound"},
    "hold a meeting": {"kind": "meeting", "direction": "outbound", "duration_s": 1800.0},
}
# Smaller moves than this are within the noise of any interval.
WORTH_SAYING = 0.01


@dataclass(frozen=True)
class Change:
    """A chance after an event that has not happened."""

    event: str
    chance: float


def changes(model: Model, snapshot: Snapshot, lead_id: str) -> list[Change]:
    """Events that would raise a lead's chance, the strongest first; none for a model that knows no activities."""
    now = float(model.predict(snapshot, [lead_id])["value"].iloc[0])
    after = [
        Change(event, float(model.predict(_with(snapshot, lead_id, row), [lead_id])["value"].iloc[0]))
        for event, row in EVENTS.items()
    ]
    return sorted((each for each in after if each.chance - now >= WORTH_SAYING), key=lambda each: -each.chance)


def _with(snapshot: Snapshot, lead_id: str, row: dict[str, object]) -> Snapshot:
    """The snapshot as if the event had just been recorded, by the lead's owner."""
    at = pd.Timestamp(snapshot.as_of)
    owner = snapshot.leads.at[lead_id, "owner_id"]
    event = pd.DataFrame([{"at": at, "recorded_at": at, "lead_id": lead_id, "person_id": owner, **row}])
    event = event.reindex(columns=snapshot.activities.columns).astype(snapshot.activities.dtypes.to_dict())
    return replace(snapshot, activities=pd.concat([snapshot.activities, event], ignore_index=True))
