"""What makes a wording a lie: cells that look like those of a record and are not."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from tests.tellings import ORDINALS, PARTS, TIMES, ordinal

SPANS = {"tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2, "a week ago": -7, "two weeks ago": -14}
AHEAD = {"in 3 days": 3, "in a week": 7, "3 days ago": -3, "six days ago": -6, "in four weeks": 28}
FIGURE = re.compile(r"(\d+(?:\.\d+)?) (minute|hour|day|week)s?\b")
COUPLE = re.compile(r"\b(?:2|two|twice|14 days|2 weeks)\b")
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}


def false_cells(
    row: Mapping[str, str], line: str, rows: Sequence[Mapping[str, str]], now: datetime, rng: random.Random
) -> dict[str, str]:
    """Cells that are not those of a record, whose own line is given too."""
    others = [other for other in rows if other["n"] != row["n"]]
    cells = {"false_day": rng.choice(_days(line, now))}
    if not COUPLE.search(line):
        cells["couple"] = "a couple"
    if len(rows) > 2:
        cells |= _places({row["rank"], *re.findall(r"(\d+)(?:st|nd|rd|th)", line)}, len(rows), rng) | _bounds(row, rows)
        cells |= {"not_first": rng.choice(rows[1:])["n"]} | _not_most(rows, rng)
        cells |= _unsorted(rows)
    if "amount" in row:
        cells |= _beyond(float(row["amount"].replace(",", "")), line)
    cells |= _usual(line)
    if "chance" in row:
        cells |= _finer(row["chance"], line, rng)
    if others:
        cells |= _multiples(row, rng.choice(others), rng) | _mixed(row["n"], [each["n"] for each in rows], rng)
    return cells


def _days(line: str, now: datetime) -> list[str]:
    """Days that have nothing to do with the line."""
    true = {round(float(count) * DAYS[unit]) for count, unit in FIGURE.findall(line)}
    offsets = {sign * day + more for day in true for sign in (1, -1) for more in (-1, 0, 1)}
    for found in re.findall(r"\d+ \w+ \d{4}", line):
        offsets.add((datetime.strptime(f"{found} +0000", "%d %b %Y %z").date() - now.date()).days)
    said = [words for words, offset in (SPANS | AHEAD).items() if offset not in offsets]
    weeks = {_week(now.date() + timedelta(days=offset)) - _week(now.date()) for offset in offsets}
    return [*said, *(words for words, week in {"last week": -1, "next week": 1}.items() if week not in weeks)]


def _week(day: date) -> int:
    return (day.toordinal() - 1) // 7


def _places(true: set[str], count: int, rng: random.Random) -> dict[str, str]:
    place = rng.choice([each for each in range(1, min(count, len(ORDINALS)) + 1) if str(each) not in true])
    return {"false_place": ORDINALS[place - 1], "false_ordinal": ordinal(place), "false_rank": str(place)}


def _bounds(row: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    cells = {}
    for key, place, of in (("amount", "worth", max), ("chance", "chance", min)):
        values = [float(each[key].replace(",", "")) for each in rows if key in each]
        if len(values) == len(rows) and float(row[key].replace(",", "")) != of(values):
            cells[f"{place}_not_{'top' if of is max else 'least'}"] = row[place]
    return cells


def _not_most(rows: Sequence[Mapping[str, str]], rng: random.Random) -> dict[str, str]:
    cells = {}
    for place, key, of in (("not_best", "chance", max), ("not_biggest", "amount", max), ("not_least", "chance", min)):
        values = {row["n"]: float(row[key].replace(",", "")) for row in rows if key in row}
        others = [name for name, value in values.items() if value != of(values.values())]
        if others:
            cells[place] = rng.choice(others)
    return cells


def _unsorted(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """An order that the list is not in."""
    for key, words in (("amount", "in order of value"), ("chance", "sorted by chance")):
        values = [float(row[key].replace(",", "")) for row in rows if key in row]
        if len(values) == len(rows) and values not in (sorted(values), sorted(values, reverse=True)):
            return {"sorted_not": words}
    return {}


def _beyond(amount: float, line: str) -> dict[str, str]:
    """Round amounts that no amount of the line is near."""
    told = [float(each.replace(",", "")) for each in re.findall(r"\$(\d[\d,]*)", line)]
    size = 10 ** (len(f"{amount:.0f}") - 1)
    much, little = (int(max(told) * 1.6 // size) + 1) * size, int(min(told) * 0.5)
    return {"too_much": f"${much:,}", "too_little": f"${little:,}"}


def _usual(line: str) -> dict[str, str]:
    """What is typical of a record, and stands nowhere else in its line."""
    found = re.search(r"typical is (\d+ (?:minutes|hours|days))\b", line)
    return {"typical": found[1]} if found and line.count(found[1]) == 1 else {}


def _finer(chance: str, line: str, rng: random.Random) -> dict[str, str]:
    finer = f"{chance}{'' if '.' in chance else '.'}{rng.choice(('0', '00'))}"
    value = float(chance)
    shares = [float(each) for each in re.findall(r"(\d+(?:\.\d+)?)(?=–| %)", line)] + [50.0] * ("half" in line)
    far = [said for part, said in PARTS.items() if all(abs(float(part) * 100 - share) > 6 for share in shares)]
    places = len(chance.partition(".")[2])
    cells = {"finer_chance": finer, "finer_p": f"{value / 100:.{places + 3}f}"}
    return cells | ({"false_fraction": rng.choice(far)} if far else {})


def _multiples(row: Mapping[str, str], other: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    cells = {f"{key}2": value for key, value in other.items()}
    for key, place in (("chance", "chance"), ("amount", "worth")):
        if key in row and key in other:
            ratio = float(row[key].replace(",", "")) / (float(other[key].replace(",", "")) or 1)
            far = [times for times in TIMES if abs(ratio / times - 1) > 0.2]
            times = rng.choice(far)
            cells |= {f"false_{place}_times": TIMES[times], f"false_{place}_x": f"{times}x"}
    return cells


def _mixed(name: str, names: Sequence[str], rng: random.Random) -> dict[str, str]:
    """The first name of one with the last name of another."""
    people = [each.split() for each in names if len(each.split()) == 2 and each == each.title()]
    mixed = [f"{name.split()[0]} {each[1]}" for each in people if name.split() in people and each != name.split()]
    mixed = [each for each in mixed if each not in names]
    return {"mixed": rng.choice(mixed)} if mixed else {}
