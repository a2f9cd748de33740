"""The honest trial: a model is judged on leads and times that it had not seen, beside what costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.metrics import METRICS, Metric, measure
from scoring.windows import FOLDS, Rows

Split = Literal["time", "folds"]
Mask = npt.NDArray[np.bool_]
# From rows to learn from and rows to judge: what each candidate says of the latter.
Try = Callable[[Rows, Rows], Mapping[str, npt.NDArray[np.float64]]]

FEWEST = 40
ORIGINS = 3
BLOCKS = 5
# Fewer wins in the training rows of an origin teach nothing.
FEWEST_TO_LEARN = 20


@dataclass(frozen=True)
class Evaluation:
    """What a back-test found.

    Attributes
    ----------
    chosen : the candidate with the least log-loss; `metrics` are its own
    settings : what its model class takes to be built like that
    how : in words, how training and test rows were kept apart
    refusal : why no model should serve, or None
    """

    model: str
    split: str
    n: int
    base_rate: float
    metrics: Mapping[str, Metric | None]
    baselines: Mapping[str, Mapping[str, Metric | None]]
    chosen: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    basis: str = ""
    how: str = ""
    refusal: str | None = None
    by_time: Mapping[str, Metric | None] | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that `callsheet evaluate --json` prints."""
        report: dict[str, Any] = {
            "model": self.model,
            "split": self.split,
            "n": self.n,
            "base_rate": self.base_rate,
            "metrics": _plain(self.metrics),
            "baselines": {k: _plain(v) for k, v in self.baselines.items()},
            "flagged": [],
            "chosen": self.chosen,
            "basis": self.basis,
            "how": self.how,
            "refusal": self.refusal,
        }
        return report | ({"by_time": _plain(self.by_time)} if self.by_time is not None else {})


@dataclass(frozen=True)
class Trial:
    """Test rows of all origins or folds together, and what each candidate said of them."""

    rows: Rows
    said: Mapping[str, npt.NDArray[np.float64]]
    base_rate: npt.NDArray[np.float64]


def evaluate(
    rows: Rows,
    attempt: Try,
    *,
    model: str,
    split: Split,
    horizon: timedelta,
    seed: int = 0,
    settings: Mapping[str, Mapping[str, Any]],
    progress: Callable[[float], None] = lambda share: None,
) -> Evaluation:
    """A back-test of the candidates that `attempt` makes.

    With `split="time"` each origin is predicted from what was known by then; rows that nothing orders in time
    are split into folds, and `how` says so.
    """
    refusal = too_few(rows)
    if refusal:
        return nothing_to_judge(model, split, rows, refusal)
    by = split if _ordered(rows) else "folds"
    pairs = list(by_time(rows, horizon) if by == "time" else by_folds(rows, seed))
    if not pairs:
        return nothing_to_judge(model, split, rows, "The books reach back too short a time for a back-test.")
    trial = run(rows, attempt, pairs, progress)
    judged = {name: measure(said, trial.rows.won, trial.rows.leads, seed=seed) for name, said in trial.said.items()}
    chosen = min(judged, key=lambda name: judged[name]["log_loss"].value)  # type: ignore[union-attr]
    baselines = _baselines(trial, seed) | ({"logistic_regression": judged["linear"]} if "linear" in judged else {})
    return Evaluation(
        model,
        by,
        len(trial.rows),
        float(trial.rows.won.mean()),
        judged[chosen],
        baselines,
        chosen,
        settings.get(chosen, {}),
        rows.basis,
        _how(rows, by, len(pairs)),
        verdict(judged[chosen], baselines),
    )


def run(rows: Rows, attempt: Try, pairs: list[tuple[Mask, Mask]], progress: Callable[[float], None]) -> Trial:
    """The candidates fitted on the first of each pair of masks and asked about the second."""
    said: dict[str, list[npt.NDArray[np.float64]]] = {}
    for done, (train, test) in enumerate(pairs):
        for name, chance in attempt(rows.take(train), rows.take(test)).items():
            said.setdefault(name, []).append(chance)
        progress((done + 1) / len(pairs))
    base = np.concatenate([np.full(test.sum(), rows.won[train].mean()) for train, test in pairs])
    places = np.concatenate([np.flatnonzero(test) for _, test in pairs])
    return Trial(rows.take(places), {name: np.concatenate(parts) for name, parts in said.items()}, base)


def by_time(rows: Rows, horizon: timedelta) -> Iterator[tuple[Mask, Mask]]:
    """Origins in time: train on what had come to its end by then, test on what was open then."""
    if rows.basis == "ever won":
        block = np.minimum(
            pd.Series(rows.time).rank(method="first").to_numpy() * 2 * BLOCKS // (len(rows) + 1), 2 * BLOCKS - 1
        )
        pairs = [(block < b, block == b) for b in range(BLOCKS, 2 * BLOCKS)]
    else:
        days = horizon / timedelta(days=1)
        pairs = [(rows.time <= origin - days, rows.time == origin) for origin in np.unique(rows.time)]
    usable = [pair for pair in pairs if _can_learn(rows, pair[0]) and rows.won[pair[1]].any()]
    yield from (usable[i] for i in _spread(len(usable), max(ORIGINS, BLOCKS if rows.basis == "ever won" else 0)))


def by_folds(rows: Rows, seed: int) -> Iterator[tuple[Mask, Mask]]:
    """Folds of leads, those won spread evenly."""
    fold = rows.folds(seed)
    yield from ((fold != k, fold == k) for k in range(FOLDS))


def too_few(rows: Rows) -> str | None:
    """The plain statement for a company with too little to learn from, or None."""
    won, lost = rows.decided
    if min(won, lost) >= FEWEST:
        return None
    return f"Only {won} won and {lost} lost leads are known; {FEWEST} of each are needed before a score means anything."


def verdict(metrics: Mapping[str, Metric | None], baselines: Mapping[str, Mapping[str, Metric | None]]) -> str | None:
    """Why the model should not serve, or None if it beats chance and what costs nothing."""
    auc, loss = metrics["auc"], metrics["log_loss"]
    assert auc is not None
    assert loss is not None
    if auc.low <= 0.5:
        return f"The back-test cannot tell it from chance (AUC {auc}): these books do not say more."
    flat = baselines["base_rate"]["log_loss"]
    if flat is not None and loss.value >= flat.value:
        return f"Its chances are no better than one rate for all (log-loss {loss} against {flat})."
    better = [name for name in ORDERS if (b := baselines.get(name, {}).get("auc")) and b.value >= auc.value]
    if better:
        return f"It ranks no better than {ORDERS[better[0]]} (AUC {auc} against {baselines[better[0]]['auc']})."
    return None


ORDERS = {
    "fifo": "taking the oldest first",
    "newest": "taking the newest first",
    "last_touch": "taking the last touched first",
}


def nothing_to_judge(model: str, split: str, rows: Rows, refusal: str) -> Evaluation:
    """An evaluation without figures."""
    rate = float(rows.won.mean()) if len(rows) else 0.0
    return Evaluation(model, split, 0, rate, dict.fromkeys(METRICS), {}, basis=rows.basis, refusal=refusal)


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


def _ordered(rows: Rows) -> bool:
    return bool(np.isfinite(rows.time).all() and len(np.unique(rows.time)) > 1)


def _can_learn(rows: Rows, train: Mask) -> bool:
    return bool(train.any()) and min(rows.take(train).decided) >= FEWEST_TO_LEARN


def _spread(n: int, most: int) -> list[int]:
    """At most `most` of n places, evenly, the last among them."""
    return sorted({round(x) for x in np.linspace(n - 1, 0, min(n, most))}) if n else []


def _how(rows: Rows, split: str, n: int) -> str:
    if split == "folds":
        return f"{n} folds of leads; no order in time is used"
    if rows.basis == "ever won":
        return f"forward in the order of the file: {n} later blocks, each predicted from all before it"
    return f"{n} past instants, each predicted from what had come to its end by then"


def _plain(metrics: Mapping[str, Metric | None]) -> dict[str, Any]:
    return {name: None if metric is None else asdict(metric) for name, metric in metrics.items()}
