"""What charts draw with: points and lines with their intervals, pens that are told apart, axes with few round marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Told apart by the colour-blind (Okabe and Ito) and, by their dashes, in black and white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#6b7280", "#cc79a7")
DASHES = ("-", "--", "-.", ":", (0, (1, 1)))
# What fits beside a bar, and under an axis of five marks.
LABEL_LETTERS, MARK_LETTERS = 30, 7

Told = Callable[[float], str]


@dataclass(frozen=True)
class Point:
    """A figure at a place (a number or the name of a group), and its interval if it has one."""

    at: float | str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> tuple[float, float]:
        return (self.value if self.low is None else self.low, self.value if self.high is None else self.high)


@dataclass(frozen=True)
class Line:
    """Points that belong together, and what they are called in the chart; the first line of a chart is its subject."""

    name: str
    points: Sequence[Point]


def pen(place: int) -> dict[str, Any]:
    """How the line in that place is drawn; the first one stands out."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "linewidth": 2.0 if place == 0 else 1.4,
        "zorder": 3,
    }


def with_intervals(axes: Axes, points: Sequence[Point], colour: str, *, marker: str, line: Any) -> None:
    """Draws points, each with its interval."""
    at = [float(point.at) for point in points]
    axes.plot(at, [p.value for p in points], color=colour, marker=marker, markersize=4, linestyle=line, zorder=3)
    axes.vlines(at, [p.ends[0] for p in points], [p.ends[1] for p in points], color=colour, linewidth=1.2, alpha=0.7)


def band(axes: Axes, points: Sequence[Point], colour: str) -> None:
    """Draws the intervals of points as one band."""
    ends = [point.ends for point in points]
    axes.fill_between(
        [float(p.at) for p in points], [e[0] for e in ends], [e[1] for e in ends], color=colour, alpha=0.15, linewidth=0
    )


def apart(values: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """The values, pushed apart as far as labels beside them need."""
    step = 0.075 * (limits[1] - limits[0])
    placed: dict[int, float] = {}
    for place in sorted(range(len(values)), key=values.__getitem__):
        placed[place] = max(values[place], max(placed.values(), default=-float("inf")) + step)
    return [placed[place] for place in range(len(values))]


def marked(axis: Axis, told: Told) -> None:
    """Few, round marks, worded like the figures in the text."""
    from matplotlib.ticker import MaxNLocator

    longest = told(axis.get_view_interval()[1])
    axis.set_major_locator(MaxNLocator(5 if len(longest) <= MARK_LETTERS else 3, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: f"{100 * value:g} %" if told is wording.percent else told(value))


def short(text: str) -> str:
    """A label cut to what fits."""
    return text if len(text) <= LABEL_LETTERS else f"{text[: LABEL_LETTERS - 1]}…"
