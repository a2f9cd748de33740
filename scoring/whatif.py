"""What a model would say if something happened now: leads like this one, after such an event.

It tells what goes with an event in the past, not what the event would cause; the wording has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from knowledge.frames import History, Snapshot
from scoring.base import Scorer

# What a rep can bring about, as the activity that would be recorded.
EVENTS: dict[str, dict[str, object]] = {
    "reach them by phone": {"kind": "call", "direction": "outbound", "disposition": "reached", "duration_s": 300.0},
    "get a reply by e-mail": {"kind": "email", "direction": "inbound"},
    "hold a meeting": {"kind": "meeting", "direction": "outbound", "duration_s": 1800.0},
}
NOTHING = "nothing new"
# Smaller moves than this are within the noise of any interval.
WORTH_SAYING = 0.01


@dataclass(frozen=True)
class Change:
    """A chance after an event that has not happened."""

    event: str
    chance: float


def changes(model: Scorer[History, Snapshot], snapshot: Snapshot, lead_id: str) -> list[Change]:
    """Events that would raise a lead's chance, the strongest first; none for a model that knows no activities."""
    chances = model.predict(_beside(snapshot, lead_id), [NOTHING, *EVENTS])["value"]
    after = [Change(event, float(chances[event])) for event in EVENTS]
    found = [each for each in after if each.chance - float(chances[NOTHING]) >= WORTH_SAYING]
    return sorted(found, key=lambda each: -each.chance)


def _beside(snapshot: Snapshot, lead_id: str) -> Snapshot:
    """One copy of the lead for each event, named by it, as if the event had just been recorded; and one without."""
    names = [NOTHING, *EVENTS]
    at = pd.Timestamp(snapshot.as_of)
    owner = snapshot.leads.at[lead_id, "owner_id"]
    happened = pd.DataFrame(
        [{"at": at, "recorded_at": at, "lead_id": name, "person_id": owner, **row} for name, row in EVENTS.items()]
    )
    happened = happened.reindex(columns=snapshot.activities.columns).astype(snapshot.activities.dtypes.to_dict())
    return replace(
        snapshot,
        leads=_copied(snapshot.leads, lead_id, names),
        attributes=_copied(snapshot.attributes, lead_id, names),
        activities=pd.concat(
            [*(_of(snapshot.activities, lead_id, name) for name in names), happened], ignore_index=True
        ),
        changes=pd.concat([_of(snapshot.changes, lead_id, name) for name in names], ignore_index=True),
    )


def _copied(frame: pd.DataFrame, lead_id: str, names: list[str]) -> pd.DataFrame:
    return frame.loc[[lead_id] * len(names)].set_axis(pd.Index(names, name=frame.index.name))


def _of(frame: pd.DataFrame, lead_id: str, name: str) -> pd.DataFrame:
    return frame[frame["lead_id"] == lead_id].assign(lead_id=name)
