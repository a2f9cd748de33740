"""Files of each kind as blocks. To add a kind: one file with `read(path) -> Draft`, and one line in `READERS`.

A reader raises `BadFile` where it can say why the file was left out; whatever else it stumbles over means that the
file is damaged. Nothing of a file is ever run, fetched or followed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Draft
from knowledge.playbook.readers import answers, html, markdown, pdf, plain, slides, word

logger = logging.getLogger(__name__)

READERS: Mapping[str, Callable[[Path], Draft]] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain.read,
    ".html": html.read,
    ".htm": html.read,
    ".csv": answers.read,
    ".pdf": pdf.read,
    ".docx": word.read,
    ".pptx": slides.read,
}
MAX_BYTES, MAX_CHARS, MAX_BLOCKS = 25_000_000, 2_000_000, 50_000


def read(path: Path) -> Draft:
    """The file as blocks.

    Raises
    ------
    BadFile
        When it is too large, holds no text, or cannot be read as what its name says it is.
    """
    draft = _read(path)
    size = sum(len(block.text) for block in draft.blocks)
    if not size:
        raise BadFile("it holds no text")
    if size > MAX_CHARS:
        raise BadFile(f"it holds more than {MAX_CHARS:,} characters of text; split it")
    if len(draft.blocks) > MAX_BLOCKS:
        raise BadFile(f"it holds more than {MAX_BLOCKS:,} paragraphs; split it")
    return draft


def _read(path: Path) -> Draft:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadFile(f"it is larger than {MAX_BYTES // 1_000_000} MB; split it")
        return READERS[path.suffix.lower()](path)
    except (BadFile, MemoryError):
        raise
    except OSError as error:
        raise BadFile("it cannot be opened, or not to its end") from error
    except Exception as error:
        # A broken file breaks the libraries in whatever way it likes, so no list of what they raise is ever whole.
        logger.info("A reader gave up on a file", exc_info=True, extra={"action": "file_unreadable"})
        raise BadFile("it is damaged, or not what its name says") from error
