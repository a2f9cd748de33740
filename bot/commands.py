"""What can be typed after `/callsheet`: a word that stands for a tool, or a question in one's own words.

To add a word, write a line. A word whose tool does not exist, or is not for whoever types it, is not in the help.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.agent import Answer
from bot.settings import OFFLINE
from tools.base import Refusal, Tool

if TYPE_CHECKING:
    from bot.desk import Desk
    from knowledge.people import Person

HELP = ("", "help", "?")
RECORDS = ("lead", "deal", "record")
# What a tool cannot make anything of may still be a question.
NOT_UNDERSTOOD = ("arguments", "unknown")


@dataclass(frozen=True)
class Command:
    """A word, the tool behind it, and what the help says of it.

    `takes` is the argument that the words behind it are; `needs` says that there have to be some.
    """

    word: str
    tool: str
    says: str
    takes: str | None = None
    needs: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def usage(self) -> str:
        """How it is typed."""
        name = "NAME" if self.takes in RECORDS else (self.takes or "").upper()
        return f"/callsheet {self.word} {name if self.needs else name and f'[{name}]'}".strip()


COMMANDS = (
    Command("today", "leads_to_call", "the calls worth making now"),
    Command("brief", "daily_brief", "your day in short"),
    Command("lead", "show_lead", "a lead's record and what happened", "lead", needs=True),
    Command("why", "explain_lead", "a lead's chance, and why", "lead", needs=True),
    Command("deal", "explain_deal", "a deal's chances and red flags", "deal", needs=True),
    Command("next", "next_step", "what to do next with a deal or lead", "record", needs=True),
    Command(
        "log", "log_outcome", "log what came of a call or meeting", "record", needs=True, arguments={"outcome": None}
    ),
    Command(
        "snooze", "snooze_lead", "take a lead off your list for a while", "lead", needs=True, arguments={"until": None}
    ),
    Command("forecast", "forecast_sales", "what this quarter, or another period, will bring", "period"),
    Command("risk", "deals_at_risk", "deals that may slip or be lost", "period"),
    Command("playbook", "search_playbook", "what your company's documents say", "question", needs=True),
    Command("team", "team_summary", "how your team is doing", "period"),
    Command("approvals", "waiting_decisions", "what waits for your decision"),
    Command("plan", "plan_allocation", "share out the new leads", arguments={"pool": "new"}),
    Command("held", "held_nudges", "what I did not tell you"),
    Command("settings", "nudge_settings", "when and how often I may tell you something"),
)


def answer(desk: Desk, asker: Person, text: str) -> Answer:
    """What somebody is answered who typed `text` after the command.

    Raises
    ------
    BadInput
        When it is a question that is too long.
    """
    word, _, rest = text.strip().partition(" ")
    if word.lower() in HELP and not rest:
        return _said(helped(asker.role, desk.assistant.tools))
    known = {tool.name for tool in desk.assistant.tools}
    command = next((each for each in COMMANDS if each.word == word.lower() and each.tool in known), None)
    if command is None or (rest and not command.takes):
        return desk.assistant.ask(text, asker)
    if command.needs and not rest:
        return _said(f"Say of what: `{command.usage}`.")
    given = {command.takes: rest.strip()} if command.takes and rest else {}
    said = desk.run(asker, command.tool, {**command.arguments, **given})
    if given and _is_not_understood(said):
        asked = desk.assistant.ask(text, asker)
        return asked if any(not isinstance(each, Refusal) for each in asked.results) else said
    return said


def helped(role: str, tools: Sequence[Tool]) -> str:
    """What somebody of a role can type."""
    allowed = {tool.name for tool in tools if role in tool.roles}
    lines = [f"• `{each.usage}`: {each.says}" for each in COMMANDS if each.tool in allowed]
    own = "Or ask in your own words, such as `/callsheet win rate by source last quarter`. Only you see the answer."
    return "\n".join(["What you can type:", *lines, own])


def _is_not_understood(said: Answer) -> bool:
    return all(isinstance(each, Refusal) and each.reason in NOT_UNDERSTOOD for each in said.results)


def _said(text: str) -> Answer:
    return Answer(text, [], [], OFFLINE, "", 0.0)
