"""What people and companies are called and how they are reached; no name is given out twice."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import import_module

from knowledge.connectors.demo import company
from knowledge.connectors.demo.draw import Generator
from knowledge.connectors.demo.places import PLACES

# What companies of an industry call themselves.
TRADES = {
    "Food retail": ("Markets", "Foods", "Grocers", "Fresh"),
    "Logistics": ("Freight", "Logistics", "Haulage", "Parcels"),
    "Hotels": ("Hotels", "Lodges", "Inns", "Resorts"),
    "Property management": ("Estates", "Properties", "Living", "Realty"),
    "Manufacturing": ("Works", "Castings", "Plastics", "Tooling"),
    "Healthcare": ("Clinics", "Care", "Health", "Medical"),
    "Education": ("Academies", "Schools", "College", "Learning"),
    "Restaurants": ("Kitchens", "Grill", "Bistros", "Diners"),
    "Public sector": ("County Services", "Water Board", "Borough Works", "Utilities"),
    "Rail": ("Rail", "Railways", "Transit", "Lines"),
    "Cold storage": ("Cold Stores", "Chill", "Frozen", "Ice"),
    "Leisure": ("Leisure", "Fitness", "Cinemas", "Pools"),
}


@cache
def _pools(locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # The bare lists: a Faker instance for a locale takes a quarter of a second to make.
    provider = import_module(f"faker.providers.person.{locale}").Provider
    first = {name for name in provider.first_names if name.isalpha()}
    last = {name for name in provider.last_names if name.replace("-", "").isalpha() and name[0].isupper()}
    return tuple(sorted(first)), tuple(sorted(last))


class Register:
    """Names and numbers given out so far, and the means to make fresh ones."""

    def __init__(self, rng: Generator) -> None:
        self._rng = rng
        self._people = {one.name for one in company.STAFF}
        self._companies = {company.NAME}
        self._numbers: dict[int, set[str]] = {place: set() for place in range(len(PLACES))}

    def person(self, place: int) -> str:
        """The name of a person who lives there."""
        first, last = _pools(PLACES[place].names)
        while True:
            a, b = self._rng.integers((len(first), len(last))).tolist()
            name = f"{first[a]} {last[b]}"
            if name not in self._people:
                self._people.add(name)
                return name

    def company(self, place: int, industry: str) -> str:
        """The name of a company there; without its legal form, too, it is nobody else's."""
        roots, trades, suffixes = _pools(PLACES[place].names)[1], TRADES[industry], PLACES[place].suffixes
        while True:
            root, trade, suffix = self._rng.integers((len(roots), len(trades), len(suffixes) + 2)).tolist()
            name = f"{roots[root]} {trades[trade]}"
            if name not in self._companies:
                self._companies.add(name)
                return f"{name} {suffixes[suffix]}" if suffix < len(suffixes) else name

    def phone(self, place: int) -> str:
        """A telephone number of the place; one that was given out before only where all of them were."""
        where = PLACES[place]
        while True:
            prefix, rest = self._rng.integers((len(where.prefixes), 10**where.digits)).tolist()
            number = f"{where.prefixes[prefix]}{rest:0{where.digits}d}"
            given = self._numbers[place]
            # Few numbers are kept free for fiction: a larger company than usual runs out of them.
            if number not in given or len(given) == len(where.prefixes) * 10**where.digits:
                given.add(number)
                return number


def trading_name(name: str, place: int) -> str:
    """A company's name without its legal form."""
    for suffix in PLACES[place].suffixes:
        name = name.removesuffix(f" {suffix}")
    return name


def email(name: str, firm: str) -> str:
    """An address at the company's own domain, none of which exists."""
    person, domain = ".".join(_plain(name).split()), "-".join(_plain(firm).split()[:2])
    return f"{person}@{domain}.example"


def _plain(text: str) -> str:
    """Lower case without accents or signs, as mail systems like it."""
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss").lower())
    return "".join(letter for letter in bare if letter in " -" or (letter.isascii() and letter.isalnum()))
