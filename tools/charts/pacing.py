"""How a sum grows towards what was aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.charts.figures import INK, SOFT, canvas
from tools.charts.marks import COLOURS, Told, apart, marked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Room on the right for what the lines are called.
ROOM = 1.42
# Labels of two lines need as many times the room of one.
TWO_LINES = 1.7


@dataclass(frozen=True)
class Pace:
    """A sum over the days of a period.

    Attributes
    ----------
    now, before : days since the start, and the sum by then: of this period and of the one before
    days : how long the period is
    aim : what is to be reached by its end, if anything
    outlook : P10, P50 and P90 of what it will come to, while that is open
    asked : from which day to which it is asked about, and in which words, where that is a part of it
    marks : days and what they are called, for the axis
    """

    now: Sequence[tuple[float, float]]
    before: Sequence[tuple[float, float]]
    days: float
    marks: Sequence[tuple[float, str]]
    aim: float | None = None
    outlook: tuple[float, float, float] | None = None
    asked: tuple[float, float, str] | None = None


def pacing(found: Pace, title: str, *, told: Told, so_far: str, earlier: str, aimed: str) -> Figure:
    """This period's sum as a line that has come so far, the earlier one pale beside it, the aim at an even pace."""
    figure, axes = canvas(title, height=3.5)
    if found.asked:
        first, last, words = found.asked
        axes.axvspan(first, last, color=COLOURS[0], alpha=0.1, linewidth=0)
        axes.text((first + last) / 2, 1.01, words, transform=axes.get_xaxis_transform(), color=SOFT, ha="center")
    axes.step(*zip(*found.before, strict=True), where="post", color=SOFT, linewidth=1.3, linestyle="--", zorder=2)
    axes.step(*zip(*found.now, strict=True), where="post", color=COLOURS[0], linewidth=2.4, zorder=4)
    day, booked = found.now[-1]
    axes.plot([day], [booked], "o", color=COLOURS[0], markersize=5, zorder=5)
    names = [(found.before[-1][1], f"{earlier}\n{told(found.before[-1][1])}", SOFT)]
    if found.aim is not None:
        axes.plot([0, found.days], [0, found.aim], color=COLOURS[1], linewidth=1.3, linestyle="-.", zorder=3)
        names.append((found.aim, f"{aimed}\n{told(found.aim)}", COLOURS[1]))
    if found.outlook:
        low, middle, high = found.outlook
        axes.plot([found.days] * 2, [low, high], color=INK, linewidth=5, alpha=0.25, zorder=3, solid_capstyle="butt")
        axes.plot([found.days], [middle], "D", color=INK, markersize=4, zorder=5)
        axes.plot([day, found.days], [booked, middle], color=INK, linewidth=0.8, linestyle=":", zorder=2)
        names.append((middle, f"forecast\n{told(middle)}", INK))
    axes.set_xlim(0, found.days * ROOM)
    axes.set_ylim(bottom=0)
    axes.margins(y=0.1)
    limits = axes.get_ylim()
    places = apart([at for at, _, _ in names], (0.0, TWO_LINES * limits[1]))
    # Pushed apart they may end above the chart, where nothing is drawn.
    down = max(0.0, max(places) - 0.97 * limits[1])
    for (_, name, colour), at in zip(names, places, strict=True):
        place = (found.days, at - down)
        axes.annotate(name, place, (9, 0), textcoords="offset points", va="center", color=colour, linespacing=1.15)
    axes.annotate(
        f"{so_far}\n{told(booked)}", (day, booked), (-7, 4), textcoords="offset points", ha="right", color=COLOURS[0]
    )
    axes.set_xticks([at for at, _ in found.marks], [name for _, name in found.marks])
    marked(axes.yaxis, told)
    return figure
