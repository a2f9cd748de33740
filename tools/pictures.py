"""What the findings about a model look like: each a chart under the sentence that it shows, or None if not measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools import charts, nouns, verdicts, wording
from tools.charts import Line, Point
from tools.findings import Figure, Findings

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart


def gains(found: Findings) -> Chart | None:
    """How many wins the first part of the list holds."""
    if not found.gains:
        return None
    words, needed = nouns.of(found), found.calls_to_keep.get("90")
    said = verdicts.keep(found) or f"How many {words.hits} the first part of the list holds"
    return charts.gains(
        [Line(found.model, [Point(0.0, 0.0), *(_point(each.called, each.kept) for each in found.gains)])],
        wording.sentence(said).rstrip("."),
        mark=(needed.value, 0.9) if needed else None,
        called=f"share of the {words.case}s, likeliest first",
        kept=f"share of the {words.hits} kept",
    )


def reliability(found: Findings) -> Chart | None:
    """Whether as many are won as the chances say."""
    if not found.reliability:
        return None
    words = nouns.of(found)
    return charts.reliability(
        [_point(each.said, each.won) for each in found.reliability],
        wording.sentence(verdicts.average_gap(found)).rstrip("."),
        seen=f"share {words.hit}",
    )


def over_time(found: Findings) -> Chart | None:
    """Whether the chances kept up with what happened."""
    seen = found.by_instant
    if len(seen) < 2:
        return None
    words = nouns.of(found)
    met = sum(each.won.low <= each.said <= each.won.high for each in seen)
    return charts.over_time(
        [
            Line("said", [Point(each.label, each.said) for each in seen]),
            Line(words.hit, [_point(each.label, each.won) for each in seen]),
        ],
        f"At {met} of {len(seen)} past instants, what was said agrees with what was {words.hit}",
        measures=f"share of the {words.case}s",
    )


ALL = (reliability, gains, over_time)


def best(found: Findings) -> Chart | None:
    """The one to look at first: what the order saves or, where that is not known, whether the chances hold."""
    return gains(found) or reliability(found)


def _point(at: float | str, figure: Figure) -> Point:
    return Point(at, figure.value, figure.low, figure.high)
