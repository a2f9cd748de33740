"""The app being opened: the Home tab, the prompts of the Messages tab; and events that only need to be heard."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.backlog import Errand, Hand
from bot.threads import started
from bot.views import blocks, home, sections
from bot.views.blocks import Block
from bot.views.home import PROMPTS
from bot.views.sections import Section
from tools.base import Refusal, Result, Tool

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
# What a tool says to whoever opened the tab.
Run = Callable[[str, dict[str, Any]], Result]
NOT_NOW = "This cannot be shown just now; refresh in a minute, or ask me for it."


def register(app: App, desk: Desk) -> None:
    desk.backlog.handlers[HOME] = Homes(desk)

    def keep(body: dict[str, Any], event: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        if event.get("tab") != "messages":
            desk.backlog.add(errand(body["event_id"], str(context.team_id), event["user"], event.get("view")))
        next_()

    @app.event("app_home_opened", middleware=[keep])
    def handle_opened(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") == "messages":
            # With a thread_ts Slack says ok and shows nothing, so it must not be sent.
            client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=PROMPTS)

    @app.action(home.REFRESH)
    def handle_refresh(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        desk.backlog.add(errand(body["trigger_id"], str(context.team_id), body["user"]["id"], body["view"]))
        ack()

    @app.event("user_change")
    def handle_changed(event: dict[str, Any]) -> None:
        desk.profiles.forget(event["user"]["id"])

    for name in ONLY_HEARD:
        app.event(name)(_hear)


def errand(id_: str, team: str, user: str, standing: dict[str, Any] | None) -> Errand:
    """A Home tab to be shown in the place of what stands there, if anything does; a person's one after the other."""
    facts = {"team": team, "user": user, "hash": (standing or {}).get("hash")}
    return Errand(HOME, f"home:{id_}", facts, f"{team}:{user}:home")


@dataclass(frozen=True)
class Homes:
    """Draws the Home tab of whoever opened it."""

    desk: Desk

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Draws one, and shows it as it fills."""
        facts = hand.errand.facts
        # What stands there from last time is better to look at than an empty frame.
        filling = views(self.desk, slack, facts["team"], facts["user"], is_bare=facts.get("hash") is None)
        standing = None if hand.is_repeat else facts.get("hash")
        while view := hand.wait(started(partial(next, filling, None)), self.desk.patience_s):
            hand.hold()
            standing = put(slack, facts["user"], view, standing)
            if standing is None:
                return

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Plain words where the tab would have been."""
        slack.views_publish(user_id=errand.facts["user"], view=home.stranger(text))


def publish(desk: Desk, client: WebClient, team: str, user: str) -> None:
    """Shows somebody at once what came of a click, whatever stands there.

    What is slow to know is left to the workers: clicks are done in their order, and the next need not wait for it.
    """
    if standing := put(client, user, next(views(desk, client, team, user)), None):
        desk.backlog.add(errand(standing, team, user, {"hash": standing}))


def put(client: WebClient, user: str, view: dict[str, Any], standing: str | None) -> str | None:
    """The hash of a view that was put in the place of the one of that hash, or of any; None where another stands there.

    Whoever clicked meanwhile has seen what came of it, and what was drawn before must not hide that.
    """
    try:
        return str(client.views_publish(user_id=user, view=view, hash=standing)["view"]["hash"])
    except SlackApiError as error:
        if error.response["error"] != "hash_conflict":
            raise
        return None


def views(desk: Desk, client: WebClient, team: str, user: str, *, is_bare: bool = False) -> Iterator[dict[str, Any]]:
    """Somebody's Home tab as it fills; `is_bare` says that they see nothing yet."""
    asker = desk.identify(client, team, user)
    if isinstance(asker, str):
        yield home.stranger(asker)
        return

    def run(tool: str, arguments: dict[str, Any]) -> Result:
        return desk.run(asker, tool, arguments).results[0]

    yield from drawn(asker, desk.assistant.tools, run, desk.clock(), is_bare=is_bare)


def drawn(
    asker: Person, tools: Sequence[Tool], run: Run, now: datetime, *, is_bare: bool = False
) -> Iterator[dict[str, Any]]:
    """The Home tab of a person: an empty frame where there is nothing yet, what is quickly known, then all of it."""
    here, reports = sections.for_role(asker.role, tools), home.reports_for(asker.role, tools)
    parts: dict[str, list[Block]] = {each.title: [blocks.context(home.ONE_MOMENT)] for each in here}
    if is_bare:
        yield home.home(asker.first_name, now, parts, reports)
    for is_slow in sorted({each.is_slow for each in here}):
        parts |= {each.title: _part(each, run) for each in here if each.is_slow is is_slow}
        yield home.home(asker.first_name, now, parts, reports)


def _part(section: Section, run: Run) -> list[Block]:
    """What a section says; one that fails says so, and takes nothing else with it."""
    try:
        found = [run(tool, arguments) for tool, arguments in section.asks]
        if all(isinstance(each, Refusal) for each in found):
            return [blocks.section(found[0].text)]
        return section.drawn(found)
    except Exception:
        logger.exception("%s could not be drawn", section.title, extra={"action": "section_failed"})
        return [blocks.section(NOT_NOW)]


def _hear(event: dict[str, Any]) -> None:
    logger.info("Heard %s", event.get("type"), extra={"action": "heard"})
