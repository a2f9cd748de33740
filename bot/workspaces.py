"""The Slack workspaces that are served, each reached with a token of its own: one by its token, or all installed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from slack_sdk import WebClient

from bot import sending
from tools.errors import CallsheetError, NotInstalled

if TYPE_CHECKING:
    from knowledge.installations import Installations

logger = logging.getLogger(__name__)


class Workspaces(Protocol):
    """How each workspace is reached; whoever sends there shares its client."""

    def of(self, team: str | None) -> WebClient:
        """The client for a workspace; without its id, for the one that was there first.

        Raises
        ------
        NotInstalled
            When the app is not in that workspace.
        LockedInstallation
            When its token cannot be read.
        """

    def all(self) -> list[tuple[str | None, WebClient]]:
        """Every workspace that can be reached; its id is None where there is only one."""

    def locked(self) -> list[str]:
        """The workspaces whose tokens cannot be read, by id."""


@dataclass(frozen=True)
class One:
    """The workspace of a token."""

    slack: WebClient

    def of(self, team: str | None) -> WebClient:
        return self.slack

    def all(self) -> list[tuple[str | None, WebClient]]:
        return [(None, self.slack)]

    def locked(self) -> list[str]:
        return []


@dataclass(frozen=True)
class Many:
    """The workspaces that the app is installed in, as of now."""

    installations: Installations
    api_url: str
    hosts: frozenset[str] = frozenset()
    _clients: dict[str, WebClient] = field(default_factory=dict)

    def of(self, team: str | None) -> WebClient:
        team = team or next(iter(self.installations.teams()), "")
        facts = self.installations.find(team)
        if facts is None:
            raise NotInstalled
        known, token = self._clients.get(team), facts["bot_token"]
        if known is None or known.token != token:
            known = self._clients[team] = sending.client(token, self.api_url, self.hosts)
        return known

    def all(self) -> list[tuple[str | None, WebClient]]:
        found: list[tuple[str | None, WebClient]] = []
        for team in self.installations.teams():
            try:
                found.append((team, self.of(team)))
            except CallsheetError as error:  # the others are served all the same
                logger.warning("%s is not reached: %s", team, error, extra={"action": "workspace_not_reached"})
        return found

    def locked(self) -> list[str]:
        return self.installations.renew()
