from __future__ import annotations

import re
import threading
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from matplotlib.figure import Figure

from tools import charts, pages, wording
from tools.charts import Line, Point

CURVE = [
    Point(i / 10, (i / 10) ** 0.5, max(0.0, (i / 10) ** 0.5 - 0.05), min(1.0, (i / 10) ** 0.5 + 0.05))
    for i in range(11)
]
MONTHS = [Point(month, 0.1 + place / 50, 0.08, 0.2) for place, month in enumerate(("Jan", "Feb", "Mar"))]
HOSTILE = "</svg><script>alert(1)</script> & $x^2$ 中文 \"'"


def drawn(title: str = "A finding") -> dict[str, Figure]:
    return {
        "reliability": charts.reliability(CURVE, title),
        "gains": charts.gains([Line("ranking", CURVE), Line("oldest first", CURVE)], title, mark=(0.4, 0.9)),
        "over_time": charts.over_time([Line("said", MONTHS), Line("won", MONTHS)], title),
        "pacing": charts.pacing(
            charts.Pace(
                [(0.0, 0.0), (3.0, 5.0), (4.5, 9.0)],
                [(0.0, 0.0), (8.0, 6.0)],
                8,
                [(0.0, "1 Mar"), (7.0, "8 Mar")],
                12.0,
                (9.0, 11.0, 13.0),
                (4.0, 8.0, "this week"),
            ),
            title,
            told="{:g}".format,
            so_far="booked",
            earlier="before",
            aimed="quota",
        ),
        "bars": charts.bars([Point("Referral", 0.4, 0.3, 0.5), Point("Web", -0.1)], title, reference=("all", 0.2)),
    }


@pytest.mark.parametrize("kind", ["reliability", "gains", "over_time", "bars", "pacing"])
def test_a_chart_is_one_element_whose_words_are_text_under_the_title_that_states_its_finding(kind: str) -> None:
    text = charts.svg(drawn("Half of the list holds nine wins in ten")[kind])
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Half of the list holds nine wins in ten"
    words = "".join(root.itertext())
    assert "Half of the list" in words
    assert "DejaVu" not in text


@pytest.mark.parametrize("kind", ["reliability", "gains", "over_time", "bars"])
def test_the_same_figures_give_the_same_chart(kind: str) -> None:
    assert charts.svg(drawn()[kind]) == charts.svg(drawn()[kind])
    assert charts.png(drawn()[kind]) == charts.png(drawn()[kind])


def test_charts_of_one_page_never_share_a_name() -> None:
    names = [name for figure in drawn().values() for name in set(re.findall(r' id="([^"]+)"', charts.svg(figure)))]
    assert names
    assert len(names) == len(set(names))
    for figure in drawn().values():
        text = charts.svg(figure)
        used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
        assert {a or b for a, b in used} <= set(re.findall(r' id="([^"]+)"', text))


def test_names_of_records_are_words_in_a_chart_and_never_markup() -> None:
    for figure in (
        charts.bars([Point(HOSTILE, 0.5)], HOSTILE),
        charts.over_time([Line(HOSTILE, [Point(HOSTILE, 1.0), Point("b", 2.0)])], HOSTILE, told=str),
    ):
        text = charts.svg(figure)
        assert "<script" not in text
        assert ET.fromstring(text).get("aria-label") == HOSTILE
        assert charts.png(figure).startswith(b"\x89PNG")


def test_one_figure_or_none_with_an_interval_can_be_drawn() -> None:
    single = [Point("all", 0.0)]
    for figure in (
        charts.bars(single, "t"),
        charts.over_time([Line("a", single)], "t"),
        charts.gains([Line("a", [Point(0.0, 0.0)])], "t"),
        charts.reliability([Point(0.0, 0.0, 0.0, 0.0)], "t"),
    ):
        assert charts.svg(figure)


def test_a_bar_tells_its_figure_in_its_unit() -> None:
    text = charts.svg(charts.bars([Point("Web", 12400.0)], "t", told=lambda value: wording.money(value, "EUR")))
    assert "€12,400" in text


def test_charts_drawn_at_the_same_time_are_those_drawn_alone() -> None:
    alone, together = charts.svg(drawn()["gains"]), []
    threads = [threading.Thread(target=lambda: together.append(charts.svg(drawn()["gains"]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


def test_a_page_takes_facts_as_text_and_charts_as_drawn() -> None:
    template = pages._environment().from_string(
        '{% extends "base.html" %}{% from "base.html" import chart, table %}'
        '{% block page %}{{ name }}{{ table(["a", "b"], [[name, name]], name) }}{{ chart(svg, name) }}{% endblock %}'
    )
    page = template.render(name=HOSTILE, svg=charts.svg(drawn()["bars"]))
    assert "<script" not in page
    assert page.count("<svg") == 1
    assert "&lt;script&gt;" in page


def test_a_page_stands_alone() -> None:
    page = pages._environment().get_template("base.html").render()
    assert not re.search(r'(?:src|href)="|@import|url\(', page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("most", [9.0, 950.0, 74_000.0, 410_000.0, 2_300_000.0, 87_000_000.0])
def test_figures_under_an_axis_do_not_run_into_one_another(most: float) -> None:
    row = charts.Range("a name as long as there is room", most / 2, most / 3, most / 2, most, None)
    figure = charts.ranges([row], "A forecast", told=lambda value: wording.money(value, "USD"), certain="", aim="")
    figure.draw_without_rendering()
    marks = [label.get_window_extent() for label in figure.axes[0].get_xticklabels() if label.get_text()]
    assert len(marks) > 1
    assert all(one.x1 < next_one.x0 for one, next_one in pairwise(marks))
