"""Charts in one calm style: text for a page (SVG) or a picture for a message (PNG).

Each function draws figures that were worked out elsewhere, with their intervals, under a title that states what they
show. matplotlib is imported when the first chart is drawn, and its global state of current figures is never used.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import textwrap
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

import platformdirs

from tools import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

INK, SOFT, GRID = "#1f2933", "#6b7280", "#e5e7eb"
# Told apart by the colour-blind (Okabe and Ito) and, by their dashes, in black and white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#6b7280", "#cc79a7")
DASHES = ("-", "--", "-.", ":", (0, (1, 1)))
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDTH, HEIGHT = 4.8, 3.3
BAR_HEIGHT = 0.3
# What fits over a chart, beside a bar and below the axis.
TITLE_LETTERS, LABEL_LETTERS, LETTERS_BELOW = 52, 30, 44
PNG_DOTS_PER_INCH = 200

Told = Callable[[float], str]
_drawing = threading.Lock()


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
    _with_intervals(axes, points, COLOURS[0], marker="o", line="-")
    axes.set(xlim=(0, top), ylim=(0, top), xlabel=said, ylabel=seen)
    _marked(axes.xaxis, wording.percent)
    _marked(axes.yaxis, wording.percent)
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
        axes.plot([float(p.at) for p in line.points], [p.value for p in line.points], **_pen(place))
        _band(axes, line.points, COLOURS[place % len(COLOURS)])
    if mark:
        axes.plot([mark[0], mark[0], 0], [0, mark[1], mark[1]], color=INK, linewidth=0.8, zorder=2)
        axes.plot(*mark, "o", color=INK, markersize=4)
    # All lines meet at the top right; below the diagonal there is room for their names.
    names = [*(line.name for line in lines), "any order"]
    for place, name in enumerate(reversed(names)):
        colour = SOFT if place == 0 else COLOURS[(len(lines) - place) % len(COLOURS)]
        axes.text(0.98, 0.04 + 0.08 * place, _short(name), color=colour, ha="right", transform=axes.transAxes)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=called, ylabel=kept)
    _marked(axes.xaxis, wording.percent)
    _marked(axes.yaxis, wording.percent)
    return figure


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
        _with_intervals(axes, placed, COLOURS[place % len(COLOURS)], marker="o", line=DASHES[place % len(DASHES)])
    if zero:
        axes.set_ylim(bottom=0)
    ends = [line.points[-1].value for line in lines]
    for place, (line, at) in enumerate(zip(lines, _apart(ends, axes.get_ylim()), strict=True)):
        axes.annotate(
            _short(line.name),
            (len(labels) - 1, at),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS[place % len(COLOURS)],
        )
    every = -(-sum(map(len, labels)) // LETTERS_BELOW)
    axes.set_xticks(range(0, len(labels), every), labels[::every])
    axes.set(xlim=(-0.3, len(labels) - 1 + 0.3), ylabel=measures)
    _marked(axes.yaxis, told)
    return figure


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
    axes.set_yticks(rows, [_short(str(point.at)) for point in points])
    axes.set_ylim(len(points) - 0.4, -1.0 if reference else -0.6)
    axes.set_xlabel(measures)
    axes.margins(x=0.18)
    axes.grid(visible=False, axis="y")
    _marked(axes.xaxis, told)
    return figure


def canvas(title: str, *, width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """An empty chart under its title, for charts that are drawn elsewhere."""
    _library()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.set_label(title)
    # The title starts where the labels of the axis do, not where the axis itself does.
    figure.suptitle(
        "\n".join(textwrap.wrap(title, int(TITLE_LETTERS * width / WIDTH))), x=0.01, ha="left", fontsize=10.5
    )
    return figure, figure.add_subplot()


def title(figure: Figure) -> str:
    """The sentence that a chart shows."""
    return str(figure.get_label())


def svg(figure: Figure) -> str:
    """The chart as an `<svg>` to be put into a page; the same figures give the same text."""
    text = _saved(figure, "svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))).decode()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"'DejaVu Sans'(, [^;\"]*)?(?=[;\"])", FONTS, text)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # Several charts share a page: what one refers to by name must not be another's.
    mark = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    text = re.sub(r'(?<= )(id="|xlink:href="#|clip-path="url\(#)', rf"\g<1>c{mark}-", text)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(title(figure), quote=True)}"', 1)


def png(figure: Figure) -> bytes:
    """The chart as a picture."""
    return _saved(figure, "png", dpi=PNG_DOTS_PER_INCH, metadata={"Software": None})


def _saved(figure: Figure, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    # Signs that the font lacks are left to the browser; the filter of warnings belongs to the whole process.
    with _drawing, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(out, format=form, **options)
    return out.getvalue()


@cache
def _library() -> None:
    """Sets the style, once; from then on it is only read, so that threads may draw at the same time."""
    # A place of our own for its list of fonts, rather than a folder in somebody's home.
    os.environ.setdefault("MPLCONFIGDIR", str(platformdirs.user_cache_path("callsheet") / "matplotlib"))
    import matplotlib

    matplotlib.rcParams.update(
        {
            "font.family": ["DejaVu Sans"],
            "font.size": 8.5,
            "text.color": INK,
            "text.parse_math": False,
            "axes.edgecolor": SOFT,
            "axes.labelcolor": SOFT,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.titleweight": "bold",
            "grid.color": GRID,
            "grid.linewidth": 0.7,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "svg.fonttype": "none",
            "svg.hashsalt": "callsheet",
        }
    )


def _pen(place: int) -> dict[str, Any]:
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": DASHES[place % len(DASHES)],
        "linewidth": 2.0 if place == 0 else 1.4,
        "zorder": 3,
    }


def _with_intervals(axes: Axes, points: Sequence[Point], colour: str, *, marker: str, line: Any) -> None:
    at = [float(point.at) for point in points]
    axes.plot(at, [p.value for p in points], color=colour, marker=marker, markersize=4, linestyle=line, zorder=3)
    axes.vlines(at, [p.ends[0] for p in points], [p.ends[1] for p in points], color=colour, linewidth=1.2, alpha=0.7)


def _band(axes: Axes, points: Sequence[Point], colour: str) -> None:
    ends = [point.ends for point in points]
    axes.fill_between(
        [float(p.at) for p in points], [e[0] for e in ends], [e[1] for e in ends], color=colour, alpha=0.15, linewidth=0
    )


def _apart(values: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """The values, pushed apart as far as labels beside them need."""
    step = 0.075 * (limits[1] - limits[0])
    placed: dict[int, float] = {}
    for place in sorted(range(len(values)), key=values.__getitem__):
        placed[place] = max(values[place], max(placed.values(), default=-float("inf")) + step)
    return [placed[place] for place in range(len(values))]


def _marked(axis: Axis, told: Told) -> None:
    """Few, round marks, worded like the figures in the text."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _: f"{100 * value:g} %" if told is wording.percent else told(value))


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LETTERS else f"{text[: LABEL_LETTERS - 1]}…"
