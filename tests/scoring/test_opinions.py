"""The score that is kept of people who rate leads against the model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from knowledge.overrides import STEP, Grade
from scoring import opinions
from tests.company import NOW


def grades(n: int, *, knows: float, seed: int = 0) -> list[Grade]:
    """Views of people who see a share `knows` of the outcomes coming, and guess the rest."""
    random = np.random.default_rng(seed)
    model = random.uniform(0.2, 0.6, n)
    won = random.random(n) < model
    up = np.where(random.random(n) < knows, won, random.random(n) < 0.5)
    human = expit(logit(model) + np.where(up, STEP, -STEP))
    return [
        Grade(f"L{k}", "P", NOW, float(model[k]), float(human[k]), bool(won[k])) for k in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize(("knows", "better"), [(0.8, "people"), (0.0, None), (-1.0, "the model")])
def test_whoever_surely_knows_better_is_named_and_nobody_else(knows: float, better: str | None) -> None:
    found = grades(200, knows=knows)
    if knows < 0:
        found = [Grade(g.lead_id, g.person_id, g.at, g.model, 0.9 if not g.won else 0.05, g.won) for g in found]
    assert opinions.score(found).better == better


def test_few_views_conclude_nothing() -> None:
    found = opinions.score(grades(opinions.FEWEST - 1, knows=1.0))
    assert (found.right, found.better) == (found.n, None)


def test_guesses_are_seldom_called_better() -> None:
    named = [opinions.score(grades(60, knows=0.0, seed=seed)).better for seed in range(200)]
    assert sum(each is not None for each in named) <= 20
