"""The Home tab: quick to appear, each part by itself, anew after every click."""

from __future__ import annotations

from typing import Any

from bot.listeners.home import NOT_NOW, drawn, put
from bot.views import home, sections
from bot.views.sections import Section
from knowledge import proposals
from tests.company import NOW, Books
from tests.office import Office
from tools.base import Result
from tools.catalog import TOOLS


def test_a_frame_comes_first_then_what_is_quickly_known_then_the_rest_and_anew_at_a_click(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    ana.open_home()
    ana.wait(lambda: ana.home and home.ONE_MOMENT not in ana.home.says, what="the whole tab", patience=60)
    frame, quick, whole = published(office)
    assert frame.count(home.ONE_MOMENT) == len(sections.for_role("rep", TOOLS))
    assert "chance" not in frame
    assert "chance" in quick
    assert "Forecast this quarter" not in quick
    assert "Forecast this quarter" in whole
    assert "Calls this week" in whole
    ana.click(ana.wait_for_home(), "Refresh")
    ana.wait(lambda: len(published(office)) == 5, what="the tab anew", patience=60)
    # What stood there is better to look at than an empty frame.
    assert "chance" in published(office)[3]


def test_a_manager_decides_what_waits_on_the_home_tab(office: Office) -> None:
    rep = office.books.person("rep")
    plan, appeal = office.books.proposal(rep), office.books.appeal(rep)
    mia = office.user(office.books.person("manager"))
    mia.open_home()
    mia.wait(lambda: mia.home and "appeals for" in mia.home.says, what="what waits")
    shown = mia.wait_for_home()
    assert "1 lead would change hands" in shown.says
    mia.click(shown, "Approve")
    mia.wait(lambda: mia.home and "would change hands" not in mia.home.says, what="the plan to be gone")
    assert proposals.read(office.books.db, plan).status == "approved"
    mia.click(mia.wait_for_home(), "Grant")
    mia.wait(lambda: mia.home and "Nothing waits" in mia.home.says, what="the appeal to be gone")
    assert proposals.read_appeal(office.books.db, appeal).status == "granted"


def test_what_was_drawn_before_a_click_does_not_hide_what_came_of_it(office: Office) -> None:
    ana, slack = office.user(office.books.person("rep")), office.client()
    standing = put(slack, ana.id, home.stranger("as it was"), None)
    assert put(slack, ana.id, home.stranger("after the click"), None)
    assert put(slack, ana.id, home.stranger("as it was, with the rest"), standing) is None
    assert "after the click" in ana.wait_for_home().says


def published(office: Office) -> list[str]:
    return [str(call.args["view"]) for call in office.calls("views.publish")]


def test_a_section_that_cannot_be_drawn_says_so_and_the_others_stand(books: Books, monkeypatch: Any) -> None:
    def broken(found: object) -> list[dict[str, Any]]:
        raise KeyError("chance")

    good = Section("Rules", [("standing_rules", {})])
    monkeypatch.setattr(sections, "SECTIONS", (Section("Calls", [("leads_to_call", {})], drawn=broken), good))
    asker, tools = books.person("rep"), {tool.name: tool for tool in TOOLS}

    def run(name: str, asked: dict[str, Any]) -> Result:
        return tools[name](books.ctx(asker), **asked)

    (view,) = drawn(asker, TOOLS, run, NOW)
    assert NOT_NOW in str(view)
    assert "Untouched hot leads go back" in str(view)
