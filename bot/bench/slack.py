"""Many people asking at once, through the local Slack: what is acknowledged in time, answered, lost or said twice.

Two hundred ask one question each within a minute, first undisturbed, then while something goes wrong. The bot runs in
processes of its own: one on SQLite, two on PostgreSQL. Events that it does not acknowledge are sent again at once, half
a minute later and two and a half minutes after that, twice as soon as by Slack, so that the benchmark ends.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bot import printing
from bot.bench import office
from bot.bench.office import Office
from bot.demo import Progress
from bot.workspace import Delivery, Message, Person
from knowledge.people import roster

PEOPLE, A_MINUTE = 200, 60.0
RETRIES_AS_FAST = 0.5
# A question whose worker was killed waits for the end of its lease, which is two minutes.
PATIENCE_S, SETTLING_S = 240.0, 5.0
IN_TIME_MS = 300
QUESTIONS = (
    "which leads should I call now",
    "how many leads came in this month by source",
    "what is our discount policy",
    "my open pipeline by stage",
    "top 3 leads from Referral",
    "win rate by source last quarter",
)
APOLOGIES = ("Something went wrong", "That took longer", "That did not work")
Disturbance = Callable[[Office], None]


def measure() -> dict[str, Any]:
    """For each database: what came of the questions, undisturbed and while each thing went wrong."""
    people = int(os.environ.get("CALLSHEET_BENCH_PEOPLE") or PEOPLE)
    # The path of a database server's socket has to be short.
    with TemporaryDirectory(prefix="cs") as folder, printing.progress() as progress:
        found: dict[str, Any] = {"cores": os.cpu_count()}
        found["sqlite"] = _held_up(Path(folder) / "sqlite", {}, None, people, progress)
        try:
            with office.servers(Path(folder)) as (environment, restart):
                home = Path(folder) / "postgresql"
                found["postgresql_two_replicas"] = _held_up(home, environment, restart, people, progress)
        except office.Missing as missing:
            found["postgresql_two_replicas"] = f"skipped: {missing} is not installed"
        return found


def _held_up(
    home: Path, environment: Mapping[str, str], restart: Any, people: int, progress: Progress
) -> dict[str, Any]:
    home.mkdir()
    db = office.build(home, environment, people, progress)
    names = [person.name for person in roster(db).people if person.role == "rep" and person.active][:people]
    replicas = int(environment.get("CALLSHEET_REPLICAS", 1))
    disturbances = DISTURBANCES | ({"database_restarts": lambda _: restart(5.0)} if restart else {})
    found = {}
    with office.opened(db, home, environment, replicas) as opened:
        for done, (name, disturb) in enumerate(disturbances.items()):
            progress(f"asking, {home.name}", done / len(disturbances))
            found[name] = ask(opened, names, A_MINUTE * people / PEOPLE, disturb)
        progress(f"asking, {home.name}", 1.0)
    db.engine.dispose()
    return found


def _busy(there: Office) -> None:
    there.slack.faults.fail("chat.postMessage", times=20, status=429, retry_after=3)


def _failing(there: Office) -> None:
    there.slack.faults.fail("chat.postMessage", times=20, status=500)


def _hanging(there: Office) -> None:
    there.slack.faults.fail("*", times=20, hang=10.0)


DISTURBANCES: dict[str, Disturbance] = {
    "undisturbed": lambda there: None,
    "slack_says_429": _busy,
    "slack_says_500": _failing,
    "slack_hangs_10_s": _hanging,
    "socket_drops": lambda there: there.slack.sockets.drop(),
    "killed_and_started_again": lambda there: there.kill(),
}


def ask(there: Office, names: Sequence[str], over_s: float, disturb: Disturbance) -> dict[str, Any]:
    """What came of one question of each, asked evenly over some seconds; a third of the way in it is disturbed."""
    slack, asked = there.slack, list[Asked]()
    slack.faults.retry_scale = RETRIES_AS_FAST
    heard, started = len(slack.deliveries), time.monotonic()
    disturbing = threading.Timer(over_s / 3, disturb, [there])
    disturbing.start()
    for n, (name, question) in enumerate(zip(names, cycle(QUESTIONS), strict=False)):
        time.sleep(max(0.0, started + n * over_s / len(names) - time.monotonic()))
        person = slack.person(name)
        asked.append(Asked(person, person.dm(question)))
    disturbing.join()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and not all(each.answers for each in asked):
        time.sleep(0.5)
    time.sleep(SETTLING_S)
    slack.faults.clear()
    return summary(asked, slack.deliveries[heard:])


@dataclass(frozen=True)
class Asked:
    """A question, and who asked it."""

    person: Person
    question: Message

    @property
    def answers(self) -> list[Message]:
        """All that was said to it, in order."""
        said = self.person.sees(self.question)
        return [each for each in said if each.thread_ts == self.question.ts and each.user != self.person.id]


def summary(asked: Sequence[Asked], deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """The figures of one round; seconds are those from the question to its answer, as Slack's clock shows them.

    Lost is what was acknowledged and not answered; unheard what Slack gave up to send, which happens where there is no
    bot for so long.
    """
    answers = [each.answers for each in asked]
    events = [each for each in deliveries if each.kind == "events_api"]
    unheard = {each.payload["event"].get("ts") for each in events if each.state == "failed"}
    first = [float(said[0].ts) for said in answers if said]
    took = [at - float(each.question.ts) for each, at in zip([a for a in asked if a.answers], first, strict=True)]
    acks = [each.ack_ms for each in events if each.ack_ms is not None]
    span = max(first, default=0.0) - float(asked[0].question.ts)
    return {
        "asked": len(asked),
        "lost": sum(not each.answers and each.question.ts not in unheard for each in asked),
        "unheard": sum(not each.answers and each.question.ts in unheard for each in asked),
        "doubled": sum(len(said) > 1 for said in answers),
        "apologies": sum(any(each.text.startswith(APOLOGIES) for each in said) for said in answers),
        "answer_p50_s": _quantile(took, 50),
        "answer_p95_s": _quantile(took, 95),
        "answers_a_minute": round(60 * len(first) / span, 1) if first else 0.0,
        "events": len(events),
        "sent_again": sum(len(each.attempts) > 1 for each in events),
        "ack_p99_ms": _quantile(acks, 99),
        "acks_in_time": round(sum(ms <= IN_TIME_MS for ms in acks) / len(acks), 4) if acks else None,
    }


def _quantile(values: Sequence[float], percent: int) -> float | None:
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 2) if len(values) > 1 else None
