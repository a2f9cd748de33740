"""What a back-test found, and whether it lets a model serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from scoring.curves import Bin, Point
from scoring.drift import OutcomeShift, Shift
from scoring.groups import Coverage, Group
from scoring.leaks import Report
from scoring.metrics import Metric

Split = Literal["time", "folds"]
ORDERS = {
    "fifo": "taking the oldest first",
    "newest": "taking the newest first",
    "last_touch": "taking the last touched first",
}
# Cases that ended must be told apart at least this well.
TELLING = 0.55
RATES = {"stage_rates": "the win rate of each stage", "age_rates": "the win rate at each age"}
_LISTS = ("reliability", "gains", "by_instant", "groups", "drift", "told", "effects")


@dataclass(frozen=True)
class Block:
    """The cases of one origin: calibration and order over time are read from several."""

    label: str
    n: int
    said: float
    won: Metric
    auc: Metric | None
    ece: Metric | None


@dataclass(frozen=True)
class Told:
    """What a forecast told at a past instant, with its 80 % interval, and what came."""

    label: str
    said: float
    low: float
    high: float
    came: float


@dataclass(frozen=True)
class Effect:
    """Cases of about the same effect: what was said of it on average, and what was found, both as shares."""

    label: str
    n: int
    said: float
    found: Metric


@dataclass(frozen=True)
class Evaluation:
    """What a back-test found.

    Attributes
    ----------
    chosen : the candidate with the least log-loss; `metrics` are its own
    settings : what its model class takes to be built like that
    how : in words, how training and test rows were kept apart
    refusal : why nothing should serve, or None
    note : what to know of the figures, as that something simple serves
    by_time : the metrics forward in the order of the file, where they were also asked for in folds
    facts : what else was found, in sentences
    trained_on : rows, leads, won leads, and from when to when
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
    note: str | None = None
    by_time: Mapping[str, Metric | None] | None = None
    candidates: Mapping[str, Mapping[str, Metric | None]] = field(default_factory=dict)
    trained_on: Mapping[str, int | str | None] = field(default_factory=dict)
    reliability: tuple[Bin, ...] = ()
    gains: tuple[Point, ...] = ()
    calls_to_keep: Mapping[str, Metric] = field(default_factory=dict)
    by_instant: tuple[Block, ...] = ()
    groups: tuple[Group, ...] = ()
    coverage: Coverage | None = None
    drift: tuple[Shift, ...] = ()
    told: tuple[Told, ...] = ()
    effects: tuple[Effect, ...] = ()
    outcome_drift: OutcomeShift | None = None
    leaks: Report = field(default_factory=Report)
    facts: tuple[str, ...] = ()

    @property
    def stands_in(self) -> bool:
        """Whether what serves is a plain rule, as nothing that learns does better."""
        return self.chosen in RATES

    def to_json(self) -> dict[str, Any]:
        """The object that `callsheet evaluate --json` prints."""
        report: dict[str, Any] = {
            "model": self.model,
            "split": self.split,
            "n": self.n,
            "base_rate": self.base_rate,
            "metrics": _plain(self.metrics),
            "baselines": {k: _plain(v) for k, v in self.baselines.items()},
            "flagged": self.leaks.to_json()["flagged"],
            "leaks": {"with_all": self.leaks.with_all, "without_flagged": self.leaks.without_flagged},
            "chosen": self.chosen,
            "basis": self.basis,
            "how": self.how,
            "refusal": self.refusal,
            "note": self.note,
            "candidates": {k: _plain(v) for k, v in self.candidates.items()},
            "trained_on": dict(self.trained_on),
            "facts": list(self.facts),
            "calls_to_keep": _plain(self.calls_to_keep),
            "coverage": None if self.coverage is None else asdict(self.coverage),
            "outcome_drift": None if self.outcome_drift is None else asdict(self.outcome_drift),
        }
        report |= {name: [asdict(each) for each in getattr(self, name)] for name in _LISTS}
        return report | ({"by_time": _plain(self.by_time)} if self.by_time is not None else {})


def verdict(metrics: Mapping[str, Metric | None], baselines: Mapping[str, Mapping[str, Metric | None]]) -> str | None:
    """Why the model should not serve, or None if it beats chance and what costs nothing."""
    auc, loss = metrics["auc"], metrics["log_loss"]
    assert auc is not None
    assert loss is not None
    if auc.low <= 0.5:
        return f"The back-test cannot tell it from chance (AUC {auc}): these books do not say more."
    ended = metrics.get("auc_ended")
    if ended is not None and (ended.low <= 0.5 or ended.value < TELLING):
        return f"It tells when they come to an end, not which are won (AUC {ended} among those that did)."
    flat = baselines["base_rate"]["log_loss"]
    if flat is not None and loss.value >= flat.value:
        return f"Its chances are no better than one rate for all (log-loss {loss} against {flat})."
    plain = [name for name in RATES if (b := baselines.get(name, {}).get("log_loss")) and b.value <= loss.value]
    if plain:
        return f"Its chances are no better than {RATES[plain[0]]} (log-loss {loss})."
    better = [name for name in ORDERS if (b := baselines.get(name, {}).get("auc")) and b.value >= auc.value]
    if better:
        return f"It ranks no better than {ORDERS[better[0]]} (AUC {auc} against {baselines[better[0]]['auc']})."
    return None


def _plain(metrics: Mapping[str, Metric | None]) -> dict[str, Any]:
    return {name: None if metric is None else asdict(metric) for name, metric in metrics.items()}
