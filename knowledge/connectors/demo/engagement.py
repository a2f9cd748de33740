"""Every call, message, meeting and page view of the world as rows of `activities`."""

from __future__ import annotations

from typing import Any

import numpy as np

from knowledge.connectors.demo import company, texts
from knowledge.connectors.demo.draw import DAY, Bools, Generator, Ints, instants, pick
from knowledge.connectors.demo.funnel import Funnel, Row
from knowledge.connectors.demo.history import NOBODY, World
from knowledge.connectors.demo.process import PROPOSAL

KINDS = ("call", "email", "meeting", "page_view", "form", "proposal_view", "content_download", "webinar")
# The columns that a row is written from, beside its times and its deal.
FACTS = ("kind", "who", "lead", "direction", "disposition", "duration", "rung", "detail")
ANSWERS, SILENCES = ("reached", "callback"), ("no_answer", "voicemail", "busy", "wrong_number")
# What a source leaves behind on arrival.
ARRIVES_WITH = {
    "Web form": "form",
    "Webinar": "webinar",
    "Content download": "content_download",
    "Paid search": "page_view",
}
# Kinds that belong to a lead's deal once there is one.
OF_DEALS = ("call", "email", "meeting", "proposal_view")
RECORDED_LATE = 0.10


def activities(world: World, funnel: Funnel, rng: Generator) -> list[Row]:
    """All that was recorded by now, in order of time."""
    parts = [
        _calls(world, rng), _letters(world), _replies(world), _meetings(world, rng),
        _arrivals(world), *(_alone(world, kind) for kind in KINDS[3:]),
    ]  # fmt: skip
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns["recorded"] = _recorded(columns, rng)
    known = np.flatnonzero(columns["recorded"] <= world.now)
    known = known[np.argsort(columns["at"][known], kind="stable")]
    return _rows(world, funnel, {name: column[known] for name, column in columns.items()}, rng)


def _part(events: dict[str, Any], kind: str, direction: str | None, **more: Any) -> dict[str, Any]:
    n = len(events["lead"])
    part: dict[str, Any] = {
        "kind": np.full(n, kind, object), "lead": events["lead"], "at": events["at"],
        "who": events.get("who", np.full(n, NOBODY)), "direction": np.full(n, direction, object),
        "disposition": np.full(n, None, object), "duration": np.zeros(n, np.int64), "rung": np.zeros(n, np.int64),
        "detail": np.full(n, "", object),
    }  # fmt: skip
    return part | more


def _calls(world: World, rng: Generator) -> dict[str, Any]:
    calls = world.log.read("call")
    n = len(calls["lead"])
    spoke = calls["spoke"].astype(bool)
    quiet = np.array(SILENCES, object)[pick(rng, (55, 33, 8, 3), n)]
    said = np.array(ANSWERS, object)[pick(rng, (80, 20), n)]
    said = np.where(calls["booked"], "meeting_booked", np.where(calls["brushed_off"], "not_interested", said))
    talk_s = np.exp(5.4 + 0.16 * calls["rung"] + 0.6 * rng.standard_normal(n)) * np.where(calls["brushed_off"], 0.3, 1)
    duration = np.where(spoke, np.clip(talk_s, 25, 3_400), rng.integers(8, 45, n)).astype(np.int64)
    return _part(calls, "call", "outbound", disposition=np.where(spoke, said, quiet), duration=duration,
                 rung=calls["rung"].astype(np.int64))  # fmt: skip


def _replies(world: World) -> dict[str, Any]:
    mails = world.log.read("email_in")
    return _part(mails, "email", "inbound", rung=mails["rung"].astype(np.int64))


def _letters(world: World) -> dict[str, Any]:
    mails, proposals = world.log.read("email_out"), world.log.read("proposal")
    n, more = len(mails["lead"]), len(proposals["lead"])
    both = {name: np.concatenate([mails[name], proposals[name]]) for name in ("lead", "at", "who")}
    rung = np.concatenate([mails["rung"].astype(np.int64), np.full(more, PROPOSAL)])
    kinds = np.where(proposals["priced"], "priced", "proposal")
    detail = np.concatenate([np.full(n, "", object), kinds.astype(object)])
    return _part(both, "email", "outbound", rung=rung, detail=detail)


def _meetings(world: World, rng: Generator) -> dict[str, Any]:
    held = world.log.read("meeting")
    n = len(held["lead"])
    detail = np.where(held["demo"], np.where(held["senior"], "demo with senior", "demo"), "senior").astype(object)
    length = np.array((1_500, 1_800, 2_700, 3_600))[pick(rng, (20, 35, 30, 15), n)] + rng.integers(-200, 400, n)
    return _part(held, "meeting", "outbound", duration=length, detail=detail)


def _alone(world: World, kind: str) -> dict[str, Any]:
    return _part(world.log.read(kind), kind, "inbound")


def _arrivals(world: World) -> dict[str, Any]:
    sources = [row["source"] for row in world.prospects.rows]
    lead = np.array([k for k, source in enumerate(sources) if source in ARRIVES_WITH], np.int64)
    kinds = np.array([ARRIVES_WITH[sources[k]] for k in lead.tolist()], object)
    return _part({"lead": lead, "at": world.prospects.created[lead]}, "form", "inbound") | {"kind": kinds}


def _recorded(columns: dict[str, Any], rng: Generator) -> Ints:
    """When the CRM learnt of it: at once, or up to two days later where a person had to write it down."""
    by_hand = (columns["who"] != NOBODY) & (columns["direction"] == "outbound")
    late: Bools = by_hand & (rng.random(len(by_hand)) < RECORDED_LATE)
    delay = np.where(late, 2 * DAY * rng.random(len(late)) ** 2, 0)
    return np.asarray(columns["at"] + columns["duration"] * (columns["kind"] != "webinar") + delay, np.int64)


def _rows(world: World, funnel: Funnel, columns: dict[str, Any], rng: Generator) -> list[Row]:
    lead = columns["lead"]
    has_deal = (funnel.deal_of[lead] >= 0) & (funnel.deal_from[lead] <= columns["at"])
    deal = np.where(has_deal & np.isin(columns["kind"], OF_DEALS), funnel.deal_of[lead], -1)
    times = zip(instants(columns["at"]), instants(columns["recorded"]), strict=True)
    facts = zip(*(columns[name].tolist() for name in FACTS), strict=True)
    luck = rng.random((len(lead), 2)).tolist()
    rows = []
    for k, ((at, recorded), own, (kind, who, where, direction, said, length, rung, detail)) in enumerate(
        zip(times, deal.tolist(), facts, strict=True)
    ):
        seller = company.SELLERS[who] if who != NOBODY else None
        subject, body = texts.of_activity(kind, direction, said, rung, detail, funnel.leads[where], seller, luck[k])
        rows.append({
            "id": f"AC-{k + 1:06d}", "kind": kind, "at": at, "recorded_at": recorded,
            "person_id": None if seller is None else company.PERSON_IDS[who], "lead_id": funnel.leads[where]["id"],
            "deal_id": None if own < 0 else funnel.deals[own]["id"], "account_id": None, "direction": direction,
            "disposition": said, "duration_s": length or None, "subject": subject, "body": body,
            "attributes": _attributes(detail),
        })  # fmt: skip
    return rows


def _attributes(detail: str) -> Row:
    if detail.startswith(("demo", "senior")):
        return {"demo": "demo" in detail, "senior_present": "senior" in detail}
    return {"proposal": True, "pricing": detail == "priced"} if detail else {}
