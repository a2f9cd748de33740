"""An answer that appears in direct messages sentence by sentence, while it is still being made.

A stream carries no id until it is stopped. If the process goes away before, whoever takes the question up again finds
what was begun by that, and puts the whole answer in its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import posting
from bot.views import blocks

if TYPE_CHECKING:
    from bot.agent import Answer

logger = logging.getLogger(__name__)

# A stream that Slack has closed, by itself or since the reader pressed stop.
OVER = ("message_not_in_streaming_state", "stopped_by_user")


@dataclass
class Stream:
    """Hears an answer and shows it in a thread of direct messages; it is opened by the first sentence.

    Slack lets a workspace open some twenty streams a minute. Where it refuses one, nothing is lost: the answer is
    posted whole.

    Parameters
    ----------
    show : shows what is being done
    ts : a message that was begun earlier, if any; it is only overwritten
    """

    slack: WebClient
    channel: str
    thread: str
    show: Callable[[str], None]
    ts: str | None = None
    _said: str = ""
    _is_open: bool = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._is_open = self.ts is None

    def status(self, text: str) -> None:
        """Shows what is being done, until there is something to read."""
        if self._is_open and not self._said:
            self.show(text)

    def said(self, sentence: str) -> None:
        """Shows a piece of the answer's text."""
        with self._lock:
            if not self._is_open:
                return
            try:
                self._grow(sentence)
            except (SlackClientError, OSError) as error:
                self._is_open = False
                logger.info("Streamed no further: %s", type(error).__name__, extra={"action": "stream_ended"})

    def finish(self, said: Answer) -> bool:
        """Makes what stands there the whole answer; False where nothing was begun."""
        self.close()
        if self.ts is None:
            return False
        if self._said and said.text.startswith(self._said.rstrip()) and self._stopped(said):
            return True
        self._stop()
        payload = posting.message(said.text, blocks.answer(said), said.audit_id)
        self.slack.chat_update(channel=self.channel, ts=self.ts, **payload)
        return True

    def close(self) -> None:
        """Takes no more; a thread that was given up may go on talking."""
        with self._lock:
            self._is_open = False

    def give_up(self) -> None:
        """Leaves what was begun as it is, no longer growing."""
        self.close()
        if self.ts is not None:
            self._stop()

    def _grow(self, sentence: str) -> None:
        piece = [_text(sentence)]
        if self.ts is None:
            opened = self.slack.chat_startStream(channel=self.channel, thread_ts=self.thread, chunks=piece)
            self.ts = str(opened["ts"])
        else:
            self.slack.chat_appendStream(channel=self.channel, ts=self.ts, chunks=piece)
        self._said += sentence

    def _stopped(self, said: Answer) -> bool:
        """Ends the stream with what is missing and the id, in one call; False where Slack has closed it already."""
        rest = said.text[len(self._said) :]  # a space that ends the last sentence is not in the text
        payload = posting.message(said.text, blocks.answer(said, is_said=True), said.audit_id)
        try:
            self.slack.chat_stopStream(
                channel=self.channel,
                ts=str(self.ts),
                chunks=[_text(rest)] if rest else None,
                blocks=payload["blocks"],
                metadata=payload["metadata"],
            )
        except SlackApiError as error:
            if error.response["error"] not in OVER:
                raise
            return False
        return True

    def _stop(self) -> None:
        try:
            self.slack.chat_stopStream(channel=self.channel, ts=str(self.ts))
        except (SlackClientError, OSError) as error:
            logger.info("Not stopped: %s", type(error).__name__, extra={"action": "stream_not_stopped"})


def _text(piece: str) -> dict[str, str]:
    return {"type": "markdown_text", "text": blocks.literal(piece)}
