"""PowerPoint (PPTX): each slide under its title, with its notes; hidden slides are left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pptx import Presentation

from knowledge.playbook.blocks import Block, Draft, clean, heading, row
from knowledge.playbook.readers import office

NOTES = "Notes"


def read(path: Path) -> Draft:
    """The blocks of a presentation, with the number of the slide as their page.

    Raises
    ------
    BadFile
        When it is damaged.
    """
    office.check(path)
    show = Presentation(str(path))
    seen = [(number, slide) for number, slide in enumerate(show.slides, 1) if slide._element.get("show") != "0"]
    links = (each.target_ref for _, slide in seen for each in slide.part.rels.values() if each.is_external)
    blocks = tuple(block for number, slide in seen for block in _slide(slide, number))
    return Draft(blocks, office.facts(show.core_properties), tuple(links))


def _slide(slide: Any, number: int) -> Iterator[Block]:
    title = slide.shapes.title
    said = heading(title.text_frame.text) if title is not None else ""
    section = (said,) if said else ()
    shapes = [each for each in _shapes(slide.shapes) if title is None or each.shape_id != title.shape_id]
    blocks = [block for shape in shapes for block in _shape(shape, section, number)]
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) and (text := clean(frame.text)):
        blocks.append(Block(text, (*section, NOTES), page=number))
    # A slide that says all in its title says something nevertheless.
    yield from blocks or ([Block(said, page=number)] if said else [])


def _shapes(shapes: Any) -> Iterator[Any]:
    """Shapes that are seen, those in groups as well."""
    for shape in shapes:
        if shape._element.find("./*/{*}cNvPr[@hidden='1']") is not None:
            continue
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(shape: Any, section: tuple[str, ...], number: int) -> Iterator[Block]:
    if shape.has_table:
        rows = [row(cell.text for cell in line.cells) for line in shape.table.rows]
        if rows := [line for line in rows if line.strip(" |")]:
            yield Block("\n".join(rows), section, page=number, table=True)
    elif shape.has_text_frame and (text := clean(shape.text_frame.text)):
        yield Block(text, section, page=number)
