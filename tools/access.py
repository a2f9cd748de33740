"""Who may see and do what: the whole policy, for every tool and every caller.

| | own records | team's records | other teams |
|---|---|---|---|
| rep | yes | names and counts | no |
| manager | yes | yes | no |
| admin | yes | yes | yes |

Documents of the playbook say themselves whom they are for. Records without an owner are everyone's. Beyond the own
team everything hidden is answered by the same sentence, whether it exists or not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge import people
from knowledge.errors import NotAllowed, UnknownPerson
from knowledge.people import Person, Roster
from knowledge.playbook import documents
from tools.base import ToolContext

Sight = Literal["all", "name", "nothing"]
BEYOND = "I know nobody by that name whose records you may see."


@dataclass(frozen=True)
class Scope:
    """Whose records a question is about: `owner_ids` (None among them: nobody's; None instead: everyone's)."""

    owner_ids: Sequence[str | None] | None
    label: str
    people: Sequence[Person]
    hidden_people: Sequence[Person] = ()

    @property
    def owners(self) -> tuple[str | None, ...]:
        """Everyone whose records an answer about it rests on, one by one, which decides who else may read it."""
        return (None, *(person.id for person in self.people)) if self.owner_ids is None else tuple(self.owner_ids)


def identify(roster: Roster, team_id: str, user_id: str) -> Person | None:
    """The person behind a Slack user; nobody, if the user is not linked."""
    return people.by_slack(roster, team_id, user_id)


def same_email(roster: Roster, email: str) -> Person | None:
    """The person whose e-mail it is, if it is exactly one's."""
    return people.by_email(roster, email) if email else None


def sight(asker: Person, roster: Roster, owner_id: str | None) -> Sight:
    """How much the asker may see of a record with that owner."""
    if asker.role == "admin" or owner_id is None or owner_id == asker.id:
        return "all"
    owner = roster.get(owner_id)
    if owner is None or owner.team_id not in roster.teams_of(asker):
        return "nothing"
    return "all" if asker.role == "manager" else "name"


def visible(asker: Person, roster: Roster) -> Sequence[str | None] | None:
    """Owners whose records the asker may see in full; None for everyone's."""
    if asker.role == "admin":
        return None
    return [None, *(person.id for person in roster.people if sight(asker, roster, person.id) == "all")]


def audiences(asker: Person, roster: Roster) -> Sequence[str] | None:
    """The audiences of documents that a person belongs to; None for all of them, as an admin does.

    Whoever leads people that sell reads what is for them; what is for managers is not for reps.
    """
    if asker.role == "admin":
        return None
    own = [documents.EVERYONE, documents.REP, *([documents.MANAGER] if asker.role == "manager" else [])]
    teams = {person.team for person in (asker, *roster.members(roster.teams_of(asker))) if person.team}
    return [*own, *(f"{documents.TEAM}{team}" for team in sorted(teams))]


def may_all_see(
    viewers: Sequence[Person | None],
    roster: Roster,
    owners: Sequence[str | None],
    readers: Collection[str] = (),
) -> bool:
    """Whether everybody in a room (None: a stranger) may see records of those owners, and documents for those."""
    return all(
        viewer is not None
        and all(sight(viewer, roster, owner) == "all" for owner in owners)
        and may_read(viewer, roster, readers)
        for viewer in viewers
    )


def may_read(asker: Person, roster: Roster, readers: Collection[str]) -> bool:
    """Whether a person belongs to all those audiences."""
    own = audiences(asker, roster)
    return own is None or set(readers) <= set(own)


def answers_for(asker: Person, roster: Roster, ids: Collection[str | None]) -> bool:
    """Whether the asker may decide about the leads of some people: their manager may, and an admin."""
    return asker.role != "rep" and all(sight(asker, roster, id_) == "all" for id_ in ids)


def scope(ctx: ToolContext, words: str) -> Scope:
    """The records that `words` ("me", "team", a name or an id) mean, as far as the asker may see them.

    Raises
    ------
    NotAllowed
        When they are somebody else's and not the asker's to see.
    """
    asker, everyone = ctx.asker, ctx.roster
    wanted = words.strip().casefold()
    mine = wanted in ("me", "my", "mine", "i")
    if (mine and asker.role != "rep") or wanted in ("team", "my team", "us", "we", "everyone", "all"):
        return _team(asker, everyone)
    if mine:
        return Scope([asker.id], "yours", [asker])
    person = _person(everyone, words)
    how = "nothing" if person is None else sight(asker, everyone, person.id)
    if person is None or how == "nothing":
        raise NotAllowed(BEYOND)
    if how == "name":
        raise NotAllowed(f"{person.name}'s records are not yours to see; your manager can ask for them.")
    return Scope([person.id], "yours" if person.id == asker.id else f"{person.name}'s", [person])


def _team(asker: Person, everyone: Roster) -> Scope:
    if asker.role == "admin":
        return Scope(None, "the whole company's", everyone.people)
    team = everyone.members(everyone.teams_of(asker))
    if asker.role == "manager":
        members = list({person.id: person for person in [asker, *team]}.values())
        return Scope([person.id for person in members], "your team's", members)
    return Scope([asker.id], "yours", [asker], [person for person in team if person.id != asker.id])


def _person(everyone: Roster, words: str) -> Person | None:
    try:
        return people.find(everyone, words)
    except UnknownPerson:
        left = [person for person in everyone.people if words.strip().casefold() in (person.name.casefold(), person.id)]
        return left[0] if len(left) == 1 else None
