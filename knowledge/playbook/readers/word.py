"""Word (DOCX): headings by their styles, paragraphs, lists and tables; text set as hidden is left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Block, Draft, Outline, clean, row
from knowledge.playbook.readers import office

# A cell may claim to span millions of columns.
MAX_CELLS = 100_000
BODY, CONTENT = qn("w:body"), qn("w:sdtContent")
# Letters as small as a point are not there to be read.
SMALLEST_PT = 1.5


def read(path: Path) -> Draft:
    """The blocks of a Word file.

    Raises
    ------
    BadFile
        When it is damaged, or a table of it is larger than any.
    """
    office.check(path)
    document = docx.Document(str(path))
    body = document.element.body
    if sum(int(each.get(qn("w:val"), 1)) for each in body.iter(qn("w:gridSpan"))) > MAX_CELLS:
        raise BadFile("its tables have more cells than a document has")
    links = tuple(each.target_ref for each in document.part.rels.values() if each.is_external)
    return Draft(tuple(_blocks(body, document, Outline())), office.facts(document.core_properties), links)


def _blocks(element: Any, parent: Any, outline: Outline) -> Iterator[Block]:
    """Blocks of the paragraphs and tables in an element, and in the forms to be filled in there."""
    for part in element:
        if part.tag == qn("w:tbl"):
            if text := _table(Table(part, parent)):
                yield Block(text, outline.section, table=True)
        elif part.tag == qn("w:p"):
            yield from _paragraph(Paragraph(part, parent), outline)
        elif part.tag in (qn("w:sdt"), CONTENT, qn("w:ins"), qn("w:moveTo")):
            yield from _blocks(part, parent, outline)


def _paragraph(paragraph: Paragraph, outline: Outline) -> Iterator[Block]:
    words = clean(_seen(paragraph))
    style = (paragraph.style.name or "") if paragraph.style else ""
    if words and (style == "Title" or style.startswith("Heading")):
        outline.enter(int(style[-1]) if style[-1].isdecimal() else 0, words)
    elif words:
        yield Block(f"• {words}" if style.startswith("List") else words, outline.section)


def _table(table: Table) -> str:
    # Cells that were joined are listed once for each that they cover.
    rows = [row(_cell(cell) for cell in line.cells) for line in table.rows]
    return "\n".join(line for line in rows if line.strip(" |"))


def _cell(cell: _Cell) -> str:
    """The words of a cell, of tables in it as well."""
    return "\n".join(_seen(Paragraph(each, cell)) for each in cell._tc.iter(qn("w:p")))


def _seen(paragraph: Paragraph) -> str:
    """The words of a paragraph, of its links and of changes that were not accepted yet; nothing that is hidden."""
    runs = (Run(each, paragraph) for each in paragraph._p.iter(qn("w:r")))
    return "".join(run.text for run in runs if not _is_hidden(run, paragraph))


def _is_hidden(run: Run, paragraph: Paragraph) -> bool:
    fonts = [run.font, *_fonts(run.style), *_fonts(paragraph.style)]
    hidden = next((font.hidden for font in fonts if font.hidden is not None), False)
    size = next((font.size for font in fonts if font.size is not None), None)
    return hidden or (size is not None and size.pt <= SMALLEST_PT) or _is_white(run)


def _is_white(run: Run) -> bool:
    color = run.font.color.rgb
    # Paper may be coloured by the run, its paragraph or its cell.
    shaded = any(each.find(f".//{qn('w:shd')}") is not None for each in run._r.iterancestors(qn("w:p"), qn("w:tc")))
    return color is not None and str(color) == "FFFFFF" and not shaded and run.font.highlight_color is None


def _fonts(style: Any) -> Iterator[Any]:
    """The fonts of a style and of those that it is based on."""
    for _ in range(20):  # styles may be based on one another in a circle
        if style is None:
            return
        yield style.font
        style = style.base_style
