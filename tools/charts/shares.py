"""What each of several people has, before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.charts.figures import INK, canvas, caption
from tools.charts.marks import COLOURS, marked, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW_HEIGHT = 0.42
THICK = 0.36


@dataclass(frozen=True)
class Holding:
    """What somebody has: all, and the part of it that matters most."""

    name: str
    all_before: float
    all_after: float
    part_before: float
    part_after: float


def before_and_after(holdings: Sequence[Holding], title: str, *, measures: str, part: str) -> Figure:
    """Two bars for each person, the thin one before and the solid one after; `part` names the darker piece of both."""
    figure, axes = canvas(title, height=max(1.8, 1.2 + ROW_HEIGHT * len(holdings)))
    for row, each in enumerate(holdings):
        for place, alpha, whole, best in (
            (row - THICK / 2, 0.35, each.all_before, each.part_before),
            (row + THICK / 2, 0.9, each.all_after, each.part_after),
        ):
            axes.barh(place, whole, color=COLOURS[0], height=THICK, alpha=alpha, zorder=2)
            axes.barh(place, best, color=COLOURS[1], height=THICK, alpha=alpha, zorder=3)
        axes.annotate(
            f"{each.all_before:,.0f} → {each.all_after:,.0f}",
            (max(each.all_before, each.all_after), row),
            (5, 0),
            textcoords="offset points",
            va="center",
            color=INK,
        )
    axes.set_yticks(range(len(holdings)), [short(each.name) for each in holdings])
    axes.set_ylim(len(holdings) - 0.4, -0.6)
    caption(figure, f"{measures}, pale before; {part} in orange")
    axes.margins(x=0.18)
    axes.grid(visible=False, axis="y")
    marked(axes.xaxis, lambda value: f"{value:,.0f}")
    return figure
