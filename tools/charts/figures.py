"""A chart as a figure: empty in the style that all share, and written as SVG or PNG.

matplotlib's global state of current figures is never used.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import textwrap
import threading
import warnings
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

import platformdirs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID = "#1f2933", "#6b7280", "#e5e7eb"
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDTH, HEIGHT = 4.8, 3.3
# What fits over a chart.
TITLE_LETTERS = 52
PNG_DOTS_PER_INCH = 200

_drawing = threading.Lock()


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


def caption(figure: Figure, text: str) -> None:
    """Says under a chart what its marks are; it is as wide as the figure, as long names leave its axis little room."""
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8.5, color=SOFT)


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
