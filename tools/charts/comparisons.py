"""Groups side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools import wording
from tools.charts.figures import INK, canvas
from tools.charts.marks import COLOURS, Point, Told, marked, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAR_HEIGHT = 0.3


def bars(
    points: Sequence[Point],
    title: str,
    *,
    told: Told = wording.percent,
    measures: str = "",
    reference: tuple[str, float] | None = None,
) -> Figure:
    """A bar for each named point, in the order given, each with its figure; `reference` is a line that all are held to.

    Bars start at 0, so figures below 0 grow to the left.
    """
    figure, axes = canvas(title, height=max(1.8, 1.1 + BAR_HEIGHT * len(points)))
    rows = range(len(points))
    axes.barh(rows, [p.value for p in points], color=COLOURS[0], height=0.62, zorder=2, alpha=0.85)
    for row, point in zip(rows, points, strict=True):
        low, high = point.ends
        if low < high:
            axes.plot([low, high], [row, row], color=INK, linewidth=1.2, zorder=3)
        axes.annotate(
            told(point.value),
            (max(high, 0.0), row),
            (5, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            zorder=5,
            bbox={"color": "white", "pad": 1, "alpha": 0.85},
        )
    if reference:
        name, value = reference
        axes.axvline(value, color=COLOURS[1], linestyle="--", linewidth=1.2, zorder=4)
        axes.annotate(name, (value, -0.6), (4, 0), textcoords="offset points", color=COLOURS[1], va="bottom")
    axes.set_yticks(rows, [short(str(point.at)) for point in points])
    axes.set_ylim(len(points) - 0.4, -1.0 if reference else -0.6)
    axes.set_xlabel(measures)
    axes.margins(x=0.18)
    axes.grid(visible=False, axis="y")
    marked(axes.xaxis, told)
    return figure
