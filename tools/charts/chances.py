"""How good chances are: whether they hold, and what their order saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools import wording
from tools.charts.figures import INK, SOFT, canvas
from tools.charts.marks import COLOURS, Line, Point, band, marked, pen, short, with_intervals

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def reliability(points: Sequence[Point], title: str, *, said: str = "chance said", seen: str = "share won") -> Figure:
    """What was said (`at`) against what came true (`value`); on the diagonal both are the same."""
    figure, axes = canvas(title)
    top = min(1.0, max(0.01, *(1.08 * max(float(point.at), point.ends[1]) for point in points)))
    axes.plot([0, top], [0, top], color=SOFT, linewidth=1, linestyle="--", zorder=1)
    axes.annotate(
        "as said",
        (0.97 * top, 0.97 * top),
        (-8, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=SOFT,
    )
    with_intervals(axes, points, COLOURS[0], marker="o", line="-")
    axes.set(xlim=(0, top), ylim=(0, top), xlabel=said, ylabel=seen)
    marked(axes.xaxis, wording.percent)
    marked(axes.yaxis, wording.percent)
    return figure


def gains(
    lines: Sequence[Line],
    title: str,
    *,
    mark: tuple[float, float] | None = None,
    called: str = "share of the list called",
    kept: str = "share of the wins kept",
) -> Figure:
    """How many wins the first part of each list holds; `mark` is the place (called, kept) that the title speaks of."""
    figure, axes = canvas(title)
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=":", zorder=1)
    for place, line in enumerate(lines):
        axes.plot([float(p.at) for p in line.points], [p.value for p in line.points], **pen(place))
        band(axes, line.points, COLOURS[place % len(COLOURS)])
    if mark:
        axes.plot([mark[0], mark[0], 0], [0, mark[1], mark[1]], color=INK, linewidth=0.8, zorder=2)
        axes.plot(*mark, "o", color=INK, markersize=4)
    # All lines meet at the top right; below the diagonal there is room for their names.
    names = [*(line.name for line in lines), "any order"]
    for place, name in enumerate(reversed(names)):
        colour = SOFT if place == 0 else COLOURS[(len(lines) - place) % len(COLOURS)]
        axes.text(0.98, 0.04 + 0.08 * place, short(name), color=colour, ha="right", transform=axes.transAxes)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=called, ylabel=kept)
    marked(axes.xaxis, wording.percent)
    marked(axes.yaxis, wording.percent)
    return figure
