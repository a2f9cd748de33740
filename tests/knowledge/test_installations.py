"""Workspaces are kept with their tokens encrypted, and an installation is ended once by whoever began it."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from knowledge.errors import BadInput, LockedInstallation
from knowledge.installations import STATE_LIFE, Installations

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
FACTS = {"team_id": "T0NORTH", "bot_token": "xoxb-secret", "bot_scopes": "chat:write"}


def stored(db):
    with db.connect() as connection:
        return connection.exec_driver_sql("SELECT secret FROM installations").scalar_one()


def test_a_workspace_is_kept_and_no_token_of_it_stands_in_the_database(db, now):
    kept = Installations(db, [NEW])
    kept.save("T0NORTH", FACTS, now)
    kept.save("T0NORTH", FACTS | {"bot_token": "xoxb-renewed"}, now)
    assert kept.find("T0NORTH") == FACTS | {"bot_token": "xoxb-renewed"}
    assert kept.find("T0SOUTH") is None
    assert "xoxb" not in stored(db)


def test_workspaces_are_listed_as_they_were_installed_until_they_are_forgotten(db, now):
    kept = Installations(db, [NEW])
    for team, age in (("T0B", 1), ("T0A", 2)):
        kept.save(team, FACTS, now - age * STATE_LIFE)
    assert kept.teams() == ["T0A", "T0B"]
    kept.delete("T0A")
    assert kept.teams() == ["T0B"]


def test_a_new_key_takes_over_and_the_old_one_can_then_go(db, now):
    Installations(db, [OLD]).save("T0NORTH", FACTS, now)
    both = Installations(db, [NEW, OLD])
    assert both.find("T0NORTH") == FACTS
    assert both.renew() == []
    assert Installations(db, [NEW]).find("T0NORTH") == FACTS


def test_without_its_key_a_workspace_is_locked_and_said_to_be(db, now):
    Installations(db, [OLD]).save("T0NORTH", FACTS, now)
    kept = Installations(db, [NEW])
    assert kept.renew() == ["T0NORTH"]
    with pytest.raises(LockedInstallation, match="CALLSHEET_SECRET_KEY"):
        kept.find("T0NORTH")
    kept.save("T0NORTH", FACTS, now)
    assert kept.find("T0NORTH") == FACTS


@pytest.mark.parametrize("keys", [[], ["short"], ["x" * 44], [NEW, "nö"]])
def test_what_is_no_key_is_refused_in_one_sentence(sqlite_db, keys):
    with pytest.raises(BadInput, match="CALLSHEET_SECRET_KEY"):
        Installations(sqlite_db, keys)


def test_a_state_is_good_once_and_for_a_quarter_of_an_hour(db, now):
    kept = Installations(db, [NEW])
    state, old = kept.begin(now), kept.begin(now)
    assert not kept.end("made up", now)
    assert kept.end(state, now + STATE_LIFE)
    assert not kept.end(state, now)
    assert not kept.end(old, now + 2 * STATE_LIFE)
