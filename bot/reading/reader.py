"""Chooses the tools for a question by their own examples, or says honestly that none fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot import smalltalk
from bot.reading import threads
from bot.reading.arguments import arguments, fields_of, filled_by, left_over
from bot.reading.calls import Call, Reading
from bot.reading.text import NAMED, Link, Text, look, spelt_out, with_tokens
from tools.base import Tool

SURE, SURE_OF_A_PART = 0.42, 0.6
_SPLIT = re.compile(r"\s*(?:;|\?(?=\s*\w)|\band also\b|,? \band\b|\bplus\b)\s*", re.IGNORECASE)
# What is asked back where a question names no record.
_ASKED = {"deal": "deal", "lead": "lead", "record": "deal or lead"}


class Guess(Protocol):
    """A kind of question, and how likely it is."""

    @property
    def kind(self) -> str: ...
    @property
    def chance(self) -> float: ...


@dataclass(frozen=True)
class _Kind:
    kind: str
    chance: float


Intents = Callable[[str], Sequence[Guess]]
# Whether the company's documents answer a text.
Knows = Callable[[str], bool]


class Reader:
    """Reads questions for a set of tools.

    Attributes
    ----------
    vocabulary : the words that questions are made of, names apart
    """

    vocabulary: frozenset[str]

    def __init__(
        self,
        tools: Sequence[Tool],
        learn: Callable[[Mapping[str, Sequence[str]]], Intents],
        talk: Mapping[str, Sequence[str]] = smalltalk.PHRASES,
    ) -> None:
        self.tools = {tool.name: tool for tool in tools if tool.offered}
        # The tool that takes any question as it is asked.
        self._open = next((name for name, tool in self.tools.items() if "question" in fields_of(tool)), None)
        examples = {name: tool.examples for name, tool in self.tools.items()}
        examples |= talk
        masked = {kind: [with_tokens(text) for text in texts] for kind, texts in examples.items()}
        self.vocabulary = frozenset(
            word for texts in masked.values() for text in texts for word in re.findall(r"\w+", text)
        )
        self._intents = learn(masked)
        self._names_in = {
            kind: {token for token in NAMED if any(token in text for text in texts)} for kind, texts in masked.items()
        }

    def read(self, question: str, link: Link, past: Sequence[Call] = (), knows: Knows = lambda text: False) -> Reading:
        """Calls of tools, or a reply where no tool fits; `past` are the calls of the thread, oldest first.

        What the documents know cannot be learnt from examples, so what seems to be no question for a tool is looked
        up there before it is turned away.
        """
        text = look(question, link)
        if past and (follow_up := self._follow_up(text, past)):
            return Reading((follow_up,))
        if calls := self._two_in_one(question, link):
            return Reading(calls)
        best = self._best(text)
        if self._open and (best.chance < SURE or best.kind in smalltalk.TURNED_AWAY) and knows(text.plain):
            return Reading((Call(self._open, {"question": text.plain}),))
        if best.chance < SURE:
            return Reading(reply=smalltalk.UNSURE, is_unsure=True)
        if best.kind not in self.tools:
            return Reading(reply=smalltalk.REPLIES[best.kind])
        call = self._call(self.tools[best.kind], text, past)
        if call is None:
            fields = fields_of(self.tools[best.kind])
            record = next((each for each in ("deal", "lead", "record") if each in fields), None)
            return Reading(
                reply=f"Which {_ASKED[record]} do you mean? Give me the name." if record else smalltalk.UNSURE,
                is_unsure=True,
            )
        return Reading((call,))

    def _best(self, text: Text) -> Guess:
        """The likeliest kind among those that are ever asked about what the question names.

        Whoever names a record wants something of it: where no kind is sure but the tools together are likelier than
        the rest, the likeliest tool is as good as sure.
        """
        named = {token for token in NAMED if token in text.masked}
        fitting = [guess for guess in self._intents(text.masked) if named <= self._names_in[guess.kind]]
        total = sum(guess.chance for guess in fitting)
        tools = [guess for guess in fitting if guess.kind in self.tools]
        likely = sum(guess.chance for guess in tools) / total if total else 0.0
        if not fitting:
            return _Kind(smalltalk.OUTSIDE, 1.0)
        if named and fitting[0].chance < SURE * total and likely > 0.5:
            return _Kind(tools[0].kind, likely)
        return _Kind(fitting[0].kind, fitting[0].chance / total)

    def _two_in_one(self, question: str, link: Link) -> Sequence[Call]:
        """The calls of a question that asks two things, if each half is sure to ask another tool."""
        parts = [part for part in _SPLIT.split(question) if part.strip()]
        if not 2 <= len(parts) <= 3:
            return ()
        texts = [look(part, link) for part in parts]
        best = [self._best(text) for text in texts]
        if len({guess.kind for guess in best}) < len(best) or any(
            guess.kind not in self.tools or guess.chance < SURE_OF_A_PART for guess in best
        ):
            return ()
        calls = [self._call(self.tools[guess.kind], text, ()) for guess, text in zip(best, texts, strict=True)]
        return [call for call in calls if call] if all(calls) else ()

    def _follow_up(self, text: Text, past: Sequence[Call]) -> Call | None:
        """The call that a question means which only makes sense after the last answer."""
        last = past[-1]
        best = self._best(text)
        subject = threads.subject_of(last)
        pointed = threads.pointed(text, last)
        if pointed:
            best = self._best(spelt_out(text, subject))
            about = best.kind in self.tools and filled_by(subject, self.tools[best.kind])
            kind = best.kind if about and not threads.is_just_why(text) else f"explain_{subject}"
            tool = self.tools.get(kind)
            return self._call(tool, text, past, pointed) if tool else None
        if last.names and threads.is_just_why(text):
            return Call(f"explain_{subject}", {subject: last.names[0]})
        if last.tool not in self.tools or not threads.is_same_again(text):
            return None
        changed = arguments(self.tools[last.tool], text)
        if not changed or (best.kind in self.tools and best.kind != last.tool and best.chance > SURE_OF_A_PART):
            return None
        return Call(last.tool, {**last.args, **changed})

    def _call(self, tool: Tool, text: Text, past: Sequence[Call], pointed: str | None = None) -> Call | None:
        """The call of a tool with all it needs from the text, or None if something needed is not there.

        A thread about one record goes on about it.
        """
        found = arguments(tool, text)
        for name, info in tool.arguments.model_fields.items():
            if info.is_required() and name not in found:
                if name not in ("lead", "record", "deal", "account"):
                    return None
                unknown = pointed or text.unknown or left_over(tool, text) or threads.only_one(past, name)
                if not unknown:
                    return None
                found[name] = unknown
        return Call(tool.name, found)
