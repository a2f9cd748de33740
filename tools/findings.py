"""The report of a trained version, read back: figures with their intervals, and what they come to.

Reports are kept as JSON for as long as a version is. What an older version did not look at is empty here.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools import wording

# A chance that is off by less, on average, is as good as its word.
POINTS_OFF = 0.03


class _Read(BaseModel):
    """Facts out of JSON; what is not known here is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Figure(_Read):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"

    @property
    def percent(self) -> str:
        """As `12 % (10–14 %)`."""
        return f"{wording.percent(self.value)} ({wording.interval(self.low, self.high)})"


class Bin(_Read):
    """Cases that were given about the same chance, and what became of them."""

    said: float
    won: Figure
    n: int


class Instant(Bin):
    """The cases of one past instant, or of one part of the file."""

    label: str
    auc: Figure | None = None
    ece: Figure | None = None


class Group(Bin):
    """The cases with one value in one column.

    `is_off` where the chances do not fit what came, `is_weak` where the group is ranked worse within itself than its
    chances promise; both only where that is beyond what chance does.
    """

    column: str
    level: str
    auc: Figure | None = None
    is_off: bool = False
    is_weak: bool = False

    @property
    def gap(self) -> float:
        """How much more was said than came true."""
        return self.said - self.won.value

    def __str__(self) -> str:
        return f"{self.column.removeprefix('attributes.').replace('_', ' ')} {self.level}"


class Gain(_Read):
    """The share of wins kept by calling the first part of the list."""

    called: float
    kept: Figure


class Coverage(_Read):
    """How often a group's wins fell within what its intervals allow, against what they promise."""

    stated: float
    covered: float
    cells: int


class Drifted(_Read):
    """How differently a feature is spread among the leads open now (population stability index)."""

    feature: str
    psi: float
    verdict: str = ""


class Effect(_Read):
    """Cases of about the same effect of contact: what was said of it, and what was found."""

    label: str
    n: int
    said: float
    found: Figure


class Flag(_Read):
    """A column that may know the outcome."""

    column: str
    verdict: Literal["dropped", "doubtful"]
    evidence: str


class OutcomeDrift(_Read):
    """The share won before, and lately."""

    before: Figure
    lately: Figure


class TrainedOn(_Read):
    """What there was to learn from."""

    rows: int | None = None
    leads: int | None = None
    won: int | None = None
    since: str | None = Field(None, alias="from")
    to: str | None = None
    instants: int | None = None


class Champion(_Read):
    """How the version stood against the one that served before it."""

    version: int | None = None
    window: str | None = None
    n: int = 0
    log_loss: dict[str, Figure | None] = {}
    decision: str = ""
    why: str = ""


class Findings(_Read):
    """Everything that the back-test of a version found."""

    model: str = ""
    split: str = ""
    n: int = 0
    base_rate: float = 0.0
    metrics: dict[str, Figure | None] = {}
    baselines: dict[str, dict[str, Figure | None]] = {}
    flagged: tuple[Flag, ...] = ()
    chosen: str = ""
    basis: str = ""
    how: str = ""
    refusal: str | None = None
    note: str | None = None
    candidates: dict[str, dict[str, Figure | None]] = {}
    trained_on: TrainedOn | None = None
    calls_to_keep: dict[str, Figure] = {}
    coverage: Coverage | None = None
    outcome_drift: OutcomeDrift | None = None
    reliability: tuple[Bin, ...] = ()
    gains: tuple[Gain, ...] = ()
    by_instant: tuple[Instant, ...] = ()
    groups: tuple[Group, ...] = ()
    drift: tuple[Drifted, ...] = ()
    champion: Champion | None = None
    facts: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: Any, info: Any) -> Any:
        """A list or table that was not made is written as null."""
        default = cls.model_fields[info.field_name].get_default()
        return default if value is None else value

    def metric(self, name: str) -> Figure | None:
        return self.metrics.get(name)

    @property
    def main(self) -> tuple[str, Figure] | None:
        """The figure that says most about the order: AUC, or what the model is judged by instead."""
        named = ((name, self.metrics.get(name)) for name in ("auc", "accuracy", *self.metrics))
        return next(((name, figure) for name, figure in named if figure), None)

    @property
    def ece(self) -> Figure | None:
        """How far chances are from what came true, on average; of the first class, where there are several."""
        return next((figure for name, figure in self.metrics.items() if name.startswith("ece")), None)

    @property
    def bias(self) -> float | None:
        """How much more was said than came true, over all cases."""
        n = sum(each.n for each in self.reliability)
        return sum(each.n * (each.said - each.won.value) for each in self.reliability) / n if n else None

    @property
    def off(self) -> tuple[Group, ...]:
        """Groups whose chances are off beyond chance, the worst first."""
        return tuple(sorted((each for each in self.groups if each.is_off), key=lambda each: -abs(each.gap)))

    @property
    def weak(self) -> tuple[Group, ...]:
        """Groups that are ranked worse within themselves than their chances promise, beyond chance; the worst first."""
        found = (each for each in self.groups if each.is_weak and each.auc)
        return tuple(sorted(found, key=lambda each: each.auc.value if each.auc else 0.0))

    @property
    def moved(self) -> tuple[Drifted, ...]:
        """Features whose values among open leads are no longer those that were learnt from, the strongest first."""
        return tuple(each for each in self.drift if each.verdict not in ("", "stable"))

    def flags(self, verdict: Literal["dropped", "doubtful"]) -> tuple[Flag, ...]:
        """Columns that were found to know the outcome, or that may."""
        return tuple(flag for flag in self.flagged if flag.verdict == verdict)


def read(report: dict[str, Any]) -> Findings:
    """What a report holds, whatever version of the code wrote it."""
    return Findings.model_validate(report)
