"""The one way out: whatever is sent to Slack is made safe first, and is plain words where Slack would refuse it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltContext
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.blockkit import problems
from bot.links import Sieve
from bot.views import blocks

if TYPE_CHECKING:
    from slack_bolt import App

logger = logging.getLogger(__name__)

MESSAGES = ("chat.postMessage", "chat.postEphemeral", "chat.update", "response_url")
STREAMS = ("chat.startStream", "chat.appendStream", "chat.stopStream")
VIEWS = ("views.open", "views.push", "views.update", "views.publish")
# The methods that would otherwise unfold what they link to.
UNFOLDS = ("chat.postMessage", "response_url")
NOT_DRAWN = "This cannot be shown as it should be; an admin finds the cause in the log."


class Guarded(WebClient):
    """Slack as the bot reaches it; `hosts` are those that may be linked to."""

    def __init__(self, token: str | None = None, *, hosts: frozenset[str] = frozenset(), **more: Any) -> None:
        super().__init__(token, **more)
        self.hosts = hosts

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """What Slack answers to what may be sent."""
        if isinstance(payload := arguments.get("json"), Mapping):
            arguments["json"] = safe(api_method, payload, self.hosts)
        return super().api_call(api_method, **arguments)


def guard(app: App, hosts: frozenset[str]) -> None:
    """Gives every handler a client that lets nothing else out."""

    @app.middleware
    def give_guarded(context: BoltContext, next_: Callable[[], None]) -> None:
        context["client"] = like(context.client, hosts)
        if answer := context.respond:
            context["respond"] = lambda **payload: answer(**safe("response_url", payload, hosts))
        next_()


def like(client: WebClient, hosts: frozenset[str]) -> Guarded:
    """A client that reaches the same workspace in the same way."""
    made = Guarded(
        client.token,
        hosts=hosts,
        base_url=client.base_url,
        timeout=client.timeout,
        retry_handlers=list(client.retry_handlers),
    )
    made.default_params = client.default_params
    return made


def safe(method: str, payload: Mapping[str, Any], hosts: frozenset[str]) -> dict[str, Any]:
    """What may be sent of what was to be: links to known hosts only, nothing unfolded, no blocks that Slack refuses."""
    sieve, sent = Sieve(hosts), dict(payload)
    if method in MESSAGES:
        sent = _message(method, sent, sieve)
    elif method in VIEWS:
        sent["view"] = _view(method, sent, sieve)
    elif method in STREAMS:
        sent = _piece(sent, sieve)
    if sieve.held_back:
        logger.warning(
            "%s links to unknown hosts were sent as words", sieve.held_back, extra={"action": "links_held_back"}
        )
    return sent


def _message(method: str, sent: dict[str, Any], sieve: Sieve) -> dict[str, Any]:
    if isinstance(sent.get("text"), str):
        sent["text"] = sieve.text(sent["text"])
    if sent.get("blocks"):
        sent["blocks"] = sieve.blocks(sent["blocks"])
    if method in UNFOLDS:
        sent |= {"unfurl_links": False, "unfurl_media": False}
    if method.startswith("chat."):
        # Slack makes links of words in a text of its own accord, unless it is told not to.
        sent["parse"] = "none"
    if sent.get("blocks") and _refused(method, sent):
        # An update without blocks would leave those that stand there.
        sent["blocks"] = []
    return sent


def _piece(sent: dict[str, Any], sieve: Sieve) -> dict[str, Any]:
    return sent | {name: sieve.blocks(sent[name]) for name in ("chunks", "blocks") if sent.get(name)}


def _view(method: str, sent: Mapping[str, Any], sieve: Sieve) -> dict[str, Any]:
    view: dict[str, Any] = sieve.blocks(sent["view"])
    if not _refused(method, {**sent, "view": view}):
        return view
    kept = {name: view[name] for name in ("type", "title", "close") if name in view}
    return kept | {"blocks": [blocks.section(NOT_DRAWN)]}


def _refused(method: str, payload: Mapping[str, Any]) -> bool:
    wrong: Sequence[Any] = problems(method, payload)
    if wrong:
        logger.error(
            "Blocks would be refused by %s: %s",
            method,
            [f"{each.pointer}: {each.message}" for each in wrong[:5]],
            extra={"action": "blocks_refused"},
        )
    return bool(wrong)
