"""What people promised for a day: tasks that are due, and leads that come back from being put aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from knowledge.crm import Deal, Lead, Snooze, Task
from knowledge.database import Database
from knowledge.records import lead_name


@dataclass(frozen=True)
class Promise:
    """Something that somebody promised.

    Attributes
    ----------
    key : of the row that says so, such as `tasks/T-1`
    record, name : the lead or deal it is about, if there is one: `leads/L-17` and what that is called
    """

    key: str
    text: str
    due_at: datetime
    record: str | None
    name: str | None


def due(db: Database, person_id: str, *, since: datetime, by: datetime) -> list[Promise]:
    """A person's open tasks that are due by an instant, and leads that come back between the two; the earliest first.

    Of leads and deals that are closed nothing is due.
    """
    tasks = (
        select(Task, Lead, Deal)
        .outerjoin(Lead, Lead.id == Task.lead_id)
        .outerjoin(Deal, Deal.id == Task.deal_id)
        .where(Task.person_id == person_id, Task.done_at.is_(None), Task.due_at <= by)
    )
    back = select(Snooze, Lead).join(Lead, Lead.id == Snooze.lead_id)
    back = back.where(Snooze.person_id == person_id, Snooze.until > since, Snooze.until <= by, Lead.outcome == "open")
    found = []
    with db.read() as session:
        for task, lead, deal in session.execute(tasks):
            if all(each is None or each.outcome == "open" for each in (lead, deal)):
                found.append(_task(task, lead, deal))
        for snooze, lead in session.execute(back):
            name = lead_name(lead.name, lead.id)
            text = snooze.reason or "comes back from being put aside"
            found.append(Promise(f"snoozes/{snooze.id}", text, snooze.until, f"leads/{lead.id}", name))
    return sorted(found, key=lambda each: (each.due_at, each.key))


def _task(task: Task, lead: Lead | None, deal: Deal | None) -> Promise:
    record = f"deals/{deal.id}" if deal else f"leads/{lead.id}" if lead else None
    name = deal.name if deal else lead_name(lead.name, lead.id) if lead else None
    assert task.due_at is not None
    return Promise(f"tasks/{task.id}", task.text, task.due_at, record, name)
