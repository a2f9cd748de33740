"""Where something was clicked, and where what came of it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient

from bot import posting
from bot.agent import Answer
from bot.listeners import home
from bot.views import blocks
from bot.views.blocks import Block

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.views.buttons import Kind

# Goes with files that take the place of others, which still stand above.
AS_IT_IS_NOW = "As it stands now:"


@dataclass(frozen=True)
class Spot:
    """Where it was clicked; there is no message (`ts`) on the Home tab, nor in what only one person sees."""

    team: str
    user: str
    channel: str
    thread: str | None
    ts: str | None
    block_id: str
    on_home: bool = False

    @property
    def is_direct(self) -> bool:
        return self.channel.startswith("D")


def of(client: WebClient, body: dict[str, Any], action: dict[str, Any], team: str) -> Spot:
    """The spot of a click; for the Home tab, what is said of it goes to the direct messages."""
    return placed(client, clicked(body, action, team))


def clicked(body: dict[str, Any], action: dict[str, Any], team: str) -> Spot:
    """The spot of a click, without a channel yet where there is none."""
    message = body.get("message") or {}
    on_home = (body.get("view") or {}).get("type") == "home"
    thread = (message or body.get("container") or {}).get("thread_ts")
    channel = str((body.get("channel") or {}).get("id", ""))
    return Spot(team, body["user"]["id"], channel, thread, message.get("ts"), action["block_id"], on_home)


def placed(client: WebClient, spot: Spot) -> Spot:
    """The spot with the channel where it can be answered."""
    if spot.channel:
        return spot
    return replace(spot, channel=str(client.conversations_open(users=spot.user)["channel"]["id"]))


def put(
    desk: Desk, client: WebClient, spot: Spot, kind: Kind, answer: Answer | str, standing: dict[str, Any] | None = None
) -> None:
    """Puts an answer where its kind of button says; `standing` is the message that was clicked, read anew if not given.

    A refusal changes nothing that stands there: whoever clicked hears it, and nobody else.
    """
    if isinstance(answer, str):
        whisper(client, spot, answer, [blocks.section(answer)])
    elif kind == "asks":
        _post(desk, client, spot, answer)
    elif not answer.citations:
        whisper(client, spot, answer.text, _drawn(answer))
    elif spot.on_home:
        home.publish(desk, client, spot.team, spot.user)
    elif kind == "renews":
        _renew(desk, client, spot, answer)
    elif message := standing or posting.read(client, spot.channel, spot.thread, spot.ts):
        _replace(client, spot, message, _drawn(answer))
    else:
        # A message that only one person sees cannot be changed afterwards.
        whisper(client, spot, answer.text, _drawn(answer))


def whisper(client: WebClient, spot: Spot, text: str, drawn: Sequence[Block]) -> None:
    """Says something to whoever clicked, and to nobody else."""
    payload = posting.ephemeral(text, drawn)
    client.chat_postEphemeral(channel=spot.channel, user=spot.user, thread_ts=spot.thread, **payload)


def _post(desk: Desk, client: WebClient, spot: Spot, answer: Answer) -> None:
    desk.post(
        client,
        answer,
        channel=spot.channel,
        thread=spot.thread or spot.ts,
        asked_in=spot.thread,
        user=spot.user,
        team=spot.team,
        is_direct=spot.is_direct,
    )


def _replace(client: WebClient, spot: Spot, message: dict[str, Any], drawn: Sequence[Block]) -> None:
    """Puts blocks in the place of the one that was clicked."""
    replaced = [new for each in message["blocks"] for new in (drawn if each["block_id"] == spot.block_id else [each])]
    client.chat_update(channel=spot.channel, ts=message["ts"], text=message["text"], blocks=replaced)


def _renew(desk: Desk, client: WebClient, spot: Spot, answer: Answer) -> None:
    """Puts an answer in the place of the whole message, if everyone who sees that may see the answer."""
    if spot.ts is None or not (spot.is_direct or desk.all_may_see(client, spot.channel, spot.team, answer)):
        _post(desk, client, spot, answer)
        return
    payload = posting.message(answer.text, blocks.answer(answer), answer.audit_id)
    changed = {name: payload[name] for name in ("text", "blocks", "metadata") if name in payload}
    client.chat_update(channel=spot.channel, ts=spot.ts, **changed)
    thread = spot.thread or spot.ts
    posting.attach(client, answer.files, channel=spot.channel, thread=thread, comment=AS_IT_IS_NOW)


def _drawn(answer: Answer) -> list[Block]:
    return [block for result in answer.results for block in blocks.drawn(result)]
