"""Plans are the best there are, keep every limit and prove it; what cannot be kept is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from knowledge.errors import BadInput, ImpossiblePlan
from scoring.allocation import Allocation, Share, allocate

EXACT = 1e-9


@dataclass
class Case:
    """A question small enough to try every answer."""

    value: np.ndarray
    capacity: np.ndarray
    asked: dict = field(default_factory=dict)

    @classmethod
    def draw(cls, seed: int) -> Case:
        random = np.random.default_rng(seed)
        n, reps = int(random.integers(1, 6)), int(random.integers(1, 4))
        value = random.normal(size=(n, reps))
        value = [value, value.round(), np.zeros_like(value), np.full_like(value, 0.5)][
            min(3, int(random.integers(0, 9)))
        ]
        capacity = random.integers(0, n + 1, reps)
        asked: dict = {}
        if random.random() < 0.5:
            asked["minimum"] = np.minimum(capacity, random.integers(0, 3, reps))
        if random.random() < 0.5:
            asked["eligible"] = random.random((n, reps)) < 0.7
        if random.random() < 0.5:
            asked |= {"current": random.integers(-1, reps, n), "switch_cost": 0.3}
        if random.random() < 0.3:
            asked["share"] = [Share(random.random(n) < 0.6, random.integers(0, 2, reps)) for _ in range(seed % 3)]
        if random.random() < 0.3:
            asked["load_discount"] = random.random(reps) * 0.6
        return cls(value, capacity, asked)

    def keeps(self, rep: np.ndarray) -> bool:
        """Whether an answer is within every limit."""
        given, counts = np.flatnonzero(rep >= 0), self.counts(rep, rep >= 0)
        return (
            bool((counts <= self.capacity).all())
            and bool((counts >= self.asked.get("minimum", 0)).all())
            and ("eligible" not in self.asked or bool(self.asked["eligible"][given, rep[given]].all()))
            and all((self.counts(rep, (rep >= 0) & s.mask) >= s.minimum).all() for s in self.asked.get("share", ()))
        )

    def counts(self, rep: np.ndarray, which: np.ndarray) -> np.ndarray:
        return np.bincount(rep[which], minlength=len(self.capacity))

    def worth(self, rep: np.ndarray) -> float:
        """What an answer is worth, counted lead by lead."""
        total = 0.0
        for at, discount in enumerate(self.asked.get("load_discount", np.zeros(len(self.capacity)))):
            held = sorted(self.value[rep == at, at], reverse=True)
            total += sum(value * (1 - discount) ** place for place, value in enumerate(held))
        owner = self.asked.get("current", rep)
        return total - self.asked.get("switch_cost", 0.0) * int(((rep >= 0) & (owner >= 0) & (rep != owner)).sum())

    def best(self) -> float | None:
        answers = map(np.array, product(range(-1, len(self.capacity)), repeat=len(self.value)))
        return max((self.worth(rep) for rep in answers if self.keeps(rep)), default=None)

    def ask(self) -> Allocation:
        return allocate(self.value, self.capacity, **self.asked)


def uneven(n: int = 3_000, reps: int = 30, *, seed: int = 0, dtype: type = np.float64) -> np.ndarray:
    """Leads of very different worth and reps of very different skill."""
    random = np.random.default_rng(seed)
    lead, rep = random.gamma(1.0, 1.0, (n, 1)), random.uniform(0.5, 1.5, reps)
    return (lead * rep + 0.1 * random.normal(size=(n, reps))).astype(dtype)


@pytest.mark.parametrize("block", range(6))
def test_no_answer_to_a_small_question_is_better_than_the_plan(block):
    for seed in range(block * 50, block * 50 + 50):
        case = Case.draw(seed)
        best = case.best()
        if best is None:
            with pytest.raises(ImpossiblePlan):
                case.ask()
            continue
        plan = case.ask()
        assert case.keeps(plan.rep)
        assert plan.objective == pytest.approx(case.worth(plan.rep), abs=EXACT)
        assert plan.objective <= best + EXACT
        assert plan.bound >= best - EXACT
        if not ("share" in case.asked and "load_discount" in case.asked):
            assert plan.objective >= best - EXACT


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_is_as_good_as_an_assignment_to_single_places(seed):
    random = np.random.default_rng(seed)
    value, capacity = random.normal(size=(40, 7)), random.integers(0, 9, 7)
    places = np.repeat(np.arange(7), capacity)
    chosen = np.c_[value[:, places], np.zeros((40, 40))]
    plan = allocate(value, capacity)
    assert plan.objective == pytest.approx(chosen[linear_sum_assignment(chosen, maximize=True)].sum(), abs=EXACT)
    assert plan.gap <= EXACT


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({}, id="capacity"),
        pytest.param({"minimum": np.full(30, 60)}, id="minimum"),
        pytest.param({"eligible": np.random.default_rng(1).random((3_000, 30)) < 0.4}, id="eligible"),
        pytest.param({"current": np.arange(3_000) % 31 - 1, "switch_cost": 0.2}, id="switch"),
    ],
)
def test_a_larger_plan_is_proven_to_be_the_best(asked, dtype):
    case = Case(uneven(dtype=dtype), np.full(30, 90), asked)
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert -EXACT <= plan.gap <= 1e-6
    assert plan.objective == pytest.approx(case.worth(plan.rep), rel=1e-6)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.ones((1_500, 20)), id="equal"),
        pytest.param(np.zeros((1_500, 20)), id="nothing"),
        pytest.param(uneven(1_500, 20).round(1), id="ties"),
        pytest.param(-uneven(1_500, 20), id="negative"),
        pytest.param(uneven(40, 800), id="more reps than leads"),
        pytest.param(uneven(30_000, 1), id="one rep"),
    ],
)
def test_odd_values_are_allocated_as_exactly(value):
    case = Case(value, np.full(value.shape[1], -(-len(value) // value.shape[1])))
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert plan.gap <= 1e-6


def test_the_prices_prove_the_bound():
    value, capacity = uneven(), np.full(30, 90)
    plan = allocate(value, capacity)
    profit = (value - plan.prices).max(axis=1).clip(0).sum()
    assert plan.bound == pytest.approx(profit + capacity @ plan.prices)
    assert (plan.prices >= 0).all()


def test_every_rep_gets_the_share_of_the_best_leads():
    value, top = uneven(), np.zeros(3_000, bool)
    top[np.argsort(-value.max(axis=1))[:300]] = True
    case = Case(value, np.full(30, 100), {"share": [Share(top, np.full(30, 6))]})
    plan, free = case.ask(), allocate(value, np.full(30, 100))
    assert case.keeps(plan.rep)
    assert plan.gap <= 1e-6
    assert plan.objective < free.objective
    assert (plan.share_prices >= 0).all()


def test_shares_of_leads_within_leads_are_exact_too():
    value = uneven()
    best = value.max(axis=1)
    masks = [best >= np.quantile(best, at) for at in (0.8, 0.95)]
    case = Case(
        value, np.full(30, 100), {"share": [Share(m, np.full(30, n)) for m, n in zip(masks, (12, 3), strict=True)]}
    )
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert plan.gap <= 1e-6


def test_where_load_counts_the_leads_are_spread_and_the_gap_is_small():
    value = uneven(1_200, 12)
    case = Case(value, np.full(12, 400), {"load_discount": np.linspace(0.001, 0.02, 12)})
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert plan.objective == pytest.approx(case.worth(plan.rep))
    assert 0 <= plan.gap <= 0.01
    alone = allocate(value, np.full(12, 400))
    assert case.counts(plan.rep, plan.rep >= 0).max() <= case.counts(alone.rep, alone.rep >= 0).max()


def test_a_matrix_may_lie_in_any_order_and_is_left_as_it_is():
    value = uneven(dtype=np.float32)
    kept = value.copy()
    value.flags.writeable = False
    first, second = allocate(value, np.full(30, 90)), allocate(np.asfortranarray(value), np.full(30, 90))
    assert np.array_equal(value, kept)
    assert first.objective == pytest.approx(second.objective)


def test_who_asks_twice_gets_the_same_answer():
    first, second = (allocate(uneven(), np.full(30, 90)) for _ in range(2))
    assert np.array_equal(first.rep, second.rep)


def test_an_owner_keeps_a_lead_unless_the_gain_beats_the_cost():
    value, current = np.array([[1.0, 1.4], [1.0, 1.6]]), np.array([0, 0])
    plan = allocate(value, [2, 2], current=current, switch_cost=0.5)
    assert plan.rep.tolist() == [0, 1]
    assert plan.objective == pytest.approx(1.0 + 1.6 - 0.5)


def test_a_lead_worth_less_than_nothing_is_given_only_to_fill_a_minimum():
    value = np.array([[-1.0, -2.0], [-3.0, -1.5]])
    assert allocate(value, [2, 2]).rep.tolist() == [-1, -1]
    plan = allocate(value, [2, 2], minimum=[0, 1])
    assert plan.rep.tolist() == [-1, 1]
    assert plan.prices[1] == pytest.approx(-1.5)


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (0, 0)])
def test_without_leads_or_reps_there_is_nothing_to_allocate(shape):
    plan = allocate(np.empty(shape), np.ones(shape[1], int))
    assert (plan.objective, plan.bound, plan.gap) == (0, 0, 0)
    assert plan.rep.tolist() == [-1] * shape[0]


FLAT = np.ones((4, 2))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"minimum": [3, 0]}, "Rep 0 is to get at least 3 leads, but takes no more than 2"),
        ({"minimum": [2, 0], "eligible": np.array([[1, 1], [0, 1], [0, 1], [0, 1]], bool)}, "but may get only 1"),
        ({"share": [Share([True, False, False, False], [1, 1])]}, "2 leads of share 1 in all, but there are only 1"),
        (
            {"minimum": [2, 2], "eligible": np.array([[1, 1], [1, 1], [1, 1], [0, 0]], bool)},
            "cannot all be kept: 1 leads are missing",
        ),
    ],
)
def test_what_cannot_be_kept_is_named(asked, said):
    with pytest.raises(ImpossiblePlan, match=said):
        allocate(FLAT, [2, 2], **asked)


@pytest.mark.parametrize(
    ("value", "asked", "said"),
    [
        (np.array([[1.0, np.nan]]), {}, "finite number"),
        (np.array([[1.0, -np.inf]]), {}, "finite number"),
        (np.ones(3), {}, "dimensions"),
        (FLAT, {"capacity": [1]}, "capacity must be one number for each of the 2 reps"),
        (FLAT, {"capacity": [1, -1]}, "capacity of rep 1 must be a whole number"),
        (FLAT, {"minimum": [0.5, 0]}, "minimum of rep 0 must be a whole number"),
        (FLAT, {"eligible": np.ones((2, 2), bool)}, "eligibility must have the shape"),
        (FLAT, {"current": [0, 1, 2, 0]}, "neither -1 nor one of the 2 reps"),
        (FLAT, {"switch_cost": -1.0}, "cost of switching"),
        (FLAT, {"load_discount": [0.1, 2.0]}, "from 0 to 1"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(value, asked, said):
    with pytest.raises(BadInput, match=said):
        allocate(value, **{"capacity": [2, 2], **asked})


def alike(n: int = 3_000, reps: int = 30, *, noise: float = 0.0) -> np.ndarray:
    """Leads times reps and nearly nothing else, so that most leads are nearly torn between many reps."""
    random = np.random.default_rng(2)
    value = random.gamma(2.0, 1.0, (n, 1)) * random.uniform(0.7, 1.3, reps)
    return (value + noise * random.normal(size=value.shape)).astype(np.float32)


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3])
def test_reps_who_are_nearly_alike_are_allocated_as_exactly(noise):
    case = Case(alike(noise=noise), np.full(30, 90))
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert -EXACT <= plan.gap <= 1e-6


def test_leads_times_reps_are_shared_out_best_to_best():
    # Without noise the best plan is known: the best leads go to the best rep, and so on.
    random = np.random.default_rng(3)
    lead, rep = random.gamma(2.0, 1.0, 2_400), np.linspace(0.7, 1.3, 24)
    plan = allocate(lead[:, None] * rep, np.full(24, 90))
    best = np.sort(lead)[::-1][: 24 * 90].reshape(24, 90).sum(axis=1) @ rep[::-1]
    assert plan.objective == pytest.approx(best, rel=1e-7)
    assert plan.bound >= best * (1 - EXACT)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("floor", [0, 20], ids=["capacity", "minimum"])
def test_leads_times_reps_are_shared_out_as_an_assignment_would(seed, floor):
    random = np.random.default_rng(seed)
    value, capacity = random.gamma(2.0, 1.0, (520, 1)) * random.uniform(0.7, 1.3, 40), random.integers(14, 24, 40)
    capacity = capacity if floor else random.integers(0, 30, 40)
    minimum = np.full(40, floor // 2)
    places = np.repeat(np.arange(40), capacity)
    # A place of the minimum is worth so much more that it is never left free.
    extra = np.concatenate([10.0 * (np.arange(n) < floor // 2) for n in capacity])
    # Every lead is worth something, so that none stays free beside a free place.
    chosen = value[:, places] + extra
    plan = allocate(value, capacity, minimum=minimum)
    lead, place = linear_sum_assignment(chosen, maximize=True)
    best = chosen[lead, place].sum() - 10.0 * minimum.sum()
    assert plan.objective == pytest.approx(best, rel=1e-7)
    assert plan.bound >= best * (1 - EXACT)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({}, id="capacity"),
        pytest.param({"minimum": np.full(100, 120)}, id="minimum"),
        pytest.param({"eligible": np.random.default_rng(1).random((20_000, 100)) < 0.4}, id="eligible"),
        pytest.param({"current": np.random.default_rng(1).integers(-1, 100, 20_000), "switch_cost": 0.2}, id="switch"),
    ],
)
def test_many_leads_times_many_reps_are_proven_to_be_the_best(asked):
    case = Case(alike(20_000, 100), np.random.default_rng(4).integers(120, 240, 100), asked)
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert -EXACT <= plan.gap <= 1e-6
    assert plan.objective == pytest.approx(case.worth(plan.rep), rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_from_short_lists_is_as_good_as_an_assignment_to_single_places(seed):
    random = np.random.default_rng(seed)
    value, capacity = random.random((700, 40)), random.integers(0, 30, 40)
    value = value.round(2) if seed % 2 else value
    places = np.repeat(np.arange(40), capacity)
    chosen = np.c_[value[:, places], np.zeros((700, 700))]
    plan = allocate(value, capacity)
    best = chosen[linear_sum_assignment(chosen, maximize=True)].sum()
    assert plan.objective == pytest.approx(best, rel=1e-7)
    assert plan.bound >= best * (1 - EXACT)


def test_the_bound_of_a_plan_from_short_lists_is_one_for_all_pairs():
    value, capacity = alike(6_000, 40, noise=0.1), np.full(40, 120)
    plan = allocate(value, capacity)
    profit = (value.astype(float) - plan.prices).max(axis=1).clip(0).sum()
    assert plan.bound == pytest.approx(profit + capacity @ plan.prices, rel=1e-9)


def test_a_rep_who_is_worth_more_than_all_others_is_filled_first():
    value = uneven(4_000, 30)
    value[:, 7] += 50.0
    case = Case(value, np.full(30, 100))
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert case.counts(plan.rep, plan.rep >= 0)[7] == 100
    assert plan.gap <= 1e-6


def test_minimums_that_bind_are_kept_where_lists_are_short():
    value = uneven(4_000, 30)
    value[:, :3] -= 5.0
    case = Case(value, np.full(30, 200), {"minimum": np.r_[np.full(3, 120), np.zeros(27, int)]})
    plan = case.ask()
    assert case.keeps(plan.rep)
    assert plan.gap <= 1e-6
    assert (plan.prices[:3] < 0).all()
