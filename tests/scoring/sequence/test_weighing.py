"""How much each beginning teaches."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.sequence import Sequences
from scoring.sequence.weighing import recency, weights
from tests.scoring.sequence.conftest import planted


def test_evidence_fades_by_half_with_each_half_life() -> None:
    fresh = recency(np.arange(10.0), 0.2)
    assert fresh[-1] == 1.0
    assert np.allclose(fresh[:-2] / fresh[2:], 0.5)


def test_where_all_is_told_to_its_end_everything_counts_alike(learnt: Sequences) -> None:
    assert (weights(learnt, None) == 1).all()


def test_what_followed_slowly_counts_for_what_is_still_to_follow() -> None:
    # Calls are followed within a day and mails within a week: of the latest mails little is known yet.
    everything = Sequences.of(planted(400, seed=5), ended={})
    cut = everything.until(float(np.quantile(everything.at, 0.6)))
    is_mail, fresh = cut.steps == cut.names.index("mail"), recency(cut.at, 0.1)
    truth = np.average(is_mail, weights=fresh)
    known = cut.prefixes().last
    plain, weighed = (np.average(is_mail[known], weights=each) for each in (fresh[known], weights(cut, 0.1)))
    assert plain < truth - 0.1
    assert weighed == pytest.approx(truth, abs=0.02)


def test_the_slow_way_to_weigh_says_the_same() -> None:
    everything = Sequences.of(planted(30, seed=6))
    cut = everything.until(float(np.quantile(everything.at, 0.5)))
    age = (cut.as_of - cut.at) / 86_400
    shares = [np.mean(age >= days) for days in np.nan_to_num(cut.prefixes().days)]
    assert np.allclose(weights(cut, None), 1 / np.maximum(shares, 0.2))
