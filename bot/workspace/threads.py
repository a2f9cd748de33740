"""What the app says of its work in a thread, besides the messages there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.workspace.records import Json

STATUS_LIFE = timedelta(minutes=2)


@dataclass(frozen=True)
class Status:
    """What the app is doing, in words that take turns; Slack forgets it after two minutes."""

    text: str
    since: datetime
    loading_messages: list[str] = field(default_factory=list)

    def is_over(self, now: datetime) -> bool:
        """Whether it was said too long ago to be still true."""
        return now - self.since > STATUS_LIFE


@dataclass(frozen=True)
class Work:
    """A status, how the agent's session stands (processing, active, suspended, closed), and the thread's title."""

    status: Status | None = None
    session: str | None = None
    title: str = ""

    def as_json(self) -> Json:
        """As the page shows it."""
        status = {"text": self.status.text, "loading_messages": self.status.loading_messages} if self.status else None
        return {"status": status, "session": self.session, "title": self.title}
