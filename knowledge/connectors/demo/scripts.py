"""What people say and write: `calls.yaml` and `messages.yaml`, read once."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, NamedTuple, TypeAlias

import yaml

# A piece of dialogue: is it the rep who speaks, and what is said.
Lines: TypeAlias = tuple[tuple[bool, str], ...]


class Question(NamedTuple):
    """What a rep asks, and what buyers answer."""

    ask: str
    answers: list[str]


class Objection(NamedTuple):
    """What a buyer holds against it, and how a rep answers well or poorly."""

    kind: str
    raised: list[str]
    good: str
    poor: str


class Message(NamedTuple):
    """A letter, or a note on a meeting."""

    subject: str
    body: str


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((files(__package__) / name).read_text(encoding="utf-8"))
    return read


def _dialogues(pieces: list[list[dict[str, str]]]) -> list[Lines]:
    return [tuple((who == "rep", text) for line in piece for who, text in line.items()) for piece in pieces]


def _messages(each: list[dict[str, str]]) -> list[Message]:
    return [Message(**one) for one in each]


_CALLS, _MESSAGES = _read("calls.yaml"), _read("messages.yaml")

RIVALS: list[str] = _CALLS["rivals"]
OPENINGS, ABOUT_RIVALS, ABOUT_PRICES, AGREED, LEFT_OPEN = (
    _dialogues(_CALLS[part]) for part in ("openings", "about_rivals", "about_prices", "agreed", "left_open")
)
QUESTIONS = [Question(**one) for one in _CALLS["questions"]]
OBJECTIONS = [Objection(**one) for one in _CALLS["objections"]]
PITCH: list[str] = _CALLS["pitch"]
NODS: list[str] = _CALLS["nods"]

NOTES: dict[str, list[str]] = _MESSAGES["notes"]
FIRST_LETTERS, LETTERS_IN_DEALS, REPLIES, REPLIES_IN_DEALS, PROPOSALS = (
    _messages(_MESSAGES[part])
    for part in ("first_letters", "letters_in_deals", "replies", "replies_in_deals", "proposals")
)
MEETINGS = {kind: Message(**one) for kind, one in _MESSAGES["meetings"].items()}
# What a buyer looks at or asks for alone.
ALONE: dict[str, list[str]] = _MESSAGES["alone"]
