"""A question with its names, periods and numbers found, and the rest of it as it is compared with examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.reading import numbers
from tools.names import Mention

Link = Callable[[str], Sequence[Mention]]

UNIT = r"(?:day|week|month|quarter|year)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)"
)
_PERIOD = re.compile(
    rf"\b(?:(?:this|last|next|current|previous) {UNIT}|(?:the )?(?:last|past) \d{{1,3}} {UNIT}s?"
    r"|\d{4}-\d{2}-\d{2}(?:\.\.\d{4}-\d{2}-\d{2})?|\d{4}-q[1-4]|q[1-4](?: \d{4})?|today|yesterday|tomorrow"
    rf"|(?<=in ){_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}})\b",
    re.IGNORECASE,
)
_DAY = re.compile(rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|{_MONTH}", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’.-]+(?: (?:[A-Z][\w'’.-]*|&|of|de|van|von))*")
PRONOUN = re.compile(
    r"\b(?:him|her|his|hers|she|he|they|them|it|its|that one|this one|that lead|this lead|that deal|this deal)\b",
    re.IGNORECASE,
)
# A record that is spoken of without its name; the lead score is the model's.
_SOME_DEAL = re.compile(
    r"\b(?:the deal(?! scor)|this deal|that deal|the opportunity|this opportunity)\b", re.IGNORECASE
)
_SOME_LEAD = re.compile(r"\b(?:the lead(?! scor)|this lead|that lead)\b", re.IGNORECASE)
_OF_DEALS = re.compile(r"\b(?:deal|opportunity|slips?|close)\b", re.IGNORECASE)
TOKENS = {
    "lead": "leadname",
    "rep": "repname",
    "deal": "dealname",
    "account": "accountname",
    "source": "sourcename",
    "team": "teamname",
    "period": "someperiod",
    "number": "somenumber",
}
NAMED = tuple(TOKENS[subject] for subject in ("lead", "rep", "deal", "account"))


@dataclass(frozen=True)
class Text:
    """A question with what it names, dates and counts; `unknown` is a name that nothing has."""

    plain: str
    mentions: Sequence[Mention]
    periods: Sequence[str] = ()
    numbers: Sequence[int] = ()
    masked: str = ""
    unknown: str | None = None

    def named(self, subject: str) -> str | None:
        """The first name of that kind."""
        return next((mention.name for mention in self.mentions if mention.subject == subject), None)

    @property
    def bare(self) -> str:
        """The question with blanks where its names are, so that no word of theirs means anything else."""
        text = self.plain
        for mention in self.mentions:
            text = f"{text[: mention.start]}{' ' * (mention.end - mention.start)}{text[mention.end :]}"
        return text


def look(question: str, link: Link) -> Text:
    """The question with its names, periods and numbers found and masked."""
    plain = question.strip()
    mentions = list(link(plain))
    masked = plain
    for mention in sorted(mentions, key=lambda each: -each.start):
        tail = "'s" if re.search(r"['’]s\W*$", plain[mention.start : mention.end]) else ""
        masked = f"{masked[: mention.start]}{TOKENS[mention.subject]}{tail} {masked[mention.end :]}"
    unknown = None
    if not any(mention.subject in ("lead", "deal", "account") for mention in mentions):
        unknown = _unknown(masked)
    if unknown:
        masked = masked.replace(unknown, TOKENS["deal" if _OF_DEALS.search(plain) else "lead"], 1)
    masked = _SOME_LEAD.sub(TOKENS["lead"], _SOME_DEAL.sub(TOKENS["deal"], masked))
    periods = [match[0].removeprefix("the ") for match in _PERIOD.finditer(masked)]
    masked = _PERIOD.sub(TOKENS["period"], masked)
    counted = numbers.counts(masked)
    masked = re.sub(r"\s+", " ", numbers.NUMBER.sub(TOKENS["number"], masked)).strip()
    return Text(plain, mentions, periods, counted, masked, unknown)


def _unknown(masked: str) -> str | None:
    """A name written in capitals that nothing has."""
    found = _NAME.search(masked)
    if not found or len(found[0]) <= 2 or _PERIOD.search(found[0]) or _DAY.fullmatch(found[0]):
        return None
    return re.sub(r"['’]s$", "", found[0])


def spelt_out(text: Text, subject: str) -> Text:
    """The question as if it named the record that it points at."""
    return replace(text, masked=PRONOUN.sub(TOKENS[subject], numbers.POSITION.sub(TOKENS[subject], text.masked)))


def with_tokens(example: str) -> str:
    """An example of a tool as a question like it is compared."""
    for name, token in TOKENS.items():
        example = example.replace(f"{{{name}}}", token)
    return example


@dataclass(frozen=True)
class Phrase:
    """What somebody said for a value, and where it ends."""

    value: str
    words: str
    end: int


def phrase(text: str, phrases: Mapping[str, Sequence[str]]) -> Phrase | None:
    """The longest phrase that the text has, with the value that it stands for."""
    low = text.lower()
    found = [
        Phrase(value, words, match.end())
        for value, many in phrases.items()
        for words in many
        if (match := re.search(rf"\b{re.escape(words)}\b", low))
    ]
    return max(found, key=lambda each: (len(each.words), each.value), default=None)
