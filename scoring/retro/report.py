"""What a replay shows: the calls that a better order would have saved, and the deals that were left on the table.

A **call** is a lead that the team took up in a month, by whatever channel; a **win** is a lead won by today. Orders
are compared on the very leads that were called, so each of them had its chance to be won.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from knowledge.errors import NotTrained
from scoring import curves, metrics
from scoring.curves import Bin
from scoring.metrics import Metric, Vector
from scoring.retro import missed, orders
from scoring.retro.missed import OnTheTable
from scoring.retro.orders import Gains, Matrix
from scoring.retro.past import Replay, Span

KEEP = (0.8, 0.9, 0.95)
# Orders are compared by their wins in the first half of the calls: at the end of the list all have the same.
HALF = 0.5
POINTS = range(0, 101, 5)
# Fewer wins order nothing.
FEWEST_WINS = 10
RANKING, DONE, FIFO, LAST_TOUCH, RANDOM = "ranking", "as_done", "fifo", "last_touch", "random"


@dataclass(frozen=True)
class Curve:
    """The share of the wins that an order keeps, after every twentieth of the calls."""

    order: str
    kept: tuple[Metric, ...]


@dataclass(frozen=True)
class Keep:
    """The share of the calls that each order needs to keep a share of the wins.

    `saved` is how much less of them the ranking needs than what was done, or than any order where that is not known.
    """

    wins: float
    calls: Mapping[str, Metric]
    saved: Metric


@dataclass(frozen=True)
class Group:
    """Some of the calls: of a month, a source or a rep.

    Attributes
    ----------
    won : the share of those called that has been won since
    first_half : wins in a hundred calls by order, among the first half of the calls; None with too few wins
    left, lost : leads left on the table, and what they were expected to bring
    """

    name: str | None
    called: int
    won: Metric
    first_half: Mapping[str, Metric] | None
    left: int
    lost: Metric | None


@dataclass(frozen=True)
class Retro:
    """All figures of a retro-evaluation.

    Attributes
    ----------
    listed, called : leads open at the start of a month, and those of them taken up in it, over all months
    leads, won : different leads among those compared, and how many of them have been won
    decided_between : leads that came in and were decided between two month starts, and so were on no list
    has_calls : whether the books say what the team did; else orders are compared on all leads listed
    curves, keep, first_half : what each order gains
    more : wins in a hundred calls, in the first half, that the ranking has more than what was done
    same_effort : the share of all wins among as many leads as were called, out of all that were open
    reliability, auc, calibration_error : of the chances said, where their horizon is over
    """

    as_of: datetime
    basis: str
    horizon_days: int
    spans: tuple[Span, ...]
    listed: int
    called: int
    leads: int
    won: int
    decided_between: int
    has_calls: bool
    curves: tuple[Curve, ...]
    keep: tuple[Keep, ...]
    first_half: Mapping[str, Metric]
    more: Metric | None
    same_effort: Mapping[str, Metric] | None
    by_month: tuple[Group, ...]
    by_source: tuple[Group, ...]
    by_rep: tuple[Group, ...]
    reliability: tuple[Bin, ...]
    auc: Metric | None
    calibration_error: Metric | None
    left: OnTheTable | None
    flagged: tuple[Mapping[str, str], ...]


def look_back(
    replay: Replay, *, owners: Collection[str | None] | None = None, flagged: Sequence[Mapping[str, Any]] = ()
) -> Retro:
    """The figures of a replay, of the leads of some owners (None: of all).

    Raises
    ------
    NotTrained
        When too few of the leads were won to compare orders.
    """
    rows = replay.rows if owners is None else replay.rows[replay.rows["owner_now"].isin(list(owners))]
    rows = rows.reset_index(drop=True)
    called = rows[rows["called"]]
    has_calls = called.loc[called["won"], "lead"].nunique() >= FEWEST_WINS
    compared = (called if has_calls else rows).reset_index(drop=True)
    won = int(compared.loc[compared["won"], "lead"].nunique())
    if won < FEWEST_WINS:
        raise NotTrained(
            f"Only {won} of the leads of that time have been won; at least {FEWEST_WINS} are needed to compare orders. "
            "Ask for more months."
        )
    by = _orders(compared, has_calls)
    weights = orders.draws(compared["lead"])
    found = orders.gains(compared, by, weights)
    matured = rows[rows["matured"]]
    judged = _judged(matured)
    left = missed.left_on_the_table(rows, replay.as_of) if has_calls else None
    return Retro(
        as_of=replay.as_of,
        basis=replay.basis,
        horizon_days=replay.horizon.days,
        spans=_spans(replay.spans, rows),
        listed=len(rows),
        called=len(called),
        leads=int(compared["lead"].nunique()),
        won=won,
        decided_between=replay.decided_between if owners is None else 0,
        has_calls=has_calls,
        curves=tuple(Curve(name, tuple(each.at(p / 100) for p in POINTS)) for name, each in found.items()),
        keep=tuple(_keep(found, share) for share in KEEP),
        first_half=_first_half(found),
        more=found[RANKING].more_per_100(found[DONE], HALF) if has_calls else None,
        same_effort=_same_effort(rows) if has_calls else None,
        by_month=_groups(compared, "span", by, weights, left),
        by_source=_groups(compared, "source", by, weights, left),
        by_rep=_groups(compared, "owner", by, weights, left) if has_calls else (),
        reliability=_reliability(matured),
        auc=judged.get("auc"),
        calibration_error=judged.get("ece"),
        left=left,
        flagged=tuple({name: str(flag[name]) for name in ("column", "verdict", "evidence")} for flag in flagged),
    )


def _orders(rows: pd.DataFrame, has_calls: bool) -> dict[str, Vector]:
    """What each order goes by, largest first; one that nothing is known for is left out."""
    found = {RANKING: rows["chance"].to_numpy(dtype=np.float64)}
    if has_calls:
        found[DONE] = -rows["contact"].to_numpy(dtype=np.float64)
    for name, order in ((FIFO, -rows["came_in"]), (LAST_TOUCH, rows["touched"])):
        known = order.to_numpy(dtype=np.float64)
        if np.isfinite(known).any():
            found[name] = np.nan_to_num(known, nan=np.nanmin(known) - 1)
    return found


def _keep(found: Mapping[str, Gains], share: float) -> Keep:
    """In a random order, a share of the wins takes as large a share of the calls."""
    ranking = found[RANKING]
    calls = {name: each.calls_to_keep(share) for name, each in found.items()}
    if DONE in found:
        saved = ranking.calls_saved(found[DONE], share)
    else:
        need = calls[RANKING]
        saved = Metric(share - need.value, share - need.high, share - need.low)
    return Keep(share, calls | {RANDOM: Metric(share, share, share)}, saved)


def _first_half(found: Mapping[str, Gains]) -> dict[str, Metric]:
    random = found[RANKING].per_100(1.0)
    return {name: each.per_100(HALF) for name, each in found.items()} | {RANDOM: random}


def _same_effort(rows: pd.DataFrame) -> dict[str, Metric]:
    by = _orders(rows, has_calls=False)
    return orders.won_with_same_effort(rows, by, orders.draws(rows["lead"]))


def _groups(
    rows: pd.DataFrame, name: str, by: Mapping[str, Vector], weights: Matrix, left: OnTheTable | None
) -> tuple[Group, ...]:
    """Months in their order, everything else by the number of calls."""
    sizes = rows[name].value_counts(sort=False, dropna=False)
    ordered = sizes.sort_index() if name == "span" else sizes.sort_values(ascending=False, kind="stable")
    return tuple(
        _group(rows, name, None if pd.isna(value) else value, by, weights, left) for value in ordered.index.tolist()
    )


def _group(
    rows: pd.DataFrame, name: str, value: Any, by: Mapping[str, Vector], weights: Matrix, left: OnTheTable | None
) -> Group:
    here = np.flatnonzero(rows[name].isna() if value is None else rows[name] == value)
    part, drawn = rows.iloc[here], weights[:, here]
    enough = part.loc[part["won"], "lead"].nunique() >= FEWEST_WINS
    gone = [lead for lead in left.leads if getattr(lead, name) == value] if left else []
    return Group(
        None if value is None else str(value),
        len(part),
        metrics.share(part["won"].to_numpy(dtype=np.float64), part["lead"].to_numpy()),
        _first_half(orders.gains(part, {order: key[here] for order, key in by.items()}, drawn)) if enough else None,
        len(gone),
        missed.expected(gone).value if gone else None,
    )


def _spans(spans: Sequence[Span], rows: pd.DataFrame) -> tuple[Span, ...]:
    listed = rows["span"].value_counts()
    return tuple(Span(each.label, int(listed.get(place, 0)), each.left_out) for place, each in enumerate(spans))


def _judged(rows: pd.DataFrame) -> dict[str, Metric | None]:
    won = rows["won_in_time"].to_numpy(dtype=np.float64)
    if not 0 < won.sum() < len(won):
        return {}
    return metrics.measure(rows["chance"].to_numpy(), won, rows["lead"].to_numpy())


def _reliability(rows: pd.DataFrame) -> tuple[Bin, ...]:
    won = rows["won_in_time"].to_numpy(dtype=np.float64)
    return curves.reliability(rows["chance"].to_numpy(), won, rows["lead"].to_numpy()) if len(rows) else ()
