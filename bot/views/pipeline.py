"""Figures as blocks: the total in words, the groups as a table."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.pipeline import PipelineReport

# Slack shows at most a hundred rows, the head among them.
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
    counted = found.unit == "count"
    rows: list[tuple[str, ...]] = [(found.by or "", found.metric.replace("_", " "), "records")]
    rows += [(line.label, line.shown, f"{line.n:,}") for line in found.lines[:ROWS_SHOWN]]
    shown = [row[:2] if counted else row for row in rows]
    return {
        "type": "table",
        "column_settings": [{"align": "left" if place == 0 else "right"} for place in range(len(shown[0]))],
        "rows": [[{"type": "raw_text", "text": blocks.shortened(cell, 200) or " "} for cell in row] for row in shown],
    }
