"""Labelled rows of deals: as they stood at past instants, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import windows
from scoring.chance import HORIZON
from scoring.deals import features
from scoring.rates import Plain
from scoring.windows import Rows

# Where half of all wins come as soon as this, nobody looks three months ahead.
SHORT = timedelta(days=28)
FEWEST_WINS = 20
# Instants this part of the horizon apart.
STEPS = 3
AGES = 10
# What part of the deals that were not won must name an account as well, if only won ones are given one.
NAMED_ALIKE = 0.8

# Of a snapshot: the deals to learn from, indexed by id; `won` is 1.0 for those to which it happened, `ended` says
# whether a deal was closed within the horizon.
Label = Callable[[DealSnapshot], pd.DataFrame]


def horizon_of(history: DealHistory) -> timedelta:
    """How far ahead to look in these books: 90 days, or 28 where deals are won that fast."""
    won = history.deals[history.deals["outcome"] == "won"]
    took = (won["closed_at"] - won["opened_at"]).dropna()
    return SHORT if len(took) >= FEWEST_WINS and pd.Timedelta(took.median()) <= SHORT else HORIZON


def step_of(horizon: timedelta) -> timedelta:
    """How far apart past instants are at most."""
    return max(timedelta(days=1), horizon / STEPS)


def at_instants(
    history: DealHistory, *, as_of: datetime, horizon: timedelta, label: Label, wait: timedelta | None = None
) -> Rows:
    """Deals at past instants since which `wait`, by default the horizon, is over at `as_of`, with what `label` says."""
    until = last_known(history, as_of)
    past = windows.instants(history.first, as_of=until, horizon=wait or horizon, step=step_of(horizon))
    cut = [(history.at(instant), instant) for instant in past]
    found = [(snapshot, instant, label(snapshot)) for snapshot, instant in cut]
    share = min(1.0, windows.MOST_ROWS / max(1, sum(len(said) for _, _, said in found)))
    parts = []
    for snapshot, instant, said in found:
        ids = windows.sample(said.index.sort_values(), share, instant)
        frame = features.read(snapshot, ids)
        parts.append(
            Rows(
                frame.reset_index(drop=True),
                said.loc[ids, "won"].to_numpy(dtype=np.float64),
                ids.to_numpy(dtype=object),
                np.full(len(ids), instant.timestamp() / 86_400),
                -frame["age_days"].to_numpy(),
                -frame["days_since_contact"].to_numpy(),
                "won within the horizon",
                said.loc[ids, "ended"].to_numpy(dtype=bool) if "ended" in said else None,
            )
        )
    return windows.stack(parts, "won within the horizon")


def last_known(history: DealHistory, as_of: datetime) -> datetime:
    """When the last thing known at `as_of` happened: after it, an old export only looks as if all had come to rest."""
    ended = (history.deals["opened_at"], history.deals["closed_at"], history.activities["at"], history.changes["at"])
    times = pd.concat(ended).dropna()
    known = times[times <= pd.Timestamp(as_of)]
    return as_of if known.empty else known.max().to_pydatetime()


def final(history: DealHistory, *, as_of: datetime) -> Rows:
    """Closed deals in their final state: without dates, only "ever won" can be said, and nothing orders them."""
    snapshot = history.at(as_of)
    closed = snapshot.deals[snapshot.deals["outcome"].isin(["won", "lost"])].sort_index()
    nothing = np.full(len(closed), np.nan)
    return Rows(
        features.read(snapshot, closed.index, dated=False).reset_index(drop=True),
        np.asarray(closed["outcome"] == "won", dtype=np.float64),
        closed.index.to_numpy(dtype=object),
        nothing,
        nothing,
        nothing,
        "ever won",
    )


def unusable(history: DealHistory, as_of: datetime) -> frozenset[str]:
    """What must not be learnt from.

    Fields whose edits nobody recorded, which are what they were at the end; what is known of an account, where only
    won deals name theirs; and what an admin dropped.
    """
    moment = pd.Timestamp(as_of)
    edited = set(history.changes.loc[history.changes["at"] <= moment, "field"])
    barred = {name for field, names in features.OF_EDITS.items() if field not in edited for name in names}
    if "expected_close" not in edited and dates_are_kept(history):
        barred.discard("days_to_close")
    barred |= {name for name, rule in history.rules.items() if rule in ("drop", "sensitive")}
    return frozenset(barred if accounts_are_told_early(history) else barred | set(features.OF_ACCOUNT))


def accounts_are_told_early(history: DealHistory) -> bool:
    """Whether lost and open deals name their account about as often as won ones do."""
    named = history.deals["account_id"].notna().groupby(history.deals["outcome"]).mean()
    least = min((float(named.get(outcome, 1.0)) for outcome in ("lost", "open")), default=1.0)
    return least >= NAMED_ALIKE * float(named.get("won", 0.0))


def dates_are_kept(history: DealHistory) -> bool:
    """Whether expected close dates stay what they were: seldom the very day on which the deal was closed."""
    closed = history.deals[history.deals["closed_at"].notna() & history.deals["expected_close"].notna()]
    return bool(len(closed)) and float((closed["closed_at"].dt.floor("D") == closed["expected_close"]).mean()) < 0.5


# What must be beaten; the age of a deal says when it closes, and nothing of whether it is won.
PLAIN: dict[str, Plain] = {
    "stage_rates": Plain("stage", words="how deals in this stage usually go"),
    "age_rates": Plain("age_days", AGES),
}
