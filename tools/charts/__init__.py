"""Charts in one calm style: text for a page (SVG) or a picture for a message (PNG).

Each function draws figures that were worked out elsewhere, with their intervals, under a title that states what they
show. `chances` draws how good a model is, `trends` what goes on over time, `comparisons` groups side by side,
`shares` who has what, `outlooks` what may come, `pacing` how a sum nears its aim; `marks` holds what they draw with,
`figures` the style and the two ways to write a chart. To add one, write a function in the module of its subject and
name it here. matplotlib is known here alone and imported when the first chart is drawn.
"""

from tools.charts.chances import gains, reliability
from tools.charts.comparisons import bars
from tools.charts.figures import canvas, png, svg, title
from tools.charts.marks import Line, Point
from tools.charts.outlooks import Range, ranges
from tools.charts.pacing import Pace, pacing
from tools.charts.shares import Holding, before_and_after
from tools.charts.trends import over_time

__all__ = [
    "Holding",
    "Line",
    "Pace",
    "Point",
    "Range",
    "bars",
    "before_and_after",
    "canvas",
    "gains",
    "over_time",
    "pacing",
    "png",
    "ranges",
    "reliability",
    "svg",
    "title",
]
