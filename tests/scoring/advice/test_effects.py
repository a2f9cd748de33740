"""What steps add: planted effects are found where steps were taken for a reason, and none where there is none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from knowledge.errors import NotTrained
from scoring.advice import effects
from scoring.advice.decisions import Decisions
from scoring.advice.effects import ALL_STAGES, Effect
from scoring.advice.steps import WAIT

STEPS = (WAIT, "call", "meeting: demo")


def world(n: int, *, adds: Mapping[str, float], seed: int = 0) -> tuple[Decisions, dict[str, float]]:
    """Decisions in which eager buyers are shown more, and what each step truly adds against what was done."""
    random = np.random.default_rng(seed)
    eager, size = random.standard_normal(n), random.standard_normal(n)
    stage = np.where(random.random(n) < 0.5, "First", "Last").astype(object)
    pull = np.column_stack([np.zeros(n), 0.3 * eager, 0.9 * eager - 1.0])
    taken = (pull + random.gumbel(size=pull.shape)).argmax(axis=1)
    base = -1.0 + 0.8 * eager + 0.4 * (stage == "Last")
    lift = np.array([adds.get(step, 0.0) for step in STEPS])
    chance = expit(base[:, None] + lift)
    rows = Decisions(
        pd.DataFrame({"eager": eager, "size": size, "stage": stage}),
        np.array([f"D{k // 3}" for k in range(n)], dtype=object),
        np.arange(n, dtype=np.float64),
        stage,
        np.array(STEPS, dtype=object)[taken],
        np.full(n, "", dtype=object),
        (random.random(n) < chance[np.arange(n), taken]).astype(np.float64),
    )
    usual = chance[np.arange(n), taken]
    return rows, {step: float((chance[:, k] - usual).mean()) for k, step in enumerate(STEPS)}


def overall(rows: Decisions) -> dict[str, Effect]:
    found = effects.effects(rows, effects.values(rows))
    return {each.step: each for each in found if each.stage == ALL_STAGES}


def test_a_step_that_helps_is_told_from_one_that_eager_buyers_see() -> None:
    rows, _ = world(4_000, adds={"call": 0.0, "meeting: demo": 0.9})
    found = overall(rows)
    assert found["meeting: demo"].is_sure
    assert not found["call"].is_sure
    assert not found[WAIT].is_sure


def test_a_step_that_only_goes_to_eager_buyers_is_not_taken_for_help() -> None:
    sure, looks = 0, []
    for seed in range(8):
        rows, _ = world(1_500, adds={}, seed=seed)
        took = rows.step == "meeting: demo"
        looks.append(rows.won[took].mean() - rows.won[~took].mean())
        sure += overall(rows)["meeting: demo"].is_sure
    # By the plain shares it would look like a great help.
    assert np.mean(looks) > 0.05
    assert sure <= 2


def test_what_is_drawn_together_stays_within_its_interval_and_stages_follow_their_step() -> None:
    rows, _ = world(3_000, adds={"meeting: demo": 0.9})
    found = effects.effects(rows, effects.values(rows))
    assert {each.stage for each in found} == {ALL_STAGES, "First", "Last"}
    assert all(each.low <= each.value <= each.high for each in found)
    whole = next(each for each in found if (each.step, each.stage) == ("meeting: demo", ALL_STAGES))
    for each in found:
        if each.step == "meeting: demo":
            assert abs(each.value - whole.value) < 0.1


def test_the_order_of_rows_changes_nothing() -> None:
    rows, _ = world(1_200, adds={"meeting: demo": 0.9})
    order = np.random.default_rng(3).permutation(len(rows))
    shuffled = Decisions(
        rows.frame.iloc[order].reset_index(drop=True),
        *(getattr(rows, name)[order] for name in ("ids", "time", "stage", "step", "done", "won")),
    )
    ours, theirs = overall(rows), overall(shuffled)
    assert {step: each.value for step, each in ours.items()} == pytest.approx(
        {step: each.value for step, each in theirs.items()}, abs=0.02
    )


def test_seldom_steps_are_told_by_their_kind() -> None:
    rows, _ = world(1_200, adds={})
    step = rows.step.copy()
    step[:20] = "meeting: senior"
    step[20:150] = "meeting"
    found = effects.values(Decisions(rows.frame, rows.ids, rows.time, rows.stage, step, rows.done, rows.won))
    assert "meeting: senior" not in found.names
    assert "meeting" in found.names


def test_a_step_that_is_taken_once_is_not_valued_for_those_who_have_seen_it() -> None:
    rows, _ = world(2_000, adds={"meeting: demo": 0.9})
    ids = np.array([f"D{k}" for k in range(len(rows))], dtype=object)
    done = np.where(np.arange(len(rows)) % 2, "|meeting: demo|", "").astype(object)
    rows = Decisions(rows.frame, ids, rows.time, rows.stage, rows.step, done, rows.won)
    assert effects.repeated(rows) == frozenset()
    assert overall(rows)["meeting: demo"].decisions == len(rows) // 2


def test_few_wins_and_one_and_the_same_step_teach_nothing() -> None:
    rows, _ = world(1_200, adds={})
    lost = Decisions(rows.frame, rows.ids, rows.time, rows.stage, rows.step, rows.done, np.zeros(len(rows)))
    with pytest.raises(NotTrained, match="too few"):
        effects.values(lost)
    same = np.full(len(rows), "call", dtype=object)
    with pytest.raises(NotTrained, match="nothing to compare"):
        effects.values(Decisions(rows.frame, rows.ids, rows.time, rows.stage, same, rows.done, rows.won))
