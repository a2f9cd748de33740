"""A question with its names, periods and numbers found, and the rest as it is compared with examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.reading import numbers, periods
from bot.reading.spelling import Spelling
from tools.mentions import Mention

Link = Callable[[str], Sequence[Mention]]

_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|may|march", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’.-]+(?: (?:[A-Z][\w'’.-]*|&|of|de|van|von))*")
# Where leads may have come from, and what follows where such a name ends.
_ORIGIN = re.compile(
    r"\b(?:from|via|through) (?P<from>[\w-]+)"
    r"(?=\W*$|[?.!,]| (?:did|do|does|have|has|had|are|is|were|was|we|i|in|by|per|and|or|leads?|deals?|someperiod)\b)"
    r"|(?P<kind>[\w-]+) (?:leads?|prospects?)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"\b(?:him|her|his|hers|she|he|they|them|it|its|that one|this one|that lead|this lead|that deal|this deal)\b",
    re.IGNORECASE,
)
# A record that is spoken of without its name; the lead score is the model's.
_SOME_DEAL = re.compile(
    r"\b(?:the deal(?! (?:scor|rank|model|siz|stage|flow|team))|(?:this|that) deal|(?:the|this) opportunity)\b",
    re.IGNORECASE,
)
_SOME_LEAD = re.compile(r"\b(?:the lead(?! (?:scor|rank))|this lead|that lead)\b", re.IGNORECASE)
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
RECORDS = ("lead", "deal", "account")
NAMED = tuple(TOKENS[subject] for subject in (*RECORDS, "rep"))
_CLOCK = re.compile(numbers.CLOCK, re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A question with what it names, dates and counts.

    Attributes
    ----------
    plain : as it was asked
    clear : with tokens for names, its shorthand written out, its slips mended and its times of day in figures
    masked : with tokens for periods and numbers too, as it is compared with examples
    unknown : what is taken for a name though nothing is called so
    unknown_source : what is taken for where leads came from, though none did
    """

    plain: str
    mentions: Sequence[Mention]
    clear: str = ""
    masked: str = ""
    periods: Sequence[str] = ()
    numbers: Sequence[int] = ()
    unknown: str | None = None
    unknown_source: str | None = None

    def named(self, subject: str) -> str | None:
        """The first name of that kind."""
        return next((mention.name for mention in self.mentions if mention.subject == subject), None)

    def names(self, subject: str) -> list[str]:
        """Every name of that kind once, in their order."""
        return list(dict.fromkeys(mention.name for mention in self.mentions if mention.subject == subject))

    @property
    def plainly_named(self) -> set[str]:
        """What is named by words that stay as they are, such as industries: together and word by word."""
        said = [self.plain[each.start : each.end] for each in self.mentions if each.subject not in TOKENS]
        return {text.casefold() for many in said for text in (many, *re.findall(r"\w+", many))}

    @property
    def bare(self) -> str:
        """The question with blanks where its names are, so that no word of theirs means anything else."""
        text = self.plain
        for mention in self.mentions:
            text = f"{text[: mention.start]}{' ' * (mention.end - mention.start)}{text[mention.end :]}"
        return text


def look(question: str, link: Link, spelling: Spelling) -> list[Text]:
    """The question with its names, periods and numbers found and masked, in each way that it may be read.

    A company's name may stand for its lead or for its deal, and what looks like a name that nothing has may be any
    other word.
    """
    plain = question.strip()
    # Who shouts writes no names by their capitals.
    plain = plain.lower() if plain.isupper() else plain
    mentions = list(link(plain))
    texts = [_text(plain, mentions, spelling)]
    for place, mention in enumerate(mentions):
        if mention.other:
            texts.append(_text(plain, [*mentions[:place], mention.other, *mentions[place + 1 :]], spelling))
    if not any(mention.subject in RECORDS for mention in mentions) and (name := _capitals(texts[0])):
        texts.insert(0, taken_for_name(texts[0], name))
    if not texts[-1].named("source") and (origin := _origin(texts[-1], spelling)):
        texts.insert(-1, _taken_for_source(texts[-1], origin))
    return texts


def taken_for_name(text: Text, words: str) -> Text:
    """The question with some words of it taken for the name of a record that nobody knows."""
    token = TOKENS["deal" if _OF_DEALS.search(text.plain) else "lead"]
    clear = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", token, text.clear, count=1)
    return replace(_read(clear, text), unknown=words)


def _taken_for_source(text: Text, word: str) -> Text:
    clear = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", TOKENS["source"], text.clear, count=1)
    return replace(_read(clear, text), unknown_source=word)


def _origin(text: Text, spelling: Spelling) -> str | None:
    """A word that stands where sources are named and is no word of questions."""
    masked = periods.found(text.clear, TOKENS["period"])[0]
    for found in _ORIGIN.finditer(masked):
        word = found["from"] or found["kind"]
        is_new = (spelling.is_strange if found["kind"] else spelling.is_rare)(word.lower())
        if (
            is_new
            and word.casefold() not in text.plainly_named
            and word not in TOKENS.values()
            and not any(sign.isdigit() for sign in word)
        ):
            return word
    return None


def strange(text: Text, spelling: Spelling) -> str | None:
    """Words side by side that are neither the language's nor a question's, such as a name in small letters."""
    words = re.findall(r"[^\W\d_]+", text.clear)
    found = [word for word in words if len(word) > 2 and spelling.is_strange(word.lower())]
    together = " ".join(found)
    return together if found and len(words) > len(found) and together in text.clear else None


def _text(plain: str, mentions: Sequence[Mention], spelling: Spelling) -> Text:
    clear = plain
    for mention in sorted(mentions, key=lambda each: -each.start):
        if mention.subject not in TOKENS:
            continue
        tail = "'s" if re.search(r"['’]s\W*$", plain[mention.start : mention.end]) else ""
        clear = f"{clear[: mention.start]}{TOKENS[mention.subject]}{tail} {clear[mention.end :]}"
    clear = _SOME_LEAD.sub(TOKENS["lead"], _SOME_DEAL.sub(TOKENS["deal"], clear))
    return _read(numbers.clocked(spelling.mended(" ".join(clear.split()))), Text(plain, mentions))


def _read(clear: str, text: Text) -> Text:
    masked, spans = mask(clear)
    return replace(text, clear=clear, masked=masked, periods=spans, numbers=numbers.counts(clear))


def mask(clear: str) -> tuple[str, list[str]]:
    """A text with tokens for its periods, times and numbers, and the periods."""
    masked, spans = periods.found(clear, TOKENS["period"])
    masked = numbers.AMOUNT.sub(TOKENS["number"], _CLOCK.sub("sometime", masked))
    return re.sub(r"\s+", " ", numbers.NUMBER.sub(TOKENS["number"], masked)).strip(), spans


def _capitals(text: Text) -> str | None:
    """A name written in capitals that nothing has."""
    found = _NAME.search(text.clear)
    if not found or len(found[0]) <= 2 or _is_dated(found[0]) or found[0].casefold() in text.plainly_named:
        return None
    return re.sub(r"['’]s$", "", found[0])


def _is_dated(name: str) -> bool:
    return bool(_DAY.fullmatch(name)) or periods.found(name, "")[0] != name


def spelt_out(text: Text, subject: str) -> Text:
    """The question as if it named the record that it points at."""
    token = TOKENS[subject]
    return _read(PRONOUN.sub(token, numbers.POSITION.sub(token, text.clear)), text)


def with_record(text: Text, subject: str) -> Text:
    """The question as if it named a record at its end."""
    return _read(f"{text.clear} {TOKENS[subject]}", text)


def with_tokens(example: str) -> str:
    """An example of a tool as a question like it is compared."""
    for name, token in TOKENS.items():
        example = example.replace(f"{{{name}}}", token)
    return mask(numbers.clocked(example))[0]


@dataclass(frozen=True)
class Phrase:
    """What somebody said for a value, and where it ends."""

    value: str
    words: str
    end: int


def phrase(text: str, phrases: Mapping[str, Sequence[str]]) -> Phrase | None:
    """The longest phrase that the text has, with the value that it stands for; "…" in one is a few words at most."""
    low = text.lower()
    found = [
        Phrase(value, words, match.end())
        for value, many in phrases.items()
        for words in many
        if (match := re.search(_pattern(words), low))
    ]
    return max(found, key=lambda each: (len(each.words), each.value), default=None)


@cache
def _pattern(words: str) -> re.Pattern[str]:
    some = r"(?: \S+){0,6} "
    return re.compile(rf"\b{some.join(map(re.escape, words.split(' … ')))}\b")
