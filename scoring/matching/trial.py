"""The back-test of what reps add: what was learnt by an instant beside what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from scipy.stats import chi2, rankdata

from scoring.base import Progress
from scoring.evaluation import Evaluation
from scoring.matching import expected, hierarchy
from scoring.matching.decided import Decided
from scoring.matching.table import EXPECTED, FIRST_PERIOD, INTERCEPT, PERIODS, Table
from scoring.metrics import METRICS, Metric, Vector, measure

Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

ORIGINS = (0.4, 0.55, 0.7, 0.85)
# Fewer won or lost leads, or reps, tell nothing; a rep with fewer later leads is not judged.
FEWEST, FEWEST_REPS, FEWEST_LATER = 40, 3, 10
# Chance of luck beyond which reps are not said to differ. Later leads have to agree as well, so that of companies whose
# reps are all alike fewer than that are told that they differ.
ALPHA = 0.1
# Two-sided 95 %.
Z = 1.96
REPLICATES = 200
# Of what reps may truly add, when chances and results of later leads are foretold.
DRAWS, INTERVAL = 1_000, (0.05, 0.95)
WITH_REP = "what each rep adds, shrunk"


@dataclass
class Said:
    """What was said of later leads, origin by origin, and of the reps behind them.

    Attributes
    ----------
    chance : of each later lead, by who said it
    reps : who was judged at which origin: what was predicted of whom, and what came of it
    """

    won: list[Vector] = field(default_factory=list)
    leads: list[npt.NDArray[np.object_]] = field(default_factory=list)
    chance: dict[str, list[Vector]] = field(default_factory=dict)
    reps: list[pd.DataFrame] = field(default_factory=list)

    def add(self, name: str, chance: Vector) -> None:
        """Notes what one says of the later leads of an origin."""
        self.chance.setdefault(name, []).append(chance)

    def losses(self, name: str) -> Vector:
        """Log-loss of each later lead."""
        chance, won = np.concatenate(self.chance[name]), np.concatenate(self.won)
        return np.asarray(-np.log(np.clip(np.where(won == 1, chance, 1 - chance), 1e-9, 1.0)))


def run(rows: Decided, team_of: Mapping[str, str], progress: Progress) -> Evaluation:
    """The evaluation of matching on decided leads."""
    rate = float(rows.won.mean()) if len(rows) else 0.0
    if refusal := too_few(rows):
        return Evaluation("matching", "time", 0, rate, dict.fromkeys(METRICS), {}, refusal=refusal)
    said = Said()
    for done, at in enumerate(ORIGINS, 1):
        _origin(*_parted(rows, at, done), team_of, said)
        progress("back-testing", done / len(ORIGINS))
    if not said.won:
        refusal = "The books reach back too short a time to tell what reps add."
        return Evaluation("matching", "time", 0, rate, dict.fromkeys(METRICS), {}, refusal=refusal)
    return _found(rows, said, rate)


def too_few(rows: Decided) -> str | None:
    """The plain statement for books that cannot teach what reps add, or None."""
    won, reps = int(rows.won.sum()), len(pd.unique(rows.owner))
    if reps < FEWEST_REPS:
        return f"Leads of {reps} reps were decided; {FEWEST_REPS} are needed to compare what they add."
    if min(won, len(rows) - won) >= FEWEST:
        return None
    return (
        f"Of the leads that had an owner, {won} were won and {len(rows) - won} were not; "
        f"{FEWEST} of each are needed to tell what reps add."
    )


def differ_by_luck(rows: Decided, said: Vector, team_of: Mapping[str, str]) -> float:
    """The chance that reps who all add the same would come out as far apart as these.

    A chi-squared test of what each rep won beside what was to be expected.
    """
    table = Table.of(rows, said, team_of)
    chance = expit(table.cases.covariates @ hierarchy.alike(table.cases))
    left = np.bincount(table.cases.member, rows.won - chance)
    noise = np.bincount(table.cases.member, chance * (1 - chance))
    return float(chi2.sf((left**2 / noise).sum(), len(noise) - 1))


def _parted(rows: Decided, share: float, seed: int) -> tuple[Decided, Decided]:
    """What was known by an instant and all that came after it; random halves where nothing orders the leads."""
    if not rows.is_ordered:
        first = np.random.default_rng(seed).random(len(rows)) < 0.5
        return rows.take(first), rows.take(~first)
    origin = float(np.quantile(rows.decided, share))
    return rows.take(rows.decided <= origin), rows.take(rows.decided > origin)


def _origin(learnt: Decided, later: Decided, team_of: Mapping[str, str], said: Said) -> None:
    if too_few(learnt) or not 0 < later.won.mean() < 1:
        return
    unseen, ahead = expected.log_odds(learnt.frame, learnt.won, later.frame)
    said.won.append(later.won)
    said.leads.append(later.leads)
    said.add("base_rate", np.full(len(later), learnt.won.mean()))
    said.add("raw_rate", _raw(learnt, later))
    table = Table.of(learnt, unseen, team_of)
    base, who = _base(hierarchy.alike(table.cases), ahead), table.codes(later.owner)
    effects = hierarchy.learn(table.cases, ahead=max(1, round(PERIODS * len(later) / len(learnt))))
    drawn = effects.draws(DRAWS)
    said.add("no_rep", expit(base))
    said.add(WITH_REP, _foretold(base, who, drawn))
    said.reps.append(_judged(later, base, who, table.members, effects.mean, drawn))


def _base(alike: Vector, ahead: Vector) -> Vector:
    """Log-odds of later leads with reps who are all alike, in the market as it was last."""
    return np.asarray(alike[INTERCEPT] + alike[FIRST_PERIOD:][-1] + alike[EXPECTED] * ahead)


def _raw(learnt: Decided, later: Decided) -> Vector:
    """Each rep's own share of wins so far, one win and one loss lent so that none is 0 or 1."""
    by = pd.Series(learnt.won).groupby(learnt.owner).agg(["sum", "count"])
    rate = (by["sum"] + 1) / (by["count"] + 2)
    return pd.Series(later.owner).map(rate).fillna(learnt.won.mean()).to_numpy(dtype=np.float64)


def _foretold(base: Vector, who: Codes, drawn: Matrix) -> Vector:
    """The chance of each later lead by all that its rep may add; by itself where the rep is not known."""
    chance = expit(base)
    for member in np.unique(who[who >= 0]):
        own = who == member
        chance[own] = expit(base[own, None] + drawn[:, member]).mean(axis=1)
    return np.asarray(chance)


def _judged(
    later: Decided, base: Vector, who: Codes, members: tuple[str, ...], said: Vector, drawn: Matrix
) -> pd.DataFrame:
    """What was predicted of each rep, and what the later leads say, beside what was to be expected of them.

    A result is inside when the rep won as many leads as the 90 % interval has it, luck with each lead included. Leads
    are won in whole numbers, and one at the interval's end counts by its part inside, so that right ones hold 90 %.
    """
    known = who >= 0
    member, won = who[known], later.won[known]
    moved = base[known] + _moved(base[known], won)
    n = np.bincount(member, minlength=len(members))
    judged = [
        _result(said[k], drawn[:, k], moved[member == k], won[member == k]) for k in np.flatnonzero(n >= FEWEST_LATER)
    ]
    frame = pd.DataFrame(judged, columns=["said", "came", "inside"], dtype=np.float64)
    return frame.assign(rep=np.array(members, dtype=object)[n >= FEWEST_LATER])


def _result(said: float, drawn: Vector, base: Vector, won: Vector) -> tuple[float, float, float]:
    chance = expit(base)
    foretold = np.random.default_rng(len(won)).random((len(drawn), len(won))) < expit(drawn[:, None] + base)
    totals = foretold.sum(axis=1)
    below, upto = float((totals < won.sum()).mean()), float((totals <= won.sum()).mean())
    inside = max(0.0, min(upto, INTERVAL[1]) - max(below, INTERVAL[0])) / max(1 / len(totals), upto - below)
    came = float((won - chance).sum() / max(1e-9, float((chance * (1 - chance)).sum())))
    return said, came, inside


def _moved(base: Vector, won: Vector) -> float:
    """How far the market as a whole moved since: no rep's doing."""
    shift = 0.0
    for _ in range(20):
        chance = expit(base + shift)
        shift += float((won - chance).sum() / (chance * (1 - chance)).sum())
    return shift


def _found(rows: Decided, said: Said, rate: float) -> Evaluation:
    won, leads = np.concatenate(said.won), np.concatenate(said.leads)
    judged = {
        name: measure(np.concatenate(said.chance[name]), won, leads)
        for name in (WITH_REP, "base_rate", "no_rep", "raw_rate")
    }
    spearman, coverage = _agreement(said.reps)
    luck = differ_by_luck(rows, expected.log_odds(rows.frame, rows.won)[0], {})
    return Evaluation(
        "matching",
        "time" if rows.is_ordered else "folds",
        len(won),
        rate,
        {**judged[WITH_REP], "rep_spearman": spearman, "rep_coverage": coverage},
        {name: judged[name] for name in ("base_rate", "no_rep", "raw_rate")},
        WITH_REP,
        basis="won",
        how=_how(rows, len(said.won)),
        refusal=_no_use(said, luck, len(pd.unique(rows.owner))),
        trained_on={"leads": len(rows), "won": int(rows.won.sum()), "reps": len(pd.unique(rows.owner))},
    )


def _no_use(said: Said, luck: float, reps: int) -> str | None:
    """Why no rep effect is to be used, or None where it pays."""
    if luck > ALPHA:
        return (
            f"What {reps} reps won beside what was to be expected of their leads is no further apart than luck would "
            f"have it (p = {luck:.2f}): no rep is said to do better or worse."
        )
    gain = float((said.losses("no_rep") - said.losses(WITH_REP)).mean())
    if gain > 0:
        return None
    return f"Knowing the rep did not help to foretell later leads (log-loss higher by {-gain:.4f}): it is left out."


def _agreement(parts: list[pd.DataFrame]) -> tuple[Metric | None, Metric | None]:
    """Rank correlation of predicted and later results, and the share of results that the 90 % intervals cover."""
    everyone = pd.concat(parts, keys=range(len(parts)), names=["origin", None]).reset_index("origin")
    rep, reps = pd.factorize(everyone["rep"])
    if len(reps) < FEWEST_REPS:
        return None, None
    columns = [everyone[name].to_numpy(dtype=np.float64) for name in ("origin", "said", "came", "inside")]
    point, random = _two(*columns), np.random.default_rng(0)
    draws = []
    for _ in range(REPLICATES):
        times = np.bincount(random.integers(0, len(reps), len(reps)), minlength=len(reps))[rep]
        draws.append(_two(*(np.repeat(column, times) for column in columns)))
    half = Z * np.nanstd(draws, axis=0)
    low, high = np.maximum(point - half, (-1.0, 0.0)), np.minimum(point + half, 1.0)
    rho, covered = (Metric(*map(float, each)) for each in zip(point, low, high, strict=True))
    return rho, covered


def _two(origin: Vector, said: Vector, came: Vector, inside: Vector) -> Vector:
    """The rank correlation within each origin, weighed by its reps, and the share covered."""
    parts = [(rankdata(said[at]), rankdata(came[at])) for at in (origin == each for each in np.unique(origin))]
    told = [(np.corrcoef(a, b)[0, 1], len(a)) for a, b in parts if np.ptp(a) > 0 and np.ptp(b) > 0]
    rho = np.average([r for r, _ in told], weights=[n for _, n in told]) if told else np.nan
    return np.array([rho, inside.mean()])


def _how(rows: Decided, n: int) -> str:
    if not rows.is_ordered:
        return f"two random halves of the leads, drawn {n} times; no order in time is used"
    return f"{n} origins in time, each held against all that was decided later"
