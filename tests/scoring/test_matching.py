"""What each rep adds to a lead, where the truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import spearmanr

from knowledge import frames
from knowledge.database import Database
from knowledge.errors import NotTrained, UnknownRecord
from knowledge.frames import History, nobody
from scoring.base import silent
from scoring.matching import Matching, decided, expected, hierarchy, interplay, trial
from scoring.matching.decided import Decided
from scoring.matching.spreads import Spread
from scoring.matching.table import LOAD, Table
from scoring.registry import dumps, loads
from scoring.reps import Reps
from tests.scoring.conftest import AS_OF, Company

N_REPS = 20


class Floor:
    """A sales floor with as many leads and as much between its reps as one likes.

    Reps add `spread` times a standard normal, and `change` times another in each eighth of the time and in the one to
    come; each open lead above 40 takes `slope` from the log-odds; who speaks the
    lead's language adds `language`; half the leads are of a kind for which each rep adds `by_kind` times another one.
    """

    def __init__(
        self,
        n: int = 4000,
        *,
        seed: int = 0,
        spread: float = 0.4,
        change: float = 0.0,
        slope: float = 0.0,
        language: float = 0.0,
        by_kind: float = 0.0,
    ) -> None:
        random = np.random.default_rng(seed)
        self.adds = spread * random.normal(size=N_REPS)
        self.adds -= self.adds.mean()
        # Some have hardly begun.
        share = random.gamma(1.5, size=N_REPS) + 0.05
        rep = random.choice(N_REPS, n, p=share / share.sum())
        size, source = random.normal(size=n), random.choice(["Fair", "Web", "Referral"], n)
        load, speaks = random.uniform(20, 80, n).round(), (random.random(n) < 0.7).astype(float)
        kind = random.choice(["new", "old"], n)
        of_kind = by_kind * random.normal(size=N_REPS)
        odds = -0.7 + 0.8 * size + 0.9 * (source == "Referral") + self.adds[rep] + language * (speaks - 0.7)
        odds += slope * (load - 50) + of_kind[rep] * np.where(kind == "new", 1, -1)
        frame = pd.DataFrame({"value": size, "source": source, "attributes.kind": kind})
        owner = np.array([f"P-{k:02}" for k in range(N_REPS)], dtype=object)[rep]
        days = np.sort(random.uniform(0, 600, n))
        moved = change * random.normal(size=(N_REPS, 9)) if change else np.zeros((N_REPS, 9))
        odds = odds + moved[rep, np.arange(n) * 8 // n]
        self.ahead = self.adds + moved[:, 8]
        won = (random.random(n) < expit(odds)).astype(float)
        leads = np.array([f"L-{i:05}" for i in range(n)], dtype=object)
        self.rows = Decided(frame, leads, owner, won, days, days + 1, load, speaks)

    def beside_the_average_lead(self, found: pd.DataFrame) -> pd.Series:
        """What each rep truly adds from now on, beside the rep of the average lead."""
        truth = pd.Series(self.ahead, index=[f"P-{k:02}" for k in range(N_REPS)])[found.index]
        return truth - np.average(truth, weights=found["evidence"])


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor()


@pytest.fixture(scope="module")
def matching(floor: Floor) -> Matching:
    return Matching().learn(floor.rows, {})


def team(*ids: str, load: float = 50.0, languages: tuple[str, ...] = ("en",), **changes: Any) -> Reps:
    found = Reps(
        ids,
        np.full(len(ids), load),
        (frozenset(languages),) * len(ids),
        (frozenset(),) * len(ids),
        (None,) * len(ids),
        np.full(len(ids), 400.0),
    )
    return replace(found, **changes)


def leads_with(n: int, **columns: object) -> pd.DataFrame:
    ids = pd.Index([f"L-{i}" for i in range(n)], name="id")
    return pd.DataFrame({"language": None} | columns, index=ids)


def test_what_reps_add_is_found_and_its_intervals_cover_the_truth() -> None:
    inside, order = [], []
    for seed in range(6):
        floor = Floor(2500, seed=seed)
        found = Matching().learn(floor.rows, {}).effects()
        truth = floor.beside_the_average_lead(found)
        inside += list((found["low"] <= truth) & (truth <= found["high"]))
        order.append(spearmanr(found["value"], truth).statistic)
    assert np.mean(order) > 0.7
    assert 0.85 <= np.mean(inside) <= 0.98


def test_intervals_cover_the_truth_of_reps_who_change_however_far_apart_they_are() -> None:
    inside = []
    for seed in range(12):
        far = np.abs(np.random.default_rng(seed).normal(size=2)) * (0.5, 0.3)
        floor = Floor(1200, seed=50 + seed, spread=float(far[0]), change=float(far[1]))
        found = Matching().learn(floor.rows, {}).effects()
        truth = floor.beside_the_average_lead(found)
        inside += list((found["low"] <= truth) & (truth <= found["high"]))
    assert 0.84 <= np.mean(inside) <= 0.97


def test_the_fewer_leads_the_closer_to_the_mean_and_the_wider(floor: Floor, matching: Matching) -> None:
    found = matching.effects()
    assert spearmanr(found["evidence"], found["high"] - found["low"]).statistic < -0.9
    assert found["evidence"].sum() == len(floor.rows)
    raw = logit((pd.Series(floor.rows.won).groupby(floor.rows.owner).mean()).clip(0.02, 0.98))
    assert found["value"].std() < (raw - raw.mean()).std()


def test_a_stranger_adds_the_mean_and_is_the_least_sure(matching: Matching) -> None:
    drawn = matching.draws(["P-00", "nobody"], 4000, seed=1)
    assert drawn.shape == (4000, 2)
    assert drawn[:, 1].std() > drawn[:, 0].std()
    assert drawn[:, 1].mean() == pytest.approx(matching.effects()["value"].mean(), abs=0.05)
    assert drawn[:, 0].mean() == pytest.approx(matching.effects().loc["P-00", "value"], abs=0.03)
    np.testing.assert_array_equal(drawn, matching.draws(["P-00", "nobody"], 4000, seed=1))


def test_a_stranger_is_taken_for_one_of_the_team() -> None:
    floor = Floor(5000, seed=3, spread=0.1)
    strong = {f"P-{k:02}": "North" if k < N_REPS // 2 else "South" for k in range(N_REPS)}
    north = np.array([strong[owner] == "North" for owner in floor.rows.owner])
    won = np.where(north & (np.random.default_rng(0).random(len(north)) < 0.4), 1.0, floor.rows.won)
    model = Matching().learn(replace(floor.rows, won=won), strong)
    adds = model.adds(team("new 1", "new 2", "new 3", team=("North", "South", None)))
    assert adds[0] > adds[2] > adds[1]
    drawn = model.draws(["new 1", "new 2"], 500, teams=["North", "South"])
    assert drawn[:, 0].mean() > drawn[:, 1].mean()


def test_what_a_rep_did_lately_counts_for_more_than_what_was_long_ago(floor: Floor) -> None:
    own, days = floor.rows.owner == "P-00", floor.rows.came_in
    n = min(int((own & (days < 300)).sum()), int((own & (days >= 300)).sum())) // 2
    for_long, lately = (
        replace(floor.rows, won=np.where(np.isin(np.arange(len(days)), places), 1.0, floor.rows.won))
        for places in (np.flatnonzero(own)[:n], np.flatnonzero(own)[-n:])
    )
    early, late = (Matching().learn(rows, {}).effects().loc["P-00", "value"] for rows in (for_long, lately))
    assert late > early + 0.1


def test_too_many_open_leads_cost_and_never_help() -> None:
    falls, rises = (Floor(6000, seed=5, slope=slope) for slope in (-0.015, 0.015))
    model = Matching().learn(falls.rows, {})
    assert -0.02 < model.load_slope < -0.008
    reps = team("P-00", "P-00", load=0.0)
    busy = model.adds(replace(reps, load=np.array([80.0, 30.0])))
    assert busy[0] < busy[1]
    assert 0 < model.load_discount(reps)[0] < 0.05
    other = Matching().learn(rises.rows, {})
    assert other.load_slope == 0.0
    np.testing.assert_array_equal(other.load_discount(reps), 0.0)


def test_speaking_the_language_helps_where_the_books_say_so() -> None:
    model = Matching().learn(Floor(6000, seed=6, language=0.8).rows, {})
    assert 0.4 < model.language_effect < 1.2
    leads, p = leads_with(3, language=["German", "de-AT", None]), np.full(3, 0.3)
    reps = team("P-01", "P-01", languages=("de",))
    reps = replace(reps, languages=(frozenset({"de"}), frozenset({"en"})))
    chance = model.chances(pd.Series(p, index=leads.index), leads, reps)
    assert (chance[:2, 0] > chance[:2, 1]).all()
    assert chance[2, 0] == chance[2, 1]


def test_reps_who_are_all_alike_are_not_told_apart() -> None:
    refused = 0
    for seed in range(5):
        found = trial.run(Floor(700, seed=seed, spread=0.0).rows, {}, silent)
        refused += found.refusal is not None
    assert refused >= 4


def test_reps_who_differ_pay_on_later_leads(floor: Floor) -> None:
    found = trial.run(floor.rows, {}, silent)
    assert found.refusal is None
    assert found.split == "time"
    loss = found.metrics["log_loss"]
    assert loss is not None
    for other in ("base_rate", "no_rep", "raw_rate"):
        beside = found.baselines[other]["log_loss"]
        assert beside is not None
        assert loss.value < beside.value
    spearman, coverage = found.metrics["rep_spearman"], found.metrics["rep_coverage"]
    assert spearman is not None
    assert coverage is not None
    assert spearman.low > 0.1
    assert 0.8 <= coverage.value <= 1.0


def test_leads_that_nothing_orders_are_halved(floor: Floor) -> None:
    never = np.full(len(floor.rows), np.nan)
    found = trial.run(replace(floor.rows, came_in=never, decided=never), {}, silent)
    assert found.split == "folds"
    assert found.refusal is None


@pytest.mark.parametrize(("n", "reps"), [(60, 20), (3000, 2)])
def test_too_little_to_learn_from_is_said(floor: Floor, n: int, reps: int) -> None:
    at = (np.arange(len(floor.rows)) < n) & np.isin(floor.rows.owner, [f"P-{k:02}" for k in range(reps)])
    few = floor.rows.take(at)
    assert trial.run(few, {}, silent).refusal
    with pytest.raises(NotTrained):
        Matching().learn(few, {})


def test_an_interplay_is_found_where_there_is_one_and_changes_the_chances() -> None:
    model = Matching().learn(Floor(8000, seed=7, by_kind=0.7).rows, {})
    assert model.has_interplay
    assert "kind" in model.interplay
    leads = leads_with(2, **{"attributes.kind": ["new", "old"]})
    p = pd.Series(0.3, index=leads.index)
    reps = team(*model.members)
    chance = model.chances(p, leads, reps)
    assert np.abs(logit(chance[0]) - logit(chance[1])).max() > 0.5
    told = model.explain("L-0", "P-00", p=p, leads=leads, reps=reps)
    assert told.base + sum(reason.effect for reason in told.reasons) == pytest.approx(logit(chance[0, 0]))


def test_an_interplay_is_hardly_ever_found_where_there_is_none() -> None:
    found = 0
    for seed in range(12):
        floor = Floor(1000, seed=seed)
        table = Table.of(floor.rows, expected.log_odds(floor.rows.frame, floor.rows.won)[0], {})
        effects = hierarchy.learn(table.cases)
        chance = expit(table.cases.covariates @ effects.covariates + effects.mean[table.cases.member])
        found += interplay.find(floor.rows, table.cases.member, chance).holds
    assert found <= 2


def test_reasons_sum_to_the_chance(matching: Matching) -> None:
    leads = leads_with(3, language=["German", "English", None])
    p, reps = pd.Series([0.1, 0.4, 0.7], index=leads.index), team("P-00", "P-03", "nobody", load=66.0)
    chance = matching.chances(p, leads, reps)
    assert chance.shape == (3, 3)
    for i, lead in enumerate(leads.index):
        for k, rep in enumerate(reps.ids):
            told = matching.explain(lead, rep, p=p, leads=leads, reps=reps)
            assert told.base == pytest.approx(logit(p[lead]))
            assert told.base + sum(reason.effect for reason in told.reasons) == pytest.approx(logit(chance[i, k]))
            assert all(reason.text for reason in told.reasons)
    with pytest.raises(UnknownRecord):
        matching.explain("L-9", "P-00", p=p, leads=leads, reps=reps)


def test_an_untrained_model_refuses() -> None:
    for ask in (lambda: Matching().effects(), lambda: Matching().adds(team("P-00")), lambda: Matching().draws([], 1)):
        with pytest.raises(NotTrained):
            ask()


def test_a_model_survives_being_stored(matching: Matching) -> None:
    stored = loads(dumps(matching))
    assert isinstance(stored, Matching)
    pd.testing.assert_frame_equal(stored.effects(), matching.effects())
    assert stored.interplay == matching.interplay


def test_leads_in_another_order_change_nothing(floor: Floor, matching: Matching) -> None:
    order = np.random.default_rng(0).permutation(len(floor.rows))
    shuffled = Table.of(_at(floor.rows, order), np.zeros(len(order)), {})
    straight = Table.of(floor.rows, np.zeros(len(order)), {})
    one, other = hierarchy.learn(shuffled.cases), hierarchy.learn(straight.cases)
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-6)
    np.testing.assert_allclose(one.covariates[LOAD], other.covariates[LOAD], atol=1e-8)


def _at(rows: Decided, order: np.ndarray) -> Decided:
    parts = {name: getattr(rows, name)[order] for name in vars(rows) if name != "frame"}
    return replace(rows, frame=rows.frame.iloc[order].reset_index(drop=True), **parts)


def test_a_slow_and_obvious_fit_finds_the_same(floor: Floor) -> None:
    """With the spreads given, effects are where the penalised likelihood is highest."""
    from scipy.optimize import minimize

    rows = floor.rows.take(np.arange(len(floor.rows)) < 800)
    table = Table.of(rows, np.zeros(800), {})
    cases, spread = table.cases, Spread(0.4, 0.2, 0.3, 0.6)
    found = hierarchy.learn(cases, grid=(spread,))
    k, m = cases.covariates.shape[1], len(table.members)
    hold = np.linalg.inv(spread.alike(9))

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        beta, added = theta[:k], theta[k:].reshape(m, 9)
        z = cases.covariates @ beta + added[cases.member, cases.period]
        left, pull = expit(z) - cases.won, np.zeros((m, 9))
        np.add.at(pull, (cases.member, cases.period), left)
        held = cases.hold @ beta**2 + np.einsum("mi,ij,mj->", added, hold, added)
        slope = np.concatenate([cases.covariates.T @ left + cases.hold * beta, (pull + added @ hold).ravel()])
        return float(np.logaddexp(0, z).sum() - cases.won @ z + held / 2), slope

    best = minimize(loss, np.zeros(k + m * 9), jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-14}).x
    ahead = best[k:].reshape(m, 9)[:, 8]
    np.testing.assert_allclose(found.covariates, best[:k], atol=0.01)
    np.testing.assert_allclose(found.mean, ahead - np.bincount(cases.member) @ ahead / 800, atol=0.01)


def test_leads_are_read_as_they_came_in_with_who_had_them(make_company: Company) -> None:
    books = make_company(400, seed=4)
    rows = decided.gather(books, as_of=AS_OF)
    leads = books.leads.loc[list(rows.leads)]
    assert set(leads["outcome"]) == {"won", "lost"}
    assert (rows.owner == leads["owner_id"]).all()
    assert (np.diff(rows.came_in) >= 0).all()
    assert (rows.decided > rows.came_in).all()
    assert not [name for name in rows.frame if str(name).startswith("n.call")]
    lead = rows.leads[200]
    same = books.leads[books.leads["owner_id"] == books.leads.loc[lead, "owner_id"]]
    there = same["created_at"] < books.leads.loc[lead, "created_at"]
    open_then = there & ~(same["outcome_at"] <= books.leads.loc[lead, "created_at"])
    assert rows.load[200] == open_then.sum()


def test_a_lead_handed_over_once_it_was_decided_stays_with_who_had_it(make_company: Company) -> None:
    books = make_company(300, seed=4)
    lead = decided.gather(books, as_of=AS_OF).leads[0]
    after = books.leads.loc[lead, "outcome_at"] + timedelta(days=1)
    edit = {"lead_id": lead, "at": after, "field": "owner_id", "old": books.leads.loc[lead, "owner_id"], "new": "P-99"}
    changes = pd.DataFrame([edit]).astype(books.changes.dtypes)
    moved = replace(books, leads=books.leads.assign(owner_id=_with(books.leads, lead, "P-99")), changes=changes)
    rows = decided.gather(moved, as_of=AS_OF)
    assert rows.owner[rows.leads == lead][0] == edit["old"]


def _with(leads: pd.DataFrame, lead: str, owner: str) -> pd.Series:
    return leads["owner_id"].where(leads.index != lead, owner)


def test_books_that_write_a_lead_down_once_it_is_decided_are_read_as_a_file(make_company: Company) -> None:
    books = make_company(500, seed=4)
    at_once = books.leads.assign(created_at=books.leads["outcome_at"].fillna(books.leads["created_at"]))
    rows = decided.gather(replace(books, leads=at_once), as_of=AS_OF)
    assert len(rows) == books.leads["outcome"].isin(["won", "lost"]).sum()
    assert (np.diff(rows.came_in) >= 0).all()
    assert np.isnan(rows.load).all()


def test_a_file_without_dates_is_read_in_its_order(dateless: History) -> None:
    rows = decided.gather(dateless, as_of=AS_OF)
    assert rows.is_ordered
    assert set(rows.owner) == {"P-01", "P-02"}


def test_books_without_a_lead_say_that_there_is_too_little(db: Database) -> None:
    found = Matching.evaluate(frames.load(db, until=AS_OF), as_of=AS_OF)
    assert found.refusal
    assert found.n == 0


def test_a_column_that_names_the_owner_takes_no_credit(make_company: Company) -> None:
    books = make_company(500, seed=4)
    names = books.leads["owner_id"].map({"P-01": "Ana", "P-02": "Ben"})
    named = replace(books, attributes=books.attributes.assign(rep=names))
    assert "attributes.rep" not in decided.gather(named, as_of=AS_OF).frame
    assert "attributes.employees" in decided.gather(named, as_of=AS_OF).frame


def test_languages_are_compared_by_any_of_their_names(make_company: Company) -> None:
    books = make_company(300, seed=4)
    people = pd.DataFrame({"team_id": [None, None], "languages": [["German"], []]}, index=["P-01", "P-02"])
    books = replace(books, leads=books.leads.assign(language="de-AT"), people=people)
    rows = decided.gather(books, as_of=AS_OF)
    assert (rows.speaks[rows.owner == "P-01"] == 1).all()
    assert np.isnan(rows.speaks[rows.owner == "P-02"]).all()
    assert np.isnan(decided.gather(replace(books, people=nobody()), as_of=AS_OF).speaks).all()
