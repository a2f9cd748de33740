"""How what is said of all, of most or of none is read: as a share of 100 or 0, of what they are said to do or to be.

What is only thought of them ("neither is large", "all of them need your click") is told apart.
"""

from __future__ import annotations

import re

from bot.lock.agreement import Figure
from bot.lock.numerals import WORDS
from bot.lock.words import HELPING

_COUNT = rf"\d{{1,3}}|{'|'.join(WORDS)}"
_VERB = (
    r"(?:is|are|was|were|has|have|had|will|would|can|may|made|hits?|did|does|do|won|lost|came|comes?|waits?|needs?|wants?|stands?"
    r"|agreed|got|gets|heard|owns?|holds?|knows?|spoke|took|went|gave|said|\w{3,}ed)\b"
)
# Whatever has a figure beyond a bound: a stage, a source, a month.
_IS_BEYOND = (
    r" (?:is|are|has|have|had|wins?|brings?|makes?|made) (?:more|less|fewer|better|above|over|under|below|at least)\b"
)
_ALL = (
    r"(?:every|each)(?: single)?(?: one)? of (?:them|these|those|your \w+|our \w+)"
    rf"|everyone|everybody|every (?:single )?(?:one|lead|deal|rep|account|customer|\w+(?={_IS_BEYOND}))"
    r"|each (?:one|lead|deal|rep)"
    rf"|all(?: of)?(?: (?:{_COUNT}|them|these|those|the|your|our|open|new|leads|deals|reps|accounts|people))+"
    r"|all(?= (?:are|were|have|had)\b)|most of (?:them|these|those|the \w+|your \w+|our \w+)|the (?:whole|entire) \w+"
)
# What a tool says of its own figures, and not of records.
_THINGS = "(?:interval|range|reason|figure|difference|gap|model)s?"
_NONE = (
    rf"nobody|no one|no-one|neither(?! {_THINGS})(?: (?:one|lead|deal|rep|account|of (?:them|these|those)))?"
    r"|not a single \w+|not one(?: of (?:them|these|those))?|none(?: of (?:them|these|those|the \w+|your \w+|our \w+))?"
    r"|no (?:open |new |other )?(?:lead|deal|rep|account|customer|call|meeting|e-?mail)s?"
    rf"|no \w+(?={_IS_BEYOND})"
)
# All of them are without what none of them has.
_HAVE_NO = re.compile(r" (?:no|without)\b", re.I)
# What is thought of them, or to be done.
_VERY = "very|too|that|so|really|particularly|especially|all that|an?|the|clearly|much|any"
_THOUGHT = re.compile(
    r"(?: (?!not\b)\w+){0,2}? (?:stands? out|needs?|deserves?|looks?|seems?|feels?|matters?"
    rf"|(?:is|are|was|were|will be|would be)(?: (?:{_VERY}))?"
    r" (?:large|big|huge|small|tiny|urgent|pressing|critical|alarming|worrying|dramatic|great|good|bad|strong|weak"
    r"|promising|hopeless|easy|hard|ideal|perfect|close|certain|guaranteed|surprising|unusual|conclusive|out of line"
    r"|better(?! than)|worse(?! than)|worth an?))\b",
    re.I,
)
# Whose they are, as "nobody has them" says it, and what people may do.
_OWNED = re.compile(
    r"(?: else)? (?:owns?|holds?|(?:has|have|had) (?:an|any|no) owner"
    r"|(?:has|have|had)(?= (?:him|her|it|them|these|those|this|that|x+)\b|\s*(?:[.,;:!?)(–]|$)))",
    re.I,
)
_MAY = re.compile(r"(?: else)? (?:may|can) (?P<done>\w+)", re.I)


_ADVISED = re.compile(r"(?: [\w'’-]+){0,5}? (?:should|could|must|ought)\b", re.I)


def _all(match: re.Match[str], text: str) -> Figure | None:
    return _share(match, text, 0.0 if _HAVE_NO.match(text, match.end()) else 100.0)


def _none(match: re.Match[str], text: str) -> Figure | None:
    return _share(match, text, 0.0)


def _share(match: re.Match[str], text: str, share: float) -> Figure | None:
    if _ADVISED.match(text, match.end("who")):
        return None
    # It ends with its first word, so that what is said of "all five" is two figures.
    end = match.start("who") + len(match["who"].split()[0])
    return Figure("share", share, _done(text, match.end("who")), 0.0, False, match.start("who"), end)


def _done(text: str, at: int) -> str:
    """What all or none are said to do, by the beginning of the word that says it."""
    if _OWNED.match(text, at):
        return "own"
    if _THOUGHT.match(text, at):
        return "thought"
    if may := _MAY.match(text, at):
        return f"may {may['done'][:4].lower()}"
    words = re.findall(r"[^\W\d_]+", text[at : at + 40].lower())
    return next((word[:4] for word in words if word not in HELPING and word not in ("no", "without", "else")), "")


PATTERNS = (
    (rf"\b(?P<who>{_ALL})(?! (?:together|combined)\b)(?: \w+){{0,4}}? {_VERB}(?! (?:listed|shown|below|here)\b)", _all),
    (rf"\b(?P<who>{_NONE})(?: \w+){{0,4}}? {_VERB}", _none),
)
