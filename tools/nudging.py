"""Decides which nudges go out: finds what there is for everyone, puts a price on it, and asks what is worth it now."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from knowledge import followups, holdouts, nudges, rotas, wishes
from knowledge.followups import Asked
from knowledge.nudges import BRIEF, Draft, Nudge
from knowledge.occasions import Occasion
from knowledge.people import Roster
from knowledge.rotas import Rota
from knowledge.wishes import Wishes
from scoring import attention
from scoring.attention import PACE, Attention, Candidate, Seen, Told
from scoring.responses import Answer, Rates
from tools.base import Services
from tools.moments import Moment
from tools.stakes import Stakes, stakes

__all__ = ["GOOD_FOR", "PACE", "Hours", "Nudger", "Rule", "is_held_out"]

logger = logging.getLogger(__name__)

EXPERIMENT = "nudges"
# After that it is too late to tell somebody.
GOOD_FOR = timedelta(minutes=30)
# The books are looked through again after so long even if nothing was written: time itself makes nudges.
LOOK_AGAIN = timedelta(minutes=5)
REMEMBERED, LEARNT_FROM, FOLLOWED = timedelta(days=14), timedelta(days=120), timedelta(days=3)
LEARN_AGAIN = timedelta(hours=1)
APART = "a few kinds are left out for a few people, so that the effect of nudges can be told"


@dataclass(frozen=True)
class Rule:
    """A kind of nudge as it is sent; `rests` is how long nothing of the kind is said again about the same record."""

    moment: Moment
    rests: timedelta


@dataclass(frozen=True)
class Hours:
    """One person's hours: when they work, and what they wish."""

    rota: Rota
    wishes: Wishes


@dataclass(frozen=True)
class _Found:
    """An occasion with the rule that found it and the nudge that it is already, if it is one."""

    key: str
    rule: Rule
    occasion: Occasion
    known: Nudge | None


class Nudger:
    """Sends nudges; it remembers what hardly changes, so one is kept while the bot runs."""

    def __init__(self, services: Services, rules: Sequence[Rule]) -> None:
        self.services = services
        self.rules = rules
        self._looked: tuple[int, datetime] | None = None
        self._learnt: tuple[datetime, Rates] | None = None

    def hours(self) -> dict[str, Hours]:
        """The hours of everyone who works here, by id."""
        said = wishes.everyone(self.services.db)
        known = rotas.everyone(self.services.db, self.services.policy.default_zone)
        return {id_: Hours(rota, said.get(id_, Wishes())) for id_, rota in known.items()}

    def brief(self, person_id: str, day: str, *, now: datetime, good_until: datetime, late: bool = False) -> bool:
        """Sends somebody's brief of a day, unless it was sent; or says that it is too late for it, if they had one
        before. Whether there was anything to do."""
        db, key = self.services.db, f"{BRIEF}:{person_id}:{day}"
        draft = Draft(person_id, BRIEF, f"{BRIEF}/{day}", {}, 0.0, 1.0, "skipped" if late else "sent", "")
        if late and not any(each.kind == BRIEF for each in nudges.history(db, now - REMEMBERED, [person_id])):
            return False
        return nudges.send(db, key, draft, at=now, tool="morning_brief", good_until=good_until, since=now, most=0)

    def look(self, now: datetime, hours: Mapping[str, Hours], closed: Mapping[str, str]) -> int:
        """Looks through the books for what is worth a nudge, and sends it; how many were sent.

        `closed` says of whom it is that nothing may come now, and why.
        """
        db = self.services.db
        looked = db.version(), now
        if self._looked and looked[0] == self._looked[0] and now - self._looked[1] < LOOK_AGAIN:
            return 0
        self._looked = looked
        known = nudges.history(db, now - REMEMBERED)
        found = self._find(now, hours, known)
        records = {each.occasion.record for each in found} | {each.record for each in known if _is_told(each)}
        priced = stakes(db, self.services.models, [record for record in records if not record.startswith(BRIEF)])
        rates, roster = self._rates(now), self.services.roster()
        by_person: dict[str, list[_Found]] = {}
        for each in found:
            by_person.setdefault(each.occasion.person_id, []).append(each)
        return sum(
            self._decide(id_, many, hours[id_], closed.get(id_), known, priced, rates, roster, now)
            for id_, many in sorted(by_person.items())
        )

    def settle(self, now: datetime) -> int:
        """Finds out what people did about what they were, or might have been, nudged to; how often they did."""
        db = self.services.db
        open_ = [
            Asked(each.id, each.person_id, each.record, each.at)
            for each in nudges.history(db, now - FOLLOWED)
            if each.kind != BRIEF and each.followed_at is None and each.at > now - FOLLOWED
        ]
        found = followups.first(db, open_)
        if found:
            nudges.follow(db, found)
        return len(found)

    def _find(self, now: datetime, hours: Mapping[str, Hours], known: Sequence[Nudge]) -> list[_Found]:
        """What there is to nudge about that was not said already."""
        db, last = self.services.db, {(each.person_id, each.kind, each.record): each for each in known}
        clocks = {id_: each.rota for id_, each in hours.items()}
        found = []
        for rule in self.rules:
            for occasion in rule.moment.find(db, now, clocks, None):
                if occasion.person_id not in hours:
                    continue
                same = last.get((occasion.person_id, rule.moment.name, occasion.record))
                same = same if same and now - same.at < rule.rests else None
                key = same.key if same else _key(rule, occasion, now)
                if same is None or same.verdict == "held":
                    found.append(_Found(key, rule, occasion, same))
        return found

    def _decide(
        self,
        person_id: str,
        found: Sequence[_Found],
        hours: Hours,
        closed: str | None,
        known: Sequence[Nudge],
        priced: Stakes,
        rates: Rates,
        roster: Roster,
        now: datetime,
    ) -> int:
        """Sends what is worth one person's attention now, and keeps why the rest is not."""
        person = roster.get(person_id)
        team, mine = person.team_id if person else None, [each for each in known if each.person_id == person_id]
        by_key = {each.key: each for each in found}
        candidates = [
            Candidate(
                each.key,
                each.rule.moment.name,
                priced.about.get(each.occasion.record, frozenset({each.occasion.record})),
                priced.of.get(each.occasion.record, 0.0),
                rates.rate(person_id, team, each.rule.moment.name).mean,
            )
            for each in found
        ]
        decided = attention.decide(candidates, _attention(now, hours, closed, mine, priced))
        held = {each.candidate.key: each for each in decided if not each.is_sent}
        sent = 0
        for each in decided:
            if each.is_sent:
                sent += self._send(by_key[each.candidate.key], each.candidate, hours, now)
        drafts = {
            key: _draft(by_key[key], each.candidate, "held", each.why)
            for key, each in held.items()
            if _is_news(by_key[key].known, each.why, hours.rota.zone, now)
        }
        if drafts:
            nudges.keep(self.services.db, drafts, at=now)
        return sent

    def _send(self, found: _Found, candidate: Candidate, hours: Hours, now: datetime) -> int:
        """Sends a nudge, or leaves it out where its kind is held out for its person; one if it went out."""
        db, share = self.services.db, self.services.policy.hold_out
        apart = found.rule.moment.measured and is_held_out(found.occasion.person_id, candidate.kind, share)
        draft = _draft(found, candidate, "control" if apart else "sent", APART if apart else "")
        midnight = now.astimezone(hours.rota.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        went = nudges.send(
            db,
            found.key,
            draft,
            at=now,
            tool="nudge",
            good_until=now + GOOD_FOR,
            since=midnight,
            most=hours.wishes.max_per_day,
        )
        if went and not apart:
            said = {"action": "nudge_sent", "kind": candidate.kind, "record": found.occasion.record}
            logger.info("Nudged %s: %s", draft.person_id, candidate.kind, extra=said)
        return int(went and not apart)

    def _rates(self, now: datetime) -> Rates:
        if self._learnt is None or not timedelta() <= now - self._learnt[0] < LEARN_AGAIN:
            self.settle(now)
            self._learnt = now, Rates.of(_answers(self.services, now), now)
        return self._learnt[1]


def is_held_out(person_id: str, kind: str, share: float) -> bool:
    """Whether somebody gets no nudges of a kind, so that their effect can be told."""
    return holdouts.is_held_out(f"{person_id}:{kind}", EXPERIMENT, share)


def _answers(services: Services, now: datetime) -> list[Answer]:
    teams = {person.id: person.team_id for person in services.roster().people}
    return [
        Answer(each.person_id, teams.get(each.person_id), each.kind, each.decided_at, each.acted)
        # What never reached anybody was not ignored.
        for each in nudges.reached(services.db, now - LEARNT_FROM, now)
        if each.is_settled(now)
    ]


def _attention(now: datetime, hours: Hours, closed: str | None, mine: Sequence[Nudge], priced: Stakes) -> Attention:
    zone = hours.rota.zone
    local, events = now.astimezone(zone), [each for each in mine if each.kind != BRIEF]
    earlier = [each for each in events if each.at.astimezone(zone).date() < local.date()]
    return Attention(
        local,
        closed,
        hours.wishes.max_per_day,
        hours.wishes.muted,
        [Told(each.kind, priced.about[each.record], each.decided_at) for each in events if _is_told(each)],
        [Seen(each.at.astimezone(zone).time(), each.gain * each.chance) for each in earlier],
        len({each.at.astimezone(zone).date() for each in earlier}),
    )


def _is_told(nudge: Nudge) -> bool:
    """Whether a nudge took its place in a day; one that is held out does, so that both arms are chosen alike."""
    return nudge.kind != BRIEF and nudge.verdict in ("sent", "control")


def _is_news(known: Nudge | None, why: str, zone: ZoneInfo, now: datetime) -> bool:
    """Whether what is said of a nudge that is held back is not on record already, as of today."""
    if known is None or known.why != why:
        return True
    return known.decided_at.astimezone(zone).date() < now.astimezone(zone).date()


def _draft(found: _Found, candidate: Candidate, verdict: nudges.Verdict, why: str) -> Draft:
    occasion = found.occasion
    return Draft(
        occasion.person_id,
        candidate.kind,
        occasion.record,
        occasion.facts,
        candidate.gain,
        candidate.chance,
        verdict,
        why,
    )


def _key(rule: Rule, occasion: Occasion, now: datetime) -> str:
    return f"{rule.moment.name}:{occasion.person_id}:{occasion.record}:{now.date()}"
