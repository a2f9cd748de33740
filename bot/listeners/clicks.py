"""Clicks on buttons that call a tool: the answer comes into the thread, or takes the place of what stands there."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast, get_args

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot import posting
from bot.agent import Answer
from bot.backlog import Errand, Hand
from bot.listeners import spots
from bot.listeners.spots import Spot
from bot.questions import check
from bot.threads import started
from bot.views import blocks, buttons
from bot.views.buttons import Kind

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)
CLICK = "click"
NO_LONGER = "That button is of an earlier version; please ask again."


def register(app: App, desk: Desk) -> None:
    desk.backlog.handlers[CLICK] = Clicks(desk)

    @app.action(re.compile(f"^({'|'.join(get_args(Kind))}):"))
    def handle_click(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        call, spot = buttons.call(action), spots.clicked(body, action, str(context.team_id))
        desk.backlog.add(errand(f"click:{body['trigger_id']}", spot, call.kind, call.name, call.arguments, body))
        ack()


def errand(
    key: str, spot: Spot, kind: str, tool: str, arguments: dict[str, Any], body: dict[str, Any] | None = None
) -> Errand:
    """A click as it is kept; those of one person are done in their order."""
    facts = {
        "team": spot.team,
        "spot": asdict(spot),
        "kind": kind,
        "tool": tool,
        "arguments": arguments,
        "message": (body or {}).get("message"),
    }
    return Errand(CLICK, key, facts, f"{spot.team}:{spot.user}:clicks")


@dataclass(frozen=True)
class Clicks:
    """Does what clicks ask for. A tool that writes may be run again if its worker went away: it then says so itself."""

    desk: Desk

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Does one, and puts what came of it where it belongs."""
        facts, kind = hand.errand.facts, cast("Kind", hand.errand.facts["kind"])
        spot = spots.placed(slack, Spot(**facts["spot"]))
        if hand.is_repeat and kind == "asks" and _stands(slack, spot, hand.errand):
            return
        running = started(partial(run, self.desk, slack, spot, facts["tool"], facts["arguments"], hand.errand.id))
        answer = hand.wait(running, self.desk.patience_s)
        if isinstance(answer, Answer):
            check(answer, hand)
        hand.hold()
        spots.put(self.desk, slack, spot, kind, answer, facts["message"])

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Plain words to whoever clicked."""
        spot = spots.placed(slack, Spot(**errand.facts["spot"]))
        spots.whisper(slack, spot, text, [blocks.section(text)])


def _stands(slack: WebClient, spot: Spot, errand: Errand) -> bool:
    """Whether an earlier worker got as far as posting the answer."""
    root = spot.thread or spot.ts
    return root is not None and posting.standing(slack, spot.channel, root, errand.id) != "nothing"


def run(
    desk: Desk, client: WebClient, spot: Spot, tool: str, arguments: dict[str, Any], audit_id: str | None = None
) -> Answer | str:
    """What a tool says to whoever clicked; or why there is no answer for them."""
    if tool not in {each.name for each in desk.assistant.tools}:
        logger.info("A click on %s did nothing", tool, extra={"action": "unknown_click"})
        return NO_LONGER
    asker = desk.identify(client, spot.team, spot.user)
    return asker if isinstance(asker, str) else desk.run(asker, tool, arguments, audit_id)
