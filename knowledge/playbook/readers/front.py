"""What a document says of itself in the lines between `---` at its head."""

from __future__ import annotations

import re
from typing import Any

import yaml

from knowledge.errors import BadFile

BEGIN, ENDS = "---", ("---", "...")
MAX_CHARS = 4_000
# What an alias stands for begins so; the `&` of "Terms & conditions" is none.
ALIAS = re.compile(r"(^|[\s\[{,:-])&\S", re.MULTILINE)
FACT = re.compile(r"[A-Za-z]\w*\s*:(\s|$)")


def split(text: str) -> tuple[dict[str, Any], str, int]:
    """The front matter of a text, the rest of it, and how many lines the front matter takes.

    Raises
    ------
    BadFile
        When there is front matter that is no YAML mapping, or that never ends: it may say who the document is for.
    """
    lines = text.split("\n")
    # Where an empty line follows, it is a rule between paragraphs.
    if lines[0].strip() != BEGIN or not "".join(lines[1:2]).strip():
        return {}, text, 0
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() in ENDS), None)
    if end is None:
        if FACT.match(lines[1]):
            raise BadFile('the lines that begin with "---" at its head never end; close them with "---"')
        return {}, text, 0
    head = "\n".join(lines[1:end])
    try:
        # Aliases make a few lines stand for gigabytes. Everything is taken as it is written: a title "1.10" is no 1.1.
        found = yaml.load(head, yaml.BaseLoader) if len(head) <= MAX_CHARS and not ALIAS.search(head) else None
    except (yaml.YAMLError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadFile('the lines between "---" at its head are no "name: value" lines')
    facts = {str(name).strip().casefold(): _said(value) for name, value in found.items()}
    return facts, "\n".join(lines[end + 1 :]), end + 1


def _said(value: Any) -> Any:
    """A value, or nothing where YAML means nothing."""
    return None if value in ("", "~", "null") else value
