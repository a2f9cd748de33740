"""Where a chance is made for a person: the model's own, moved by what people who know better said of the lead.

Stored scores stay the model's own, so that both can be judged when the outcome is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import binomtest
from sklearn.metrics import log_loss

from knowledge import overrides
from knowledge.database import Database
from knowledge.frames import History, Snapshot
from knowledge.overrides import Grade, Opinion
from scoring.base import Scorer
from scoring.explanations import Explanation, Reason

FEATURE = "override"
ENDS = ["value", "low", "high"]
# From fewer views of leads since decided nothing is concluded.
FEWEST = 20


@dataclass(frozen=True)
class Score:
    """Who was right where people rated leads against the model.

    Attributes
    ----------
    n, right : views of leads since decided, and those that moved the chance towards what came
    model, human : log-loss of the model alone, and with the views
    better : whom the views of so many leads show to know better; None where it may be chance
    """

    n: int
    right: int
    model: float
    human: float
    better: Literal["people", "the model"] | None


def score(grades: Sequence[Grade]) -> Score:
    """The score kept of people and model; one or the other is better where both its counts say so.

    References
    ----------
    Wilson (1927), "Probable inference", JASA 22, for the 90 % interval of the share that was right.
    """
    won, n = [each.won for each in grades], len(grades)
    right = sum(each.human_was_right for each in grades)
    model, human = (
        float(log_loss(won, said, labels=[False, True]))
        for said in ([each.model for each in grades], [each.human for each in grades])
    )
    interval = binomtest(right, n).proportion_ci(0.9, method="wilson")
    better: Literal["people", "the model"] | None = None
    if n >= FEWEST and interval.low > 0.5 and human < model:
        better = "people"
    elif n >= FEWEST and interval.high < 0.5 and human > model:
        better = "the model"
    return Score(n, right, model, human, better)


def chances(db: Database, model: Scorer[History, Snapshot], snapshot: Snapshot, ids: Sequence[str]) -> pd.DataFrame:
    """`value`, `low`, `high` for each of `ids`, as a person is to hear them."""
    return heard(model.predict(snapshot, ids), overrides.in_force(db, snapshot.as_of, ids))


def explanations(
    db: Database, model: Scorer[History, Snapshot], snapshot: Snapshot, ids: Sequence[str], names: Mapping[str, str]
) -> dict[str, Explanation]:
    """Why each of `ids` has its chance; a person's word is one reason of it. `names` is what people are called."""
    opinions = overrides.in_force(db, snapshot.as_of, ids)
    found = model.explain(snapshot, ids)
    return {id_: _with(found[id_], opinions[id_], names) if id_ in opinions else found[id_] for id_ in found}


def heard(judged: pd.DataFrame, opinions: Mapping[str, Opinion]) -> pd.DataFrame:
    """Chances with what people said added on the log-odds; the interval moves along."""
    if not opinions:
        return judged
    ids = judged.index[judged.index.isin(list(opinions))]
    if ids.empty:
        return judged
    shifts = np.array([[opinions[id_].shift] for id_ in ids])
    spoken_for = judged.copy()
    spoken_for.loc[ids, ENDS] = expit(logit(judged.loc[ids, ENDS].to_numpy()) + shifts)
    return spoken_for


def moved(chance: float, opinion: Opinion | None) -> float:
    """One chance as `heard` moves it."""
    return chance if opinion is None else float(expit(logit(chance) + opinion.shift))


def told(opinion: Opinion, names: Mapping[str, str]) -> str:
    """`Ana Reyes rates it higher`."""
    who = names.get(opinion.person_id, "somebody who left")
    return f"{who} rates it {opinion.view} than the model"


def _with(explanation: Explanation, opinion: Opinion, names: Mapping[str, str]) -> Explanation:
    reasons = [*explanation.reasons, Reason(FEATURE, told(opinion, names), opinion.shift, opinion.view, "")]
    return replace(explanation, reasons=tuple(sorted(reasons, key=lambda each: -abs(each.effect))))
