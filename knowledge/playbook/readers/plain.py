"""Plain text: paragraphs between empty lines, below front matter if any. Also how any file of text is decoded."""

from __future__ import annotations

import itertools
from pathlib import Path

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Block, Draft, clean
from knowledge.playbook.readers import front


def read(path: Path) -> Draft:
    """The paragraphs of a text file, each with the line on which it starts."""
    facts, body, above = front.split(text(path))
    numbered = enumerate(body.split("\n"), start=above + 1)
    blocks = []
    for is_text, group in itertools.groupby(numbered, lambda each: bool(each[1].strip())):
        if is_text:
            lines = list(group)
            blocks.append(Block(clean("\n".join(line for _, line in lines)), line=lines[0][0]))
    return Draft(tuple(block for block in blocks if block.text), facts)


def text(path: Path) -> str:
    """A file's text, its lines ended by a line feed: UTF-8, or UTF-16 where its first bytes say so.

    Raises
    ------
    BadFile
        When it is no text.
    """
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        found = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile("it is no text in UTF-8; save it as UTF-8") from error
    if "\0" in found:
        raise BadFile("it is no text file")
    return found.replace("\r\n", "\n").replace("\r", "\n")
