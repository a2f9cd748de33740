from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import demo, settings
from bot.settings import Settings
from knowledge.crm import Activity, Person
from knowledge.database import Database
from knowledge.models import versions
from scoring import registry
from tests.company import NOW
from tools.errors import BadInput


def at(home: Path, days: int = 0) -> Settings:
    return settings.read({"CALLSHEET_HOME": str(home), "CALLSHEET_NOW": (NOW + timedelta(days=days)).isoformat()})


def prepare(config: Settings, *, fresh: bool = False) -> demo.Prepared:
    return demo.prepare(config, fresh=fresh, complete=False, progress=lambda step, share: None, scale=0.1)


def last_activity(db: Database) -> object:
    with db.read() as session:
        return session.scalar(select(func.max(Activity.at)))


def test_it_is_built_once_shifted_to_today_and_built_anew_when_asked(tmp_path: Path) -> None:
    built = prepare(at(tmp_path))
    assert {card.model for card in versions(built.books) if card.serves} >= {"ranking"}
    ended = last_activity(built.books)
    again = prepare(at(tmp_path))
    assert not again.notes
    assert last_activity(again.books) == ended
    later = prepare(at(tmp_path, days=14))
    assert "shifted by 14 days" in later.notes[0]
    assert last_activity(later.books) == ended + timedelta(days=14)  # type: ignore[operator]
    assert len(versions(later.books, "ranking")) == 1
    fresh = prepare(at(tmp_path, days=14), fresh=True)
    assert not fresh.notes


@pytest.mark.parametrize("fresh", [False, True])
def test_a_real_company_is_never_touched(tmp_path: Path, fresh: bool) -> None:
    config = at(tmp_path)
    db = Database(config.database_url)
    db.migrate()
    with db.write() as session:
        session.add(Person(id="1", name="Rita Real"))
    with pytest.raises(BadInput, match="company"):
        prepare(config, fresh=fresh)
    with db.read() as session:
        assert session.scalars(select(Person.name)).all() == ["Rita Real"]


def test_the_models_that_the_first_question_does_not_want_are_trained_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = at(tmp_path)
    few = {name: kind for name, kind in registry.CATALOG.items() if name in {*demo.FIRST, "pace"}}
    monkeypatch.setattr(registry, "CATALOG", few)
    books = prepare(config).books
    assert {card.model for card in versions(books)} <= set(demo.FIRST)
    for _ in range(2):
        demo.train_rest(books, config, NOW, lambda step, share: None)
    trained = [card.model for card in versions(books)]
    assert "pace" in trained
    assert len(trained) == len(set(trained))
