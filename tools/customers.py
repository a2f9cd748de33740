"""Who converts: the classes of time that leads take, what marks each, and open leads like the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import frames, newcomers
from knowledge.citations import Citation, record
from knowledge.customers import ASKED_AFTER, FIRST
from knowledge.errors import NotTrained
from scoring import personas, staying
from scoring.pace import Class, Pace
from scoring.personas import Mark, Topic
from scoring.registry import Served
from tools import access, wording
from tools.base import Result, ToolContext, tool

LEADS_SHOWN = 5
# The latest ones that are looked at: enough to find five.
MOST_LOOKED_AT = 2_000
MARKS_A_TOPIC: Mapping[Topic, int] = {
    "who they are": 3,
    "why they came": 2,
    "what happened early": 2,
    "what was noted later": 2,
    "why they stay": 3,
}
MARKS_IN_HEAD = 4
KINDS_OF_LEAD: tuple[Topic, ...] = ("why they came", "who they are")
KINDS = {"network": "neural network", "boosting": "boosted trees", "base_rate": "base rate"}


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
    """Who converts fast, slowly and never, what marks them, and which open leads are like the first."""

    classes: tuple[PaceClass, ...]
    judged: tuple[Judged, ...]
    alike: tuple[Alike, ...]
    stayers: Stayers | None = None


@tool(
    roles=("manager", "admin"),
)
def ideal_customer(ctx: ToolContext) -> IdealCustomer:
    """Who converts fast, slowly and never, what marks each class, and open leads like the fast ones.

    Use for "who is our ideal customer", "what do our best customers look like", "who should we target".
    """
    served = ctx.models.serving(Pace)
    if served is None:
        raise NotTrained(
            "Nothing has been learnt yet of who converts and how fast; an admin can run `callsheet train pace`."
        )
    pace, best = served.model, served.model.names[0]
    classes = tuple(_class(pace, each) for each in pace.classes)
    judged = _judged(served.card.report)
    looked_at, alike, owners = _alike(ctx, pace)
    stayers = _stayers(pace)
    return IdealCustomer(
        text="\n".join(
            filter(
                None,
                (
                    _head(best, classes[0], pace),
                    _told(alike, looked_at, best, pace),
                    *(_line(each) for each in classes),
                    f"• {told_of_stayers(stayers)}" if stayers else "",
                    _beside(judged, int(served.card.report["n"])),
                    _left_out(pace),
                    _cuts_told(pace, ctx.policy.cuts),
                ),
            )
        ),
        citations=(
            Citation(
                kind="model",
                key=f"model:pace@{served.card.version}",
                label=f"pace {served.card.version}, {wording.count(sum(each.n for each in classes), 'lead')}",
            ),
            *(record("leads", each.lead_id, each.name, f"{wording.percent(each.chance)} {best}") for each in alike),
            *(_cite(served, mark) for mark in pace.marks if mark.of == best),
            *(_cite(served, mark) for mark in pace.staying.marks if stayers),
        ),
        covers=f"{_covered(pace)} of the whole company; open leads only as far as they are yours to see",
        as_of=served.card.as_of,
        owners=owners,
        names=tuple(each.name for each in alike),
        classes=classes,
        judged=judged,
        alike=alike,
        stayers=stayers,
    )


def _stayers(pace: Pace) -> Stayers | None:
    """What is known of customers who stayed; None where none is old enough, or none has left."""
    found = pace.staying
    if not 0 < found.stayed < found.n:
        return None
    stayed, left = (
        tuple(_trait(mark) for mark in _first([mark for mark in found.marks if mark.of == of], "why they stay"))
        for of in (staying.STAYED, staying.LEFT)
    )
    return Stayers(n=found.n, stayed=found.stayed, of_stayed=stayed, of_left=left)


def told_of_stayers(found: Stayers) -> str:
    """How many customers stayed, and what marks those who did and those who left."""
    first, after = (span.days for span in (FIRST, ASKED_AFTER))
    head = f"Why they stay: {wording.percent(found.stayed / found.n)} of {found.n:,} customers were still there"
    told = [
        f"{name} more often had, in their first {first} days, {_beside_all(traits)}"
        for name, traits in (("those who stayed", found.of_stayed), ("those who left", found.of_left))
        if traits
    ]
    if not told:
        return f"{head} after {after} days. Nothing known of their first {first} days marks them beyond chance."
    return f"{head} after {after} days; {'; '.join(told)}."


def _beside_all(traits: Sequence[Trait]) -> str:
    return "; ".join(
        f"{trait.text} ({wording.percent(trait.share)}, {wording.percent(trait.of_all)} of all)" for trait in traits
    )


def _class(pace: Pace, held: Class) -> PaceClass:
    marks = [mark for mark in pace.marks if mark.of == held.name]
    traits = [_trait(mark) for topic in personas.TOPICS for mark in _first(marks, topic)]
    return PaceClass(
        name=held.name, title=_title(pace, held.name), n=held.n, share=held.share, days=held.days, traits=tuple(traits)
    )


def _first(marks: Sequence[Mark], topic: Topic) -> list[Mark]:
    return [mark for mark in marks if mark.topic == topic][: MARKS_A_TOPIC[topic]]


def _trait(mark: Mark) -> Trait:
    return Trait(topic=mark.topic, text=mark.text, share=mark.share, low=mark.low, high=mark.high, of_all=mark.of_all)


def _title(pace: Pace, name: str) -> str:
    if not pace.days:
        return "Won" if name == "won" else "Not won"
    first, second = (f"{days:g}" for days in pace.days)
    return {
        "fast": f"Fast (within {first} days)",
        "medium": f"Medium ({first} to {second} days)",
        "slow": f"Slow (more than {second} days)",
        "never": f"Never (not within {pace.span:.0f} days)",
    }[name]


def _judged(report: Mapping[str, Any]) -> tuple[Judged, ...]:
    """Each way of telling the classes apart, the one that serves first, then the best."""
    found = report["candidates"].items()
    rows = [
        Judged(
            name=KINDS[kind],
            serves=kind == report["chosen"],
            accuracy=figures["accuracy"]["value"],
            log_loss=figures["log_loss"]["value"],
        )
        for kind, figures in found
    ]
    return tuple(sorted(rows, key=lambda each: (not each.serves, each.log_loss)))


def _alike(ctx: ToolContext, pace: Pace) -> tuple[int, tuple[Alike, ...], tuple[str | None, ...]]:
    """How many open leads were looked at, those with the highest chance of the best class, and who owns them."""
    if not pace.tells:
        return 0, (), ()
    owners = access.visible(ctx.asker, ctx.roster)
    found = {
        lead.id: lead
        for lead in newcomers.open_leads(ctx.db, owners, between=pace.came_in(ctx.now), limit=MOST_LOOKED_AT)
    }
    if not found:
        return 0, (), ()
    history = frames.load(ctx.db, until=ctx.now, ids=list(found))
    chances = pace.chances(history, pd.Index(sorted(found)))[pace.names[0]]
    best = chances.sort_values(ascending=False, kind="stable").head(LEADS_SHOWN)
    leads = [found[str(id_)] for id_ in best.index]
    alike = (
        Alike(lead_id=lead.id, name=lead.name, company=lead.company, chance=float(chance))
        for lead, chance in zip(leads, best, strict=True)
    )
    return len(found), tuple(alike), tuple(lead.owner_id for lead in leads)


def _head(best: str, first: PaceClass, pace: Pace) -> str:
    # What was done or noted is not a kind of lead: it cannot be gone for.
    telling = [trait for topic in KINDS_OF_LEAD for trait in first.traits if trait.topic == topic][:MARKS_IN_HEAD]
    if not telling:
        return (
            f"Nothing that is known early marks the leads that convert{' fast' if best == 'fast' else ''} beyond "
            "chance, so there is no one kind of lead to go for."
        )
    return f"Go first for leads of this kind: {'; '.join(trait.text for trait in telling)}."


def _told(alike: Sequence[Alike], looked_at: int, best: str, pace: Pace) -> str:
    if not pace.tells:
        return "No model told the classes apart better than their plain shares do, so no open lead is singled out."
    if not alike:
        return "No open lead that you may see is of an age at which this could be said of it."
    named = [f"{each.name} ({wording.percent(each.chance)})" for each in alike]
    basis = ", from what was known a day after each came in and that it is still open" if pace.dated else ""
    chance = "to convert fast" if best == "fast" else "to be won"
    among = wording.count(looked_at, "open lead")
    return f"Most like them among {among}: {wording.listing(named)}; chance {chance}{basis}."


def _line(each: PaceClass) -> str:
    half = f", half of them by day {each.days:.0f}" if each.days else ""
    head = f"• {each.title}: {wording.percent(each.share)} of leads ({each.n:,}){half}."
    return " ".join([head, *told_by_topic(each)]) if each.traits else f"{head} Nothing marks them beyond chance."


def told_by_topic(each: PaceClass) -> list[str]:
    """What marks a class, a sentence for each topic."""
    sentences = []
    for topic in personas.TOPICS:
        told = [trait for trait in each.traits if trait.topic == topic]
        if told:
            sentences.append(f"{topic[0].upper()}{topic[1:]}: {_beside_all(told)}.")
    return sentences


def _beside(judged: Sequence[Judged], n: int) -> str:
    told = [
        f"{each.name} {wording.percent(each.accuracy)} right, log-loss {each.log_loss:.3f}"
        + (" (serves)" if each.serves else "")
        for each in judged
    ]
    return f"On {wording.count(n, 'lead')} not seen before: {'; '.join(told)}."


def _left_out(pace: Pace) -> str:
    if not pace.dated:
        return "These books hold no dates, so it can be said who was won, not how fast."
    few = "" if pace.days else f" Too few converted to tell fast from slow{_by_hand(pace.cuts)}."
    return (
        f"Leads younger than {pace.span:.0f} days are left out, for it cannot be told yet what becomes of them; "
        f"so are those decided on their first day.{few}"
    )


def _cuts_told(pace: Pace, wanted: tuple[float, ...] | None) -> str:
    """Where the cuts come from, if somebody set them or has set others since."""
    if not pace.dated:
        return ""
    told = "The cuts between fast, medium and slow were set by hand." if pace.cuts and pace.days else ""
    if wanted == pace.cuts:
        return told
    change = (
        f"Cuts at {wording.listing([f'{day:g}' for day in wanted])} days" if wanted else "Cuts learnt from the books"
    )
    return f"{told} {change} are set now; they count once an admin has run `callsheet train pace`.".strip()


def _by_hand(cuts: tuple[float, ...] | None) -> str:
    return f" at the cuts of {wording.listing([f'{day:g}' for day in cuts])} days, set by hand" if cuts else ""


def _covered(pace: Pace) -> str:
    n = wording.count(sum(each.n for each in pace.classes), "lead")
    return f"{n} that came in at least {pace.span:.0f} days before" if pace.dated else f"{n} that were closed"


def _cite(served: Served[Pace], mark: Mark) -> Citation:
    return Citation(
        kind="model",
        key=f"model:pace@{served.card.version}#{mark.of}/{mark.feature}",
        label=f"{mark.of}: {mark.text}",
        value=f"{wording.percent(mark.share)}, {wording.percent(mark.of_all)} of all",
    )
