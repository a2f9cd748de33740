"""Who works here: look-ups of people and teams, and the link between a Slack user and a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import or_, select, update

from knowledge import crm
from knowledge.crm import Role
from knowledge.database import Database
from knowledge.errors import UnknownPerson


@dataclass(frozen=True)
class Person:
    """Somebody who may ask, or who owns records."""

    id: str
    name: str
    role: Role
    email: str | None = None
    team_id: str | None = None
    team: str | None = None
    timezone: str | None = None
    slack_team_id: str | None = None
    slack_user_id: str | None = None
    active: bool = True

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True)
class Roster:
    """Everyone who is known, with the teams that each manager answers for."""

    people: Sequence[Person]
    managed: dict[str, frozenset[str]]

    def get(self, id_: str | None) -> Person | None:
        return next((person for person in self.people if person.id == id_), None)

    def name(self, id_: str | None) -> str:
        """The person's name; "nobody" for a record without an owner."""
        person = self.get(id_)
        return person.name if person else "nobody" if id_ is None else id_

    @property
    def names(self) -> dict[str, str]:
        """What everyone is called, by id."""
        return {person.id: person.name for person in self.people}

    def teams_of(self, person: Person) -> frozenset[str]:
        """The teams a person belongs to or manages."""
        own = frozenset({person.team_id} if person.team_id else ())
        return own | self.managed.get(person.id, frozenset())

    def members(self, teams: frozenset[str]) -> list[Person]:
        """Everyone in some teams, people who left included: their records still count."""
        return [person for person in self.people if person.team_id in teams]


def roster(db: Database) -> Roster:
    """Everyone who is known."""
    with db.read() as session:
        teams = {team.id: team for team in session.scalars(select(crm.Team))}
        people = [_person(row, teams) for row in session.scalars(select(crm.Person).order_by(crm.Person.name))]
    managed: dict[str, set[str]] = {}
    for team in teams.values():
        if team.manager_id:
            managed.setdefault(team.manager_id, set()).add(team.id)
    return Roster(people, {manager: frozenset(ids) for manager, ids in managed.items()})


def find(everyone: Roster, text: str) -> Person:
    """The active person with that id, e-mail, name, or a part of the name that is nobody else's.

    Raises
    ------
    UnknownPerson
        When nobody or more than one person fits.
    """
    wanted = text.strip().casefold()
    active = [person for person in everyone.people if person.active]
    exact = [person for person in active if wanted in _handles(person)]
    found = exact or [person for person in active if wanted and wanted in person.name.casefold().split()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownPerson(f'"{text}" fits several people: {", ".join(p.name for p in found[:5])}. Use the full name.')
    raise UnknownPerson(f'Nobody called "{text[:60]}" is known; `callsheet people` lists who is.')


def by_slack(everyone: Roster, team_id: str, user_id: str) -> Person | None:
    """The active person linked to a Slack user of a workspace, if there is one."""
    for person in everyone.people:
        if person.active and person.slack_user_id == user_id and person.slack_team_id in (None, team_id):
            return person
    return None


def by_email(everyone: Roster, email: str) -> Person | None:
    """The active person with an e-mail address; None when it is nobody's or shared."""
    found = [p for p in everyone.people if p.active and p.email and p.email.casefold() == email.strip().casefold()]
    return found[0] if len(found) == 1 else None


def link(db: Database, person_id: str, *, slack_team_id: str, slack_user_id: str) -> None:
    """Ties a Slack user to a person, and unties whoever held that user before.

    Raises
    ------
    UnknownPerson
        When there is no such person; the link stays as it was.
    """
    row = crm.Person
    user = {"slack_user_id": slack_user_id, "slack_team_id": slack_team_id}
    # A link without a workspace holds in every workspace.
    here = or_(row.slack_team_id == slack_team_id, row.slack_team_id.is_(None))
    with db.write() as session:
        held = update(row).where(row.slack_user_id == slack_user_id, here)
        session.execute(held.values(slack_user_id=None, slack_team_id=None))
        tied = session.connection().execute(update(row).where(row.id == person_id).values(user))
        if not tied.rowcount:
            raise UnknownPerson


def _handles(person: Person) -> set[str]:
    return {person.id.casefold(), person.name.casefold(), (person.email or person.id).casefold()}


def _person(row: crm.Person, teams: dict[str, crm.Team]) -> Person:
    team = teams.get(row.team_id) if row.team_id else None
    return Person(
        row.id,
        row.name,
        cast("Role", row.role),
        row.email,
        row.team_id,
        team.name if team else None,
        row.timezone,
        row.slack_team_id,
        row.slack_user_id,
        row.active and row.left_on is None,
    )
