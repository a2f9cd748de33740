"""The company's own words: a file `glossary.yaml` beside the documents, `term: [what, else, it, is, called]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from knowledge.errors import BadFile
from knowledge.playbook.blocks import clean
from knowledge.playbook.readers.front import ALIAS

NAMES = frozenset(("glossary.yaml", "glossary.yml"))
MAX_BYTES = 200_000


def read(path: Path) -> dict[str, list[str]]:
    """What each term is called besides.

    Raises
    ------
    BadFile
        When it is no such file.
    """
    words = "it is no list of terms; write lines such as `discount: [rebate, reduction]`"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(f"it is larger than {MAX_BYTES // 1_000} kB")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        # Aliases make a few lines stand for gigabytes; a term such as `no` or `1.10` is a word, and nothing else.
        found = None if ALIAS.search(text) else yaml.load(text, yaml.BaseLoader) or {}
    except (yaml.YAMLError, RecursionError, OSError) as error:
        raise BadFile(words) from error
    if not isinstance(found, dict) or not all(isinstance(said, list | str) for said in found.values()):
        raise BadFile(words)
    # What is not seen cannot be asked for, and some of it no database keeps.
    return {
        clean(str(term)): [clean(str(each)) for each in ([said] if isinstance(said, str) else said)]
        for term, said in found.items()
    }


def groups(glossaries: Iterable[Mapping[str, Sequence[str]]]) -> list[list[str]]:
    """Each term with what it is called besides."""
    return [[term, *said] for glossary in glossaries for term, said in glossary.items()]
