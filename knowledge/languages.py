"""Languages by any of their names: "de", "de-AT", "deu", "German" and "Deutsch" are one."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from babel import Locale, localedata
from babel.core import get_global

ENGLISH = Locale("en")


@lru_cache(maxsize=4_096)
def code(text: str | None) -> str | None:
    """The ISO 639 code of a language called by its code, its English name or its own name; None for no language."""
    # What follows is a country or a script: de-AT, pt_BR, "Chinese (Simplified)".
    said = re.split(r"[-_(,/]", text or "", maxsplit=1)[0].strip().casefold()
    known = get_global("language_aliases").get(said, said)
    if known in ENGLISH.languages:
        return str(known)
    return _english_names().get(said) or _own_names().get(said)


def codes(texts: Collection[str] | None) -> frozenset[str]:
    """The codes of several languages; what is no language is left out."""
    return frozenset(found for text in texts or () if (found := code(text)))


@cache
def _english_names() -> dict[str, str]:
    return {name.casefold(): _language_of(key) for key, name in ENGLISH.languages.items()}


@cache
def _own_names() -> dict[str, str]:
    # Those with a code of two letters: reading all 600 would take seconds.
    known = [str(key) for key in ENGLISH.languages if len(str(key)) == 2 and localedata.exists(str(key))]
    own = {key: Locale.parse(key).languages.get(key) for key in known}
    return {name.casefold(): _language_of(key) for key, name in own.items() if name}


def _language_of(key: object) -> str:
    """The language of a locale: pt_BR is Portuguese as it is spoken somewhere."""
    return str(key).split("_")[0]
