"""HTML: what a browser would show of a page; scripts, comments and hidden parts are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree, html

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Block, Draft, Outline, clean, row
from knowledge.playbook.readers import plain
from knowledge.playbook.readers.unseen import DROPPED, is_hidden

ITEM = "•"
HEADINGS = re.compile(r"^h[1-6]$")
INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "big",
        "br",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
    )
) | {"mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
# A table that holds any of these is there to lay out the page.
LAID_OUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6")


def read(path: Path) -> Draft:
    """The blocks of a page; its title and `<meta name=…>` say what it is.

    Raises
    ------
    BadFile
        When it is no HTML.
    """
    # The text is decoded already, and what a declaration says of bytes would only contradict that.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", plain.text(path))
    try:
        page = html.document_fromstring(text)
    except (etree.ParserError, ValueError) as error:
        raise BadFile("it is no HTML page") from error
    facts = {meta.get("name").strip().casefold(): meta.get("content") for meta in page.iterfind(".//meta[@name]")}
    if title := page.findtext(".//title"):
        facts.setdefault("title", title)
    body = page.find("body")
    links = tuple(link.get("href") for link in page.iterfind(".//a[@href]"))
    return Draft(tuple(_blocks(page if body is None else body, Outline())), facts, links)


def seen(fragment: str) -> str:
    """The words that a browser would show of a piece of HTML."""
    try:
        return clean(_words(html.fragment_fromstring(fragment, create_parent="div")))
    except (etree.ParserError, ValueError):
        return ""


def _blocks(element: Any, outline: Outline) -> Iterator[Block]:
    """Blocks of what stands in an element, in order; text between blocks is a paragraph of its own."""
    loose, line = [element.text or ""], element.sourceline
    for child in element:
        if _is_inline(child):
            loose.append(_words(child) + (child.tail or ""))
            continue
        yield from _paragraph("".join(loose), outline, line)
        loose, line = [child.tail or ""], child.sourceline
        if not is_hidden(child):
            yield from _block(child, outline)
    yield from _paragraph("".join(loose), outline, line)


def _block(element: Any, outline: Outline) -> Iterator[Block]:
    if HEADINGS.match(element.tag):
        outline.enter(int(element.tag[1]), _words(element))
    elif element.tag == "table" and next(element.iterdescendants(*LAID_OUT), None) is None:
        yield from _table(element, outline)
    elif element.tag in ("ul", "ol"):
        items = [line for line in clean(_words(element)).splitlines() if line != ITEM]
        if items:
            yield Block("\n".join(items), outline.section, element.sourceline)
    else:
        yield from _blocks(element, outline)


def _table(element: Any, outline: Outline) -> Iterator[Block]:
    for caption in element.iterfind("caption"):
        yield from _paragraph(_words(caption), outline, caption.sourceline)
    lines = (line for line in element.iter("tr") if not is_hidden(line) and not is_hidden(line.getparent()))
    rows = [row(_words(cell) for cell in line.iterchildren("td", "th")) for line in lines]
    if rows := [each for each in rows if each.strip(" |")]:
        yield Block("\n".join(rows), outline.section, element.sourceline, table=True)


def _paragraph(text: str, outline: Outline, line: int | None) -> Iterator[Block]:
    if words := " ".join(clean(text).split()):
        yield Block(words, outline.section, line)


def _words(element: Any) -> str:
    """All that is seen of an element."""
    if not isinstance(element.tag, str) or is_hidden(element):
        return ""
    if element.tag == "br":
        return "\n"
    before, after = (
        ("\n" + ITEM + " ", "\n") if element.tag == "li" else ("", "") if element.tag in INLINE else (" ", " ")
    )
    inner = _text(element.text) + "".join(_words(child) + _text(child.tail) for child in element)
    return before + inner + after


def _text(said: str | None) -> str:
    # Where the source breaks its lines does not show.
    return (said or "").replace("\n", " ")


def _is_inline(element: Any) -> bool:
    """Whether it stands in a line of text with all that it holds, as comments do."""
    within = (each.tag for each in element.iter() if isinstance(each.tag, str))
    return all(tag in INLINE or tag in DROPPED for tag in within)
