"""Figures as blocks: the total in words, the groups as a table."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.pipeline import PipelineReport

ROWS_SHOWN = 60


@blocks.drawn.register
def report(found: PipelineReport) -> list[Block]:
    """The first line of the text, a table of the groups, and the notes."""
    head, *rest = found.text.split("\n")
    notes = [line for line in rest if not line.startswith("• ")]
    table = [_table(found)] if found.lines else []
    return [
        blocks.section(head),
        *table,
        *(blocks.context(blocks.escaped(note)) for note in notes if not note.startswith("And ")),
    ]


def _table(found: PipelineReport) -> Block:
    """Label, figure, and the number of records behind it where the figure is not that number."""
    head, rows = [(found.by or "").capitalize(), found.metric.replace("_", " "), "records"], found.lines[:ROWS_SHOWN]
    told = 2 if found.unit == "count" else 3
    return blocks.table(head[:told], [[line.label, line.shown, f"{line.n:,}"][:told] for line in rows])
