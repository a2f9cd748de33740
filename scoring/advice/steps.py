"""What a seller does next, as steps that can be told apart: a call, an e-mail with prices, a demo …"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from knowledge.entries import CLOSING

# What is done when nothing is done.
WAIT = "wait"
# How steps are told; others are told by their kind and what was true of them.
WORDS = {
    "call": "call",
    "email": "send an e-mail",
    "message": "send a message",
    "meeting": "hold a meeting",
    WAIT: "wait",
}


def own(activities: pd.DataFrame, key: str) -> pd.DataFrame:
    """The seller's steps: `id` of the record that `key` names, `at` and `step`, in order of time.

    A step is a kind of activity, with the marks that it bears: `meeting`, `meeting: demo`, `email: pricing+proposal`.
    That a record was closed is no step towards it.
    """
    ours = activities["person_id"].notna() & (activities["direction"] != "inbound") & ~closes(activities)
    done = activities[ours.to_numpy(dtype=bool)]
    kind = done["kind"].astype(str)
    marks = done["marks"].astype(str) if "marks" in done else pd.Series("", index=done.index)
    step = kind.where(marks == "", kind + ": " + marks)
    return pd.DataFrame({"id": done[key], "at": done["at"], "step": step.astype(object)})


def closes(activities: pd.DataFrame) -> pd.Series:
    """Which activities say that a record is won or lost, and no more."""
    return (activities["kind"] == "note") & activities["disposition"].isin(CLOSING)


def told(step: str) -> str:
    """A step as an advice: `hold a meeting (demo)`."""
    kind, _, marks = step.partition(": ")
    said = WORDS.get(kind, kind.replace("_", " "))
    return f"{said} ({listed(marks.split('+'))})" if marks else said


def listed(marks: Sequence[str]) -> str:
    """Marks in words."""
    return ", ".join(mark.replace("_", " ") for mark in marks)


def chosen(steps: pd.DataFrame, rank: pd.Series) -> pd.Series:
    """The step that a stretch of time is known by, for each record: the rarest of those taken.

    `rank` says how often each step is taken at all.
    """
    order = steps.assign(often=steps["step"].map(rank).to_numpy(dtype=np.float64))
    order = order.sort_values(["often", "step"], kind="stable").drop_duplicates("id")
    return order.set_index("id")["step"]
