from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from knowledge.errors import NotTrained
from scoring.evaluation import Evaluation
from scoring.registry import dumps, loads
from scoring.uplift import Uplift, backtest, outreach
from scoring.uplift.backtest import Lesson
from scoring.uplift.judging import Judged
from tests.scoring.uplift.conftest import Outreach

Made = Callable[..., Outreach]


@pytest.fixture(scope="module")
def found(randomised: Outreach, as_of: datetime) -> Evaluation:
    return Uplift.evaluate(randomised.history, as_of=as_of)


@pytest.fixture(scope="module")
def fitted(randomised: Outreach, as_of: datetime) -> Uplift:
    return Uplift().fit(randomised.history, as_of=as_of)


def test_a_planted_effect_is_found_forward_in_time(found: Evaluation, randomised: Outreach) -> None:
    average, top, gain = (found.metrics[name] for name in ("average_effect", "uplift_30", "gain_30"))
    assert average is not None
    assert top is not None
    assert gain is not None
    assert found.refusal is None
    assert found.split == "time"
    assert average.low < randomised.effect.mean() < average.high
    assert gain.low > 0
    assert top.low < randomised.effect.max()
    assert found.effects[0].found.value < found.effects[-1].found.value


def test_folds_judge_where_they_are_asked_for_or_all_was_one_instant(make: Made, as_of: datetime) -> None:
    assert Uplift.evaluate(make(seed=1, groups=1, size=5000).history, as_of=as_of).split == "folds"


def test_the_effect_on_single_leads_lies_in_nine_of_ten_intervals(
    fitted: Uplift, randomised: Outreach, as_of: datetime
) -> None:
    true = randomised.effect
    said = fitted.effects(randomised.history.at(as_of), true.index)
    assert ((said["low"] <= true) & (true <= said["high"])).mean() > 0.8
    by_kind = said["value"].groupby(true).mean()
    assert by_kind.iloc[1] - by_kind.iloc[0] > 0.08
    assert (said["high"] - said["low"]).mean() < 0.25


def test_contact_that_followed_the_likely_does_not_pass_for_effect(make: Made, as_of: datetime) -> None:
    errors, naive = [], []
    for seed in range(4):
        made = make(seed=seed, groups=6, confounded=1.2)
        lesson = Lesson.of(outreach.gather(made.history, as_of=as_of), frozenset())
        rows, effect = lesson.comparable, lesson.found.effect[lesson.found.comparable]
        true = made.effect.reindex(rows.leads).mean()
        errors.append((effect.mean() - true) / (effect.std() / np.sqrt(len(effect))))
        naive.append(rows.responded[rows.treated == 1].mean() - rows.responded[rows.treated == 0].mean() - true)
    assert min(naive) > 0.03
    assert max(map(abs, errors)) < 3
    assert abs(np.mean(errors)) < 1.2


def test_where_contact_does_nothing_it_says_so(make: Made, as_of: datetime) -> None:
    found = Uplift.evaluate(make(seed=4, adds=0.0, more=0.0).history, as_of=as_of)
    assert found.refusal is not None
    assert found.refusal.startswith("Contact cannot be told from no contact: on average it adds")


def test_where_it_does_the_same_for_all_nobody_is_singled_out(make: Made, as_of: datetime) -> None:
    found = Uplift.evaluate(make(seed=5, more=0.0).history, as_of=as_of)
    assert found.refusal is not None
    assert "who responds because of it cannot be told" in found.refusal


def test_contact_by_a_rule_cannot_be_compared(make: Made, as_of: datetime) -> None:
    made = make(seed=6)
    known = made.history.attributes.assign(region=np.where(made.contacted == 1, "north", "south"))
    found = Uplift.evaluate(replace(made.history, attributes=known), as_of=as_of)
    assert found.refusal == "Who was contacted follows from what is known of the leads: 0% of them can be compared."


def test_too_few_contacts_teach_nothing(make: Made, as_of: datetime) -> None:
    few = make(seed=7, groups=2, size=80).history
    found = Uplift.evaluate(few, as_of=as_of)
    assert found.refusal is not None
    assert "200 of each are needed" in found.refusal
    with pytest.raises(NotTrained, match="200 of each"):
        Uplift().fit(few, as_of=as_of)


def test_an_unfitted_model_refuses(randomised: Outreach, as_of: datetime) -> None:
    with pytest.raises(NotTrained):
        Uplift().effects(randomised.history.at(as_of), ["L-00001"])


def test_it_says_the_same_once_stored_and_of_one_lead_alone(
    fitted: Uplift, randomised: Outreach, as_of: datetime
) -> None:
    stored, snapshot, ids = loads(dumps(fitted)), randomised.history.at(as_of), randomised.effect.index[:4]
    assert isinstance(stored, Uplift)
    said = fitted.effects(snapshot, ids)
    pd.testing.assert_frame_equal(stored.effects(snapshot, ids), said)
    pd.testing.assert_frame_equal(pd.concat([fitted.effects(snapshot, [id_]) for id_ in ids]), said)
    assert list(said.index) == list(ids)


def test_no_order_that_costs_nothing_may_be_as_good(found: Evaluation) -> None:
    better = dict(found.baselines) | {"likeliest": found.metrics}
    refusal = backtest.verdict(found.metrics, better)
    assert refusal is not None
    assert refusal.startswith("It finds no more than taking those likeliest to respond first")


def test_an_order_is_measured_as_by_hand() -> None:
    effect, order = np.arange(10.0), np.array([3.0, 0, 0, 0, 0, 0, 0, 2, 2, 2])
    judged = Judged(effect, np.arange(10).astype(object))
    metrics = {name: metric.value for name, metric in judged.measure(order).items() if metric}
    # The first, and two thirds of each of the three that share the places after it.
    assert metrics["uplift_30"] == pytest.approx((0 + 2 / 3 * (7 + 8 + 9)) / 3)
    assert metrics["average_effect"] == pytest.approx(4.5)
    assert metrics["gain_30"] == pytest.approx(metrics["uplift_30"] - 4.5)
    alike = judged.measure(np.zeros(10))
    assert alike["qini"] is not None
    assert alike["qini"].value == pytest.approx(0)
    assert alike["effect_gap"] is None


def test_said_and_found_effects_are_compared_in_fifths() -> None:
    effect = np.repeat([0.0, 0.1, 0.2, 0.3, 0.4], 4)
    judged = Judged(effect, np.arange(20).astype(object))
    gap = judged.measure(effect, effect + np.repeat([0.1, -0.1, 0.0, 0.0, 0.0], 4))["effect_gap"]
    assert gap is not None
    assert gap.value == pytest.approx(0.04)
    assert [part.found.value for part in judged.by_fifth(effect, effect)] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
