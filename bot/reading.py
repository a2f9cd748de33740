"""Reads a question without a language model: which tools, with which arguments, or an honest reply.

What the question names is found first and put aside, so that "why should I call Jane Doe" is learnt once for every
lead. The rest of the text is compared with the tools' own examples; what is named, counted and dated fills the
arguments. Where the text leans on what was said before ("and next month?", "why the second one?"), the last answer of
the thread fills in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot import habits, remarks, smalltalk
from tools.base import Tool
from tools.names import Mention
from tools.snoozes import said_until

SURE, SURE_OF_A_PART = 0.42, 0.6
_NUMBERS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_UNIT = r"(?:day|week|month|quarter|year)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)"
)
_PERIOD = re.compile(
    rf"\b(?:(?:this|last|next|current|previous) {_UNIT}|(?:the )?(?:last|past) \d{{1,3}} {_UNIT}s?"
    r"|\d{4}-\d{2}-\d{2}(?:\.\.\d{4}-\d{2}-\d{2})?|\d{4}-q[1-4]|q[1-4](?: \d{4})?|today|yesterday|tomorrow"
    rf"|(?<=in ){_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}})\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"\b(\d{{1,6}}|{'|'.join(_NUMBERS)})\b", re.IGNORECASE)
_QUARTERS = re.compile(rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)}) quarters?\b", re.IGNORECASE)
_MONTHS = re.compile(rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)}) months?\b", re.IGNORECASE)
# How many leads each is to get, at the least or at the most.
_AT_LEAST = re.compile(
    rf"\b(?:at least|minimum(?: of)?|no fewer than|not less than) (\d{{1,4}}|{'|'.join(_NUMBERS)})\b", re.I
)
_AT_MOST = re.compile(
    rf"\b(?:at most|no more than|not more than|max(?:imum)?\.?(?: of)?|up to|limit(?:ed)? (?:to|of)|capped at) "
    rf"(\d{{1,4}}|{'|'.join(_NUMBERS)})\b"
    rf"|\b(\d{{1,4}}|{'|'.join(_NUMBERS)}) (?:leads )?(?:each|apiece|a head|per (?:rep|person|head|colleague))\b",
    re.IGNORECASE,
)
_POSITION = re.compile(
    rf"\b(?:the )?(?:({'|'.join(_ORDINALS)}|last)(?: (?:one|lead|deal))?|(?:number|no\.?|#) ?(\d{{1,2}})"
    r"|(\d{1,2})(?:st|nd|rd|th)(?: (?:one|lead|deal))?)(?=\W|$)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:him|her|his|hers|she|he|they|them|it|its|that one|this one|that lead|this lead|that deal|this deal)\b",
    re.IGNORECASE,
)
_JUST_WHY = re.compile(rf"(?:(?:but|and|so) )?why(?:,? (?:{_POSITION.pattern}|{_PRONOUN.pattern}))?\W*", re.IGNORECASE)
_SAME = re.compile(r"^(?:and|what about|how about|same|the same|now|only|just|for|in|by|per)\b", re.IGNORECASE)
_TEAM = re.compile(r"\b(?:team|we|our|us|everyone|all reps|company)\b", re.IGNORECASE)
_MINE = re.compile(r"\b(?:my|me|mine|i|i'm|i've)\b", re.IGNORECASE)
_SPLIT = re.compile(r"\s*(?:;|\?(?=\s*\w)|\band also\b|,? \band\b|\bplus\b)\s*", re.IGNORECASE)
# A lead that is spoken of without its name; the lead score is the model's.
_SOME_DEAL = re.compile(
    r"\b(?:the deal(?! scor)|this deal|that deal|the opportunity|this opportunity)\b", re.IGNORECASE
)
_OF_DEALS = re.compile(r"\b(?:deal|opportunity|slips?|close)\b", re.IGNORECASE)
_SOME_LEAD = re.compile(r"\b(?:the lead(?! scor)|this lead|that lead)\b", re.IGNORECASE)
_DAY = re.compile(rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|{_MONTH}", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’.-]+(?: (?:[A-Z][\w'’.-]*|&|of|de|van|von))*")
_TOKENS = {
    "lead": "leadname",
    "rep": "repname",
    "deal": "dealname",
    "account": "accountname",
    "source": "sourcename",
    "team": "teamname",
    "period": "someperiod",
    "number": "somenumber",
}
_NAMED = tuple(_TOKENS[subject] for subject in ("lead", "rep", "deal", "account"))
# What is asked back where a question names no record.
_ASKED = {"deal": "deal", "lead": "lead", "record": "deal or lead"}
# Tools whose answers show deals; others show leads.
OF_DEALS = ("deals_at_risk", "explain_deal")
# Which argument each kind of name fills, in the order in which a tool is asked for it.
_FILLS: dict[str, tuple[str, ...]] = {
    "lead": ("lead", "record"),
    "deal": ("deal", "record"),
    "account": ("account", "record"),
    "rep": ("rep", "owner"),
    "source": ("source",),
    "team": ("team",),
}


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
Link = Callable[[str], Sequence[Mention]]
# Whether the company's documents answer a text.
Knows = Callable[[str], bool]


@dataclass(frozen=True)
class Call:
    """A tool to ask, with its arguments; `names` are the records that its answer showed, in order."""

    tool: str
    args: Mapping[str, Any]
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """What a question comes to: tools to ask, or what to reply; `is_unsure` where the reply asks for more."""

    calls: Sequence[Call] = ()
    reply: str = ""
    is_unsure: bool = False


@dataclass(frozen=True)
class _Text:
    """A question with what it names, dates and counts."""

    plain: str
    mentions: Sequence[Mention]
    periods: Sequence[str] = ()
    numbers: Sequence[int] = ()
    masked: str = ""
    unknown: str | None = field(default=None)

    def named(self, subject: str) -> str | None:
        return next((mention.name for mention in self.mentions if mention.subject == subject), None)

    @property
    def bare(self) -> str:
        """The question with blanks where its names are, so that no word of theirs means anything else."""
        text = self.plain
        for mention in self.mentions:
            text = f"{text[: mention.start]}{' ' * (mention.end - mention.start)}{text[mention.end :]}"
        return text


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
        self._open = next((name for name, tool in self.tools.items() if "question" in _fields(tool)), None)
        examples = {name: tool.examples for name, tool in self.tools.items()}
        examples |= talk
        masked = {kind: [_with_tokens(text) for text in texts] for kind, texts in examples.items()}
        self.vocabulary = frozenset(
            word for texts in masked.values() for text in texts for word in re.findall(r"\w+", text)
        )
        self._intents = learn(masked)
        self._names_in = {
            kind: {token for token in _NAMED if any(token in text for text in texts)} for kind, texts in masked.items()
        }

    def read(self, question: str, link: Link, past: Sequence[Call] = (), knows: Knows = lambda text: False) -> Reading:
        """Calls of tools, or a reply where no tool fits; `past` are the calls of the thread, oldest first.

        What the documents know cannot be learnt from examples, so what seems to be no question for a tool is looked
        up there before it is turned away.
        """
        text = _look(question, link)
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
            fields = _fields(self.tools[best.kind])
            record = next((each for each in ("deal", "lead", "record") if each in fields), None)
            return Reading(
                reply=f"Which {_ASKED[record]} do you mean? Give me the name." if record else smalltalk.UNSURE,
                is_unsure=True,
            )
        return Reading((call,))

    def _best(self, text: _Text) -> Guess:
        """The likeliest kind among those that are ever asked about what the question names.

        Whoever names a record wants something of it: where no kind is sure but the tools together are likelier than
        the rest, the likeliest tool is as good as sure.
        """
        named = {token for token in _NAMED if token in text.masked}
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
        texts = [_look(part, link) for part in parts]
        best = [self._best(text) for text in texts]
        if len({guess.kind for guess in best}) < len(best) or any(
            guess.kind not in self.tools or guess.chance < SURE_OF_A_PART for guess in best
        ):
            return ()
        calls = [self._call(self.tools[guess.kind], text, ()) for guess, text in zip(best, texts, strict=True)]
        return [call for call in calls if call] if all(calls) else ()

    def _follow_up(self, text: _Text, past: Sequence[Call]) -> Call | None:
        """The call that a question means which only makes sense after the last answer."""
        last = past[-1]
        best = self._best(text)
        subject = "deal" if last.tool in OF_DEALS else "lead"
        pointed = _pointed(text, last)
        if pointed:
            best = self._best(_spelt_out(text, subject))
            about = best.kind in self.tools and _filled_by(subject, self.tools[best.kind])
            kind = best.kind if about and not _JUST_WHY.fullmatch(text.plain) else f"explain_{subject}"
            tool = self.tools.get(kind)
            return self._call(tool, text, past, pointed) if tool else None
        if last.names and _JUST_WHY.fullmatch(text.plain):
            return Call(f"explain_{subject}", {subject: last.names[0]})
        if last.tool not in self.tools or not (_SAME.match(text.plain) or len(text.plain.split()) <= 3):
            return None
        changed = self._arguments(self.tools[last.tool], text)
        if not changed or (best.kind in self.tools and best.kind != last.tool and best.chance > SURE_OF_A_PART):
            return None
        return Call(last.tool, {**last.args, **changed})

    def _call(self, tool: Tool, text: _Text, past: Sequence[Call], pointed: str | None = None) -> Call | None:
        """The call of a tool with all it needs from the text, or None if something needed is not there.

        A thread about one record goes on about it.
        """
        arguments = self._arguments(tool, text)
        for name, info in tool.arguments.model_fields.items():
            if info.is_required() and name not in arguments:
                if name not in ("lead", "record", "deal", "account"):
                    return None
                unknown = pointed or text.unknown or self._left_over(tool, text) or _only_one(past, name)
                if not unknown:
                    return None
                arguments[name] = unknown
        return Call(tool.name, arguments)

    def _arguments(self, tool: Tool, text: _Text) -> dict[str, Any]:
        fields = _fields(tool)
        found: dict[str, Any] = {}
        for argument, said in tool.words.items():
            if phrase := _phrase(text.masked, said):
                found[argument] = phrase.value
        for subject in _FILLS:
            name, filled = text.named(subject), _filled_by(subject, tool)
            if name and filled:
                found.setdefault(filled, name)
        if "question" in fields:
            found["question"] = text.plain
        if "where" in fields and (source := text.named("source")):
            found["where"] = {"source": source}
        if "period" in fields and (spans := [span for span in text.periods if not _is_start(span, text.plain)]):
            found["period"] = spans[0]
        if "until" in fields and (until := said_until(text.bare)):
            found["until"] = until
        if "note" in fields and (note := _remark(tool, text)):
            found["note"] = note
        if "since" in fields and text.periods:
            found["since"] = text.periods[0]
        if "periods" in fields and (quarters := _QUARTERS.search(text.plain)):
            found["periods"] = _value(quarters[1])
        if "months" in fields and (months := _MONTHS.search(text.plain)):
            found["months"] = _value(months[1])
        if "max_per_rep" in fields:
            found |= _per_rep(text.plain)
        if "quiet_from" in fields:
            found |= habits.wished(text.plain, lambda: next(iter(text.numbers), None))
        if "limit" in fields and text.numbers:
            found["limit"] = text.numbers[0]
        if "owner" in fields and "owner" not in found:
            found |= (
                {"owner": "team"} if _TEAM.search(text.plain) else {"owner": "me"} if _MINE.search(text.plain) else {}
            )
        return found

    def _left_over(self, tool: Tool, text: _Text) -> str | None:
        """What is left of a question when the words of the tool's own examples are taken away: a name nobody has."""
        usual = {word for example in tool.examples for word in re.findall(r"[\w']+", example.lower())}
        usual |= {
            "the",
            "a",
            "lead",
            "please",
            "of",
            "for",
            "to",
            "about",
            "me",
            "is",
            "my",
            "on",
            "this",
            "that",
            "now",
        }
        words = [word for word in re.findall(r"[\w'’.&-]+", text.plain) if word.lower().removesuffix("'s") not in usual]
        left = re.sub(r"['’]s$", "", " ".join(words))
        return left if left and not _PRONOUN.fullmatch(left) else None


def _is_start(span: str, text: str) -> bool:
    """Whether a period is only what something is compared with, as in "since last week"."""
    return bool(re.search(rf"\b(?:since|than|from)(?: the)? {re.escape(span)}\b", text, re.IGNORECASE))


def _per_rep(text: str) -> dict[str, int]:
    """How many leads each is to get, as far as it is said."""
    least = _AT_LEAST.search(text)
    most = _AT_MOST.search(text if least is None else text.replace(least[0], ""))
    found = {"min_per_rep": _value(least[1])} if least else {}
    return found | ({"max_per_rep": _value(most[1] or most[2])} if most else {})


def _with_tokens(example: str) -> str:
    for name, token in _TOKENS.items():
        example = example.replace(f"{{{name}}}", token)
    return example


def _look(question: str, link: Link) -> _Text:
    """The question with its names, periods and numbers found and masked."""
    plain = question.strip()
    mentions = list(link(plain))
    masked = plain
    for mention in sorted(mentions, key=lambda each: -each.start):
        tail = "'s" if re.search(r"['’]s\W*$", plain[mention.start : mention.end]) else ""
        masked = f"{masked[: mention.start]}{_TOKENS[mention.subject]}{tail} {masked[mention.end :]}"
    unknown = (
        _NAME.search(masked)
        if not any(mention.subject in ("lead", "deal", "account") for mention in mentions)
        else None
    )
    name = (
        re.sub(r"['’]s$", "", unknown[0])
        if unknown and len(unknown[0]) > 2 and not _PERIOD.search(unknown[0]) and not _DAY.fullmatch(unknown[0])
        else None
    )
    if name:
        masked = masked.replace(name, _TOKENS["deal" if _OF_DEALS.search(plain) else "lead"], 1)
    masked = _SOME_LEAD.sub(_TOKENS["lead"], _SOME_DEAL.sub(_TOKENS["deal"], masked))
    periods = [match[0].removeprefix("the ") for match in _PERIOD.finditer(masked)]
    masked = _PERIOD.sub(_TOKENS["period"], masked)
    positions = _POSITION.sub(" ", masked)
    numbers = [_value(match[1]) for match in _NUMBER.finditer(positions)]
    masked = re.sub(r"\s+", " ", _NUMBER.sub(_TOKENS["number"], masked)).strip()
    return _Text(plain, mentions, periods, numbers, masked, name)


def _remark(tool: Tool, text: _Text) -> str | None:
    """What is added to an outcome, after it and after the record's name."""
    said = _phrase(text.bare, tool.words["outcome"])
    ends = [mention.end for mention in text.mentions if mention.subject in ("lead", "deal")]
    return remarks.note(text.plain, max([*ends, said.end])) if said else None


def _value(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.index(text.lower()) + 1


def _pointed(text: _Text, last: Call) -> str | None:
    """The record that a question points at by its place in the last answer, or by "her", "it", "that one"."""
    if not last.names or text.named("lead") or text.named("deal"):
        return None
    if match := _POSITION.search(text.plain):
        word = (match[1] or "").lower()
        place = len(last.names) if word == "last" else _ORDINALS.index(word) + 1 if word else int(match[2] or match[3])
        if re.search(rf"\b(?:last|next)\s+{_UNIT}", text.plain[match.start() :], re.IGNORECASE):
            return None
        return last.names[place - 1] if 0 < place <= len(last.names) else None
    return last.names[0] if _PRONOUN.search(text.plain) else None


def _spelt_out(text: _Text, subject: str) -> _Text:
    """The question as if it named the record that it points at."""
    return replace(text, masked=_PRONOUN.sub(_TOKENS[subject], _POSITION.sub(_TOKENS[subject], text.masked)))


@dataclass(frozen=True)
class _Phrase:
    """What somebody said for a value, and where it ends."""

    value: str
    words: str
    end: int


def _phrase(text: str, phrases: Mapping[str, Sequence[str]]) -> _Phrase | None:
    """The longest phrase that the text has, with the value that it stands for."""
    low = text.lower()
    found = [
        _Phrase(value, phrase, match.end())
        for value, many in phrases.items()
        for phrase in many
        if (match := re.search(rf"\b{re.escape(phrase)}\b", low))
    ]
    return max(found, key=lambda each: (len(each.words), each.value), default=None)


def _filled_by(subject: str, tool: Tool) -> str | None:
    """The argument of a tool that a name of that kind fills."""
    return next((each for each in _FILLS[subject] if each in _fields(tool)), None)


def _only_one(past: Sequence[Call], argument: str) -> str | None:
    """The record that a thread was about last, if it was one of the kind that an argument takes."""
    if not past or len(past[-1].names) != 1:
        return None
    return past[-1].names[0] if argument in ("record", "deal" if past[-1].tool in OF_DEALS else "lead") else None


def _fields(tool: Tool) -> Mapping[str, Any]:
    return tool.arguments.model_fields
