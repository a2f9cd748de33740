"""Red flags: named rules with a threshold learnt from deals that were won, and what each is worth out of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.deals.features import PRICING
from scoring.features import MARK
from scoring.metrics import Metric, Vector, Z
from scoring.windows import Rows

# Nine in ten deals that were won had stayed within the limit.
WITHIN = 0.9
# Fewer won deals of a stage do not set a limit of its own.
FEWEST = 20
# Fewer deals on either side say nothing of what a flag is worth.
FEWEST_TO_TELL = 20
# A mark that says somebody with power took part.
POWER = re.compile("senior|exec|decision|power|sponsor|signator", re.IGNORECASE)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """A red flag.

    Attributes
    ----------
    measure : from rows of features, a number for each deal that speaks against it the larger it is; NaN: not known
    told : a clause with {value}, {limit} and {stage}
    advice : what to do about it
    by_stage : whether each stage has a limit of its own
    fixed : the limit, where it is none to be learnt
    """

    name: str
    measure: Callable[[pd.DataFrame], Vector]
    told: str
    advice: str
    by_stage: bool = True
    fixed: float | None = None


@dataclass(frozen=True)
class Worth:
    """What a flag said of later deals: of those flagged and of the others, how many were lost.

    Attributes
    ----------
    ratio : the share lost among flagged deals as a multiple of that among others, None where they are too few
    """

    flagged: int
    not_flagged: int
    lost_flagged: float
    lost_others: float
    ratio: Metric | None

    @property
    def verdict(self) -> str:
        """Whether it tells, says nothing, or could not be tested."""
        return "not tested" if self.ratio is None else "tells" if self.ratio.low > 1 else "says nothing"


@dataclass(frozen=True)
class Raised:
    """A flag on a deal: `text` is the clause with its figures."""

    name: str
    text: str
    advice: str
    value: float
    limit: float


def column(frame: pd.DataFrame, name: str) -> Vector:
    """A column of numbers, NaN where there is none."""
    return frame[name].to_numpy(dtype=np.float64) if name in frame else np.full(len(frame), np.nan)


def _idle(frame: pd.DataFrame) -> Vector:
    """Days since anything happened, or since the deal was opened; not known where nothing is ever recorded."""
    last = np.fmin(column(frame, "days_since_contact"), column(frame, "days_since_sign"))
    return np.where(np.isfinite(last).any(), np.fmin(last, column(frame, "age_days")), np.nan)


def _ghosted(frame: pd.DataFrame) -> Vector:
    """Days since the buyer was heard of, where we were in touch later."""
    heard = np.fmin(column(frame, "days_since_sign"), column(frame, "days_since_conversation"))
    return np.where(column(frame, "days_since_contact") < heard, heard, np.nan)


def _no_power(frame: pd.DataFrame) -> Vector:
    """1 where nobody senior is known or took part."""
    names = [str(name) for name in frame]
    marks = [name for name in names if name.startswith(f"n.{MARK}") and name.endswith(".ever") and POWER.search(name)]
    seen = [column(frame, "senior_contacts"), *(column(frame, name) for name in marks)]
    most = np.fmax.reduce(seen)
    return np.where(np.isnan(most), np.nan, most == 0)


def _single(frame: pd.DataFrame) -> Vector:
    contacts = column(frame, "contacts")
    return np.where(np.isnan(contacts), np.nan, contacts <= 1)


def _no_price(frame: pd.DataFrame) -> Vector:
    """1 where nobody spoke of prices, in the later half of the stages."""
    rank, spoken = column(frame, "stage_rank"), column(frame, f"n.{PRICING}.ever")
    last = np.nanmax(np.concatenate([rank, column(frame, "last_rank")]), initial=0.0)
    late = rank >= last / 2
    return np.where(late & np.isfinite(rank), spoken == 0, np.nan)


def _overdue(frame: pd.DataFrame) -> Vector:
    # A close date is a day, and on that day nothing is overdue yet.
    return np.floor(-column(frame, "days_to_close"))


RULES: tuple[Rule, ...] = (
    Rule(
        "no activity",
        _idle,
        "nothing has happened for {value} days; nine in ten deals won from {stage} had waited {limit} at most",
        "Call today, and agree on the date of the next talk before you hang up.",
    ),
    Rule(
        "ghosted",
        _ghosted,
        "the buyer has not answered for {value} days; nine in ten deals won from {stage} had waited {limit} at most",
        "Try another person and another channel, with one question that can be answered by yes or no.",
    ),
    Rule(
        "overdue",
        _overdue,
        "its expected close passed {value} days ago",
        "Ask the buyer for the date of the decision, and set it or close the deal.",
        fixed=0.0,
    ),
    Rule(
        "pushed",
        lambda frame: column(frame, "pushes"),
        "its close date was pushed {value} times; nine in ten deals won from {stage} had been {limit} times at most",
        "Agree with the buyer in writing on the steps and dates up to the signature.",
    ),
    Rule(
        "stalled",
        lambda frame: column(frame, "days_in_stage"),
        "it has stood in {stage} for {value} days; nine in ten deals won from there had stood {limit} at most",
        "Find out what keeps it from the next stage, and offer the step that settles it.",
    ),
    Rule(
        "single-threaded",
        _single,
        "only one person is known at the buyer",
        "Ask to be introduced to a second person who has to live with the decision.",
        fixed=0.5,
    ),
    Rule(
        "no power",
        _no_power,
        "nobody who can decide has taken part",
        "Ask who signs, and invite that person to the next meeting.",
        fixed=0.5,
    ),
    Rule(
        "pricing not discussed",
        _no_price,
        "it is in {stage}, and nobody has spoken of prices yet",
        "Send the price with the next message, and ask for the budget.",
        fixed=0.5,
    ),
)


@dataclass(frozen=True)
class Limits:
    """The limit of each rule, by stage ("" stands for all others)."""

    of: dict[str, dict[str, float]]

    @classmethod
    def learn(cls, rows: Rows) -> Limits:
        """From deals as they stood before they were won."""
        won = rows.take(rows.won == 1)
        return cls({rule.name: _limits(rule, won.frame) for rule in RULES})

    def flagged(self, rule: Rule, frame: pd.DataFrame) -> Mask:
        """Which deals are beyond the limit."""
        with np.errstate(invalid="ignore"):
            return np.asarray(rule.measure(frame) > self.limit(rule, frame))

    def limit(self, rule: Rule, frame: pd.DataFrame) -> Vector:
        """The limit for each deal."""
        of = self.of[rule.name]
        return np.array([of.get(str(stage), of[""]) for stage in frame["stage"]], dtype=np.float64)

    def raised(self, frame: pd.DataFrame, rules: tuple[Rule, ...]) -> dict[str, tuple[Raised, ...]]:
        """The flags of each deal of a frame, indexed alike."""
        found: dict[str, list[Raised]] = {str(id_): [] for id_ in frame.index}
        for rule in rules:
            value, limit = rule.measure(frame), self.limit(rule, frame)
            for place in np.flatnonzero(self.flagged(rule, frame)).tolist():
                told = _told(rule, value[place], limit[place], frame["stage"].iloc[place])
                found[str(frame.index[place])].append(told)
        return {id_: tuple(flags) for id_, flags in found.items()}


def _limits(rule: Rule, won: pd.DataFrame) -> dict[str, float]:
    if rule.fixed is not None:
        return {"": rule.fixed}
    values = pd.Series(rule.measure(won)).dropna() if len(won) else pd.Series(dtype=np.float64)
    limits = {"": float(values.quantile(WITHIN)) if len(values) >= FEWEST else float("inf")}
    if rule.by_stage and len(values):
        stages = won["stage"].reset_index(drop=True).reindex(values.index).astype(str)
        for stage, part in values.groupby(stages):
            if len(part) >= FEWEST:
                limits[str(stage)] = float(part.quantile(WITHIN))
    return limits


def _told(rule: Rule, value: float, limit: float, stage: object) -> Raised:
    words = {"value": f"{value:,.0f}", "limit": f"{limit:,.0f}", "stage": str(stage) if stage else "its stage"}
    return Raised(rule.name, rule.told.format(**words), rule.advice, float(value), float(limit))


def worth(flagged: Mask, rows: Rows) -> Worth:
    """What a flag said of rows that it had not been learnt from."""
    lost = 1 - rows.won
    sides = [lost[flagged], lost[~flagged]]
    deals = [pd.unique(rows.leads[side]).size for side in (flagged, ~flagged)]
    shares = [float(side.mean()) if len(side) else float("nan") for side in sides]
    ratio = _ratio(shares, deals) if min(deals) >= FEWEST_TO_TELL and min(shares) > 0 else None
    return Worth(deals[0], deals[1], shares[0], shares[1], ratio)


def _ratio(shares: list[float], deals: list[int]) -> Metric:
    """A ratio of shares and its interval; several rows of one deal count as one: Katz et al. (1978), Biometrics 34."""
    ratio = shares[0] / shares[1]
    error = np.sqrt(sum((1 - share) / (share * n) for share, n in zip(shares, deals, strict=True)))
    return Metric(ratio, float(ratio * np.exp(-Z * error)), float(ratio * np.exp(Z * error)))
