"""Pages that stand alone: one HTML file, its style and charts inside, no script, nothing fetched from anywhere."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tools import wording

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **facts: object) -> str:
    """The page that a template of `tools/templates` makes of some facts, which are text and never markup.

    A template extends `base.html`, which gives the sheet, its style and the macros `chart(svg)` and `table(…)`; a fact
    that is missing is an error. Charts come from `charts.svg` and go in through `chart`.
    """
    return _environment().get_template(template).render(facts)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tools", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": wording.percent,
        "interval": wording.interval,
        "money": wording.money,
        "count": wording.count,
        "sentence": wording.sentence,
        "day": _day,
    }
    return environment


def _day(at: datetime) -> str:
    return wording.day(at, ZoneInfo("UTC"))
