"""Ways of telling what the tools found: wordings of a file, filled with the cells of real results."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from bot.lock import Lock, plain

FOLDER = Path(__file__).parent / "data" / "lock"
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
WORDS = [
    "zero",
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
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
PARTS = {
    Fraction(1, 2): "one in two",
    Fraction(1, 3): "one in three",
    Fraction(2, 3): "two in three",
    Fraction(1, 4): "one in four",
    Fraction(3, 4): "three in four",
    Fraction(1, 5): "one in five",
    Fraction(1, 10): "one in ten",
}
TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


def wordings(name: str) -> list[str]:
    """The wordings of a file, one a line."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def cells_of(lock: Lock) -> list[dict[str, str]]:
    """The cells of the records shown, each with its own line."""
    rows = [row for result in lock.results for row in _rows(result.names, plain(result.text), lock.now)]
    of_all = [line for result in lock.results for line in plain(result.text).split("\n") if not lock.names.named(line)]
    return [row | {"line": "\n".join([row["line"], *of_all])} for row in {row["n"]: row for row in rows}.values()]


def fillings(rows: Sequence[dict[str, str]], rng: random.Random) -> Iterator[dict[str, str]]:
    """What stands for the places of a wording: for each record of a list, with another one beside it."""
    for row in rows:
        others = [other for other in rows if other["n"] != row["n"]]
        compared = [_beside(row, other) for other in others] or [{}]
        yield {**row, **_whole(rows), **max(rng.sample(compared, len(compared)), key=len)}


def filled(wording: str, cells: Mapping[str, str]) -> str | None:
    """The wording with the cells in it; None where one of them is not known."""
    places = re.findall(r"\{(\w+)\}", wording)
    return wording.format(**cells) if all(place in cells for place in places) else None


def _rows(names: Sequence[str], text: str, now: datetime) -> Iterator[dict[str, str]]:
    """The cells of each record's own line, which begins with its name or has it after a mark."""
    for rank, name in enumerate(names, 1):
        line = re.search(rf"(?m)^(?:\d+\. |• ){re.escape(name)}\b.*$", text)
        if not line:
            continue
        words = name.split()
        row = {"line": line[0], "n": name, "rank": str(rank), "ordinal": ordinal(rank)}
        if rank <= len(ORDINALS):
            row |= {"ordinal_word": ORDINALS[rank - 1], "rank_word": WORDS[rank]}
        if len(words) == 2 and not any(each.split()[0] == words[0] for each in names if each != name):
            row |= {"short": words[0]}
        if len(words) == 2 and not any(each.split()[-1] == words[-1] for each in names if each != name):
            row |= {"last": words[-1], "initial": f"{words[0][0]}. {words[-1]}"}
        yield row | _chance(line[0]) | _worth(line[0]) | _times(line[0], now)


def _chance(line: str) -> dict[str, str]:
    found = re.search(r"(\d+(?:\.\d+)?) %(?: chance)? \(([\d.]+)–([\d.]+) %\)", line) or re.search(r": (\d+) %", line)
    if not found:
        return {}
    cells, value = {"chance": found[1]}, float(found[1])
    if len(found.groups()) > 1:
        cells |= {"low": found[2], "high": found[3]}
    cells["p"] = f"{value / 100:.{2 + len(found[1].partition('.')[2])}f}"
    if value == int(value) and 0 < value < 100:
        cells["words"] = _spelled(int(value))
    elif 1 < value < 100 and not found[1].endswith(".5"):
        cells["chance0"] = str(round(value))
    near = min(PARTS, key=lambda part: abs(float(part) * 100 - value))
    return cells | ({"fraction": PARTS[near]} if abs(float(near) * 100 - value) <= 2 else {})


def _worth(line: str) -> dict[str, str]:
    found = re.search(r"\$(\d+(?:,\d{3})*)", line)
    if not found:
        return {}
    value = int(found[1].replace(",", ""))
    cells = {"worth": found[0], "amount": found[1]}
    if value % 100 == 0 and value >= 1_000:
        cells["k"] = f"${value / 1000:g}k"
    if value >= 10_000 and value % 10_000 not in (0, 5_000):
        cells["worth_about"] = f"${round(value / 10_000) * 10_000:,}"
    if value % 1_000 == 0 and value < 100_000:
        cells["worth_words"] = f"{_spelled(value // 1000)} thousand"
    return cells


def _times(line: str, now: datetime) -> dict[str, str]:
    cells = {}
    if found := re.search(r"Last touch: \w+ (\d+) (days?|hours) ago", line):
        count = int(found[1])
        then = now - (timedelta(days=count) if found[2].startswith("day") else timedelta(hours=count))
        cells["ago"] = f"{found[1]} {found[2]}"
        if count < 20:
            cells["ago_words"] = f"{WORDS[count]} {found[2]}"
        if found[2].startswith("day") and count >= 13:
            cells["weeks_about"] = f"{WORDS[round(count / 7)]} weeks"
        if then.date() == now.date() - timedelta(days=1):
            cells["ago_day"] = "yesterday"
        if _week(now) - _week(then) == 1:
            cells["ago_week"] = "last week"
    if found := re.search(r"due (\d+ \w+ \d{4})", line):
        cells |= _due(datetime.strptime(f"{found[1]} +0000", "%d %b %Y %z").date(), now.date())
    if found := re.search(r"It is \w+ (\d\d):(\d\d) there", line):
        hour = int(found[1])
        cells |= {
            "local": f"{found[1]}:{found[2]}",
            "local12": f"{(hour - 1) % 12 + 1}:{found[2]} {'am' if hour < 12 else 'pm'}",
        }
    return cells


def _due(day: date, today: date) -> dict[str, str]:
    cells = {
        "due": f"{day.day} {day:%B} {day.year}",
        "due_us": f"{day:%B} {day.day}, {day.year}",
        "due_iso": f"{day}",
        "due_short": f"{day.day} {day:%b}",
        "due_ordinal": ordinal(day.day),
        "due_weekday": f"{day:%A}",
        "due_month": f"{day:%B}",
        "due_slashed": f"{day.month}/{day.day}/{day.year}",
        "due_in": str((day - today).days),
    }
    if 0 < (day - today).days < 100:
        cells["due_in_words"] = _spelled((day - today).days)
    weeks = _week(day) - _week(today)
    return cells | ({"due_week": {0: "this week", 1: "next week"}[weeks]} if weeks in (0, 1) else {})


def _whole(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """What is said of the list as a whole."""
    if len(rows) < 3:
        return {}
    cells = {"first": rows[0]["n"], "second": rows[1]["n"], "count": str(len(rows)), "others": str(len(rows) - 1)}
    cells |= {"above": rows[0]["n"], "beneath": rows[-1]["n"]}
    cells |= {"count_word": WORDS[len(rows)], "others_word": WORDS[len(rows) - 1]}
    for place, key in (("worth", "amount"), ("chance", "chance")):
        ranked = sorted((row for row in rows if key in row), key=lambda row: float(row[key].replace(",", "")))
        if len(ranked) == len(rows):
            cells |= {f"top_{place}": ranked[-1][place], f"least_{place}": ranked[0][place]}
            cells["top_name" if place == "worth" else "top_chance_name"] = ranked[-1]["n"]
    return cells


def _beside(row: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    cells = {f"{key}2": value for key, value in other.items()}
    if "chance" in row and "chance" in other and _float(row["chance"]) > _float(other["chance"]):
        cells["worse"] = other["n"]
    if "worth" in row and "worth" in other and _float(row["amount"]) < _float(other["amount"]):
        cells["bigger"] = other["n"]
    for key, place, bare in (("chance", "chance_times", "chance"), ("worth", "worth_times", "amount")):
        if key in row and key in other:
            ratio = _float(row[bare]) / (_float(other[bare]) or 1)
            off = abs(ratio / round(ratio) - 1) if round(ratio) in TIMES else 1.0
            if off < 0.02:
                cells |= {place: TIMES[round(ratio)], f"{place}_x": f"{round(ratio)}x"}
            if off < 0.1:
                cells[f"{place}_about"] = TIMES[round(ratio)]
    return cells


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


def ordinal(number: int) -> str:
    """ "1st"."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _spelled(number: int) -> str:
    if number < 20:
        return WORDS[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (f"-{WORDS[ones]}" if ones else "")
