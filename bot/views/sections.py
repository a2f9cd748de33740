"""The sections of the Home tab, written out: what each is called, what it asks, for whom, and how that is drawn.

To add one, write a line. A section whose tool does not exist, or is not for somebody of that role, is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bot.views import blocks, buttons, forecasts, leads, nudges, team
from bot.views.blocks import Block
from tools.base import EVERYONE, Refusal, Result, Tool
from tools.calls import CallList, leads_to_call
from tools.forecast_facts import SalesForecast
from tools.nudges import HeldNudges
from tools.team_summary import TeamSummary

MANAGERS, REPS, ADMINS = ("manager", "admin"), ("rep",), ("admin",)

TOLD = "You also hear when a lead comes to you or leaves you, with the reason, and when your appeal is answered."

Asked = tuple[str, dict[str, Any]]
Drawn = Callable[[Sequence[Result]], list[Block]]


def whole(found: Sequence[Result]) -> list[Block]:
    """Results as they are drawn anywhere."""
    return [block for each in found for block in blocks.drawn(each)]


def calls(found: Sequence[Result]) -> list[Block]:
    """The call list in short, and the way to more of it."""
    drawn = [block for each in found if isinstance(each, CallList) for block in leads.short_list(each)]
    return [*drawn, buttons.row(buttons.asks("Show ten", leads_to_call, limit="10"))]


def held(found: Sequence[Result]) -> list[Block]:
    """The first nudges that were held back."""
    return [block for each in found if isinstance(each, HeldNudges) for block in nudges.first_held(each)]


def summary(found: Sequence[Result]) -> list[Block]:
    """How the team stands, and what to do."""
    return [block for each in found if isinstance(each, TeamSummary) for block in team.in_short(each)]


def told(found: Sequence[Result]) -> list[Block]:
    """The rules that are in force, and what somebody is told besides."""
    return [*whole(found), blocks.context(TOLD)]


def numbers(found: Sequence[Result]) -> list[Block]:
    """Figures beside one another; what there is no figure of is said below."""
    told = [_number(each) for each in found if not isinstance(each, Refusal)]
    fields = [{"type": "mrkdwn", "text": blocks.shortened(text, blocks.CONTEXT_LIMIT)} for text in told]
    lacking = [blocks.context(blocks.escaped(each.text)) for each in found if isinstance(each, Refusal)]
    return [*([{"type": "section", "fields": fields[:10]}] if fields else []), *lacking]


def _number(found: Result) -> str:
    if isinstance(found, SalesForecast):
        return f"*Forecast {blocks.escaped(found.period)}*\n{blocks.escaped(forecasts.in_short(found))}"
    name, _, figure = found.text.split("\n")[0].partition(":")
    return f"*{blocks.escaped(name.partition(' (')[0])}*\n{blocks.escaped(figure.strip().removesuffix('.'))}"


def _of(owner: str) -> tuple[Asked, ...]:
    return (
        ("forecast_sales", {"period": "this quarter", "owner": owner}),
        ("pipeline_report", {"metric": "pipeline_value", "owner": owner}),
        ("pipeline_report", {"metric": "calls", "period": "this week", "owner": owner}),
        ("pipeline_report", {"metric": "meetings", "period": "this week", "owner": owner}),
    )


@dataclass(frozen=True)
class Section:
    """A part of the tab; `is_slow` where people should see the others first."""

    title: str
    asks: Sequence[Asked]
    roles: Collection[str] = EVERYONE
    drawn: Drawn = whole
    is_slow: bool = False


SECTIONS = (
    Section("Waiting for your decision", [("waiting_decisions", {})], MANAGERS),
    Section("Worth a call now", [("leads_to_call", {})], REPS, calls),
    Section("My numbers", _of("me"), REPS, numbers, is_slow=True),
    Section("Your team", [("team_summary", {})], MANAGERS, summary, is_slow=True),
    Section("In numbers", _of("team"), MANAGERS, numbers, is_slow=True),
    Section("Answers found bad", [("bad_answers", {})], ADMINS),
    Section("What I did not tell you", [("held_nudges", {})], drawn=held),
    Section("When I may tell you", [("nudge_settings", {})]),
    Section("What happens without your click", [("standing_rules", {})], REPS, told),
    Section("What happens without a click", [("standing_rules", {})], MANAGERS),
)


def for_role(role: str, tools: Sequence[Tool]) -> list[Section]:
    """The sections that somebody of this role has, of the tools that there are."""
    allowed = {tool.name for tool in tools if role in tool.roles}
    return [each for each in SECTIONS if role in each.roles and {name for name, _ in each.asks} <= allowed]
