"""Chooses the tools for a question by their own examples, or says honestly that none fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Self

from bot import smalltalk
from bot.reading import periods, replies, threads
from bot.reading.arguments import arguments, fields_of, filled_by, said_for
from bot.reading.calls import Call, Reading, for_each_period, joined
from bot.reading.spelling import Spelling
from bot.reading.text import (
    NAMED,
    PRONOUN,
    RECORDS,
    TOKENS,
    Link,
    Text,
    look,
    spelt_out,
    strange,
    taken_for_name,
    with_record,
    with_tokens,
)
from bot.reading.values import Learn, Values
from tools.base import Tool

# A question is one for the tools if they are together this likely, and the likeliest of them this likely by itself. On
# examples left out, 4 % of the questions for tools are then turned away, and 90 % of the others are.
FOR_TOOLS, SURE, SURE_OF_A_PART = 0.7, 0.4, 0.55
# Of two ways to read a question that are both this likely, the first counts. What an asker may not use is read only so.
CERTAIN, ALL_BUT_CERTAIN = 0.7, 0.9
MOST_PARTS = 3
# What asks for nothing, and what is told rather than asked: its second half belongs to the first.
POLITE, SPEAKING = (smalltalk.GREETING, smalltalk.THANKS), ("log_outcome",)
_WORD = re.compile(r"[^\W\d_]+")
# Small words in a thread, where records are spoken of anyhow; "top leads" alone asks for some.
_RECORDS = frozenset({"leads", "deals"})
_SPLIT = re.compile(
    r"\s*(?:;|[?!](?=\s*\w)|\.(?=\s+[A-Za-z])|\band also\b|,? \b(?:and|then|n)\b|,? \balso\b|\bplus\b|\+|&|,(?=\s))\s*",
    re.IGNORECASE,
)
# "and" in it parts nothing.
_BETWEEN = re.compile(r"\bbetween\b(.{1,24}?)\band\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Kind:
    """What a question asks for, and how likely that is.

    Attributes
    ----------
    chance : among the kinds that are ever asked about what it names
    chance_of_all : among all kinds
    is_sure : whether it is likely enough to be done
    """

    kind: str
    chance: float
    chance_of_all: float
    is_sure: bool = True


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
        learn: Learn,
        talk: Mapping[str, Sequence[str]] = smalltalk.PHRASES,
    ) -> None:
        self.tools = {tool.name: tool for tool in tools if tool.offered}
        self._beyond: Collection[str] = ()
        # The tool that takes any question as it is asked.
        self._open = next((name for name, tool in self.tools.items() if "question" in fields_of(tool)), None)
        examples = {name: tool.examples for name, tool in self.tools.items()} | dict(talk)
        masked = {kind: [with_tokens(text) for text in texts] for kind, texts in examples.items()}
        every = [text.lower() for texts in masked.values() for text in texts]
        self.vocabulary = frozenset(_WORD.findall(" ".join(every)))
        self._intents = learn(masked)
        self._values = {
            (name, argument): Values(tool, argument, learn)
            for name, tool in self.tools.items()
            for argument, info in fields_of(tool).items()
            if info.is_required() and argument in tool.words
        }
        called = periods.WORDS.union(*map(said_for, self.tools.values()))
        self._spelling = Spelling.learn(every, called, self._intents.is_word, TOKENS["number"])
        self._names_in = {
            kind: {token for token in NAMED if any(token in text for text in texts)} for kind, texts in masked.items()
        }

    def among(self, offered: Collection[str]) -> Self:
        """The same for somebody who may use some of the tools: only what is all but certain is read as for another."""
        theirs = copy(self)
        theirs._beyond = self.tools.keys() - offered
        return theirs

    def read(self, question: str, link: Link, past: Sequence[Call] = (), knows: Knows = lambda text: False) -> Reading:
        """Calls of tools, or a reply where no tool fits; `past` are the calls of the thread, oldest first.

        What the documents know cannot be learnt from examples, so what seems to be no question for a tool is looked
        up there before it is turned away.
        """
        text, best = self._look(question, link)
        several = self._several(question, link, past)
        if past and len(several) < 2 and (follow_up := self._follow_up(text, best, past, link)):
            return follow_up
        if several:
            return Reading(several)
        is_vague = threads.is_just_why(text) or (best.kind in self.tools and best.chance < CERTAIN)
        if is_vague and PRONOUN.search(text.clear) and not past and not _records(text):
            text, best = self._likeliest([text, spelt_out(text, "lead")])
        is_open = threads.says(text) and (not best.is_sure or best.kind in smalltalk.TURNED_AWAY)
        if self._open and is_open and knows(text.plain):
            return Reading((Call(self._open, {"question": text.plain}),))
        return self._reading(best, text, past)

    def _look(self, question: str, link: Link) -> tuple[Text, _Kind]:
        """The question as it is most likely meant, and what it then asks for.

        Where that needs a record and names none, a strange word is taken for the name.
        """
        texts = look(question, link, self._spelling)
        # A single strange name in what is said of all the world is a place or a thing; people have two.
        if texts[0].unknown and " " not in texts[0].unknown and self._is_talk(texts[1]):
            texts = texts[1:]
        text, best = self._likeliest(texts)
        tool = self.tools.get(best.kind)
        if tool and not text.unknown and _lacks_record(tool, text) and (words := strange(text, self._spelling)):
            return self._likeliest([taken_for_name(text, words)])
        return text, best

    def _likeliest(self, texts: Sequence[Text]) -> tuple[Text, _Kind]:
        """The likeliest of several ways to read a question; of two that are all but certain the first."""
        return max(((text, self._best(text)) for text in texts), key=lambda each: min(each[1].chance_of_all, CERTAIN))

    def _best(self, text: Text) -> _Kind:
        """The likeliest kind among those that are ever asked about what the question names."""
        named = {token for token in NAMED if token in text.masked}
        guesses = [guess for guess in self._intents(text.masked) if named <= self._names_in[guess.kind]]
        fitting = [guess for guess in guesses if guess.kind not in self._beyond or guess.chance >= ALL_BUT_CERTAIN]
        if not fitting:
            return _Kind(smalltalk.OUTSIDE, 1.0, 1.0)
        total = sum(guess.chance for guess in fitting)
        tools = [guess for guess in fitting if guess.kind in self.tools]
        if sum(guess.chance for guess in tools) >= FOR_TOOLS * total:
            is_sure = tools[0].chance >= SURE * total and self._is_known(text)
            return _Kind(tools[0].kind, tools[0].chance / total, tools[0].chance, is_sure)
        best = fitting[0]
        return _Kind(best.kind, best.chance / total, best.chance, best.kind not in self.tools)

    def _is_talk(self, text: Text) -> bool:
        """Whether a question is all but certainly none for the tools."""
        best = self._best(text)
        return best.kind not in self.tools and best.chance_of_all >= CERTAIN

    def _is_known(self, text: Text) -> bool:
        """Whether any example has a word of the question that says something."""
        said = set(_WORD.findall(text.masked.lower())) - (threads.SMALL - _RECORDS)
        return not said.isdisjoint(self.vocabulary)

    def _reading(self, best: _Kind, text: Text, past: Sequence[Call], pointed: str | None = None) -> Reading:
        """What is asked for as a call, or what is said instead."""
        if not best.is_sure:
            return Reading(reply=smalltalk.UNSURE, is_unsure=True)
        if best.kind not in self.tools:
            return Reading(reply=smalltalk.REPLIES[best.kind])
        tool = self.tools[best.kind]
        call = self._call(tool, text, past, pointed)
        if call is None:
            return Reading(reply=replies.asked_back(tool), is_unsure=True)
        return Reading(for_each_period(call, text.periods), replies.left_out(tool, text, call))

    def _several(self, question: str, link: Link, past: Sequence[Call]) -> Sequence[Call]:
        """The calls of a question that asks several things, if each part is sure to ask for itself.

        Thanks and greetings between them ask for nothing. What a later part points at is what an earlier one named.
        """
        parts = [part for part in _SPLIT.split(_BETWEEN.sub(r"from\1to", question)) if part.strip()]
        if not 2 <= len(parts) <= MOST_PARTS:
            return ()
        calls: list[Call] = []
        for part in parts:
            text, best = self._look(part, link)
            if past and not calls and (first := self._follow_up(text, best, past, link)) and first.calls:
                calls.extend(replace(call, names=threads.asked_about(call)) for call in first.calls)
                continue
            if calls and (call := threads.again(text, calls[-1:], self.tools, is_sure=self._stands_alone(text, best))):
                # What contradicts nothing that was said belongs to it.
                belongs = calls[-1].args.items() <= call.args.items()
                calls[-1 if belongs else len(calls) :] = [replace(call, names=calls[-1].names)]
                continue
            shown = calls[-1].names if calls else ()
            if shown and not _records(text):
                subject = threads.subject_of(calls[-1])
                points = PRONOUN.search(text.clear)
                text, best = self._likeliest(
                    [spelt_out(text, subject)] if points else [text, with_record(text, subject)]
                )
            if best.kind in POLITE:
                continue
            tool = self.tools.get(best.kind)
            call = self._call(tool, text, calls) if tool and best.is_sure and best.chance >= SURE_OF_A_PART else None
            if call is None or call.tool in SPEAKING:
                return ()
            calls.append(replace(call, names=_records(text) or shown))
        return [replace(call, names=()) for call in joined(calls)]

    def _follow_up(self, text: Text, best: _Kind, past: Sequence[Call], link: Link) -> Reading | None:
        """What a question means that only makes sense after the last answer."""
        last = past[-1]
        if call := threads.more(text, past, self.tools, best.kind):
            return Reading((call,))
        is_new = self._stands_alone(text, best) and not (best.kind == last.tool and threads.is_short(text))
        if call := threads.again(text, past, self.tools, is_sure=is_new):
            return Reading((call,))
        pointed = threads.pointed(text, past)
        asks_why = threads.is_just_why(text)
        if pointed is None and last.names and asks_why:
            pointed = threads.subject_of(last), last.names[0]
        if pointed is None:
            call = None if best.is_sure else self._about(text, past)
            return Reading((call,)) if call else None
        kind, name = pointed
        # An answer of what to do next may show either.
        subject = next((each.subject for each in link(name) if each.name == name and each.subject in RECORDS), kind)
        named = self._best(spelt_out(text, subject))
        if best.kind not in self.tools and best.chance > named.chance and not asks_why:
            return None
        if named.kind not in self.tools and not asks_why:
            return self._reading(named, text, past)
        about = not asks_why and filled_by(subject, self.tools[named.kind])
        tool = self.tools.get(named.kind if about else f"explain_{subject}")
        call = self._call(tool, text, past, name) if tool else None
        return Reading((call,)) if call else None

    def _about(self, text: Text, past: Sequence[Call]) -> Call | None:
        """What a question asks of the one record that the last answer was about, though it does not point at it."""
        subject = threads.subject_of(past[-1])
        if not (name := threads.only_one(text, past, subject)) or not threads.says(text) <= self.vocabulary:
            return None
        best = self._best(with_record(text, subject))
        tool = self.tools.get(best.kind)
        return self._call(tool, text, past, name) if tool and best.is_sure and filled_by(subject, tool) else None

    def _stands_alone(self, text: Text, best: _Kind) -> bool:
        """Whether a question is one for a tool and says all that the tool needs, and more than names and numbers."""
        tool = self.tools.get(best.kind)
        return tool is not None and best.is_sure and bool(threads.says(text)) and self._call(tool, text, ()) is not None

    def _call(self, tool: Tool, text: Text, past: Sequence[Call], pointed: str | None = None) -> Call | None:
        """The call of a tool with all it needs from the text, or None if something needed is not there.

        A thread about one record goes on about it.
        """
        found = arguments(tool, text)
        for name, info in fields_of(tool).items():
            if info.is_required() and name not in found:
                if value := (tool.name, name) in self._values and self._values[tool.name, name].likeliest(text):
                    found[name] = value
                    continue
                record = pointed or text.unknown or threads.only_one(text, past, name)
                if name not in (*RECORDS, "record") or not record:
                    return None
                found[name] = record
        if "owner" in fields_of(tool) and (owner := threads.whose(text, past)):
            found["owner"] = owner
        return Call(tool.name, found)


def _lacks_record(tool: Tool, text: Text) -> bool:
    """Whether a tool needs a record and the question names none."""
    needs = any(info.is_required() for field, info in fields_of(tool).items() if field in (*RECORDS, "record"))
    return needs and not any(TOKENS[subject] in text.masked for subject in RECORDS)


def _records(text: Text) -> tuple[str, ...]:
    """The record that a text names, as an answer about it would show it."""
    return tuple(name for subject in RECORDS if (name := text.named(subject)))[:1]
