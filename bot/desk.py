"""Who asks, what they are told, and where it goes so that the right people see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient

from bot import metrics, posting
from bot.agent import Answer, Assistant
from bot.backlog import Backlog
from bot.profiles import Profiles
from bot.settings import OFFLINE
from bot.views import blocks, home
from tools import access

if TYPE_CHECKING:
    from knowledge.inbox import Inbox
    from knowledge.people import Person

ONLY_YOU = "_Only you can see this: it is not for everyone in this channel._"
FILES_FOR_YOU = "The files that go with your answer"
# Of seconds: how long a question may be thought about, and a report, which replays months.
PATIENCE_S, REPORT_PATIENCE_S = 60.0, 3_600.0


@dataclass(frozen=True)
class Desk:
    """What the handlers share. `link` ties a Slack user to a person for good."""

    assistant: Assistant
    backlog: Backlog
    clock: Callable[[], datetime]
    link: Callable[..., None]
    patience_s: float = PATIENCE_S
    profiles: Profiles = field(default_factory=Profiles)

    @property
    def inbox(self) -> Inbox:
        return self.backlog.inbox

    def run(self, asker: Person, name: str, arguments: dict[str, Any], audit_id: str | None = None) -> Answer:
        """A tool's answer to a click, through the same door as a question."""
        services = self.assistant.services
        ctx = services.for_(asker, services.roster(), audit_id)
        tool = next(tool for tool in self.assistant.tools if tool.name == name)
        result, calls = tool(ctx, **arguments), [{"name": name, "args": arguments}]
        metrics.asked(calls, [result])
        return Answer(result.text, calls, [result], OFFLINE, ctx.audit_id, 0.0)

    def remember(self, conversation: str, asker: Person, question: str, said: Answer) -> None:
        """Keeps an answer that is being said, so that it can be asked about in its thread."""
        self.assistant.remember(conversation, asker, question, said, self.clock())

    def identify(self, slack: WebClient, team: str, user: str) -> Person | str:
        """The person behind a Slack user, or what to tell somebody who is not known."""
        profile = self.profiles.of(slack, user)
        if (
            profile.get("is_restricted")
            or profile.get("is_ultra_restricted")
            or profile.get("is_stranger")
            or profile.get("deleted")
            or profile.get("is_bot")
            or profile.get("team_id", team) != team
        ):
            return home.NOT_FOR_GUESTS
        everyone = self.assistant.services.roster()
        if known := access.identify(everyone, team, user):
            return known
        person = access.same_email(everyone, profile.get("profile", {}).get("email") or "")
        if person is None or person.slack_user_id:
            return home.HOW_TO_LINK
        self.link(person.id, slack_team_id=team, slack_user_id=user)
        return person

    def post(
        self,
        slack: WebClient,
        said: Answer,
        *,
        channel: str,
        thread: str | None,
        asked_in: str | None,
        user: str,
        team: str,
        is_direct: bool,
    ) -> None:
        """Posts an answer and its files in its thread; in a channel where not all may see them, to the asker alone.

        What only the asker sees goes where it was asked: Slack would not show it in a thread that it has to begin.
        """
        if is_direct or self.all_may_see(slack, channel, team, said):
            shown = said if is_direct else replace(said, note="")
            payload = posting.message(said.text, blocks.answer(shown), said.audit_id)
            posted = slack.chat_postMessage(channel=channel, thread_ts=thread, **payload)
            posting.attach(slack, said.files, channel=channel, thread=thread or str(posted["ts"]))
            if said.note and not is_direct:
                note = posting.ephemeral(said.note, [blocks.context(blocks.escaped(said.note))])
                slack.chat_postEphemeral(channel=channel, user=user, thread_ts=asked_in, **note)
            return
        # What only one person sees cannot be found again, so it comes last: it is not said twice when files fail.
        self.hand_over(slack, said, user)
        drawn = [blocks.context(ONLY_YOU), *blocks.answer(said, files_go=blocks.IN_MESSAGES)]
        slack.chat_postEphemeral(channel=channel, user=user, thread_ts=asked_in, **posting.ephemeral(said.text, drawn))

    def hand_over(self, slack: WebClient, said: Answer, user: str) -> None:
        """Puts the files of an answer that only the asker sees into their direct messages, unless they are there."""
        if not said.files:
            return
        place = str(slack.conversations_open(users=user)["channel"]["id"])
        root = posting.find(slack, place, said.audit_id)
        if root is None:
            note = posting.message(FILES_FOR_YOU, [blocks.attached(said.files, FILES_FOR_YOU)], said.audit_id)
            root = str(slack.chat_postMessage(channel=place, **note)["ts"])
        elif posting.standing(slack, place, root, said.audit_id) == "all":
            return
        posting.attach(slack, said.files, channel=place, thread=root)

    def all_may_see(self, slack: WebClient, channel: str, team: str, said: Answer) -> bool:
        """Whether everyone in a channel may see an answer, and might have asked for it."""
        if any(result.for_one for result in said.results):
            return False
        if not any(result.citations for result in said.results):
            return True
        everyone = self.assistant.services.roster()
        viewers: list[Person | None] = []
        for user in posting.members(slack, channel):
            viewers.append(access.identify(everyone, team, user) or self._met(slack, team, user))
            if viewers[-1] is None:  # a stranger may see nothing, whoever else is there
                return False
        asked = {call["name"] for call in said.calls}
        roles = [tool.roles for tool in self.assistant.tools if tool.name in asked]
        if not all(viewer and viewer.role in each for viewer in viewers for each in roles):
            return False
        owners = {owner for result in said.results for owner in result.owners}
        readers = {reader for result in said.results for reader in result.audiences}
        return access.may_all_see(viewers, everyone, list(owners), readers)

    def _met(self, slack: WebClient, team: str, user: str) -> Person | None:
        """A colleague who has not spoken to the app yet."""
        found = self.identify(slack, team, user)
        return None if isinstance(found, str) else found
