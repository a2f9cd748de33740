"""New leads given out the moment they come in, and hot ones taken back from who lets them lie.

Jobs without an asker: they do by themselves only what a manager switched on; everything else waits for a click.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge import frames, holdouts, pool, proposals, shifts, staff, standing
from knowledge.database import Database
from knowledge.frames import Snapshot
from knowledge.pool import Gift, Idle
from knowledge.proposals import Move
from scoring import eligibility, opinions
from scoring.matching import Matching
from scoring.ranking import Ranking
from scoring.registry import Registry
from scoring.reps import Reps
from scoring.stream import Choice, Stream

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
BEST = "Of everyone in its territory with room for it, the one with whom it is worth most for the place it takes."
NO_PRICES = "In turn: no plan of the team has said yet what a place with each rep is worth."
APART = "In turn: a few leads go this way, so that what the other rule brings can be measured."
IDLE = "It is one of the best leads, and nobody touched it for {hours:g} working hours."


@dataclass(frozen=True)
class Rules:
    """How new leads are given out and taken back.

    Attributes
    ----------
    hold_out : share of the leads that go by turns, to measure the effect of the other rule
    hot : share of all callable leads, the most worthy, that must not lie
    patience : working time of its owner after which a hot lead that nobody touched is taken back
    times : how often a lead is taken back at most
    at_once : leads looked at in one go
    """

    hold_out: float = holdouts.DEFAULT_SHARE
    hot: float = 0.1
    patience: timedelta = timedelta(hours=4)
    times: int = 2
    at_once: int = 200


@dataclass(frozen=True)
class Round:
    """What became of the leads that nobody owned: given away, in proposals that wait for a click, or left."""

    given: tuple[Gift, ...] = ()
    gathered: tuple[str, ...] = ()
    left: int = 0


@dataclass(frozen=True)
class _Placed:
    """A lead and who is to have it, with the chance there."""

    lead_id: str
    rep_id: str
    team_id: str | None
    choice: Choice
    chance: float
    arm: proposals.Arm
    why: str


@dataclass(frozen=True)
class _Pairs:
    """P(won) and worth of each lead with each rep, of shape (n_leads, n_reps), and by what share each next lead of a
    rep is worth less (n_reps,)."""

    chance: Floats
    value: Floats
    discount: Floats


class Dispatcher:
    """Gives leads out and takes them back; it remembers what hardly changes, so one is kept while the bot runs."""

    def __init__(self, db: Database, registry: Registry, rules: Rules | None = None) -> None:
        self.db = db
        self.registry = registry
        self.rules = rules or Rules()
        self._seen: tuple[int, datetime] | None = None
        self._territories: tuple[date, pd.DataFrame] | None = None

    def assign_new(self, now: datetime) -> Round:
        """What became of every lead without an owner; each is given to a rep under a standing rule of the rep's team,
        or is in the one proposal that waits for the team's manager."""
        # Whatever could make a difference moves the books' version or the hour.
        seen = self.db.version(), now.replace(minute=0, second=0, microsecond=0)
        if seen == self._seen:
            return Round()
        ids = pool.unowned(self.db, now, self.rules.at_once)
        on, asked = standing.in_force(self.db, "assign"), pool.waiting(self.db, now, ids)
        if all(id_ in asked and asked[id_] not in on for id_ in ids):
            self._seen = seen
            return Round()
        placed = self._place(ids, now)
        given = self._give([each for each in placed if each.team_id in on], now)
        gathered = tuple(self._gather([each for each in placed if each.team_id not in on], now))
        self._seen = None if given else seen
        return Round(tuple(given), gathered, len(ids) - len(placed))

    def take_back(self, now: datetime) -> list[Idle]:
        """The hot leads that went back to the pool under a standing rule, untouched for too long."""
        teams = standing.in_force(self.db, "take_back")
        if not teams:
            return []
        idle = pool.idle(self.db, teams, now=now, share=self.rules.hot)
        late = [each for each in idle if _waited(each, now) >= self.rules.patience]
        times = pool.times_taken_back(self.db, [each.lead_id for each in late])
        late = [each for each in late if times.get(each.lead_id, 0) < self.rules.times]
        hours = self.rules.patience / timedelta(hours=1)
        taken = pool.take_back(self.db, late, at=now, reason=IDLE.format(hours=hours)) if late else []
        for each in taken:
            said = {"action": "lead_taken_back", "lead": each.lead_id, "owner": each.owner_id}
            logger.info("Took lead %s back from %s", each.lead_id, each.owner_id, extra=said)
        return taken

    def _place(self, ids: Sequence[str], now: datetime) -> list[_Placed]:
        """Who is to have each lead, the one that came first being placed first."""
        crew = staff.reps(self.db, now)
        snapshot = frames.load(self.db, until=now, ids=ids).at(now)
        leads = snapshot.leads.loc[snapshot.open_ids].sort_values("created_at", kind="stable")
        may = eligibility.eligible(leads, crew, self._known_territories(now)) & ~self._lost(leads.index, crew.index)
        room = eligibility.room(crew, len(leads))
        if not (may & (room > 0)).any():
            return []
        held_out = [holdouts.is_held_out(str(id_), share=self.rules.hold_out) for id_ in leads.index]
        prices = self._prices(crew, now)
        # Without a price on anybody's place the best rep would get every lead.
        unpriced = np.asarray(~(may & np.isfinite(prices)).any(axis=1))
        waited = self._waited(crew, now) if any(held_out) or unpriced.any() else np.zeros(len(crew))
        pairs = self._pairs(snapshot, leads, crew)
        stream = Stream(np.nan_to_num(prices), room, crew["open_leads"].to_numpy(), waited, pairs.discount)
        placed = []
        for i, lead_id in enumerate(map(str, leads.index)):
            in_turn = held_out[i] or unpriced[i]
            choice = (stream.in_turn if in_turn else stream.best)(pairs.value[i], may[i])
            if choice is not None:
                rep, team = str(crew.index[choice.rep]), crew["team_id"].iloc[choice.rep]
                chance, why = (
                    float(pairs.chance[i, choice.rep]),
                    APART if held_out[i] else NO_PRICES if in_turn else BEST,
                )
                placed.append(_Placed(lead_id, rep, team, choice, chance, "today" if held_out[i] else "plan", why))
        return placed

    def _pairs(self, snapshot: Snapshot, leads: pd.DataFrame, crew: pd.DataFrame) -> _Pairs:
        """What each lead is worth with each rep; all alike where no model serves."""
        ranking, matching = self.registry.serving(Ranking), self.registry.serving(Matching)
        if ranking is None:
            even = np.ones((len(leads), len(crew)))
            return _Pairs(even, even, np.zeros(len(crew)))
        by_itself = opinions.chances(self.db, ranking.model, snapshot, list(leads.index))["value"]
        worth = leads["value"].fillna(ranking.card.report.get("typical_value") or 1.0).to_numpy(float)[:, None]
        if matching is None:
            chance = np.repeat(by_itself.to_numpy(float)[:, None], len(crew), axis=1)
            return _Pairs(chance, chance * worth, np.zeros(len(crew)))
        reps = Reps.of(crew, snapshot.as_of)
        chance = matching.model.chances(by_itself, leads, reps)
        return _Pairs(chance, chance * worth, matching.model.load_discount(reps))

    def _prices(self, crew: pd.DataFrame, now: datetime) -> Floats:
        """What a place with each rep is worth by the team's last plan (n_reps,); NaN where none says."""
        # A plan of several teams is the last one of some, and an older one of others.
        priced = proposals.prices_by_team(self.db, set(crew["team_id"]), now)
        pairs = zip(crew.index, crew["team_id"], strict=True)
        return np.array([priced.get(team, {}).get(id_, np.nan) for id_, team in pairs])

    def _waited(self, crew: pd.DataFrame, now: datetime) -> Floats:
        """Seconds since each rep was last given a lead."""
        given = pool.last_given(self.db, list(crew.index))
        never = datetime(1970, 1, 1, tzinfo=UTC)
        return np.array([(now - given.get(id_, never)).total_seconds() for id_ in crew.index])

    def _lost(self, lead_ids: pd.Index, rep_ids: pd.Index) -> eligibility.Mask:
        """Whether each lead was once taken back from each rep, of shape (n_leads, n_reps)."""
        lost = pool.losers(self.db, list(lead_ids))
        rows = [[rep in lost.get(id_, ()) for rep in rep_ids] for id_ in lead_ids]
        return np.array(rows, bool).reshape(len(lead_ids), len(rep_ids))

    def _known_territories(self, now: datetime) -> pd.DataFrame:
        if self._territories is None or self._territories[0] != now.date():
            self._territories = (now.date(), staff.territories(self.db))
        return self._territories[1]

    def _give(self, placed: Sequence[_Placed], now: datetime) -> list[Gift]:
        gifts = [Gift(each.lead_id, each.rep_id, each.why, each.arm, _facts(each)) for each in placed]
        given = pool.give(self.db, gifts, at=now) if gifts else []
        for gift in given:
            said = {"action": "lead_given", "lead": gift.lead_id, "to": gift.to_id, "arm": gift.arm, **gift.facts}
            logger.info("Gave lead %s to %s: %s %s", gift.lead_id, gift.to_id, gift.reason, gift.facts, extra=said)
        return given

    def _gather(self, placed: Sequence[_Placed], now: datetime) -> Iterator[str]:
        by_team: dict[str | None, list[_Placed]] = {}
        for each in placed:
            by_team.setdefault(each.team_id, []).append(each)
        for team_id, found in by_team.items():
            figures = {"closes": sum(each.chance for each in found), "value": sum(each.choice.value for each in found)}
            made = pool.gather(self.db, team_id, [_move(each) for each in found], at=now, figures=figures)
            if made is not None:
                said = {"action": "leads_gathered", "proposal": made.id}
                logger.info("Proposed %s for %s new leads", made.id, len(found), extra=said)
                yield made.id


def _waited(each: Idle, now: datetime) -> timedelta:
    return shifts.worked(each.since, now, each.working_hours, each.timezone, each.off)


def _facts(each: _Placed) -> Mapping[str, float | int | None]:
    choice = each.choice
    return {
        "chance": round(each.chance, 4),
        "value": round(choice.value, 2),
        "price": round(choice.price, 2),
        "margin": None if choice.margin is None else round(choice.margin, 2),
        "candidates": choice.candidates,
    }


def _move(each: _Placed) -> Move:
    value, chance = each.choice.value, each.chance
    return Move(each.lead_id, None, each.rep_id, 0.0, value, None, chance, each.why, each.arm)
