"""What was written in notes and messages; it fits what happened, since it is made from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from knowledge.connectors.demo import scripts
from knowledge.connectors.demo.company import NAME, Colleague
from knowledge.connectors.demo.process import DISCOVERY, NEW, PROPOSAL

Option = TypeVar("Option")


def of_activity(kind: str, direction: str | None, disposition: str | None, rung: int, detail: str, lead: dict[str, Any],
                seller: Colleague | None, luck: Sequence[float]) -> tuple[str | None, str | None]:  # fmt: skip
    """Subject and body of one activity; `luck` are two numbers in [0, 1)."""
    if kind in scripts.ALONE:
        return _one_of(scripts.ALONE[kind], luck[0]), None
    if kind == "call":
        notes = scripts.NOTES.get(disposition or "")
        return None, _fill(_one_of(notes, luck[0]), lead, seller) if notes and luck[1] < 0.7 else None
    subject, body = _message(kind, direction, rung, detail, luck[0])
    return _fill(subject, lead, seller), _fill(body, lead, seller)


def _message(kind: str, direction: str | None, rung: int, detail: str, luck: float) -> scripts.Message:
    if kind == "meeting":
        return scripts.MEETINGS[detail]
    if detail:
        return scripts.PROPOSALS[detail == "proposal"]
    if direction == "inbound":
        return _one_of(scripts.REPLIES_IN_DEALS if rung >= DISCOVERY + 1 else scripts.REPLIES, luck)
    if rung == NEW:
        return _one_of(scripts.FIRST_LETTERS, luck)
    return _one_of(scripts.LETTERS_IN_DEALS if DISCOVERY <= rung <= PROPOSAL + 1 else scripts.FIRST_LETTERS[1:], luck)


def _one_of(options: Sequence[Option], luck: float) -> Option:
    return options[int(luck * len(options))]


def _fill(text: str, lead: dict[str, Any], seller: Colleague | None) -> str:
    rep = seller.name if seller else NAME
    sites = lead["attributes"].get("sites") or 1
    meters = f"all {sites} sites" if sites > 2 else "your meters" if text.startswith("Hi") else "the meters"
    return text.format(
        first=lead["name"].split()[0], company=lead["company"], rep=rep, rep_first=rep.split()[0], sites=meters
    )
