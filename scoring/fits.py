"""One lead beside every rep who might have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from knowledge import languages, staff, stock
from knowledge.database import Database
from knowledge.errors import BadInput
from scoring import eligibility, layout
from scoring.cases import Floats
from scoring.explanations import Reason
from scoring.matching import Matching
from scoring.outcomes import INTERVAL, SURE, Interval
from scoring.ranking import Ranking
from scoring.registry import Registry
from scoring.reps import Reps


@dataclass(frozen=True)
class Candidate:
    """A rep beside a lead.

    Attributes
    ----------
    chance : how likely the lead is won with this rep; the interval is over what is known of the rep
    draws : the same chance for each draw of what the reps truly add (n_draws,)
    may : whether the rep may be given the lead, room apart
    leads, room : open leads now, and how many more there is room for
    reasons : what adds to the chance, on the log-odds; none for who may not be given the lead
    """

    id: str
    team_id: str | None
    chance: Interval
    draws: Floats
    may: bool
    away: bool
    leads: int
    room: int
    languages: frozenset[str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Fit:
    """A lead beside every rep who works here.

    Attributes
    ----------
    owner_id : whose the lead is
    language : the code of its language, if that is known
    worth : what a win brings, if that is known
    """

    candidates: Mapping[str, Candidate]
    owner_id: str | None
    language: str | None
    worth: float | None

    @property
    def owner(self) -> Candidate | None:
        """Who has the lead, if that is a rep who works here."""
        return self.candidates.get(self.owner_id or "")

    def ahead_of_owner(self, candidate: Candidate) -> Interval:
        """How much likelier the lead is won with a rep than with whoever has it, with its 90 % interval."""
        if self.owner is None:
            return candidate.chance
        low, high = np.percentile(candidate.draws - self.owner.draws, INTERVAL)
        return Interval(candidate.chance.value - self.owner.chance.value, float(low), float(high))

    def ruled_out(self, candidate: Candidate) -> str | None:
        """What keeps a rep from being given the lead, or None."""
        if candidate.away:
            return "away today"
        if not candidate.may:
            speaks = self.language is None or self.language in candidate.languages
            return "another team's territory" if speaks else "a colleague speaks its language"
        return None if candidate.room > 0 else "no room for more leads"


def fit(db: Database, models: Registry, lead_id: str, *, now: datetime) -> Fit:
    """A lead beside every rep.

    Raises
    ------
    BadInput
        When it is decided already.
    NotTrained
        When no ranking serves, so that it has no chance.
    """
    leads, reps = stock.read(db, now, lead_id=lead_id), staff.reps(db, now)
    if leads.empty:
        raise BadInput("That lead is decided already, so it does not matter any more who would win it.")
    chance, adds, _ = layout.chances(db, models, leads, reps, now)
    may = eligibility.eligible(leads, reps, staff.territories(db))[0]
    room = eligibility.room(reps, int(reps["open_leads"].sum()) + 1)
    drawn = 1 / (1 + (1 / np.clip(chance[0], SURE, 1) - 1) * np.exp(-adds.draws))
    low, high = np.percentile(drawn, INTERVAL, axis=0)
    able = [str(id_) for id_, fits in zip(reps.index, may, strict=True) if fits or id_ == leads["owner_id"].iloc[0]]
    reasons = _reasons(db, models, leads, reps, able, now)
    candidates = [
        Candidate(
            id=str(id_),
            team_id=rep["team_id"] or None,
            chance=Interval(float(chance[0, at]), float(low[at]), float(high[at])),
            draws=drawn[:, at],
            may=bool(may[at]),
            away=rep["away"],
            leads=rep["open_leads"],
            room=int(room[at]),
            languages=rep["languages"],
            reasons=reasons.get(str(id_), ()),
        )
        for at, (id_, rep) in enumerate(reps.to_dict("index").items())
    ]
    lead = leads.to_dict("records")[0]
    worth = None if pd.isna(lead["value"]) else float(lead["value"])
    return Fit({each.id: each for each in candidates}, lead["owner_id"], languages.code(lead["language"]), worth)


def _reasons(
    db: Database, models: Registry, leads: pd.DataFrame, reps: pd.DataFrame, ids: Sequence[str], now: datetime
) -> dict[str, tuple[Reason, ...]]:
    ranking, matching = models.serving(Ranking), models.serving(Matching)
    if ranking is None or matching is None:
        return {}
    chance, crew, lead = layout.ranked(db, ranking.model, leads.index, now), Reps.of(reps, now), str(leads.index[0])
    return {id_: matching.model.explain(lead, id_, p=chance, leads=leads, reps=crew).reasons for id_ in ids}
