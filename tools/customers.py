"""Who converts: the classes of time that leads take, what marks each, and open leads like the best of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from knowledge import frames, metrics, newcomers
from knowledge.citations import Citation, record
from scoring import personas, staying
from scoring.pace import Class, Pace
from scoring.personas import Mark, Topic
from scoring.registry import Served
from tools import access, customer_words, wording
from tools.base import ToolContext, tool
from tools.customer_facts import Alike, IdealCustomer, Judged, PaceClass, Stayers, Trait
from tools.untrained import untrained

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
KINDS = {"network": "neural network", "boosting": "boosted trees", "base_rate": "base rate"}


@tool(
    roles=("manager", "admin"),
)
def ideal_customer(ctx: ToolContext) -> IdealCustomer:
    """Who converts fast, slowly and never, what marks each class, and open leads like the fast ones.

    Use for "who is our ideal customer", "what do our best customers look like", "who should we target".
    """
    served = ctx.models.serving(Pace)
    if served is None:
        raise untrained(ctx, Pace, "Nothing has been learnt yet of who converts and how fast")
    pace, best = served.model, served.model.names[0]
    currency = metrics.currency(ctx.db)
    classes = tuple(_class(pace, each, currency) for each in pace.classes)
    looked_at, alike, owners = _alike(ctx, pace)
    stayers = _stayers(pace, currency)
    told = customer_words.in_short(pace, served.card, classes, alike, looked_at, stayers)
    limits = customer_words.limits(pace, ctx.policy.cuts)
    return IdealCustomer(
        text="\n".join([*told, *limits]),
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
        covers=f"{customer_words.covered(pace)} of the whole company; open leads only as far as they are yours to see",
        as_of=served.card.as_of,
        owners=owners,
        names=tuple(each.name for each in alike),
        classes=classes,
        judged=_judged(served.card.report),
        alike=alike,
        stayers=stayers,
        notes=tuple(filter(None, (customer_words.how_sure(served.card), customer_words.left_out(pace), *limits))),
    )


def _stayers(pace: Pace, currency: str) -> Stayers | None:
    """What is known of customers who stayed; None where none is old enough, or none has left."""
    found = pace.staying
    if not 0 < found.stayed < found.n:
        return None
    stayed, left = (
        tuple(
            _trait(mark, currency) for mark in _first([mark for mark in found.marks if mark.of == of], "why they stay")
        )
        for of in (staying.STAYED, staying.LEFT)
    )
    return Stayers(n=found.n, stayed=found.stayed, of_stayed=stayed, of_left=left)


def _class(pace: Pace, held: Class, currency: str) -> PaceClass:
    marks = [mark for mark in pace.marks if mark.of == held.name]
    traits = [_trait(mark, currency) for topic in personas.TOPICS for mark in _first(marks, topic)]
    return PaceClass(
        name=held.name,
        title=customer_words.class_title(pace, held.name),
        n=held.n,
        share=held.share,
        days=held.days,
        traits=tuple(traits),
    )


def _first(marks: Sequence[Mark], topic: Topic) -> list[Mark]:
    return [mark for mark in marks if mark.topic == topic][: MARKS_A_TOPIC[topic]]


def _trait(mark: Mark, currency: str) -> Trait:
    text = wording.priced(mark.text, currency) if mark.feature == "value" else mark.text
    return Trait(topic=mark.topic, text=text, share=mark.share, low=mark.low, high=mark.high, of_all=mark.of_all)


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


def _cite(served: Served[Pace], mark: Mark) -> Citation:
    return Citation(
        kind="model",
        key=f"model:pace@{served.card.version}#{mark.of}/{mark.feature}",
        label=f"{mark.of}: {mark.text}",
        value=f"{wording.percent(mark.share)}, {wording.percent(mark.of_all)} of all",
    )
