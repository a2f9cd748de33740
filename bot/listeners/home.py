"""The app being opened: the Home tab, the prompts of the Messages tab; and events that only need to be heard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.backlog import Errand, Hand, started
from bot.blockkit import problems
from bot.views import blocks, home
from bot.views.blocks import Block
from bot.views.home import PROMPTS
from tools.standing import standing_rules

if TYPE_CHECKING:
    from bot.desk import Desk
    from knowledge.people import Person

logger = logging.getLogger(__name__)
HOME = "home"
ONLY_HEARD = (
    "app_context_changed",
    "member_joined_channel",
    "reaction_added",
    "app_uninstalled",
    "tokens_revoked",
)


def register(app: App, desk: Desk) -> None:
    desk.backlog.handlers[HOME] = Homes(desk)

    def keep(body: dict[str, Any], event: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        if event.get("tab") != "messages":
            facts = {"team": str(context.team_id), "user": event["user"]}
            desk.backlog.add(Errand(HOME, f"home:{body['event_id']}", facts, f"{facts['team']}:{facts['user']}:home"))
        next_()

    @app.event("app_home_opened", middleware=[keep])
    def handle_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") == "messages":
            # With a thread_ts Slack says ok and shows nothing, so it must not be sent.
            client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=PROMPTS)

    @app.event("user_change")
    def handle_changed(event: dict[str, Any]) -> None:
        desk.profiles.forget(event["user"]["id"])

    for name in ONLY_HEARD:
        app.event(name)(_hear)


@dataclass(frozen=True)
class Homes:
    """Draws the Home tab of whoever opened it."""

    desk: Desk

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Draws one."""
        team, user = hand.errand.facts["team"], hand.errand.facts["user"]
        view = hand.wait(started(partial(draw, self.desk, slack, team, user)), self.desk.patience_s)
        hand.hold()
        slack.views_publish(user_id=user, view=view)

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Plain words where the tab would have been."""
        slack.views_publish(user_id=errand.facts["user"], view=home.stranger(text))


def draw(desk: Desk, client: WebClient, team: str, user: str) -> dict[str, Any]:
    """Somebody's Home tab, made anew: the calls that are worth making now, and reports for managers."""
    asker = desk.identify(client, team, user)
    if isinstance(asker, str):
        return home.stranger(asker)
    said = desk.assistant.ask("which leads should I call now", asker)
    drawn = [block for result in said.results for block in blocks.drawn(result)] or [blocks.section(said.text)]
    reports = home.reports_for(asker.role, desk.assistant.tools)
    rules = _rules(desk, asker)
    view = home.home(asker.first_name, drawn, reports, rules)
    if wrong := problems("views.publish", {"user_id": user, "view": view}):
        logger.error(
            "Home would be refused: %s",
            [f"{p.pointer}: {p.message}" for p in wrong[:5]],
            extra={"action": "blocks_refused"},
        )
        return home.home(asker.first_name, [blocks.section(said.text)], reports, rules)
    return view


def _rules(desk: Desk, asker: Person) -> list[Block]:
    """The standing rules, for whoever may switch them."""
    if asker.role not in standing_rules.roles:
        return []
    found = desk.run(asker, standing_rules.name, {})
    return [block for result in found.results for block in blocks.drawn(result)]


def _hear(event: dict[str, Any]) -> None:
    logger.info("Heard %s", event.get("type"), extra={"action": "heard"})
