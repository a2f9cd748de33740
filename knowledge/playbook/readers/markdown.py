"""Markdown: headings, paragraphs, lists, quotations and tables; of HTML in it what a browser would show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.playbook.blocks import Block, Draft, Outline, clean, row
from knowledge.playbook.readers import front, html, plain

MARKDOWN = MarkdownIt("commonmark").enable("table")
ITEM = "• "


def read(path: Path) -> Draft:
    """The blocks of a Markdown file, with its front matter."""
    facts, body, above = front.split(plain.text(path))
    tokens = MARKDOWN.parse(body)
    return Draft(tuple(_blocks(tokens, above)), facts, tuple(_links(tokens)))


def _links(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])


def _blocks(tokens: Sequence[Token], above: int) -> Iterator[Block]:
    outline = Outline()
    for group in _groups(tokens):
        first = group[0]
        if first.type == "heading_open":
            outline.enter(int(first.tag[1]), _inline(group[1]))
            continue
        table = first.type == "table_open"
        text = "\n".join(_rows(group)) if table else clean("\n".join(_lines(group)))
        if text:
            yield Block(text, outline.section, above + first.map[0] + 1 if first.map else None, table=table)


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block that stands in nothing else."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _lines(group: Sequence[Token]) -> Iterator[str]:
    marker = ""
    for token in group:
        if token.type == "list_item_open":
            marker = f"{token.info}. " if token.info else ITEM
        elif token.type in ("inline", "fence", "code_block", "html_block") and (words := _seen(token)):
            yield marker + words
            marker = ""


def _seen(token: Token) -> str:
    if token.type == "inline":
        return _inline(token)
    return html.seen(token.content) if token.type == "html_block" else token.content


def _rows(group: Sequence[Token]) -> Iterator[str]:
    cells: list[str] = []
    for token in group:
        if token.type == "inline":
            cells.append(_inline(token))
        elif token.type == "tr_close":
            yield row(cells)
            cells = []


def _inline(token: Token) -> str:
    """The words of a line without its markup; of a picture what it shows."""
    children = token.children or []
    if any(child.type == "html_inline" for child in children):
        return html.seen(MARKDOWN.renderer.render(children, MARKDOWN.options, {}))
    parts = []
    for child in children:
        if child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n" if child.type == "hardbreak" else " ")
    return "".join(parts)
