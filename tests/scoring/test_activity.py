"""What activities say of leads, beside looking at them one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.crm import CONVERSATIONS
from knowledge.frames import ACTIVITY_COLUMNS, LEAD_COLUMNS, Snapshot
from scoring import activity

AS_OF = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
DAY_S = 86_400
IDS = ("L-1", "L-2", "L-3")
INSTANT = "datetime64[us, UTC]"
MADE = st.tuples(
    st.sampled_from((*IDS, "another")),
    # Whole seconds: of two ages that are one instant, neither comes first.
    st.integers(0, 60 * DAY_S).map(lambda seconds: seconds / DAY_S),
    st.sampled_from(("call", "email", "meeting", "note", "page_view", "webinar")),
    st.sampled_from(("inbound", "outbound", None)),
    st.sampled_from((*CONVERSATIONS[:2], "no_answer", None)),
)
Made = tuple[str, float, str, str | None, str | None]


def snapshot(made: list[Made]) -> Snapshot:
    """Three leads that came in 50, 40 and 30 days ago, and what was done, in order of time."""
    ids = pd.Index(IDS, name="id")
    leads = pd.DataFrame({name: pd.Series(None, index=ids, dtype=object) for name in LEAD_COLUMNS if name != "id"})
    leads["created_at"] = pd.Series([days_ago(days) for days in (50, 40, 30)], index=ids)
    rows = [
        {"lead_id": id_, "at": days_ago(age), "kind": kind, "direction": direction, "disposition": disposition}
        for id_, age, kind, direction, disposition in sorted(made, key=lambda each: -each[1])
    ]
    acts = pd.DataFrame(rows, columns=list(ACTIVITY_COLUMNS), dtype=object).astype({"at": INSTANT})
    return Snapshot(AS_OF, leads, pd.DataFrame(index=ids), acts, pd.DataFrame())


def days_ago(days: float) -> pd.Timestamp:
    return pd.Timestamp(AS_OF) - pd.Timedelta(seconds=round(days * DAY_S))


def is_sign(kind: str, direction: str | None) -> bool:
    return direction == "inbound" or (direction is None and kind not in activity.SELLER_KINDS)


def is_contact(each: Made) -> bool:
    _, _, kind, direction, disposition = each
    seller = kind in activity.SELLER_KINDS and kind not in ("note", "task")
    return disposition in CONVERSATIONS or (seller and not is_sign(kind, direction))


def stream(kind: str, direction: str | None) -> str:
    return f"{kind}_{direction[:-5]}" if direction and kind in activity.TWO_WAY else kind


def slowly(made: list[Made], id_: str) -> dict[str, float]:
    """The figures of one lead, by going through what was done to it."""
    mine = [each for each in sorted(made, key=lambda each: -each[1]) if each[0] == id_]
    found: dict[str, float] = {}
    for name in ("call_in", "email_out", "page_view"):
        for window, days in activity.WINDOWS.items():
            ages = [age for _, age, kind, way, _ in mine if stream(kind, way) == name]
            found[f"n.{name}.{window}"] = sum(days is None or age < days for age in ages)
    signs = [age for _, age, kind, way, _ in mine if is_sign(kind, way)]
    talks = [age for _, age, _, _, disposition in mine if disposition in CONVERSATIONS]
    contacts = [each[1] for each in mine if is_contact(each)]
    dials = [each[1] for each in mine if each[2] == "call" and each[3] != "inbound"]
    came_in = {"L-1": 50, "L-2": 40, "L-3": 30}[id_]
    return found | {
        "n.sign.ever": len(signs),
        "n.conversation.7d": sum(age < 7 for age in talks),
        "days_since_sign": min(signs, default=np.nan),
        "days_since_conversation": min(talks, default=np.nan),
        "days_since_contact": min(contacts, default=np.nan),
        "attempts": sum(age < min(talks, default=np.inf) for age in dials),
        "first_touch_hours": max(0.0, (came_in - max(contacts)) * 24) if contacts else np.nan,
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(MADE, max_size=25, unique_by=lambda each: each[1]))
def test_every_figure_is_that_of_going_through_the_activities(made: list[Made]) -> None:
    books = snapshot(made)
    expected = pd.DataFrame([slowly(made, id_) for id_ in IDS], index=books.leads.index)
    streams = ["call_in", "conversation", "email_out", "page_view", "sign"]
    found = activity.read(books, books.leads, streams)[expected.columns]
    pd.testing.assert_frame_equal(found, expected.astype("float64"), atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(MADE, max_size=25))
def test_signs_are_what_comes_from_the_buyer(made: list[Made]) -> None:
    acts = snapshot(made).activities
    expected = [is_sign(kind, way) for kind, way in zip(acts["kind"], acts["direction"], strict=True)]
    assert activity.signs(acts).tolist() == expected
