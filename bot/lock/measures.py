"""What a figure is said to measure, by the words beside it: a chance is no reply rate, and a total no monthly sum.

A word that may be of several measures leaves them open; what a text says nothing of is open too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, reduce

from bot.lock.agreement import Figure
from bot.lock.figures import figures
from bot.lock.sentences import clauses, sentences

# For each kind of figure: words, and which measures they may speak of; the longer ones first.
_WORDS: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    kind: tuple((words, frozenset(measures.split())) for words, measures in pairs)
    for kind, pairs in {
        "percent": (
            (r"(?:win|winning|close|closing|hit|success) rates?", "rate"),
            (r"conversion rates?", "conversion"),
            (r"(?:reply|response|answer|open|click|bounce|no-show|show-up|churn|retention|growth|tax) rates?", "other"),
            (r"discounts?|margins?|commission|mark-?up", "other"),
            (r"slip\w*|los[es]|losing|lost|risk\w*", "risk"),
            (r"reach(?:es|ing)?|quotas?|targets?", "reach quota"),
            (r"chances?|odds|likelihood|probabilit\w+|likely", "win risk reach"),
            (r"w[io]n|wins|winning|convert\w*|close[sd]?|closing|buys?", "win conversion rate"),
        ),
        "money": (
            (r"at stake", "stake worth"),
            (r"worth|valued?|amounts?", "worth"),
            (r"book(?:ed|ings?)|in the books|revenues?|turnover|in sales|sales of|earn(?:ed|ings)", "booked"),
            (r"pipelines?", "pipeline"),
            (r"quotas?|targets?", "quota"),
            (r"forecasts?|projections?|projected", "forecast"),
            (r"averag\w+|mean", "average"),
            (r"short(?! of [$€£\d])|shortfall", "short"),
            (r"costs?", "price worth"),
            (r"pric\w+|fees?|discounts?|budgets?|debts?|owe[sd]?|paid|salary|commissions?|refunds?", "price"),
        ),
    }.items()
}
# What a figure is a part of is not what it is: "$1.28M of the forecast is booked".
_WHOLE = re.compile(
    r"\b(?:of (?:the|its|his|her|your|our|their)|(?:above|below|over|under|past|beyond)(?: (?:the|its|his|her|your))?) "
    r"(?:forecast|quota|target|pipeline)\b",
    re.I,
)
# Words of a span: those that stand before a figure, or behind it.
_EVERY = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly|MRR",
    "quarter": "quarterly",
    "year": r"yearly|annual(?:ly|ised|ized)?|ARR|p\.a\.",
}
_BEHIND = {
    span: re.compile(
        rf"\s?/\s?{span}\b|(?: [a-z]+)? (?:in )?(?:(?:an?|per|each|every) {span}|{words})(?! ago)(?!\w)", re.I
    )
    for span, words in _EVERY.items()
}
_AHEAD = {span: re.compile(rf"\b(?:{words})(?: \w+){{0,2}} $", re.I) for span, words in _EVERY.items()}


# What may be called worth so much as well.
_WORTH = {"pipeline", "booked", "forecast", "stake"}
# What parts a figure from the one that it is set against.
_AGAINST = re.compile(r"\s(?:against|versus|vs\.?|compared (?:with|to))\s")
_GOAL = r"(?:it|(?:(?:the|your|its|our|his|her|their) )?(?:quota|target))\b"
_WAYS = {
    1: re.compile(rf" (?:too high\b|(?:above|over|past|ahead of|beyond) {_GOAL})", re.I),
    -1: re.compile(rf" (?:too low\b|short\b|(?:below|under|behind) {_GOAL})", re.I),
}
# What is usual, as a tool says it; and what says so of a figure, or sets it against another.
_USUAL = re.compile(r"\b(?:typical|usual) is $|\ba typical $", re.I)
_ARE_USUAL = re.compile(r" (?:are|is) (?:usual|typical)\b", re.I)
_SET_AGAINST = re.compile(
    r"\b(?:typical\w*|usual\w*|normal\w*|average\w*|median|most|par|expect\w*|than|vs|versus|against|compared|instead"
    r"|others?|where|norm)\b|\|",
    re.I,
)


@dataclass(frozen=True)
class Called:
    """What a figure is called: the measures that its words may speak of (none: any), and for each of which span.

    Of what is usual it is said so, or the figure is set against another. The way is 1 of what is above a quota or too
    high, -1 of what is below or too low.
    """

    measures: frozenset[str] = frozenset()
    every: str = ""
    is_usual: bool = False
    way: int = 0

    def fits(self, known: Called) -> bool:
        """Whether something known may be called so."""
        is_open = (
            not self.measures or not known.measures or ("worth" in self.measures and bool(known.measures & _WORTH))
        )
        return (
            (is_open or bool(self.measures & known.measures))
            and self.every in ("", known.every)
            and self.is_usual >= known.is_usual
            and self.way * known.way >= 0
        )


UNKNOWN = Called()


def called(figure: Figure, text: str) -> Called:
    """What a figure of a text is called in its own clause."""
    start, end = next(((a, b) for a, b in clauses(text) if a <= figure.start < b), (0, len(text)))
    clause = _side(figure, start, text[start:end])
    return Called(_measures(figure, clause), every(figure, text), bool(_SET_AGAINST.search(text)), _way(figure, text))


def _side(figure: Figure, start: int, clause: str) -> str:
    """The clause of a figure on its own side of what it is set against."""
    found = _AGAINST.search(clause)
    if not found:
        return clause
    return clause[: found.start()] if figure.start - start < found.start() else clause[found.end() :]


def known_as(figure: Figure, line: str, head: str) -> Called:
    """What a figure of a tool's line is: by its clause, else the rest of its sentence, else what heads its list."""
    own = called(figure, line)
    sentence, free = _sentence(figure, line)
    texts = (free, head.partition(";")[0] if line.lstrip().startswith("•") else "", sentence)
    found = own.measures or next((found for text in texts if (found := _measures(figure, text))), own.measures)
    is_chance = "win" in found and not re.search(r"\brates?\b", head if found != own.measures else line, re.I)
    is_usual = bool(_USUAL.search(line, 0, figure.start) or _ARE_USUAL.match(line, figure.end))
    return Called(found - {"rate", "conversion"} if is_chance else found, own.every, is_usual, own.way)


def _way(figure: Figure, text: str) -> int:
    return next((way for way, words in _WAYS.items() if words.match(text, figure.end)), 0)


def _sentence(figure: Figure, line: str) -> tuple[str, str]:
    """The sentence of a figure, and the same without the clauses of others of its kind, whose words are theirs."""
    at, start, sentence = 0, 0, line
    for each in sentences(line):
        start, sentence = (at, each) if at <= figure.start else (start, sentence)
        at += len(each)
    others = [each.start - start for each in _figures(line) if each.kind == figure.kind and each.start != figure.start]
    parts = clauses(sentence)
    return sentence, " ".join(sentence[a:b] for a, b in parts if not any(a <= other < b for other in others))


@lru_cache(maxsize=64)
def _figures(line: str) -> tuple[Figure, ...]:
    """The figures of a line, which each of them is asked about."""
    return tuple(figures(line))


def _measures(figure: Figure, text: str) -> frozenset[str]:
    """What all words of a text agree on; where they do not, whatever any speaks of."""
    if figure.unit in ("part", "times", "ratio"):
        return frozenset()
    text = _WHOLE.sub(" ", text)
    found = []
    for words, measures in _WORDS.get(figure.kind, ()):
        spoken = re.compile(rf"\b(?:{words})\b", re.I)
        if spoken.search(text):
            found.append(measures)
            text = spoken.sub(" ", text)
    agreed = reduce(frozenset.__and__, found) if found else frozenset()
    return agreed or frozenset().union(*found)


def every(figure: Figure, text: str) -> str:
    """For each of which span a figure is said: "month" of "$400 a month"; "" where it is not."""
    spans = (
        span for span in _EVERY if _BEHIND[span].match(text, figure.end) or _AHEAD[span].search(text, 0, figure.start)
    )
    return next(spans, "")
