from __future__ import annotations

from dataclasses import replace

import pandas as pd

from knowledge import frames
from scoring import whatif
from scoring.ranking import Ranking
from tests.company import NOW, Books


def model(books: Books) -> Ranking:
    served = books.services.models.serving(Ranking)
    assert served is not None
    return served.model


def test_each_change_is_what_the_model_says_once_the_event_is_recorded(books: Books) -> None:
    lead_id = books.lead_of(books.person("rep")).id
    snapshot = frames.load(books.db, until=NOW, ids=[lead_id]).at(NOW)
    found = {change.event: change.chance for change in whatif.changes(model(books), snapshot, lead_id)}
    at = pd.Timestamp(NOW)
    for event, row in whatif.EVENTS.items():
        owner = snapshot.leads.at[lead_id, "owner_id"]
        added = pd.DataFrame([{"at": at, "recorded_at": at, "lead_id": lead_id, "person_id": owner, **row}])
        added = added.reindex(columns=snapshot.activities.columns).astype(snapshot.activities.dtypes.to_dict())
        after = replace(snapshot, activities=pd.concat([snapshot.activities, added], ignore_index=True))
        chance = float(model(books).predict(after, [lead_id])["value"].iloc[0])
        before = float(model(books).predict(snapshot, [lead_id])["value"].iloc[0])
        if chance - before >= whatif.WORTH_SAYING:
            assert abs(found[event] - chance) < 1e-9
        else:
            assert event not in found


def test_asking_changes_nothing_in_the_snapshot(books: Books) -> None:
    lead_id = books.lead_of(books.person("rep")).id
    snapshot = frames.load(books.db, until=NOW, ids=[lead_id]).at(NOW)
    leads, activities = snapshot.leads.copy(), snapshot.activities.copy()
    whatif.changes(model(books), snapshot, lead_id)
    pd.testing.assert_frame_equal(snapshot.leads, leads)
    pd.testing.assert_frame_equal(snapshot.activities, activities)
