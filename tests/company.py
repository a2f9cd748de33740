"""The demo company as tests meet it: at a fixed instant, with people and leads to pick from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge import proposals, scores
from knowledge.crm import Deal, Lead
from knowledge.database import Database
from knowledge.ledger import ModelVersion
from knowledge.people import Person, Roster, roster
from knowledge.playbook import Playbook
from knowledge.playbook.tables import DocumentRow, PassageRow
from knowledge.proposals import Move
from scoring import refresh
from scoring.registry import CATALOG, Registry, dumps
from tools.base import Services, ToolContext

# A Wednesday, 15:30 in London and 11:30 in New York: most of the demo company's buyers may be called.
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """The demo company, with what tests ask of it."""

    db: Database

    @cached_property
    def services(self) -> Services:
        return Services(self.db, Registry(self.db), lambda: NOW, self.playbook)

    @cached_property
    def playbook(self) -> Playbook:
        assert self.db.path
        return Playbook.beside(self.db, self.db.path.parent / "playbook")

    @cached_property
    def roster(self) -> Roster:
        return roster(self.db)

    def person(self, role: str, place: int = 0) -> Person:
        """An active person of a role; reps of the first team come first."""
        found = [person for person in self.roster.people if person.role == role and person.active]
        return sorted(found, key=lambda person: (person.team_id or "", person.id))[place]

    def rival(self, rep: Person, *, same_team: bool) -> Person:
        """Another rep, of the same team or of another."""
        return next(
            other
            for other in self.roster.people
            if other.role == "rep"
            and other.active
            and other.id != rep.id
            and (other.team_id == rep.team_id) is same_team
        )

    def ctx(self, asker: Person, at: datetime = NOW) -> ToolContext:
        return replace(self.services.for_(asker, self.roster), now=at)

    def passage_of(self, owner: Person) -> str:
        """A passage of a document for everyone, which that person is made to look after."""
        with self.db.write() as session:
            document = session.scalars(select(DocumentRow).where(DocumentRow.id == "policies/gifts")).one()
            document.owner = owner.name
            of = select(PassageRow.id).where(PassageRow.document_id == document.id).order_by(PassageRow.position)
            return session.scalars(of).first() or ""

    def lead_of(self, owner: Person | None, outcome: str = "open") -> Lead:
        """A lead of somebody, or of nobody."""
        query = select(Lead).where(Lead.owner_id == (owner.id if owner else None), Lead.outcome == outcome)
        with self.db.read() as session:
            return session.scalars(query.order_by(Lead.id)).first() or pytest.fail("the demo company has no such lead")

    def deal_of(self, owner: Person, outcome: str = "open") -> Deal:
        """A deal of somebody."""
        query = select(Deal).where(Deal.owner_id == owner.id, Deal.outcome == outcome)
        with self.db.read() as session:
            return session.scalars(query.order_by(Deal.id)).first() or pytest.fail("the demo company has no such deal")

    def named_lead(self, id_: str) -> Lead:
        with self.db.read() as session:
            return session.get_one(Lead, id_)

    def leads_of(self, owner: Person) -> list[Lead]:
        """The open leads of somebody."""
        query = select(Lead).where(Lead.owner_id == owner.id, Lead.outcome == "open").order_by(Lead.id)
        with self.db.read() as session:
            return list(session.scalars(query))

    def owner_of(self, lead_id: str) -> str | None:
        with self.db.read() as session:
            return session.scalars(select(Lead.owner_id).where(Lead.id == lead_id)).one()

    def touch(self, session: Session, lead_id: str) -> None:
        """Marks a lead as changed, as every way of writing one does."""
        scores.mark_stale(session, [lead_id])

    def doubt(self, column: str, *others: str) -> str:
        """Puts columns in doubt, as the guard against columns that know the outcome does; the name of the first."""
        doubtful = {"verdict": "doubtful", "evidence": "alone it reaches AUC 0.71"}
        flags = [doubtful | {"column": each} for each in (column, *others)]
        with self.db.write() as session:
            for version in session.scalars(select(ModelVersion).where(ModelVersion.serves)):
                version.report = version.report | {"flagged": flags}
        return column

    def stop(self, model: str) -> None:
        """Takes a model out of service."""
        with self.db.write() as session:
            session.execute(update(ModelVersion).where(ModelVersion.model == model).values(serves=False))

    def age(self, model: str, field: str) -> None:
        """Stores the model that serves as code did that knew nothing of one of its fields."""
        served = Registry(self.db).serving(CATALOG[model])
        assert served is not None
        delattr(served.model, field)
        with self.db.write() as session:
            of_model = update(ModelVersion).where(ModelVersion.model == model, ModelVersion.serves)
            session.execute(of_model.values(blob=dumps(served.model)))

    def retire(self, model: str) -> None:
        """Takes a model out of service, and puts the leads in the order that serves without one."""
        self.stop(model)
        refresh.score(self.db, model, as_of=NOW)

    def retire_quietly(self, model: str) -> None:
        """Takes a model out of service that scores no records."""
        with self.db.write() as session:
            session.execute(update(ModelVersion).where(ModelVersion.model == model).values(serves=False))

    def proposal(self, rep: Person) -> str:
        """A plan that awaits a decision, in which a rep loses a lead to nobody; its id."""
        move = Move(self.lead_of(rep).id, rep.id, None, 10.0, 0.0, 0.1, 0.0, "Nobody should have it.")
        made = proposals.create(
            self.db,
            kind="plan",
            by=None,
            at=NOW,
            team_ids=[rep.team_id],
            arguments={"pool": "all", "max_per_rep": None, "min_per_rep": None, "exclude": [], "pin": {}},
            figures={},
            moves=[move],
        )
        return made.id

    def appeal(self, rep: Person) -> str:
        """A rep's appeal for a colleague's lead; its id."""
        lead = self.lead_of(self.rival(rep, same_team=True))
        return proposals.appeal(self.db, lead.id, by=rep.id, at=NOW, text="We met at the fair.").id
