"""Forecasts as blocks: the sum, what it is held against, groups as a table, what is not known in small print."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks
from bot.views.blocks import Block
from tools import wording
from tools.accuracy import ForecastAccuracy
from tools.forecasts import Outcome, PastForecast, SalesForecast

ROWS_SHOWN = 20


@blocks.drawn.register
def forecast(found: SalesForecast) -> list[Block]:
    """The head in bold, the sentences, a table of people or else of segments, the caveats."""
    head, *rest = found.text.split("\n")
    caveats = set(found.caveats)
    groups = found.by_person or found.by_segment
    return [
        blocks.markdown(f"*{blocks.escaped(head)}*"),
        *(blocks.section(line) for line in rest if line not in caveats),
        *([_table(groups[:ROWS_SHOWN], found.currency)] if len(groups) > 1 else []),
        *(blocks.context(blocks.escaped(line)) for line in found.caveats),
    ]


@blocks.drawn.register
def past(found: PastForecast) -> list[Block]:
    """What came, then what had been told."""
    head, *rest = found.text.split("\n")
    return [blocks.markdown(f"*{blocks.escaped(head)}*"), *(blocks.section(line) for line in rest)]


@blocks.drawn.register
def accuracy(found: ForecastAccuracy) -> list[Block]:
    """The verdict, the periods, and the own word of people in small print."""
    head, *rest = found.text.split("\n")
    periods = [line for line in rest if line.startswith("• ")]
    return [
        blocks.markdown(f"*{blocks.escaped(head)}*"),
        *([blocks.section("\n".join(periods))] if periods else []),
        *(blocks.context(blocks.escaped(line)) for line in rest if line not in periods),
    ]


def _table(groups: Sequence[Outcome], currency: str) -> Block:
    aimed = any(each.quota is not None for each in groups)
    rows = [("", "P10", "P50", "P90", "booked", *(["quota"] if aimed else []))]
    for each in groups:
        figures = [each.p10, each.p50, each.p90, each.booked, *([each.quota] if aimed else [])]
        rows.append((each.name, *(_money(figure, currency) for figure in figures)))
    return {
        "type": "table",
        "column_settings": [{"align": "left" if place == 0 else "right"} for place in range(len(rows[0]))],
        "rows": [[{"type": "raw_text", "text": blocks.shortened(cell, 200) or " "} for cell in row] for row in rows],
    }


def _money(amount: float | None, currency: str) -> str:
    return "" if amount is None else wording.money(round(amount), currency)
