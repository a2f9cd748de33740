"""Stand-ins for what is personal in all that goes to a provider of models; the answer gets the real names back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import Privacy
from tools.mentions import Mention
from tools.wording import visible

logger = logging.getLogger(__name__)

SHORTEST, LONGEST, KEY_BYTES = 3, 120, 32
LINKED = ("lead", "deal", "account", "rep")
_TOKEN = re.compile(r"\b(NAME|EMAIL|PHONE|NUMBER|ADDRESS)_([A-Z2-7]{6})(?![A-Z0-9_])", re.I)
# Of what is hidden, the kinds that are counted.
KINDS = ("name", "email", "phone", "word", "number", "address")
# What ends the name of a file and no domain.
_FILES = "pdf|docx?|xlsx?|pptx?|csv|tsv|txt|json|xml|html?|png|jpe?g|gif|svg|log|db|ya?ml|wav|mp[34]|ics|eml"
# Whatever has a scheme, any domain there may be with what follows it, and handles. A domain's last part has letters
# alone and more than one, so "e.g.", "p.m.", versions and amounts are none.
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://[^\s<>|]+|\b(?:mailto|tel|sip|skype):[^\s<>|]+"
    rf"|(?<![\w@.])(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?!(?:{_FILES})\b)(?:xn--[a-z0-9-]+|[^\W\d_]{{2,24}})\b"
    r"(?::\d+)?(?:[/?#][^\s<>|]*)?"
    r"|(?<!\w)@[\w.-]*\w",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Without a dot behind it, or with signs written out so that no machine finds it.
_ODD_EMAIL = re.compile(
    r"[\w.+'-]+@[\w.-]*\w|[\w.+-]+\s?[\[(]\s?at\s?[\])]\s?[\w-]+(?:\s?(?:\.|[\[(]\s?dot\s?[\])])\s?[\w-]+)+", re.I
)
_PHONE = re.compile(r"(?<![\w,.])\+?\d[\d ()./\u00a0\u202f\u2010\u2011-]{6,}\d(?![\w,.]*\d)")
_NUMBER = re.compile(r"\d[\d,.\u00a0\u202f]*\d|\d")
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w'’.&-]*\w", re.UNICODE)


@dataclass
class Veil:
    """Stand-ins in one thread: the same name has the same one as long as the thread lasts.

    A stand-in is made of the thread and the name under a key, so that replicas with one key agree and a provider who
    knows names cannot find out theirs. It is one word that no name is: whatever a model does around it, it is found.

    Parameters
    ----------
    link : finds what a text names among what the asker may hear of
    ordinary : words of questions and answers, which hide nobody; in small letters
    hidden : how often what of each of `KINDS` was hidden
    """

    mode: Privacy
    key: bytes
    thread: str
    link: Callable[[str], Sequence[Mention]]
    ordinary: frozenset[str] = frozenset()
    hidden: Counter[str] = field(default_factory=Counter)
    _real: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _known: re.Pattern[str] | None = None
    _linked: dict[str, Sequence[Mention]] = field(default_factory=dict)

    def knows(self, names: Iterable[str]) -> None:
        """Takes in names that are to be hidden wherever they stand."""
        seen = {visible(name).casefold(): name for name in names}
        fresh = {
            name: real
            for name, real in seen.items()
            if SHORTEST <= len(name) <= LONGEST and any(each.isalpha() for each in name)
        }
        fresh = {name: real for name, real in fresh.items() if name not in self._names and name not in self.ordinary}
        if not fresh:
            return
        self._names |= fresh
        longest = sorted(self._names, key=len, reverse=True)
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.I)

    def hide(self, text: str) -> str:
        """The text with stand-ins, and without what no reader sees."""
        text = visible(text)
        if self.mode == "off" or not text:
            return text
        text = _EMAIL.sub(lambda found: self._token("EMAIL", found[0]), text)
        if self.mode == "strict":
            # Before names, of which addresses are made too.
            text = _outside(text, _ODD_EMAIL, lambda found: self._token("EMAIL", found[0]))
            text = _outside(text, _ADDRESS, lambda found: self._token("ADDRESS", found[0]))
        if self._known:
            text = self._known.sub(lambda found: self._token("NAME", self._names[found[0].casefold()]), text)
        text = "\n".join(self._hide_linked(line) for line in text.split("\n"))
        text = _outside(text, _PHONE, lambda found: self._token("PHONE", found[0]))
        return self._hide_rest(text) if self.mode == "strict" else text

    def show(self, text: str) -> str:
        """The text with the real names; stand-ins that were never given stay as they are."""
        return _TOKEN.sub(lambda found: self._real.get(found[0].upper(), found[0]), text)

    def hide_in(self, value: Any) -> Any:
        """Arguments of a tool with stand-ins."""
        return _mapped(self.hide, value)

    def show_in(self, value: Any) -> Any:
        """Arguments of a tool with the real names."""
        return _mapped(self.show, value)

    def _hide_linked(self, line: str) -> str:
        """A line without what it names otherwise than by a whole known name, such as a first name or a misspelt one."""
        if not line.strip():
            return line
        if line not in self._linked:
            self._linked[line] = [each for each in self.link(line) if each.subject in LINKED]
        for mention in sorted(self._linked[line], key=lambda each: -each.start):
            if not _TOKEN.search(line[mention.start : mention.end]):
                line = line[: mention.start] + self._token("NAME", mention.name) + line[mention.end :]
        return line

    def _hide_rest(self, text: str) -> str:
        text = _outside(text, _CAPITAL, self._capital)
        return _outside(text, _NUMBER, lambda found: self._token("NUMBER", found[0]))

    def _capital(self, found: re.Match[str]) -> str:
        return found[0] if found[0].casefold().rstrip(".") in self.ordinary else self._token("NAME", found[0], "word")

    def _token(self, kind: str, real: str, counted: str = "") -> str:
        said = f"{self.thread}\n{kind}\n{real.casefold() if kind == 'NAME' else real}"
        digest = hmac.new(self.key, said.encode(), hashlib.sha256).digest()
        token = f"{kind}_{base64.b32encode(digest).decode()[:6]}"
        self._real.setdefault(token, real)
        self.hidden[counted or kind.lower()] += 1
        return token


def kept_key(file: Path) -> bytes:
    """The key that a file keeps, for its owner alone; made at first, so that stand-ins stay the same from then on.

    Where nothing can be kept it is good for this process.
    """
    try:
        if not file.exists():
            # Put in its place whole: nobody reads half a key, and of two that begin at once the later one's is kept.
            unfinished = file.with_name(f".{file.name}.{os.getpid()}")
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
                writing.write(secrets.token_bytes(KEY_BYTES))
            unfinished.replace(file)
        if len(key := file.read_bytes()) == KEY_BYTES:
            return key
    except OSError as error:
        logger.warning("Stand-ins are kept nowhere: %s", type(error).__name__, extra={"action": "no_privacy_key"})
    return secrets.token_bytes(KEY_BYTES)


def _outside(text: str, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str]) -> str:
    """The text with what a pattern finds replaced, but for what stands in stand-ins."""
    pieces, at = [], 0
    for token in _TOKEN.finditer(text):
        pieces += [pattern.sub(put, text[at : token.start()]), token[0]]
        at = token.end()
    return "".join([*pieces, pattern.sub(put, text[at:])])


def _mapped(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(change, each) for name, each in value.items()}
    return [_mapped(change, each) for each in value] if isinstance(value, list | tuple) else value
