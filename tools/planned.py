"""What there is to say of a plan: the shape of the answer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from knowledge.stock import Pool
from scoring.outcomes import Interval
from scoring.placing import Rule
from scoring.ways import Way
from tools.base import Result


class Comparison(BaseModel):
    """Another way to place the same leads, and what the plan brings more; all less what taking leads away loses."""

    model_config = ConfigDict(frozen=True)

    way: Way
    name: str
    closes: float
    value: float
    more_closes: Interval
    more_value: Interval


class RuleCost(BaseModel):
    """What the plan would bring more without one of its rules."""

    model_config = ConfigDict(frozen=True)

    rule: Rule
    name: str
    value: float


class RepLoad(BaseModel):
    """What a rep has before and after: open leads, those of the pool's best leads, wins expected of all of them.

    `price` is what one more place with this rep would bring; wins are None where too few people are compared.
    """

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    leads_before: int
    leads_after: int
    best_before: int
    best_after: int
    closes_before: float | None
    closes_after: float | None
    price: float


class PlannedMove(BaseModel):
    """A lead that changes hands, what that brings and why."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    name: str
    company: str | None
    giver: str | None
    taker: str
    more: float
    why: str


class AllocationPlan(Result):
    """A plan for a pool of leads, and the proposal that awaits a decision; without one it proposes nothing.

    Attributes
    ----------
    proposal : id of the proposal, or None
    looked_at : leads of the pool; `given` of them get an owner, `taken` another one
    currency : what values are in; None where only wins are counted
    apart : leads that go on by today's rule, to measure what plans bring, and the wins expected of them
    staying : leads of the pool that stay with their owner, by reason
    excluded, pinned : what was settled by hand: reps who get nothing, and the rep of each lead, by id
    """

    awaits_click: ClassVar[bool] = True
    proposal: str | None
    pool: Pool
    max_per_rep: int | None
    min_per_rep: int | None
    excluded: tuple[str, ...]
    pinned: dict[str, str]
    looked_at: int
    given: int
    taken: int
    worth_moving: bool
    closes: float
    value: float
    currency: str | None
    comparisons: tuple[Comparison, ...]
    costs: tuple[RuleCost, ...]
    reps: tuple[RepLoad, ...]
    moves: tuple[PlannedMove, ...]
    apart: int
    apart_closes: float
    staying: dict[str, int]
    notes: tuple[str, ...]
