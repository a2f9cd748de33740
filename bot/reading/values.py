"""What an argument is where a question says it in words that nobody listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from bot.reading.text import Text, phrase, with_tokens
from tools.base import Tool

# Below that it is better to ask which is meant.
SURE = 0.7


class Guess(Protocol):
    """A kind of question or a value, and how likely it is."""

    @property
    def kind(self) -> str: ...
    @property
    def chance(self) -> float: ...


class Intents(Protocol):
    """Kinds of question, likeliest first, and the words of the language."""

    def __call__(self, text: str) -> Sequence[Guess]: ...
    def is_word(self, text: str) -> bool: ...


Learn = Callable[[Mapping[str, Sequence[str]]], Intents]


class Values:
    """The values of an argument, learnt from the examples of its tool that say one in so many words.

    Most questions need none of it, so it is learnt when the first one does.
    """

    def __init__(self, tool: Tool, argument: str, learn: Learn) -> None:
        self._tool, self._argument, self._learn = tool, argument, learn

    def likeliest(self, text: Text) -> str | None:
        """The value that a question most likely means, or None if it may be another as well."""
        best = self._values(text.masked)[0]
        return best.kind if best.chance >= SURE else None

    @cached_property
    def _values(self) -> Intents:
        said: dict[str, list[str]] = {}
        for example in map(with_tokens, self._tool.examples):
            if meant := phrase(example, self._tool.words[self._argument]):
                said.setdefault(meant.value, []).append(example)
        return self._learn(said)
