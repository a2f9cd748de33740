"""Standing rules as blocks: what each does, whether it is on, and the button that switches it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.standing import StandingRule, StandingRules, standing_rule


@dataclass(frozen=True)
class Words:
    """A rule in words: its name, and what happens while it is on and while it is off."""

    name: str
    on: str
    off: str


RULES = {
    "assign": Words(
        "New leads assign themselves",
        "The moment a lead comes in it goes to the rep for whom it is worth most, who is told.",
        "New leads wait for a manager's click.",
    ),
    "take_back": Words(
        "Untouched hot leads go back",
        "One of the best leads that its owner does not touch for 4 working hours goes back to the pool, twice at most. "
        "The owner is told.",
        "Hot leads stay with their owner, touched or not.",
    ),
}


@blocks.drawn.register
def standing_rules(found: StandingRules) -> list[Block]:
    """Each rule and whether it is on; for whoever may, with the button that switches it."""
    return [_rule(kind, is_on, found.may_switch) for kind, is_on in found.on.items()]


@blocks.drawn.register
def standing_rule_switched(found: StandingRule) -> list[Block]:
    """What holds from now on."""
    return [blocks.section(found.text)]


def _rule(kind: str, is_on: bool, may_switch: bool) -> Block:
    words, state, other = RULES[kind], "on" if is_on else "off", "off" if is_on else "on"
    switch = buttons.decides(f"Switch {other}", standing_rule, kind=kind, on=not is_on)
    asked = buttons.sure(switch, f"{words.name}: switch that {other}?", words.off if is_on else words.on)
    told = f"*{words.name}: {state}*\n{words.on if is_on else words.off}"
    return blocks.markdown(told, asked if may_switch else None)
