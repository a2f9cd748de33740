"""Whether this process is fit to serve: everything that answering needs is looked at, and none of it tells a secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from tools.errors import CallsheetError, Unavailable

logger = logging.getLogger(__name__)

# How it stands, in a few words; a `CallsheetError` says what is wrong.
Check = Callable[[], str]
# Whoever asks gives up after some seconds as well.
PATIENCE_S = 5.0
# Slack is asked once in so long, however often this process is.
TOKEN_GOOD_S = 60.0


@dataclass(frozen=True)
class Found:
    """How something stands that answering needs."""

    ok: bool
    says: str


async def look(checks: Mapping[str, Check]) -> dict[str, Found]:
    """How everything stands, looked at side by side; what takes too long is not well."""
    looked = (_in_time(name, check) for name, check in checks.items())
    return dict(zip(checks, await asyncio.gather(*looked), strict=True))


async def _in_time(name: str, check: Check) -> Found:
    try:
        return await asyncio.wait_for(asyncio.to_thread(_try, name, check), PATIENCE_S)
    except TimeoutError:
        return Found(False, f"no answer within {PATIENCE_S:g} seconds")


def _try(name: str, check: Check) -> Found:
    try:
        return Found(True, check())
    except CallsheetError as error:
        return Found(False, str(error))
    except Exception:
        logger.exception("%s could not be looked at", name, extra={"action": "check_failed"})
        return Found(False, "it could not be looked at; the log says why")


@dataclass
class Reachable:
    """Whether Slack answers and takes the token; without a token, whether it answers at all."""

    slack: WebClient
    clock: Callable[[], float]
    _good_until: float = field(default=float("-inf"))

    def __call__(self) -> str:
        if self.clock() >= self._good_until:
            self._ask()
            self._good_until = self.clock() + TOKEN_GOOD_S
        return "answers"

    def _ask(self) -> None:
        try:
            self.slack.auth_test() if self.slack.token else self.slack.api_test()
        except SlackApiError as error:
            raise Unavailable(f"Slack refuses the bot's token ({error.response['error']}); install it anew.") from error
        except (SlackClientError, OSError) as error:
            raise Unavailable("Slack does not answer.") from error
