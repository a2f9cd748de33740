"""Calls and e-mail threads word by word, made so that each fits its rep, its buyer and its place in the sale.

Reps of more skill ask more, talk less at a stretch and end with an agreed next step more often. Which objections,
rivals and prices were planted is kept for the truth.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from knowledge.connectors.demo import company, scripts
from knowledge.connectors.demo.draw import Floats, Generator
from knowledge.connectors.demo.funnel import Row
from knowledge.connectors.demo.history import World

CALLS, THREADS = 400, 150
SHORTEST_S, LONGEST_S = 75, 420
TALKED = ("reached", "meeting_booked", "callback")


@dataclass
class Talk:
    """A call as it is being written: turns of (is it the rep, text), and what was planted."""

    turns: list[tuple[bool, str]]
    planted: Row

    def say(self, by_rep: bool, text: str) -> None:
        self.turns.append((by_rep, text))


def conversations(
    world: World, activities: list[Row], leads: list[Row], rng: Generator, scale: float
) -> tuple[list[Row], list[Row]]:
    """Rows of `conversations`, and of each what was planted in it."""
    number = {row["id"]: k for k, row in enumerate(leads)}
    rows, planted = [], []
    for call in _some_calls(activities, rng, int(CALLS * scale)):
        seller = company.PERSON_IDS.index(call["person_id"])
        lead = leads[number[call["lead_id"]]]
        talk = _talk(call, lead, float(world.sellers.skill[seller]), rng)
        names = company.SELLERS[seller].name, lead["name"]
        rows.append(_row(call, "call", _timed(talk.turns, names, call["duration_s"], rng)))
        planted.append(talk.planted)
    threads = _some_threads(activities, rng, int(THREADS * scale))
    rows += [_row(thread[-1], "email", _written(thread, leads, number)) for thread in threads]
    order = sorted(range(len(rows)), key=lambda k: (rows[k]["at"], rows[k]["activity_id"]))
    names_of = {old: f"V-{new:04d}" for new, old in enumerate(order, 1)}
    truth = [{"conversation_id": names_of[k], **facts} for k, facts in enumerate(planted)]
    return [dict(rows[k], id=names_of[k]) for k in order], truth


def _some_calls(activities: list[Row], rng: Generator, count: int) -> list[Row]:
    """Talks of a fair length; every rep's latest, so that "my last call" finds one, and others at random."""
    fit = [row for row in activities if row["kind"] == "call" and row["disposition"] in TALKED and row["person_id"]
           and SHORTEST_S <= row["duration_s"] <= LONGEST_S]  # fmt: skip
    latest = {row["person_id"]: k for k, row in enumerate(fit)}
    recent = rng.permutation(len(fit))[: max(count - len(latest), 0)].tolist()
    return [fit[k] for k in sorted({*latest.values(), *recent})]


def _some_threads(activities: list[Row], rng: Generator, count: int) -> list[list[Row]]:
    threads: dict[str, list[Row]] = defaultdict(list)
    for row in activities:
        if row["kind"] == "email" and row["person_id"]:
            threads[row["lead_id"]].append(row)
    answered = [rows[-6:] for rows in threads.values() if len(rows) > 2 and rows[-1]["direction"] == "inbound"]
    return [answered[k] for k in sorted(rng.permutation(len(answered))[:count].tolist())]


def _talk(call: Row, lead: Row, skill: float, rng: Generator) -> Talk:
    u: Floats = rng.random(12)
    talk = Talk([], {"objections": [], "rivals": [], "pricing": False, "next_step": False})
    facts = {
        "first": lead["name"].split()[0],
        "company": lead["company"],
        "us": company.NAME,
        "sites": lead["attributes"].get("sites") or "our",
    }
    for by_rep, line in scripts.OPENINGS[int(u[0] * len(scripts.OPENINGS))]:
        talk.say(by_rep, line.format(**facts))
    budget = call["duration_s"] * 2.5
    _discover(talk, int(np.clip(3 + 6 * skill + 3 * u[1], 1, 8)), budget, rng)
    _pitch(talk, int(np.clip(3 - 5 * skill + 3 * u[2], 1, 9)), rng)
    for which in rng.permutation(len(scripts.OBJECTIONS))[: int(u[3] * 2.6)].tolist():
        _object(talk, which, skill > 0 or u[4] < 0.4, rng)
    if u[5] < 0.28:
        _rival(talk, int(u[6] * len(scripts.RIVALS)), rng)
    if call["deal_id"] and u[7] < 0.6:
        talk.planted["pricing"] = True
        for by_rep, line in scripts.ABOUT_PRICES[int(u[8] * len(scripts.ABOUT_PRICES))]:
            talk.say(by_rep, line)
    agreed = call["disposition"] != "reached" or bool(u[9] < 0.45 + 0.8 * skill)
    talk.planted["next_step"] = agreed
    closings = scripts.AGREED if agreed else scripts.LEFT_OPEN
    for by_rep, line in closings[int(u[10] * len(closings))]:
        talk.say(by_rep, line.format(**facts))
    return talk


def _discover(talk: Talk, questions: int, budget: float, rng: Generator) -> None:
    for which in rng.permutation(len(scripts.QUESTIONS))[: min(questions, 1 + int(budget // 90))].tolist():
        question, answers = scripts.QUESTIONS[which]
        talk.say(True, question)
        talk.say(False, answers[int(rng.integers(len(answers)))])


def _pitch(talk: Talk, sentences: int, rng: Generator) -> None:
    order = rng.permutation(len(scripts.PITCH))[:sentences]
    talk.say(True, " ".join(scripts.PITCH[k] for k in sorted(order.tolist())))
    talk.say(False, scripts.NODS[int(rng.integers(len(scripts.NODS)))])


def _object(talk: Talk, which: int, handled: bool, rng: Generator) -> None:
    kind, raised, good, poor = scripts.OBJECTIONS[which]
    talk.planted["objections"].append(kind)
    talk.say(False, raised[int(rng.integers(len(raised)))])
    talk.say(True, good if handled else poor)


def _rival(talk: Talk, which: int, rng: Generator) -> None:
    rival = scripts.RIVALS[which]
    talk.planted["rivals"].append(rival)
    for by_rep, line in scripts.ABOUT_RIVALS[int(rng.integers(len(scripts.ABOUT_RIVALS)))]:
        talk.say(by_rep, line.format(rival=rival))


def _timed(turns: list[tuple[bool, str]], names: tuple[str, str], length: int, rng: Generator) -> list[Row]:
    """The turns with their seconds: as long as their words take, with short pauses, within the call."""
    words = np.array([len(text.split()) for _, text in turns], float)
    spans = words * rng.uniform(0.85, 1.15, len(turns)) + 1
    pauses = rng.uniform(0.2, 1.2, len(turns))
    pace = min((length - 2 - pauses.sum()) / spans.sum(), 0.62)
    ends = np.cumsum(spans * pace + pauses)
    starts = ends - spans * pace
    return [
        {"speaker": names[not by_rep], "start_s": round(start, 1), "end_s": round(end, 1), "text": text}
        for (by_rep, text), start, end in zip(turns, starts.tolist(), ends.tolist(), strict=True)
    ]


def _written(thread: list[Row], leads: list[Row], number: dict[str, int]) -> list[Row]:
    return [
        {"speaker": _writer(mail, leads[number[mail["lead_id"]]]), "start_s": None, "end_s": None, "text": mail["body"]}
        for mail in thread
    ]


def _writer(mail: Row, lead: Row) -> str:
    if mail["direction"] == "inbound":
        return str(lead["name"])
    return company.SELLERS[company.PERSON_IDS.index(mail["person_id"])].name


def _row(activity: Row, channel: str, segments: list[Row]) -> Row:
    return {"id": "", "activity_id": activity["id"], "at": activity["at"], "channel": channel,
            "person_id": activity["person_id"], "lead_id": activity["lead_id"], "deal_id": activity["deal_id"],
            "account_id": None, "segments": segments}  # fmt: skip
