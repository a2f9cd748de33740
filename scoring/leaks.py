"""Columns that know the outcome: found before anything is learnt from them.

Most exports of a CRM hold a record's final state: a tag typed after the call, the length of the call that won it, the
stage at which it was lost. A model trained on them looks brilliant and is useless on a lead that is still open.

The guard looks at each column of closed leads as the model would see it, and at the same column of leads still open.
It drops what it can prove and calls doubtful what only a person can settle; both stay out of a model until somebody
says when the column is known (`keep:` or `drop:` in the mapping, or a click).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from knowledge.frames import History
from knowledge.pipeline import DealHistory
from scoring import features, suspects
from scoring.features import Reading
from scoring.suspects import BLOCKS, FEWEST_LEADS, Suspect, Trial
from scoring.windows import Rows

Verdict = Literal["dropped", "doubtful"]

# Fewer of them say nothing about how open leads are filled in.
FEWEST_OPEN = 30
# Filled in for this part of what closed leads have: hardly ever, or markedly less often.
HARDLY, LESS = 0.1, 0.5
# Standard errors beyond which a difference is no chance.
CERTAIN = 5.0
# Open leads share hardly any value with those closed last (total variation), though blocks in time agree this well.
APART, STEADY = 0.9, 0.3
# Nothing honest tells a win this well alone.
GIVEN_AWAY = 0.97
TELLING = 0.70
# A tenth of the records with values at which wins, or losses, are ten times rarer than usual.
PURE_SHARE, PURE_TIMES, PURE_LEAST = 0.1, 0.1, 30
# What a column with a telltale name must at least tell.
NAMED, OFTEN_NAMED = 0.53, 0.57

# Words that tell when, or by whom, a field is usually filled in; no column of any particular CRM.
LATE = re.compile(
    "duration|elapsed|clos(e|ed|ing|ure)|final|finish(ed)?|ended|complet(ed|ion)|won|win|lost|loss|outcome|results?"
    "|resolution|convert(ed)?|conversion|cancel\\w*|churn(ed)?|refund(ed)?|last|latest|stages?|disposition"
    "|tags?|scores?|rating|grade|index|quality|probability|likelihood|forecast"
)
OFTEN_LATE = re.compile("status|reason|days|hours|minutes")


@dataclass(frozen=True)
class Flag:
    """A column that may know the outcome, and the evidence.

    Attributes
    ----------
    alone : AUC of this column by itself on closed leads
    filled_closed, filled_open : share with a value among leads closed last, and among open ones (None: too few)
    without, beside : AUC of all unsuspected columns, and of those with this one
    """

    column: str
    verdict: Verdict
    why: str
    alone: float
    filled_closed: float
    filled_open: float | None
    without: float | None = None
    beside: float | None = None

    @property
    def evidence(self) -> str:
        """The evidence in one sentence."""
        filled = f"filled in for {self.filled_closed:.0%} of closed leads"
        if self.filled_open is not None:
            filled += f" and {self.filled_open:.0%} of open ones"
        figures = [f"alone it reaches AUC {self.alone:.2f}", filled]
        if self.without is not None and self.beside is not None:
            figures.append(f"the score would be AUC {self.beside:.2f} with it and is {self.without:.2f} without")
        return f"{self.why}; {', '.join(figures)}"

    def to_json(self) -> dict[str, Any]:
        """The object that `callsheet evaluate --json` lists under `flagged`."""
        return vars(self) | {"evidence": self.evidence}


@dataclass(frozen=True)
class Report:
    """What the guard found: flags, and the AUC with every column in against that with the flagged ones out."""

    flags: tuple[Flag, ...] = ()
    with_all: float | None = None
    without_flagged: float | None = None

    @property
    def leave_out(self) -> frozenset[str]:
        """The features that must not be learnt from."""
        names = {flag.column for flag in self.flags}
        return frozenset(names | {features.ATTRIBUTE + name for name in names})

    def to_json(self) -> dict[str, Any]:
        """The object that `callsheet evaluate --leaks --json` prints."""
        return {
            "flagged": [flag.to_json() for flag in self.flags],
            "with_all": self.with_all,
            "without_flagged": self.without_flagged,
        }


def inspect(
    history: History | DealHistory,
    rows: Rows,
    *,
    as_of: datetime,
    weigh: bool = True,
    reading: Reading = features.LEADS,
) -> Report:
    """What the guard finds in the columns of `rows`, beside the leads open at `as_of`.

    Custom columns and fields of the record are looked at; what is counted from dated activities cannot know the
    future. `weigh=False` leaves out the AUC with and without each flagged column, which takes most of the time.
    """
    trial = suspects.line_up(history, rows, as_of, reading)
    if trial is None:
        return Report()
    flags = [flag for suspect in trial.suspects.values() if (flag := _judge(suspect, trial))]
    flags += _outshining(trial, {flag.column for flag in flags})
    flags.sort(key=lambda flag: (flag.verdict != "dropped", -flag.alone, flag.column))
    if not weigh or not flags:
        return Report(tuple(flags))
    clean = [name for name in trial.suspects if name not in {flag.column for flag in flags}]
    weighed = [_weighed(flag, trial, clean) for flag in flags]
    return Report(tuple(weighed), trial.auc(trial.suspects), trial.auc(clean))


def _judge(suspect: Suspect, trial: Trial) -> Flag | None:
    """A flag by what the column itself shows, the strongest evidence first."""
    found = (
        _by_filling(suspect) or _by_values(suspect, trial.ordered) or _by_power(suspect, trial.won) or _by_name(suspect)
    )
    return _flag(suspect, *found) if found else None


def _flag(suspect: Suspect, verdict: Verdict, why: str) -> Flag:
    enough = len(suspect.open) >= FEWEST_OPEN
    return Flag(
        suspect.name,
        verdict,
        why,
        suspect.auc,
        suspects.filled(suspect.last),
        suspects.filled(suspect.open) if enough else None,
    )


def _by_filling(suspect: Suspect) -> tuple[Verdict, str] | None:
    """Filled in when a lead is closed, and seldom before."""
    n, n_open = len(suspect.last), len(suspect.open)
    if n_open < FEWEST_OPEN:
        return None
    closed, still_open = suspects.filled(suspect.last), suspects.filled(suspect.open)
    pooled = (closed * n + still_open * n_open) / (n + n_open)
    error = np.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / n + 1 / n_open))
    if closed - still_open < CERTAIN * error or still_open > LESS * closed:
        return None
    if still_open <= HARDLY * closed:
        return "dropped", "It is filled in when a lead is closed"
    return "doubtful", "It is filled in less often while a lead is open"


def _by_values(suspect: Suspect, ordered: bool) -> tuple[Verdict, str] | None:
    """Open leads hold values that those closed last do not, though nothing drifts that fast."""
    if min(len(suspect.last), len(suspect.open)) < FEWEST_LEADS or suspect.auc < NAMED:
        return None
    blocks = np.array_split(suspect.closed, BLOCKS)
    drift = max(suspects.distance(one, other) for one, other in pairwise(blocks))
    if drift > STEADY or suspects.distance(suspect.last, suspect.open) < APART:
        return None
    # Without an order, blocks cannot show a drift, and open leads may only be younger.
    return ("dropped" if ordered else "doubtful"), "Open leads hardly ever hold the values that closed ones do"


def _by_power(suspect: Suspect, won: npt.NDArray[np.float64]) -> tuple[Verdict, str] | None:
    if suspect.low >= GIVEN_AWAY:
        return "dropped", "It gives the outcome away"
    if suspect.auc >= TELLING and _pure_share(suspect.closed, won) >= PURE_SHARE:
        return "doubtful", "Many of its values go with nearly only wins or only losses"
    return None


def _by_name(suspect: Suspect) -> tuple[Verdict, str] | None:
    """A name that sounds like something filled in late; where edits are on record, they tell when."""
    if suspect.tracked or not suspect.feature.startswith(features.ATTRIBUTE):
        return None
    if suspect.low <= 0.5:
        return None
    for least, late in ((NAMED, LATE), (OFTEN_NAMED, OFTEN_LATE)):
        telling = [word for word in _words(suspect.name) if late.fullmatch(word)]
        if telling and suspect.auc >= least:
            return "doubtful", f"“{telling[0]}” in its name sounds like something known late"
    return None


def _outshining(trial: Trial, flagged: Collection[str]) -> list[Flag]:
    """Columns that tell more than all the unsuspected others together."""
    clean = [name for name in trial.suspects if name not in flagged]
    return [
        _flag(trial.suspects[name], "doubtful", "It tells more by itself than all other columns together")
        for name in clean
        if trial.suspects[name].low >= TELLING
        and trial.suspects[name].low > trial.auc(other for other in clean if other != name)
    ]


def _weighed(flag: Flag, trial: Trial, clean: Sequence[str]) -> Flag:
    return replace(flag, without=trial.auc(clean), beside=trial.auc([*clean, flag.column]))


def _pure_share(codes: npt.NDArray[np.intp], won: npt.NDArray[np.float64]) -> float:
    """The share of leads whose value goes with wins, or with losses, surely ten times more rarely than usual."""
    n, wins, rate = np.bincount(codes).astype(np.float64), np.bincount(codes, won), won.mean()
    pure = (_at_most(wins.astype(np.float64), n) < PURE_TIMES * rate) | (
        _at_most(n - wins, n) < PURE_TIMES * (1 - rate)
    )
    return float(n[pure & (n >= PURE_LEAST)].sum() / len(codes))


def _at_most(count: npt.NDArray[np.float64], n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The upper end of the 95 % interval of a share: Clopper & Pearson (1934), Biometrika 26."""
    return np.asarray(beta.ppf(0.975, count + 1, np.maximum(n - count, 1e-9)))


def _words(name: str) -> list[str]:
    """The words of a column's name, however they are joined."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name).casefold().split()
