"""Champion and challenger on the same recent outcomes: does retraining pay, or recalibrating, or neither?

What is compared are ways of going on, not models that have seen the answers: over outcomes that came after the
champion had learnt, the champion as it is, the champion recalibrated on what had come to its end by each stage, and a
challenger trained anew on what had come to its end by each stage. Whoever wins is then made from all that is known.

The rules, in order:

1. With no champion, or one that can no longer read the books, the challenger serves; one made as of an earlier day than
   the champion does not.
2. With enough new outcomes to compare, the champion gives way only to what has a lower log-loss beyond noise. One that
   is a quarter of a year old stays only if it is itself better than the challenger beyond noise.
3. With too few, the champion stays, unless it is as old as that, looks at other columns than the challenger, or had
   seen far fewer wins.

In each case the challenger must have beaten what costs nothing in its back-test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.metrics import Metric, Vector, Z
from scoring.splits import MANY_ROWS, Mask
from scoring.windows import Rows

Way = Literal["champion", "recalibrated", "challenger"]
# Fewer won or lost leads tell nothing.
FEWEST = 40
STAGES = 3
OLD = timedelta(days=90)
# Times as many wins to learn from make a model another one.
FAR_MORE = 1.5


class Contestant(Protocol):
    """What may be compared: a model of chances over labelled rows."""

    until: float

    def chances(self, rows: Rows) -> Vector:
        """The chance of each row."""

    def recalibrated(self, rows: Rows) -> Contestant:
        """The same model, its chances corrected by later outcomes."""


@dataclass(frozen=True)
class Contest:
    """Log-loss of each way of going on, over the same cases.

    Attributes
    ----------
    gains : by how much the first of two has the lower log-loss, positive beyond noise where `low` is
    """

    window: str
    n: int
    log_loss: Mapping[Way, Metric]
    gains: Mapping[tuple[Way, Way], Metric]

    def winner(self, *, is_old: bool) -> Way:
        """The way that serves: of equals the cheapest, but nothing old for its cheapness alone."""
        order: tuple[Way, ...] = ("champion", "recalibrated", "challenger")
        best, *others = order[::-1] if is_old else order
        for other in others:
            if self.gains[other, best].low > 0:
                best = other
        return best


@dataclass(frozen=True)
class Decision:
    """Who serves, and why; `version` is the champion's."""

    version: int | None
    window: str
    n: int
    log_loss: Mapping[Way, Metric]
    decision: Way
    why: str


def compare(
    champion: Contestant,
    retrain: Callable[[Rows], Contestant],
    rows: Rows,
    horizon: timedelta,
    progress: Callable[[float], None] = lambda share: None,
) -> Contest | None:
    """The three ways on rows that came after the champion had learnt, or None where these are too few."""
    fresh = rows.time > champion.until
    if not fresh.any() or min(rows.take(fresh).decided) < FEWEST:
        return None
    parts: list[tuple[Rows, dict[Way, Vector]]] = []
    stages = list(_stages(rows, fresh, horizon, champion.until))
    for done, (known, test) in enumerate(stages):
        judged, learnt = rows.take(test), rows.take(known)
        said: dict[Way, Vector] = {
            "champion": champion.chances(judged),
            "recalibrated": champion.recalibrated(learnt).chances(judged),
            "challenger": retrain(learnt).chances(judged),
        }
        parts.append((judged, {way: _losses(chance, judged.won) for way, chance in said.items()}))
        progress((done + 1) / len(stages))
    leads = np.concatenate([judged.leads for judged, _ in parts])
    losses = {way: np.concatenate([loss[way] for _, loss in parts]) for way in parts[0][1]}
    pairs = [(a, b) for a in losses for b in losses if a != b]
    return Contest(
        _window(parts[0][0], parts[-1][0]),
        len(leads),
        {way: _mean(loss, leads) for way, loss in losses.items()},
        {(a, b): _mean(losses[b] - losses[a], leads) for a, b in pairs},
    )


def decide(contest: Contest | None, *, version: int, is_old: bool, other_columns: bool, growth: float) -> Decision:
    """Who serves by rules 2 and 3; `growth` is how many times the champion's wins the challenger has learnt from."""
    if contest is not None:
        way = contest.winner(is_old=is_old)
        return Decision(version, contest.window, contest.n, contest.log_loss, way, _told(contest, way, version))
    few = "Too few leads were decided since it learnt to compare it"
    if is_old or other_columns or growth >= FAR_MORE:
        why = (
            "it is over 90 days old"
            if is_old
            else "it looks at other columns"
            if other_columns
            else "it saw fewer wins"
        )
        return Decision(version, "", 0, {}, "challenger", f"{few}, and {why}: the new model takes over.")
    return Decision(version, "", 0, {}, "champion", f"{few}: it stays.")


def behind(version: int) -> Decision:
    """The champion stays by rule 1."""
    return Decision(version, "", 0, {}, "champion", "The new model was made as of an earlier day: the champion stays.")


def unopposed(why: str, version: int | None = None) -> Decision:
    """The challenger serves by rule 1."""
    return Decision(version, "", 0, {}, "challenger", why)


def _stages(rows: Rows, fresh: Mask, horizon: timedelta, until: float) -> Iterator[tuple[Mask, Mask]]:
    """Stretches of the new rows in order, each with what was known when it began."""
    days = 0.0 if rows.basis == "ever won" else horizon / timedelta(days=1)
    times = np.unique(rows.time[fresh])
    # Each stage costs a training: where rows are many, only the last is played.
    for part in np.array_split(times, min(STAGES, len(times)))[-1 if len(rows) > MANY_ROWS else 0 :]:
        known = (rows.time <= max(part[0] - days, until)) & (rows.time < part[0])
        yield known, (rows.time >= part[0]) & (rows.time <= part[-1])


def _losses(chance: Vector, won: Vector) -> Vector:
    return np.asarray(-np.log(np.clip(np.where(won == 1, chance, 1 - chance), 1e-9, 1.0)))


def _mean(values: Vector, leads: npt.NDArray[np.object_]) -> Metric:
    """A mean and its 95 % interval; values of one lead go together."""
    mean = float(values.mean())
    spread = pd.Series(values - mean).groupby(leads, sort=False).sum().to_numpy()
    half = float(Z * np.sqrt((spread**2).sum()) / len(values))
    return Metric(mean, mean - half, mean + half)


def _window(first: Rows, last: Rows) -> str:
    if first.basis == "ever won":
        return f"the last {last.time.max() - first.time.min() + 1:,.0f} places of the file"
    return " to ".join(
        f"{pd.Timestamp(day * 86_400, unit='s'):%Y-%m-%d}" for day in (first.time.min(), last.time.max())
    )


def _told(contest: Contest, way: Way, version: int) -> str:
    words = {"champion": "keeping it", "recalibrated": "recalibrating it", "challenger": "training anew"}
    losses = ", ".join(f"{words[each]} {loss.value:.4f}" for each, loss in contest.log_loss.items())
    end = {"champion": "it stays", "recalibrated": "it is recalibrated", "challenger": "the new model takes over"}[way]
    if way == "challenger" and contest.gains["challenger", "champion"].low <= 0:
        end = f"within noise, and it is over {OLD.days} days old: {end}"
    return f"On {contest.n:,} cases that came after version {version} had learnt, log-loss was: {losses}; {end}."
