"""What goes on over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tools import wording
from tools.charts.figures import canvas
from tools.charts.marks import COLOURS, DASHES, Line, Point, Told, apart, marked, short, with_intervals

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What fits below the axis.
LETTERS_BELOW = 44


def over_time(
    lines: Sequence[Line], title: str, *, told: Told = wording.percent, measures: str = "", zero: bool = True
) -> Figure:
    """Each line from the earliest instant (the names of the first line's points) to the latest, named at its end."""
    figure, axes = canvas(title)
    labels = [str(point.at) for point in lines[0].points]
    for place, line in enumerate(lines):
        placed = [
            Point(labels.index(str(p.at)), p.value, p.low, p.high) for p in line.points if str(p.at) in set(labels)
        ]
        with_intervals(axes, placed, COLOURS[place % len(COLOURS)], marker="o", line=DASHES[place % len(DASHES)])
    if zero:
        axes.set_ylim(bottom=0)
    ends = [line.points[-1].value for line in lines]
    for place, (line, at) in enumerate(zip(lines, apart(ends, axes.get_ylim()), strict=True)):
        axes.annotate(
            short(line.name),
            (len(labels) - 1, at),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS[place % len(COLOURS)],
        )
    every = -(-sum(map(len, labels)) // LETTERS_BELOW)
    axes.set_xticks(range(0, len(labels), every), labels[::every])
    axes.set(xlim=(-0.3, len(labels) - 1 + 0.3), ylabel=measures)
    marked(axes.yaxis, told)
    return figure
