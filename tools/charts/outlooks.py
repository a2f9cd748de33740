"""What is booked and what may come, for several groups side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.charts.figures import INK, canvas, caption
from tools.charts.marks import COLOURS, Told, marked, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW_HEIGHT = 0.36


@dataclass(frozen=True)
class Range:
    """A group: what is certain, the interval and the middle of what it comes to, and what was aimed at if anything."""

    name: str
    certain: float
    low: float
    middle: float
    high: float
    aim: float | None = None


def ranges(rows: Sequence[Range], title: str, *, told: Told, certain: str, aim: str) -> Figure:
    """A bar of what is certain for each group, the interval as a pale one, its middle a dot and the aim a mark."""
    figure, axes = canvas(title, height=max(1.9, 1.2 + ROW_HEIGHT * len(rows)))
    for place, row in enumerate(rows):
        axes.barh(place, row.certain, color=COLOURS[0], height=0.5, zorder=2)
        axes.barh(place, row.high - row.low, left=row.low, color=COLOURS[0], height=0.5, alpha=0.25, zorder=1)
        axes.plot([row.middle], [place], "o", color=INK, markersize=4, zorder=4)
        if row.aim is not None:
            axes.plot([row.aim, row.aim], [place - 0.36, place + 0.36], color=COLOURS[1], linewidth=1.8, zorder=3)
        axes.annotate(
            told(row.middle), (max(row.high, row.aim or 0.0), place), (6, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks(range(len(rows)), [short(row.name) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    aims = f"; {aim} in orange" if any(row.aim is not None for row in rows) else ""
    caption(figure, f"{certain}, pale 80 % sure, dot the middle{aims}")
    axes.margins(x=0.25)
    axes.set_xlim(left=0)
    axes.grid(visible=False, axis="y")
    marked(axes.xaxis, told)
    return figure
