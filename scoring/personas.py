"""What marks the leads of a class: values that are more frequent in it than among all, beyond chance.

Every level of a category, every range of a number and every deed is tried for every class, so chance alone finds some.
What is told has passed Fisher's exact test, with the false discoveries held down over all that was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control, hypergeom

from scoring.columns import Column, Columns
from scoring.features import ATTRIBUTE, BASE_CATEGORIES, BASE_NUMBERS

Flags = npt.NDArray[np.bool_]
Topic = Literal["who they are", "why they came", "what happened early", "what was noted later", "why they stay"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

# Fewer leads with a mark are an anecdote.
FEWEST = 20
# The share of marks told that may be false.
FALSE_SHARE = 0.01
# A mark that moves the odds of the class by less is of no use, however sure.
LEAST_ODDS = 1.25
# Numbers are cut into so many parts of about equal size; neighbouring parts are tried together too.
PARTS = 4
# Two-sided 90 %.
Z = 1.645
NAMES = {"first_touch_hours": "time to the first contact"}


@dataclass(frozen=True)
class Mark:
    """Something that leads of a class have more often than all leads.

    Attributes
    ----------
    of : the class
    feature : the column it is about
    level : the value of a category; "" for a range or a deed
    n : leads that have it, of any class
    share, low, high : of the class, how many have it, with a 90 % interval
    of_all : of all leads, how many have it; in both, leads whose value is not known do not count
    p : the chance of a difference like this where there is none
    q : the share of false ones among all marks as clear as this one
    """

    of: str
    topic: Topic
    feature: str
    level: str
    text: str
    n: int
    share: float
    low: float
    high: float
    of_all: float
    p: float
    q: float = 1.0


@dataclass(frozen=True)
class _Candidate:
    """A mark before it is tried: which leads have it, and of which it is known."""

    level: str
    text: str
    has: Flags
    known: Flags


def find(
    frame: pd.DataFrame, columns: Columns, of: npt.NDArray[np.object_], *, topic: Topic | None = None
) -> list[Mark]:
    """Every mark that was tried, proven or not.

    Parameters
    ----------
    frame : cleaned values, a row a lead or customer
    of : the class of each
    topic : what all columns are about; each finds its own by default
    """
    return [
        _try(column.name, candidate, name, of == name, topic or _topic(column.name))
        for column in columns.all
        for candidate in _candidates(column, frame[column.name])
        if candidate.has.sum() >= FEWEST
        for name in pd.unique(of)
    ]


def proven(tried: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks that chance does not explain, the clearest first.

    Of the ranges of a number only the clearest is told, and of several marks of the very same leads only the first.
    """
    if not tried:
        return ()
    rates = false_discovery_control([mark.p for mark in tried])
    told: dict[tuple[str, str, str], Mark] = {}
    figures: set[tuple[str, int, float]] = set()
    for mark, q in sorted(zip(tried, rates, strict=True), key=lambda pair: (pair[0].p, pair[0].text)):
        useful = q <= FALSE_SHARE and _odds(mark.share) >= LEAST_ODDS * _odds(mark.of_all)
        if useful and (mark.of, mark.n, mark.share) not in figures:
            figures.add((mark.of, mark.n, mark.share))
            told.setdefault((mark.of, mark.feature, mark.level), replace(mark, q=float(q)))
    return tuple(told.values())


def _try(feature: str, candidate: _Candidate, name: str, of: Flags, topic: Topic) -> Mark:
    has, known = candidate.has, candidate.known
    all_, with_it, in_class = int(known.sum()), int(has.sum()), int((known & of).sum())
    both = int((has & of).sum())
    p = float(hypergeom.sf(both - 1, all_, with_it, in_class))
    share, low, high = _wilson(both, in_class)
    return Mark(name, topic, feature, candidate.level, candidate.text, with_it, share, low, high, with_it / all_, p)


def _candidates(column: Column, values: pd.Series) -> Iterator[_Candidate]:
    known = values.notna().to_numpy()
    if column.feature.is_count:
        done = values.to_numpy() > 0
        yield _Candidate("", column.feature.deed(True), done, known)
        yield _Candidate("", column.feature.deed(False), ~done, known)
    elif column.kind == "category":
        for level in column.levels:
            yield _Candidate(level, column.feature.plain(level), (values == level).to_numpy(), known)
    else:
        yield from _ranges(column, values.to_numpy(dtype=np.float64), known)


def _ranges(column: Column, values: npt.NDArray[np.float64], known: Flags) -> Iterator[_Candidate]:
    """Neighbouring parts of a number, from one part to all but one; cut where people would cut."""
    found = values[known]
    cuts = np.unique([rounded(cut) for cut in np.quantile(found, np.arange(1, PARTS) / PARTS)])
    edges = [-np.inf, *cuts[(cuts > found.min()) & (cuts <= found.max())], np.inf]
    whole = bool((found == found.round()).all())
    for first in range(len(edges) - 1):
        for last in range(first + 1, len(edges)):
            if last - first < len(edges) - 1:
                low, high = edges[first], edges[last]
                yield _Candidate("", _range(column, low, high, whole), (values >= low) & (values < high), known)


def _range(column: Column, low: float, high: float, whole: bool) -> str:
    name, show = NAMES.get(column.name, column.feature.named), column.feature.show
    if low == -np.inf:
        return f"{name} under {show(high)}"
    if high == np.inf:
        return f"{name} {show(low)} or more"
    if whole:
        last = high - 1
        return f"{name} {show(low)}" if last == low else f"{name} {show(low)} to {show(last)}"
    return f"{name} from {show(low)} to under {show(high)}"


def _topic(feature: str) -> Topic:
    if feature == "source":
        return "why they came"
    of_record = feature.startswith(ATTRIBUTE) or feature in (*BASE_NUMBERS, *BASE_CATEGORIES)
    return "who they are" if of_record else "what happened early"


def rounded(value: float) -> float:
    """The number to two figures, as people say it."""
    return float(f"{value:.2g}")


def _wilson(hits: int, n: int) -> tuple[float, float, float]:
    """A share and its 90 % interval (Wilson 1927)."""
    if not n:
        return 0.0, 0.0, 1.0
    share, weight = hits / n, Z**2 / n
    centre = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    return share, float(max(0.0, centre - half)), float(min(1.0, centre + half))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.inf
