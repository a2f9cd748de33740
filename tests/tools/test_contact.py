"""What contact adds, as a reason on the call list."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from knowledge import frames
from knowledge.database import Database
from knowledge.ledger import ModelVersion
from scoring.leaks import Report
from scoring.uplift import Uplift
from tests.company import NOW, Books
from tools import contact
from tools.calls import CallList, leads_to_call


@pytest.fixture(scope="module")
def model(company_file: Path) -> Uplift:
    """What contact is said to add, from the company's own books but for the average."""
    db = Database(f"sqlite:///{company_file}")
    model = Uplift().fit(frames.load(db, until=NOW), as_of=NOW, guard=Report())
    db.engine.dispose()
    assert model.found is not None
    # Surely this much, so that there is something to tell of.
    model.found.mean, model.found.mean_error, model.found.stretch_error = 0.3, 0.001, 0.0
    return model


@pytest.fixture
def served(books: Books, model: Uplift) -> Uplift:
    """The model, and that it serves, whatever the company's books have to say of it."""
    books.services.models.save(model, now=NOW, as_of=NOW, fingerprint="", report={}, serve=True)
    return model


def calls(books: Books) -> CallList:
    found = leads_to_call.run(books.ctx(books.person("manager")), owner="team", limit=5)
    assert isinstance(found, CallList)
    return found


def test_what_contact_surely_adds_is_one_more_reason_and_cited(books: Books, served: Uplift) -> None:
    found = calls(books)
    snapshot = frames.load(books.db, until=NOW).at(NOW)
    effects = served.effects(snapshot, [card.lead_id for card in found.cards])
    assert found.cards
    assert (effects["low"] > 0).any()
    cited = {cite.key: cite.value for cite in found.citations}
    for card in found.cards:
        value, low, high = (100 * effects.loc[card.lead_id, name] for name in ("value", "low", "high"))
        told = f"contact pays here: +{value:.0f} points ({low:.0f}–{high:.0f}) to its chance to respond within 14 days"
        assert (card.reasons[-1] == told) == (low > 0)
        if low > 0:
            assert told[0].upper() + told[1:] in found.text
            assert cited[f"model:uplift@1#{card.lead_id}/effect"] == f"{value:+.1f} points"


def test_the_order_is_the_same_with_it_and_without(books: Books, served: Uplift) -> None:
    with_it = [card.lead_id for card in calls(books).cards]
    with books.db.write() as session:
        session.execute(update(ModelVersion).where(ModelVersion.model == "uplift").values(serves=False))
    without = calls(books)
    assert [card.lead_id for card in without.cards] == with_it
    assert not any("contact pays" in reason for card in without.cards for reason in card.reasons)


def test_nothing_is_said_where_the_interval_does_not_clear_zero(books: Books, served: Uplift) -> None:
    ctx = books.ctx(books.person("manager"))
    snapshot = frames.load(books.db, until=NOW).at(NOW)
    ids = list(snapshot.open_ids[:50])
    found = ctx.models.serving(Uplift)
    assert found is not None
    assert found.model.found is not None
    assert contact.gains(ctx, snapshot, ids)
    found.model.found.mean_error = 1.0
    assert contact.gains(ctx, snapshot, ids) == {}
