"""What is told of who converts: classes of time, what marks them, leads like them, and how that was judged."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from scoring.personas import Topic
from tools.base import Result


class Trait(BaseModel):
    """Something that a class has more often than all leads: the share of each, with a 90 % interval for the class."""

    model_config = ConfigDict(frozen=True)

    topic: Topic
    text: str
    share: float
    low: float
    high: float
    of_all: float


class PaceClass(BaseModel):
    """One class of time to convert; `days` is the middle of the days it took."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    n: int
    share: float
    days: float | None
    traits: tuple[Trait, ...]


class Stayers(BaseModel):
    """Customers of whom it is known whether they stayed, and what those who did and those who left have more often."""

    model_config = ConfigDict(frozen=True)

    n: int
    stayed: int
    of_stayed: tuple[Trait, ...]
    of_left: tuple[Trait, ...]


class Judged(BaseModel):
    """How good a way of telling the classes apart was on leads that it had not seen."""

    model_config = ConfigDict(frozen=True)

    name: str
    serves: bool
    accuracy: float
    log_loss: float


class Alike(BaseModel):
    """An open lead, and its chance to convert as the best class does."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    name: str
    company: str | None
    chance: float


class IdealCustomer(Result):
    """Who converts fast, slowly and never, what marks them, and which open leads are like the first.

    `notes` say how sure that is and which leads are left out.
    """

    classes: tuple[PaceClass, ...]
    judged: tuple[Judged, ...]
    alike: tuple[Alike, ...]
    stayers: Stayers | None = None
    notes: tuple[str, ...] = ()
