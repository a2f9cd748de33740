"""The Slack workspaces that the app is installed in, their tokens encrypted, and the installations that were begun."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table
from knowledge.errors import BadInput, LockedInstallation

# Slack's consent page is left open over lunch at most.
STATE_LIFE = timedelta(minutes=15)


class Installed(Table):
    """A workspace that the app is installed in; what Slack told of it is encrypted, its tokens among it."""

    __tablename__ = "installations"

    team_id: Mapped[str] = mapped_column(primary_key=True)
    installed_at: Mapped[datetime]
    secret: Mapped[str] = mapped_column(Text)


class Begun(Table):
    """An installation that somebody began: Slack sends its state back, once."""

    __tablename__ = "installation_states"

    state: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class Installations:
    """Workspaces by id, encrypted with the first of some keys and readable with any of them.

    Raises
    ------
    BadInput
        When there is no key, or one that is none.
    """

    def __init__(self, db: Database, keys: Sequence[str]) -> None:
        self._db, self._keys = db, _keys(keys)

    def save(self, team_id: str, facts: Mapping[str, Any], at: datetime) -> None:
        """Keeps a workspace, in the place of what was known of it."""
        secret = self._keys.encrypt(json.dumps(dict(facts)).encode()).decode()
        with self._db.write(books=False) as session:
            session.merge(Installed(team_id=team_id, installed_at=at, secret=secret))

    def find(self, team_id: str) -> dict[str, Any] | None:
        """What is known of a workspace; None when the app is not installed there.

        Raises
        ------
        LockedInstallation
            When it was encrypted with a key that is not among ours.
        """
        with self._db.read() as session:
            row = session.get(Installed, team_id)
        if row is None:
            return None
        try:
            facts: dict[str, Any] = json.loads(self._keys.decrypt(row.secret))
        except InvalidToken as error:
            raise LockedInstallation from error
        return facts

    def teams(self) -> list[str]:
        """The workspaces by id, the one that was installed first at the head."""
        with self._db.read() as session:
            return list(session.scalars(select(Installed.team_id).order_by(Installed.installed_at, Installed.team_id)))

    def delete(self, team_id: str) -> None:
        """Forgets a workspace and its tokens."""
        with self._db.write(books=False) as session:
            session.execute(delete(Installed).where(Installed.team_id == team_id))

    def renew(self) -> list[str]:
        """Encrypts every workspace with the first key; which of them none of the keys opens."""
        locked = []
        for team_id in self.teams():
            with self._db.write(books=False) as session:
                row = session.get(Installed, team_id, with_for_update=True)
                try:
                    if row:
                        row.secret = self._keys.rotate(row.secret.encode()).decode()
                except InvalidToken:
                    locked.append(team_id)
        return locked

    def begin(self, now: datetime) -> str:
        """A state for an installation that begins now; old ones are forgotten."""
        state = secrets.token_urlsafe(24)
        with self._db.write(books=False) as session:
            session.execute(delete(Begun).where(Begun.until < now))
            session.add(Begun(state=state, until=now + STATE_LIFE))
        return state

    def end(self, state: str, now: datetime) -> bool:
        """Whether a state was given out here, lately, and comes back for the first time."""
        with self._db.write(books=False) as session:
            taken = delete(Begun).where(Begun.state == state, Begun.until >= now).returning(Begun.state)
            return session.scalar(taken) is not None


def _keys(keys: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise BadInput(
            "CALLSHEET_SECRET_KEY, which encrypts Slack's tokens, has to be one key or more with commas between; make "
            'one by: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ) from error
