"""What people read when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from knowledge import errors
from knowledge.errors import CallsheetError


def tree(root: type[CallsheetError]) -> Iterator[type[CallsheetError]]:
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


OURS = [error for error in tree(CallsheetError) if error.__module__ == errors.__name__]


@pytest.mark.parametrize("error", OURS)
def test_every_error_says_in_one_sentence_what_to_do(error):
    message = str(error())
    assert message == error.__doc__
    assert message.endswith(".")
    assert ";" in message


@pytest.mark.parametrize("error", OURS)
def test_every_error_is_drawn_in_the_tree(error):
    assert error.__name__ in (errors.__doc__ or "")


def test_facts_ride_along_and_a_message_of_its_own_comes_first():
    error = errors.UnknownRecord("Which Ana?", choices=["L-1", "L-2"])
    assert str(error) == "Which Ana?"
    assert error.facts == {"choices": ["L-1", "L-2"]}
