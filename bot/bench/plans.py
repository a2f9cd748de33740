"""What a plan truly brings where the truth is known: expected wins beside other ways to place the same leads.

Demo companies, each born of another seed: the models learn from the books alone, the plan is made with what they say,
and the true chance of every lead with every rep judges it. All open leads that may change hands are placed anew, within
each team, and every rep gets as many of them as by turns, so that who gets which is all that differs. Whoever has a
lead now is told beside it, though their loads are not equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import t

from bot.bench import process, rows, say
from bot.bench.company import NOW
from knowledge.connectors import demo
from knowledge.database import Database
from scoring import training
from scoring.cases import NOBODY, Adds, Case, Floats, Whole
from scoring.layout import Layout, Wanted, lay_out
from scoring.outcomes import SURE
from scoring.placing import place
from scoring.plans import plan
from scoring.ranking import Ranking
from scoring.registry import Registry
from scoring.ways import in_turn, ways

SEEDS = 20
# As a share of the usual company: smaller ones have too few won leads to learn from.
SMALLEST = 0.2
CONFIDENCE = 0.9
# Orders in which the leads may come, over which dealing them out in turn is averaged.
ORDERS = 200
# Of Newton's; it stands still long before.
STEPS = 30


@dataclass(frozen=True)
class Company:
    """Leads and reps as the books know them, and the true chance of each lead with each rep (n_leads, n_reps)."""

    case: Case
    truth: Floats

    def brings(self, rep: Whole) -> float:
        """What is truly to be expected of the pool when certain reps have it; nothing of leads that nobody has."""
        chance = np.where(rep < 0, 0.0, self.truth[np.arange(len(rep)), rep])
        return float((chance * self.case.worth)[self.case.pool].sum())

    @cached_property
    def of_leads(self) -> Floats:
        """The true chance of each lead in the mean over who may have it (n_leads,)."""
        return np.asarray((self.truth * self.case.eligible).sum(axis=1) / np.maximum(self.case.eligible.sum(axis=1), 1))

    @cached_property
    def of_reps(self) -> Floats:
        """How many times as many wins each rep truly makes as others of the same leads (n_reps,); 1 of no leads."""
        asked = self.case.eligible[self.case.pool]
        usual = (asked * self.of_leads[self.case.pool, None]).sum(axis=0)
        return np.where(usual > 0, (asked * self.truth[self.case.pool]).sum(axis=0) / np.maximum(usual, SURE), 1.0)

    @cached_property
    def steady(self) -> Floats:
        """The true chances as each lead and each rep by itself makes them (n_leads, n_reps).

        A single one rests on few futures: what two ways to place some hundred leads differ by would be half luck.
        """
        asked = self.case.eligible & self.case.pool[:, None] & (self.of_leads > 0)[:, None]
        alone, adds = logit(np.clip(self.of_leads, SURE, 1 - SURE))[:, None], np.zeros(self.case.n_reps)
        for _ in range(STEPS):
            chance = expit(alone + adds)
            known = (asked * chance * (1 - chance)).sum(axis=0)
            adds = adds + (asked * (self.truth - chance)).sum(axis=0) / np.maximum(known, SURE)
        return np.where(asked, expit(alone + adds), 0.0)

    def known(self) -> Case:
        """The same to one who knows how likely each lead is and how good each rep is.

        Not by the single chances: they rest on few futures each, and choosing by them would choose luck.
        """
        chance = np.clip(self.of_leads[:, None] * self.of_reps, 0.0, 1.0)
        return replace(self.case, chance=chance, adds=Adds.nothing(self.case.n_reps))


def measure() -> dict[str, Any]:
    """In the mean over companies, and for each: the true lift over dealing the leads out in turn, in per cent.

    For plans that count wins and for plans that count value. `best_to_best` gives the best leads to the best reps, and
    leaves no fair share of them to the others as a plan must; `owners` leaves every lead where it is; `oracle` is the
    plan of one who knows how likely each lead and how good each rep is. `told`, `low` and `high` are what the plan says
    itself that it gains over one order of dealing out, `gain` is what it truly gains by `Company.steady`, and `held`
    says how often the interval holds that, where any rep is said to be better. `agreement` is the correlation of what
    reps are said to add with what they truly add, within their teams.
    """
    scale = min(1.0, max(SMALLEST, rows() / demo.LEADS))
    by_seed = {}
    for seed, found in enumerate(process.side_by_side(compare, [(seed, scale) for seed in range(1, SEEDS + 1)]), 1):
        say(f"company {seed} of {SEEDS}: {', '.join(f'{name} {value}' for name, value in found.items())}")
        by_seed[seed] = found
    return {"companies": SEEDS, "scale": scale, "over_companies": summary(by_seed), "by_seed": by_seed}


def summary(by_seed: Mapping[int, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The mean of each figure over the companies with its 90 % interval."""
    found = pd.DataFrame({seed: dict(row) for seed, row in by_seed.items()}).T.astype(float)
    count = found.count()
    half = t.ppf((1 + CONFIDENCE) / 2, (count - 1).clip(lower=1)) * found.std() / np.sqrt(count)
    middle = found.mean()
    told = pd.DataFrame({"mean": middle, "low": middle - half, "high": middle + half}).round(3)
    return {str(name): {str(key): float(value) for key, value in row.items()} for name, row in told.iterrows()}


def compare(seed: int, scale: float) -> dict[str, float]:
    """The figures of one company, born of a seed and with a share of the usual company's leads."""
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        db = Database(f"sqlite:///{folder}/books.db")
        db.migrate()
        demo.build(db, now=NOW, seed=seed, truth=Path(folder), scale=scale)
        _learn(db)
        found = judge(db, Path(folder))
        db.engine.dispose()
    return found


def judge(db: Database, truth: Path) -> dict[str, float]:
    """The figures of a company whose models serve, by the files of its truth."""
    laid = lay_out(db, Registry(db), Wanted("all", apart=0.0), now=NOW)
    known = Company(_at_equal_load(laid.case), _true_chances(truth, laid))
    owners = ways(laid.case)["today"]
    found = {"leads": int(known.case.pool.sum()), **_agreement(known, laid)}
    for aim, worth in (("wins", np.ones(len(laid.leads))), ("value", laid.case.worth)):
        figures = _compared(replace(known, case=replace(known.case, worth=worth)), owners)
        found |= {f"{aim}_{name}": value for name, value in figures.items()}
    return found


def _learn(db: Database) -> None:
    """Models from the books alone; matching serves only if it earned it, and the ranking as nothing here doubts it."""
    ranking = Ranking().fit(training.learn_from(db, NOW), as_of=NOW)
    Registry(db).save(ranking, now=NOW, as_of=NOW, fingerprint="", report={}, serve=True)
    training.train(db, ["matching"], as_of=NOW, now=NOW)


def _true_chances(folder: Path, laid: Layout) -> Floats:
    told = pd.read_parquet(folder / "chances_by_rep.parquet").pivot(index="lead_id", columns="person_id", values="p")
    # A lead that is only still open in the books has ended in truth, and nobody wins it.
    return told.reindex(index=laid.leads.index, columns=laid.reps.index).fillna(0.0).to_numpy(dtype=np.float64)


def _at_equal_load(case: Case) -> Case:
    """The pool with nobody's name on it, and room with each rep for as many of it as by turns."""
    anew = replace(case, owner=np.where(case.pool, NOBODY, case.owner), adds=replace(case.adds, slope=0.0))
    dealt = in_turn(anew, anew.owner)
    return replace(anew, pool=np.asarray(case.pool & (dealt >= 0)), capacity=anew.counts(dealt))


def _compared(known: Company, owners: Whole) -> dict[str, float]:
    """True lift of each way to place the leads, and what the plan told of its own."""
    made, others = plan(known.case), ways(known.case)
    placed = {
        "plan": made.rep,
        "best_to_best": others["best to best"],
        "owners": owners,
        "oracle": place(known.known(), known.case.owner).rep,
    }
    usual = _in_any_order(known, others["in turn"])
    lifts = {way: 100 * (known.brings(rep) / usual - 1) for way, rep in placed.items()}
    steady = replace(known, truth=known.steady)
    gain, told = steady.brings(made.rep) - steady.brings(others["in turn"]), made.rivals["in turn"].more_value
    shares = {name: 100 * each / usual for name, each in (("told", told.value), ("low", told.low), ("high", told.high))}
    figures = {"in_turn": usual, **lifts, **shares, "gain": 100 * gain / usual}
    found = {name: round(each, 2) for name, each in figures.items()}
    # Where no rep is said to be better, nothing is claimed that could hold.
    return found if known.case.reps_are_alike else found | {"held": float(told.low <= gain <= told.high)}


def _in_any_order(known: Company, dealt: Whole) -> float:
    """What dealing the pool out in turn brings in the mean over the orders in which its leads may come."""
    kind = np.unique(np.packbits(known.case.eligible, axis=1), axis=0, return_inverse=True)[1].ravel()
    alike = [np.flatnonzero(known.case.pool & (kind == each)) for each in np.unique(kind)]
    random, rep, brought = np.random.default_rng(0), dealt.copy(), 0.0
    for _ in range(ORDERS):
        for leads in alike:
            rep[leads] = random.permutation(dealt[leads])
        brought += known.brings(rep)
    return brought / ORDERS


def _agreement(known: Company, laid: Layout) -> dict[str, float]:
    """How what reps are said to add goes with what they truly add to log-odds, each beside the mean of the team."""
    there = known.case.counts(in_turn(known.case, known.case.owner), known.case.pool) > 0
    both = pd.DataFrame({"said": known.case.adds.mean, "true": np.log(known.of_reps)})[there]
    within = both - both.groupby(laid.reps["team_id"].to_numpy()[there]).transform("mean")
    found = {"agreement": within["said"].corr(within["true"])} | within.std().add_suffix("_spread").to_dict()
    return {str(name): round(float(each), 3) for name, each in found.items()}
