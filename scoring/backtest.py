"""The honest trial: a model is judged on leads and times that it had not seen, beside what costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring import curves, groups, splits
from scoring.evaluation import RATES, Block, Evaluation, Split, verdict
from scoring.metrics import METRICS, Metric, Vector, measure, share
from scoring.splits import Pair
from scoring.windows import FOLDS, Rows

FEWEST = 40


@dataclass(frozen=True)
class Said:
    """What a candidate says of rows: chances, and the ends of their intervals."""

    value: Vector
    low: Vector
    high: Vector

    @classmethod
    def joined(cls, parts: Sequence[Said]) -> Said:
        """Several, one after the other."""
        return cls(*(np.concatenate([getattr(part, end) for part in parts]) for end in ("value", "low", "high")))

    def take(self, at: npt.NDArray[np.bool_]) -> Said:
        """What is said of some of the rows."""
        return Said(self.value[at], self.low[at], self.high[at])


# From rows to learn from, rows to judge and someone to be told of the share done: what each candidate says.
Try = Callable[[Rows, Rows, Callable[[float], None]], Mapping[str, Said]]


@dataclass(frozen=True)
class Trial:
    """Test rows of all origins or folds together, and what each candidate said of them.

    Attributes
    ----------
    block : the origin or fold of each row
    labels : when each origin was; empty for folds
    """

    rows: Rows
    said: Mapping[str, Said]
    base_rate: Vector
    block: npt.NDArray[np.intp]
    labels: Sequence[str]

    def once(self, name: str) -> tuple[Rows, Said]:
        """Each row once, however often folds were drawn, and what a candidate said of it."""
        at = self.block < FOLDS if not self.labels else np.ones(len(self.rows), dtype=bool)
        return self.rows.take(at), self.said[name].take(at)


def evaluate(
    rows: Rows,
    attempt: Try,
    *,
    model: str,
    split: Split,
    horizon: timedelta,
    seed: int = 0,
    settings: Mapping[str, Mapping[str, Any]],
    plain: Collection[str] = (),
    stand_ins: Collection[str] = (),
    progress: Callable[[float], None] = lambda share: None,
) -> Evaluation:
    """A back-test of the candidates that `attempt` makes.

    Those named in `plain` are baselines. They cannot be chosen, but where no candidate may serve, one of the
    `stand_ins` among them does that is itself better than chance; a note says so. With `split="time"` each origin is
    predicted from what was known by then; rows that nothing orders in time are split into folds, and `how` says so.
    """
    refusal = too_few(rows)
    if refusal:
        return nothing_to_judge(model, split, rows, refusal)
    by: Split = split if splits.is_ordered(rows) else "folds"
    pairs = splits.by_time(rows, horizon) if by == "time" else list(splits.by_folds(rows, seed))
    if not pairs:
        return nothing_to_judge(model, split, rows, "The books reach back too short a time for a back-test.")
    labels = [splits.label(rows, test) for _, test in pairs] if by == "time" else ()
    # In folds no row is later than another, so candidates must not prepare for what comes later either.
    trial = run(rows if by == "time" else rows.in_no_order, attempt, pairs, labels, progress)
    judged = {n: measure(said.value, trial.rows.won, trial.rows.leads, seed=seed) for n, said in trial.said.items()}
    candidates = {name: each for name, each in judged.items() if name not in plain}
    chosen = min(candidates, key=lambda name: candidates[name]["log_loss"].value)  # type: ignore[union-attr]
    baselines = _baselines(trial, seed) | {name: judged[name] for name in plain if name in judged}
    baselines |= {"logistic_regression": judged["linear"]} if "linear" in judged else {}
    tried = {
        name: judged[name] | _among_ended(*trial.once(name), seed) for name in (chosen, *stand_ins) if name in judged
    }
    refusal, note = verdict(tried[chosen], baselines), None
    if refusal and (usual := _standing_in([name for name in stand_ins if name in tried], tried, baselines)):
        chosen, note, refusal = usual, _instead(refusal, usual), None
    metrics, (once, said) = tried[chosen], trial.once(chosen)
    return Evaluation(
        model,
        by,
        len(once),
        float(once.won.mean()),
        metrics,
        {name: each for name, each in baselines.items() if name != chosen},
        chosen,
        settings.get(chosen, {}),
        rows.basis,
        splits.words(rows, by, len(pairs)),
        refusal,
        note,
        candidates={name: {key: each[key] for key in ("auc", "log_loss")} for name, each in candidates.items()},
        trained_on=facts(rows),
        by_instant=over_time(trial, chosen, seed),
        groups=groups.groups(once, said.value),
        coverage=groups.coverage(once, said.value, said.low, said.high),
        **along(said.value, once.won, once.leads, seed),
    )


def run(
    rows: Rows, attempt: Try, pairs: Sequence[Pair], labels: Sequence[str], progress: Callable[[float], None]
) -> Trial:
    """The candidates fitted on the first of each pair of masks and asked about the second."""
    said: dict[str, list[Said]] = {}
    for done, (train, test) in enumerate(pairs):

        def tick(part: float, done: int = done) -> None:
            progress((done + part) / len(pairs))

        for name, each in attempt(rows.take(train), rows.take(test), tick).items():
            said.setdefault(name, []).append(each)
        tick(1.0)
    base = np.concatenate([np.full(test.sum(), rows.won[train].mean()) for train, test in pairs])
    places = np.concatenate([np.flatnonzero(test) for _, test in pairs])
    block = np.repeat(np.arange(len(pairs)), [test.sum() for _, test in pairs])
    return Trial(
        rows.take(places), {name: Said.joined(parts) for name, parts in said.items()}, base, block, tuple(labels)
    )


def along(said: Vector, won: Vector, leads: npt.NDArray[np.object_], seed: int = 0) -> dict[str, Any]:
    """What a list is worth along its length and where its chances hold, as an `Evaluation` keeps it."""
    found = curves.gains(said, won, leads, seed=seed)
    return {
        "reliability": curves.reliability(said, won, leads),
        "gains": found.points,
        "calls_to_keep": found.calls_to_keep,
    }


def _standing_in(
    names: Sequence[str],
    tried: Mapping[str, Mapping[str, Metric | None]],
    baselines: Mapping[str, Mapping[str, Metric | None]],
) -> str | None:
    """The first of some plain rules that tells more than one rate for all."""
    one = {"base_rate": baselines["base_rate"]}
    return next((name for name in names if verdict(tried[name], one) is None), None)


def _instead(refusal: str, name: str) -> str:
    return f"What learns does no better: {refusal[0].lower()}{refusal[1:]} So {RATES[name]} serves."


def _among_ended(rows: Rows, told: Said, seed: int) -> dict[str, Metric | None]:
    """How well those that came to an end are told apart, where that is known: waiting alone tells nothing there."""
    if rows.ended is None or not 0 < rows.won[rows.ended].mean() < 1:
        return {}
    over = rows.take(rows.ended)
    return {"auc_ended": measure(told.value[rows.ended], over.won, over.leads, seed=seed)["auc"]}


def over_time(trial: Trial, chosen: str, seed: int = 0) -> tuple[Block, ...]:
    """How each origin went for a candidate; none for folds, which have no order."""
    return tuple(
        _block(label, trial.said[chosen].value[at], trial.rows.take(at), seed)
        for label, at in ((label, trial.block == i) for i, label in enumerate(trial.labels))
    )


def _block(label: str, said: Vector, rows: Rows, seed: int) -> Block:
    both = 0 < rows.won.mean() < 1
    metrics = measure(said, rows.won, rows.leads, seed=seed) if both else dict.fromkeys(METRICS)
    won = share(rows.won, rows.leads)
    return Block(label, len(rows), float(said.mean()), won, metrics["auc"], metrics["ece"])


def facts(rows: Rows) -> dict[str, int | str | None]:
    """What there is to learn from: rows, leads, won leads, and from when to when where that is known."""
    won, lost = rows.decided
    dated = rows.basis == "won within the horizon" and len(rows) > 0
    days = (
        [f"{pd.Timestamp(day * 86_400, unit='s'):%Y-%m-%d}" for day in (rows.time.min(), rows.time.max())]
        if dated
        else []
    )
    first, last = days or (None, None)
    instants = len(np.unique(rows.time)) if dated else None
    return {"rows": len(rows), "leads": won + lost, "won": won, "from": first, "to": last, "instants": instants}


def too_few(rows: Rows) -> str | None:
    """The plain statement for a company with too little to learn from, or None."""
    won, lost = rows.decided
    if min(won, lost) >= FEWEST:
        return None
    return f"Only {won} won and {lost} lost leads are known; {FEWEST} of each are needed before a score means anything."


def nothing_to_judge(model: str, split: str, rows: Rows, refusal: str) -> Evaluation:
    """An evaluation without figures."""
    rate = float(rows.won.mean()) if len(rows) else 0.0
    return Evaluation(
        model, split, 0, rate, dict.fromkeys(METRICS), {}, basis=rows.basis, refusal=refusal, trained_on=facts(rows)
    )


def _baselines(trial: Trial, seed: int) -> dict[str, Mapping[str, Metric | None]]:
    rows = trial.rows
    found: dict[str, Mapping[str, Metric | None]] = {
        "base_rate": measure(trial.base_rate, rows.won, rows.leads, seed=seed)
    }
    for name, order in (("fifo", -rows.came_in), ("newest", rows.came_in), ("last_touch", rows.touched)):
        if np.isfinite(order).any():
            last = np.nan_to_num(order, nan=np.nanmin(order) - 1)
            found[name] = measure(last, rows.won, rows.leads, chances=False, seed=seed)
    return found
