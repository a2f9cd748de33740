"""How it is worded who converts: what to go for, leads like that, how fast leads convert and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from knowledge.customers import ASKED_AFTER, FIRST
from scoring import personas
from scoring.pace import Pace
from scoring.personas import Topic
from tools import findings, verdicts, wording

if TYPE_CHECKING:
    from knowledge.models import Card
    from tools.customer_facts import Alike, PaceClass, Stayers, Trait

MARKS_IN_HEAD = 4
EARLY_TOLD = 2
KINDS_OF_LEAD: tuple[Topic, ...] = ("why they came", "who they are")


def in_short(
    pace: Pace,
    card: Card,
    classes: Sequence[PaceClass],
    alike: Sequence[Alike],
    looked_at: int,
    stayers: Stayers | None,
) -> Iterator[str]:
    """What to go for and whom to call for it, how fast leads convert, and how sure it is, a line each."""
    yield head(pace, classes[0])
    yield like_them(pace, alike, looked_at)
    yield _shares(pace, classes)
    if early := _early(classes[0]):
        yield early
    if stayers and (stayers.of_stayed or stayers.of_left):
        yield of_stayers(stayers)
    if pace.tells:
        yield how_sure(card)


def head(pace: Pace, first: PaceClass) -> str:
    """The kind of lead to go for."""
    # What was done or noted is not a kind of lead: it cannot be gone for.
    telling = [trait for topic in KINDS_OF_LEAD for trait in first.traits if trait.topic == topic][:MARKS_IN_HEAD]
    if not telling:
        return (
            f"Nothing that is known early marks the leads that convert{' fast' if pace.days else ''} beyond chance, so "
            "there is no one kind of lead to go for."
        )
    return f"Go first for leads of this kind: {'; '.join(trait.text for trait in telling)}."


def like_them(pace: Pace, alike: Sequence[Alike], looked_at: int) -> str:
    """The open leads that are most like those that convert best."""
    if not pace.tells:
        return "No model told the classes apart better than their plain shares do, so no open lead is singled out."
    if not alike:
        return "No open lead that you may see is of an age at which this could be said of it."
    named = wording.listing([f"{each.name} ({wording.percent(each.chance)})" for each in alike])
    chance = "to convert fast" if pace.days else "to be won"
    return f"Most like them among {wording.count(looked_at, 'open lead')}: {named}; in brackets the chance {chance}."


def _shares(pace: Pace, classes: Sequence[PaceClass]) -> str:
    told = [f"{wording.percent(each.share)} {each.title[0].lower()}{each.title[1:]}" for each in classes]
    return f"{'How fast leads convert' if pace.days else 'What becomes of leads'}: {wording.listing(told)}."


def _early(first: PaceClass) -> str:
    """What happens early to leads of the best class more than to others: what can still be done."""
    early = [trait for trait in first.traits if trait.topic == "what happened early"][:EARLY_TOLD]
    return f"On their first day, more often than others: {_beside_all(early)}." if early else ""


def how_sure(card: Card) -> str:
    """How well the best class was told apart on leads not seen before."""
    return f"How sure that is: {verdicts.beside(findings.read(card.report))}."


def class_title(pace: Pace, name: str) -> str:
    """`Fast (within 54 days)`."""
    if not pace.days:
        return "Won" if name == "won" else "Not won"
    first, second = (f"{days:g}" for days in pace.days)
    return {
        "fast": f"Fast (within {first} days)",
        "medium": f"Medium ({first} to {second} days)",
        "slow": f"Slow (more than {second} days)",
        "never": f"Never (not within {pace.span:.0f} days)",
    }[name]


def by_topic(each: PaceClass) -> list[str]:
    """What marks a class, a sentence for each topic."""
    sentences = []
    for topic in personas.TOPICS:
        told = [trait for trait in each.traits if trait.topic == topic]
        if told:
            sentences.append(f"{topic[0].upper()}{topic[1:]}: {_beside_all(told)}.")
    return sentences


def of_stayers(found: Stayers) -> str:
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


def left_out(pace: Pace) -> str:
    """Which leads nothing could be learnt from."""
    if not pace.dated:
        return ""
    return (
        f"Leads younger than {pace.span:.0f} days are left out, for it cannot be told yet what becomes of them; "
        "so are those decided on their first day."
    )


def limits(pace: Pace, wanted: tuple[float, ...] | None) -> list[str]:
    """What cannot be told of these books, and who set the cuts between the classes, if anybody did."""
    if not pace.dated:
        return ["These books hold no dates, so it can be said who was won, not how fast."]
    few = "" if pace.days else f"Too few converted to tell fast from slow{_by_hand(pace.cuts)}."
    return list(filter(None, (few, _cuts_told(pace, wanted))))


def covered(pace: Pace) -> str:
    """The leads that it was learnt from."""
    n = wording.count(sum(each.n for each in pace.classes), "lead")
    return f"{n} that came in at least {pace.span:.0f} days before" if pace.dated else f"{n} that were closed"


def _cuts_told(pace: Pace, wanted: tuple[float, ...] | None) -> str:
    """Where the cuts come from, if somebody set them or has set others since."""
    told = "The cuts between fast, medium and slow were set by hand." if pace.cuts and pace.days else ""
    if wanted == pace.cuts:
        return told
    change = (
        f"Cuts at {wording.listing([f'{day:g}' for day in wanted])} days" if wanted else "Cuts learnt from the books"
    )
    return f"{told} {change} are set now; they count once an admin has run `callsheet train pace`.".strip()


def _by_hand(cuts: tuple[float, ...] | None) -> str:
    return f" at the cuts of {wording.listing([f'{day:g}' for day in cuts])} days, set by hand" if cuts else ""


def _beside_all(traits: Sequence[Trait]) -> str:
    """Each trait with the share that has it, and that of all."""
    told = [
        f"{trait.text} ({wording.percent(trait.share)}, {wording.percent(trait.of_all)} of all)" for trait in traits
    ]
    return "; ".join(told)
