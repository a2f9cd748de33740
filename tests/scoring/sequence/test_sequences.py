"""Events of cases, and the beginnings of which it is asked what follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.sequence import Sequences
from scoring.sequence.sequences import UNMET

START = pd.Timestamp("2026-03-02", tz="UTC")


def frame(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(case, step, START + pd.Timedelta(days=days)) for case, step, days in rows], columns=["case", "step", "at"]
    )


TWO = frame(("b", "call", 1), ("a", "call", 0), ("a", "meet", 3), ("b", "mail", 1), ("a", "sign", 3.5))


def told(sequences: Sequences) -> list[tuple[object, tuple[str, ...], str, float]]:
    """Each prefix with what followed, the slow way."""
    known = sequences.prefixes()
    names = [*sequences.names, "END"]
    return [
        (
            sequences.cases[case],
            tuple(sequences.names[s] for s in sequences.steps[sequences.starts[case] : last + 1]),
            names[following],
            days,
        )
        for case, last, following, days in zip(known.case, known.last, known.following, known.days, strict=True)
    ]


def test_every_beginning_is_told_with_what_followed_and_when():
    found = told(Sequences.of(TWO))
    assert [each[:3] for each in found] == [
        ("a", ("call",), "meet"),
        ("a", ("call", "meet"), "sign"),
        ("a", ("call", "meet", "sign"), "END"),
        ("b", ("call",), "mail"),
        ("b", ("call", "mail"), "END"),
    ]
    assert np.array_equal([each[3] for each in found], [3.0, 0.5, np.nan, 0.0, np.nan], equal_nan=True)


def test_of_a_case_that_goes_on_the_last_beginning_teaches_nothing_and_is_the_one_to_ask_about():
    sequences = Sequences.of(TWO, ended={"a": True})
    assert [each[:3] for each in told(sequences)][3:] == [("b", ("call",), "mail")]
    current = sequences.current()
    assert sequences.cases[current.case].tolist() == ["b"]
    assert current.before(0).tolist() == [sequences.names.index("mail")]


def test_what_came_later_is_gone_and_its_case_is_open():
    known = Sequences.of(TWO).until((START + pd.Timedelta(days=3)).timestamp())
    assert [each[:3] for each in told(known)] == [
        ("a", ("call",), "meet"),
        ("b", ("call",), "mail"),
        ("b", ("call", "mail"), "END"),
    ]
    assert known.until((START - pd.Timedelta(days=1)).timestamp()).steps.size == 0


@given(
    events=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["call", "meet"]), st.integers(0, 9)), min_size=1, max_size=12
    ),
    now=st.integers(0, 9),
)
@settings(max_examples=40, deadline=None)
def test_events_recorded_later_cannot_change_what_was_known(events: list[tuple[str, str, float]], now: int) -> None:
    everything = Sequences.of(frame(*events), ended={}).until((START + pd.Timedelta(days=now)).timestamp())
    seen = [event for event in events if event[2] <= now]
    if not seen:
        assert len(everything) == 0
        return
    only = {(each[0], each[1]): each[2:] for each in told(Sequences.of(frame(*seen), ended={}))}
    assert {(each[0], each[1]): each[2:] for each in told(everything)} == only


def test_a_step_of_another_name_is_none_of_the_known_ones():
    assert Sequences.of(TWO).named(["sign", "call"]).steps.tolist() == [1, UNMET, 0, 1, UNMET]


def test_prefixes_alone_are_the_same_prefixes():
    sequences = Sequences.of(TWO)
    few = sequences.prefixes().take(np.array([3, 4]))
    alone = few.alone()
    assert alone.of.cases.tolist() == ["b"]
    assert np.array_equal(alone.following, few.following)
    assert np.array_equal(alone.before(1), few.before(1))
