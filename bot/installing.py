"""How the app gets into workspaces: Slack's OAuth, its tokens kept by `knowledge.installations`.

Only the company's own workspaces get in: whose Slack says that somebody has a colleague's e-mail address is believed.
"""

from __future__ import annotations

import html
import json
import logging
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from slack_bolt import App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore

from bot import sending
from tools.errors import LockedInstallation

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.installations import Installations

logger = logging.getLogger(__name__)
MANIFEST = Path(__file__).with_name("manifest.json")
GONE = "Callsheet is not installed in this workspace any more; ask an admin to install it again."
_PAGE = '<!doctype html><html lang="en"><title>Callsheet</title><h1>Not installed</h1><p>{}</p></html>'


class NotOurs(BoltError):
    """A workspace that is not the company's."""


class Store(InstallationStore):
    """Where slack_sdk keeps installations; an app in a whole organisation is not offered by the manifest."""

    def __init__(self, kept: Installations, ours: Collection[str], clock: Callable[[], datetime]) -> None:
        self._kept, self._ours, self._clock = kept, ours, clock

    def save(self, installation: Installation) -> None:
        team = installation.team_id or ""
        known = self._kept.teams()
        if not team or team not in (self._ours or known or [team]):
            logger.warning("%s is not ours", team, extra={"action": "installation_refused"})
            raise NotOurs(
                f"{team} is not a workspace of the company that runs this. An admin can add it to CALLSHEET_WORKSPACES."
            )
        facts = json.loads(json.dumps(installation.to_dict_for_copying(), default=datetime.isoformat))
        self._kept.save(team, facts, self._clock())
        logger.info("Installed in %s", team, extra={"action": "installed"})

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        facts = self._kept.find(team_id or "")
        return Installation(**facts).to_bot() if facts else None

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self._kept.delete(team_id or "")
        logger.info("Gone from %s", team_id, extra={"action": "uninstalled"})

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Nothing: people give no tokens of their own, only the bot has one."""


class States(OAuthStateStore):
    """Where slack_sdk keeps installations that were begun."""

    def __init__(self, kept: Installations, clock: Callable[[], datetime]) -> None:
        self._kept, self._clock = kept, clock

    def issue(self, *args: Any, **kwargs: Any) -> str:
        return self._kept.begin(self._clock())

    def consume(self, state: str) -> bool:
        return self._kept.end(state, self._clock())


class Known(Authorize):
    """Who the app is in the workspace that something comes from: read here, where Bolt would ask Slack each time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(
        self, *, context: BoltContext, enterprise_id: str | None, team_id: str | None, user_id: str | None, **more: Any
    ) -> AuthorizeResult | None:
        try:
            bot = self._store.find_bot(enterprise_id=enterprise_id, team_id=team_id)
        except LockedInstallation as error:
            logger.error("%s: %s", team_id, error, extra={"action": "installation_locked"})
            return None
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            bot_token=bot.bot_token,
            bot_scopes=bot.bot_scopes,
            user_id=user_id,
        )


def app(settings: Settings, kept: Installations, clock: Callable[[], datetime], hands: Executor) -> App:
    """The Slack app for every workspace that it is installed in; it forgets one that throws it out."""
    store = Store(kept, settings.workspaces, clock)
    known: Any = Known(store)
    made = App(
        client=sending.client(None, settings.slack_api_url),
        signing_secret=settings.slack_signing_secret or None,
        authorize=known,
        oauth_flow=_flow(settings, store, States(kept, clock)),
        user_facing_authorize_error_message=GONE,
        listener_executor=hands,
    )
    made.enable_token_revocation_listeners()
    return made


def _flow(settings: Settings, store: Store, states: States) -> OAuthFlow:
    asked = OAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        scopes=scopes(),
        user_scopes=[],
        authorization_url=urljoin(settings.slack_api_url, "../oauth/v2/authorize"),
        install_page_rendering_enabled=False,
        installation_store=store,
        state_store=states,
        callback_options=CallbackOptions(_succeeded, _failed),
    )
    return OAuthFlow(client=sending.client(None, settings.slack_api_url), settings=asked)


def scopes() -> list[str]:
    """The bot's scopes, from the one place where they stand."""
    return list(json.loads(MANIFEST.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"])


def _succeeded(args: SuccessArgs) -> BoltResponse:
    return args.default.success(args)


def _failed(args: FailureArgs) -> BoltResponse:
    if not isinstance(args.error, NotOurs):
        return args.default.failure(args)
    page = _PAGE.format(html.escape(str(args.error)))
    return BoltResponse(status=403, body=page, headers={"Content-Type": "text/html; charset=utf-8"})
