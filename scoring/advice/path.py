"""What usually comes next with a deal, and when: told where no step surely helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import sequence
from scoring.advice import steps
from scoring.sequence import SequenceModel, Sequences, Trial
from scoring.sequence.base import Paired
from scoring.sequence.trial import candidates

# The latest that are learnt from at most.
MOST_DEALS = 3_000
# What the buyer does is part of the path, and nothing that could be advised.
BUYER = "buyer: "


@dataclass(frozen=True)
class Coming:
    """The seller's step that most likely comes next, its share among all of them, and days until anything happens."""

    step: str
    share: float
    days: float


@dataclass(frozen=True)
class Choice:
    """Which sequence models say what comes next and when, and how fast evidence fades with them."""

    what: str
    when: str
    half_life: float | None


def tried(history: DealHistory, *, as_of: datetime) -> Trial:
    """How well each sequence model foretells later deals; raises `NotTrained` where they are too few."""
    return sequence.run(*sequence.by_time(_of_history(history, as_of)))


def chosen(trial: Trial) -> Choice:
    """What serves by a trial."""
    return Choice(trial.serves, trial.serves_days, trial.half_life)


def told(trial: Trial) -> tuple[str, ...]:
    """How well what usually comes next can be told, in sentences."""
    lines = [f"{name}: {judged}" for name, judged in trial.judged.items()]
    head = (
        f"What usually comes next is told by {trial.serves}, when by {trial.serves_days} "
        f"({trial.prefixes:,} beginnings of {trial.cases:,} later deals)."
    )
    return (head, *lines, *trial.missing)


def learn(history: DealHistory, choice: Choice, *, as_of: datetime, seed: int = 0) -> SequenceModel:
    """The chosen model, having learnt from the latest deals."""
    known = candidates(choice.half_life, seed)
    what = known[choice.what]()
    model = what if choice.what == choice.when else Paired(what, known[choice.when]())
    return model.fit(_of_history(history, as_of))


def coming(model: SequenceModel, snapshot: DealSnapshot, ids: Sequence[str] | pd.Index) -> dict[str, Coming]:
    """What comes next with each of some open deals; none of those with which nothing has happened yet."""
    mine = snapshot.activities[snapshot.activities["deal_id"].isin(list(ids))]
    if mine.empty:
        return {}
    known = _sequences(mine, dict.fromkeys(mine["deal_id"], False))
    asked = known.named(model.names).current()
    said = model.predict(asked)
    ours = np.array([not name.startswith(BUYER) for name in model.names], dtype=bool)
    chances = np.where(ours, said.chances[:, :-1], 0.0)
    best = chances.argmax(axis=1)
    shares = chances[np.arange(len(best)), best] / np.maximum(chances.sum(axis=1), 1e-12)
    told = zip(asked.of.cases[asked.case], best, shares, said.days, strict=True)
    return {str(id_): Coming(model.names[k], float(share), float(days)) for id_, k, share, days in told}


def _of_history(history: DealHistory, as_of: datetime) -> Sequences:
    snapshot = history.at(as_of)
    latest = snapshot.deals.sort_values("opened_at", kind="stable").tail(MOST_DEALS)
    mine = snapshot.activities[snapshot.activities["deal_id"].isin(latest.index)]
    return _sequences(mine, (latest["outcome"] != "open").to_dict())


def _sequences(activities: pd.DataFrame, ended: Mapping[object, bool]) -> Sequences:
    activities = activities[~steps.closes(activities).to_numpy(dtype=bool)]
    own = steps.own(activities, "deal_id")["step"]
    step = own.reindex(activities.index).fillna(BUYER + activities["kind"].astype(str))
    frame = pd.DataFrame({"case": activities["deal_id"], "step": step, "at": activities["at"]})
    return Sequences.of(frame, ended=ended)
