"""Numbers in digits and in words."""

from __future__ import annotations

import re

NUMBER = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
SIGN = r"(?:(?<![\w.,)–-])[-−])?"
SIZE = r"(?:k|m|mn|bn|thousand|million|billion)\b"
SIZES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS = {word: value for value, word in enumerate(_SMALL.split())} | _TENS
_MORE = {"thousand": 1_000, "million": 1_000_000, "dozen": 12}
_TO_99 = (
    rf"(?:(?:{'|'.join(['twenty', *_TENS])})[ -](?:one|two|three|four|five|six|seven|eight|nine)|{'|'.join(WORDS)})\b"
)
_TO_999 = rf"(?:(?:a|{_TO_99})[ -]hundred\b(?:[ -](?:and[ -])?{_TO_99})?|{_TO_99})"
SAID = rf"(?:(?:{_TO_999})(?:[ -](?:{'|'.join(_MORE)})\b)?|a (?:{'|'.join(_MORE)})\b)"


def value(text: str) -> float:
    """The value of digits."""
    return float(re.sub(r"[,\u00a0\u202f]", "", text))


def decimals(text: str) -> int:
    """How many digits stand behind the point."""
    return len(text.partition(".")[2]) if re.fullmatch(r"[\d,.\u00a0\u202f]+", text) else 0


def exactness(digits: str) -> float:
    """How exactly a number is said; trailing zeros of a whole one may be rounding."""
    if "." in digits:
        return float(10 ** -decimals(digits))
    whole = re.sub(r"\D", "", digits)
    return float(10 ** (len(whole) - len(whole.rstrip("0")))) if whole.rstrip("0") else 1.0


def roundness(value: float) -> float:
    """How exactly a whole value is said, whose trailing zeros may be rounding."""
    return exactness(f"{abs(value):.0f}")


def spelled(words: str) -> float:
    """The value of a number in words."""
    total = 0.0
    for part in re.split(r"[ -]+", words.lower()):
        if part == "hundred":
            total = (total or 1) * 100
        elif part in _MORE:
            total = (total or 1) * _MORE[part]
        else:
            total += WORDS.get(part, 0)
    return total


def number(text: str) -> float:
    """The value of a number in digits or in words."""
    return value(text) if text[0].isdigit() or text[0] == "." else spelled(text)
