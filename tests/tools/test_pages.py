from __future__ import annotations

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from tools import pages


def test_a_fact_that_is_missing_is_an_error_and_no_gap_in_the_page() -> None:
    with pytest.raises(UndefinedError):
        pages.render("card.html", charts=[])


def test_figures_in_a_page_are_worded_like_those_in_answers() -> None:
    template = pages._environment().from_string("{{ 0.42 | percent }} {{ 2 | count('lead') }} {{ at | day }}")
    assert template.render(at=datetime(2026, 3, 18, 23, tzinfo=UTC)) == "42 % 2 leads 18 Mar 2026"
