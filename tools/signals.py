"""What is counted of reps, late and before, so that a person can be held against the own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge import changes, deeds
from knowledge.people import Person
from knowledge.pipeline import DealHistory
from scoring.norms import Norms, norms
from tools.base import ToolContext
from tools.teams import Stretch

Floats = npt.NDArray[np.float64]
Edges = Sequence[datetime]
WEEK = timedelta(weeks=1)
# What is usual is learnt from the year before at most.
WEEKS_BACK, SPANS_BACK = 52, 26
# Few deals are decided in a week, so how many of them are won is looked at over a quarter of a year.
DECIDED_WEEKS = 13


@dataclass(frozen=True)
class Signal:
    """Something counted of people: what it is called, and which side of usual asks for help.

    `is_result` says that the other side of it is being ahead.
    """

    noun: str
    plural: str
    wanting: Literal["low", "high"]
    usually: str
    is_result: bool = False


_AT_WORK = "are usual for the time at work"
CALLS = Signal("call", "calls", "low", _AT_WORK)
MEETINGS = Signal("meeting", "meetings", "low", _AT_WORK)
OPENED = Signal("new deal", "new deals", "low", _AT_WORK)
WON = Signal("deal won", "deals won", "low", _AT_WORK, is_result=True)
PUSHED = Signal("deal pushed out", "deals pushed out", "high", "are usual for as many open deals")
WAITED = Signal("new lead", "new leads untouched for a day", "high", "are usual")
WIN_RATE = Signal("deal", "decided deals won in the last 13 weeks", "low", "are usual", is_result=True)


@dataclass(frozen=True)
class Counted:
    """A signal of several reps: past counts and what they are over (people × spans), and the same of late."""

    signal: Signal
    counts: Floats
    over: Floats
    of_trials: bool = False

    def held(self) -> Norms:
        past, late = slice(None, -1), -1
        return norms(
            self.counts[:, past], self.over[:, past], self.counts[:, late], self.over[:, late], of_trials=self.of_trials
        )


def counted(ctx: ToolContext, history: DealHistory, people: Sequence[Person], asked: Stretch) -> list[Counted]:
    """Every signal of some people, the last span of each being the stretch that is asked about."""
    ids = [person.id for person in people]
    edges, decided = (_edges(history, start, asked.until) for start in _starts(asked))
    days = deeds.days_at_work(ctx.db, ids, edges).to_numpy(dtype=np.float64)
    done, came = deeds.activities(ctx.db, edges), deeds.arrivals(ctx.db, edges)
    deals = history.at(history.until).deals
    won, closed = deals[deals["outcome"] == "won"], deals[deals["outcome"] != "open"]
    return [
        *(
            Counted(signal, _summed(done[done["kind"] == kind], ids, len(edges) - 1), days)
            for signal, kind in ((CALLS, "call"), (MEETINGS, "meeting"))
        ),
        Counted(OPENED, _placed(deals["owner_id"], deals["opened_at"], ids, edges), days),
        Counted(WON, _placed(won["owner_id"], won["closed_at"], ids, edges), days),
        Counted(PUSHED, _pushed(history, deals, ids, edges), _open(deals, ids, edges)),
        Counted(WAITED, *_waits(came, ids, len(edges) - 1), True),
        Counted(
            WIN_RATE,
            _placed(won["owner_id"], won["closed_at"], ids, decided),
            _placed(closed["owner_id"], closed["closed_at"], ids, decided),
            True,
        ),
    ]


def _starts(asked: Stretch) -> tuple[datetime, datetime]:
    """Where the stretch begins, and where that begins over which decided deals are looked at."""
    return asked.span.start, min(asked.span.start, asked.until - DECIDED_WEEKS * WEEK)


def _edges(history: DealHistory, start: datetime, until: datetime) -> list[datetime]:
    """Spans of whole weeks, as long as the last one, which is from `start` to `until`."""
    weeks = max(1, -(-(until - start) // WEEK))
    first = history.first or start
    back = max(0, min(SPANS_BACK, WEEKS_BACK // weeks, (start - first) // (weeks * WEEK)))
    return [*(start - place * weeks * WEEK for place in range(back, -1, -1)), until]


def _placed(owners: pd.Series, at: pd.Series, ids: Sequence[str], edges: Edges) -> Floats:
    """How many instants of each person lie in each span."""
    places = deeds.spans(at, edges)
    frame = pd.DataFrame({"person_id": owners.to_numpy(), "span": places, "n": 1})
    return _summed(frame[frame["span"] >= 0], ids, len(edges) - 1)


def _summed(frame: pd.DataFrame, ids: Sequence[str], spans: int) -> Floats:
    table = frame.pivot_table(index="person_id", columns="span", values="n", aggfunc="sum", fill_value=0)
    return table.reindex(index=list(ids), columns=range(spans), fill_value=0).to_numpy(dtype=np.float64)


def _pushed(history: DealHistory, deals: pd.DataFrame, ids: Sequence[str], edges: Edges) -> Floats:
    edits = history.changes[history.changes["field"] == "expected_close"]
    later = edits[(changes.days(edits["new"]) > changes.days(edits["old"])).to_numpy()]
    return _placed(later["deal_id"].map(deals["owner_id"]), later["at"], ids, edges)


def _open(deals: pd.DataFrame, ids: Sequence[str], edges: Edges) -> Floats:
    """How many deals of each person were open at some time of each span."""
    columns = []
    for start, end in pairwise(edges):
        there = (deals["opened_at"] < pd.Timestamp(end)) & ~(deals["closed_at"] < pd.Timestamp(start))
        columns.append(deals.loc[there, "owner_id"].value_counts().reindex(list(ids)).fillna(0).to_numpy())
    return np.column_stack(columns).astype(np.float64)


def _waits(came: pd.DataFrame, ids: Sequence[str], spans: int) -> tuple[Floats, Floats]:
    """How many new leads of each person waited in each span, and of how many."""
    waited, all_ = (_summed(some.assign(n=1), ids, spans) for some in (came[came["waited"]], came))
    return waited, all_


def usual_bookings(history: DealHistory, found: Sequence[Counted]) -> Floats:
    """What each person usually books in as much time at work as the stretch has held."""
    deals = history.at(history.until).deals
    won = deals[(deals["outcome"] == "won") & deals["amount"].notna()]
    wins = next(each for each in found if each.signal is WON)
    past = wins.over[:, :-1].sum(axis=1)
    rate = np.divide(wins.counts[:, :-1].sum(axis=1), past, out=np.zeros(len(past)), where=past > 0)
    usual: Floats = rate * wins.over[:, -1] * float(won["amount"].mean() if len(won) else 0.0)
    return usual
