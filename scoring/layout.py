"""Reads the books into a case for a plan: which leads are to be placed among which reps, with what chances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
from scipy.special import logit
from scipy.stats import norm

from knowledge import frames, holdouts, overrides, scores, staff, stock
from knowledge.database import Database
from knowledge.errors import NotTrained
from knowledge.stock import Pool
from scoring import eligibility, opinions
from scoring.cases import STANDARD, Adds, Case, Floats, Terms
from scoring.matching import Matching
from scoring.outcomes import INTERVAL, SURE
from scoring.ranking import Ranking
from scoring.registry import Registry
from scoring.reps import Reps

DRAWS, SEED = 400, 11


@dataclass(frozen=True)
class Wanted:
    """What a plan is asked for.

    Attributes
    ----------
    owner_ids : whose leads are looked at (None among them: nobody's); None for everyone's
    team_ids : whose reps may be given leads; None for all
    excluded : reps who are to be given nothing
    pinned : leads whose rep is settled, by id
    apart : share of the pool that goes by today's rule
    """

    pool: Pool
    owner_ids: Sequence[str | None] | None = None
    team_ids: Collection[str | None] | None = None
    terms: Terms = STANDARD
    excluded: Collection[str] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)
    apart: float = holdouts.DEFAULT_SHARE


@dataclass(frozen=True)
class Layout:
    """A case, and what its rows and columns are.

    Attributes
    ----------
    leads, reps : its rows as `stock.read` has them, its columns as `staff.reps` has them
    in_money : whether a win counts by what it brings; each counts as one where no value is known
    staying : how many leads of the pool stay with their owner, by reason
    """

    case: Case
    leads: pd.DataFrame
    reps: pd.DataFrame
    in_money: bool
    staying: Mapping[str, int]


def lay_out(db: Database, models: Registry, wanted: Wanted, *, now: datetime) -> Layout:
    """The case of the leads and reps that a plan is asked for.

    Raises
    ------
    NotTrained
        When no ranking serves, so that no lead has a chance.
    """
    reps = staff.reps(db, now)
    if wanted.team_ids is not None:
        reps = reps[reps["team_id"].isin(list(wanted.team_ids))]
    leads = stock.read(db, now, wanted.owner_ids)
    owned, eligible = leads["owner_id"].isin(reps.index), eligibility.eligible(leads, reps, staff.territories(db))
    orphaned = (leads["owner_id"].isna() | leads["owner_id"].isin(_gone(db, leads, now))) & np.asarray(
        eligible.any(axis=1)
    )
    rows = (owned | orphaned).to_numpy()
    leads, owned, eligible = leads[rows], owned[rows], eligible[rows]
    asked = _asked(leads, wanted.pool, now)
    staying = owned & leads["held"].notna()
    worth = leads["value"].fillna(leads["value"].median())
    chance, adds, doubt = chances(db, models, leads, reps, now)
    pinned = reps.index.get_indexer(leads.index.map(wanted.pinned).astype(object))
    pool = ((asked & ~staying) | (pinned >= 0)).to_numpy()
    case = Case(
        chance=chance,
        worth=worth.fillna(1.0).to_numpy(),
        owner=reps.index.get_indexer(pd.Index(leads["owner_id"])),
        eligible=eligible & ~reps.index.isin(list(wanted.excluded)),
        pool=pool,
        pinned=pinned,
        held_out=pool & (pinned < 0) & [holdouts.is_held_out(id_, share=wanted.apart) for id_ in leads.index],
        worked=leads["worked"].to_numpy(bool),
        capacity=reps["max_leads"].fillna(len(leads)).where(~reps["away"], 0).to_numpy(np.int64),
        adds=adds,
        terms=wanted.terms,
        doubt=doubt,
    )
    told = Counter(leads["held"][asked & staying & (pinned < 0)])
    return Layout(case, leads, reps, bool(worth.notna().any()), dict(told.most_common()))


def _gone(db: Database, leads: pd.DataFrame, now: datetime) -> set[str]:
    """Owners who do not work here any more."""
    with db.read() as session:
        found = staff.unfit(session, set(leads["owner_id"].dropna()), now)
    return {id_ for id_, reason in found.items() if reason != "is away"}


def _asked(leads: pd.DataFrame, pool: Pool, now: datetime) -> pd.Series:
    match pool:
        case "new":
            return stock.is_new(leads)
        case "aged":
            return stock.is_aged(leads, now)
        case "all":
            return pd.Series(True, leads.index)


def chances(
    db: Database, models: Registry, leads: pd.DataFrame, reps: pd.DataFrame, now: datetime
) -> tuple[Floats, Adds, Floats]:
    """P(won) of each lead with each rep, as busy as they are now, what each rep adds to it, and how far each lead's own
    log-odds may be wrong (a standard deviation).

    Raises
    ------
    NotTrained
        When no ranking serves, so that no lead has a chance.
    """
    ranking, matching = models.serving(Ranking), models.serving(Matching)
    if ranking is None:
        raise NotTrained("No ranking serves, so no lead has a chance; an admin can run `callsheet train`.")
    judged = _judged(db, ranking.model, leads.index, now)
    chance = judged["value"].astype(np.float64)
    low, high = (logit(judged[end].clip(SURE, 1 - SURE).to_numpy(np.float64)) for end in ("low", "high"))
    doubt = (high - low) / np.diff(norm.ppf(np.divide(INTERVAL, 100)))
    if matching is None:
        return np.repeat(chance.to_numpy()[:, None], len(reps), axis=1), Adds.nothing(len(reps)), doubt
    model, crew = matching.model, Reps.of(reps, now)
    draws = model.draws(crew.ids, DRAWS, SEED, teams=crew.team)
    adds = Adds(model.adds(crew), draws - draws.mean(axis=0), model.load_slope)
    return model.chances(chance, leads, crew), adds, doubt


def ranked(db: Database, ranking: Ranking, ids: pd.Index, now: datetime) -> pd.Series:
    """What the ranking says of some leads, as a person is to hear it; those not scored yet are scored."""
    return _judged(db, ranking, ids, now)["value"]


def _judged(db: Database, ranking: Ranking, ids: pd.Index, now: datetime) -> pd.DataFrame:
    """`value`, `low`, `high` of some leads."""
    stored = scores.read(db, "ranking", list(ids))
    new = ids.difference(stored.index)
    if len(new):
        snapshot = frames.load(db, until=now, ids=list(new)).at(now)
        stored = pd.concat([stored, ranking.predict(snapshot, new)])
    return opinions.heard(stored, overrides.in_force(db, now)).reindex(ids)
