"""What the models are called by those who use them, and what their cases are."""

from __future__ import annotations

from dataclasses import dataclass

from tools.findings import Findings


@dataclass(frozen=True)
class Nouns:
    """What a model is called by those who use it, and what its cases are: a call that is answered, a lead that is won.

    `ended` is how the good ones among those learnt from ended, which may be more than what the chances are of; `good`
    is one that a right order puts before a `bad` one.
    """

    model: str = ""
    case: str = "lead"
    hit: str = "won"
    hits: str = "wins"
    work: str = "call"
    ended: str = "won"
    good: str = "a won lead"
    bad: str = "a lost one"


_WON_DEAL = {"case": "deal", "work": "go through", "good": "a won deal"}
_NOUNS = {
    "ranking": Nouns("Lead scoring"),
    "reach": Nouns(
        "Calling times",
        "call",
        "answered",
        "answers",
        "make",
        "answered",
        "a call that was answered",
        "one that was not",
    ),
    "waiting": Nouns("Speed to first contact"),
    "pace": Nouns("Time to convert", "lead", "fast", "fast ones", good="a lead that converted fast", bad="another"),
    "matching": Nouns("What reps add"),
    "uplift": Nouns("Effect of contact", "lead", "responded", "responses", "contact", "responded"),
    "win": Nouns("Win chances", **_WON_DEAL),
    "slippage": Nouns(
        "Slip chances",
        "deal",
        "slipped or lost",
        "deals that slipped or were lost",
        "go through",
        good="a deal that slipped or was lost",
        bad="one that did neither",
    ),
    "closing": Nouns("Closing dates", **_WON_DEAL),
    "flags": Nouns("Red flags", **_WON_DEAL),
    "forecast": Nouns("The forecast", **_WON_DEAL),
    "next_step": Nouns("Next steps", **_WON_DEAL),
    "next_touch": Nouns("Next touches"),
}


def of(found: Findings) -> Nouns:
    """The words for what the model judges."""
    return _NOUNS.get(found.model, Nouns())
