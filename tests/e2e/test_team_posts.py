"""A manager asks for the team's summary, and has it posted without asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.notices import Courier
from knowledge import notices, team_posts
from tests.company import NOW
from tests.office import Office
from tools import team_posts as posts

# NOW is 11:30 in New York, where the manager is.
# Only how long is waited at most: the first answer reads in all that there is.
LONGEST = 120.0
SOON = NOW + timedelta(minutes=10)


def deliver(office: Office) -> int:
    """Delivers what waits ten minutes from now; how many there were."""
    db, desk = office.books.db, replace(office.desk, clock=lambda: SOON)
    bound = (partial(each, db) for each in (notices.due_to, notices.take, notices.sent, notices.skipped))
    return Courier(desk, *bound).deliver(office.client())


def test_a_summary_is_asked_switched_on_posted_once_in_totals_and_switched_off(office: Office) -> None:
    manager, rep = office.books.person("manager"), office.books.person("rep")
    mia, db, channel = office.user(manager), office.books.db, office.slack.workspace.conversation("east")
    answer = mia.answer(mia.dm("team summary"), patience=LONGEST)
    assert {"Post this regularly…"} <= set(answer.buttons)
    mia.click(answer, "Post this regularly…")
    form = mia.wait_for_modal("Post this summary")
    mia.submit({"cadence": "daily", "time": "11:40", "to": channel.id}, view=form)
    mia.wait(lambda: team_posts.active(db, manager.id) or None, what="the summary to be switched on")

    later = replace(office.books.services, clock=lambda: SOON)
    assert [posts.due(office.books.services), posts.due(later), posts.due(later)] == [0, 1, 0]
    assert [deliver(office), deliver(office)] == [1, 0]
    told, picture = office.user(rep).sees(channel)
    assert "East, 17 Mar 2026" in told.says
    assert not [person.name for person in office.books.roster.people if person.name in told.says]
    assert [file["name"] for file in picture.files] == ["team.png"]

    again = mia.answer(mia.dm("team summary"), patience=LONGEST)
    assert f"at 11:40 in <#{channel.id}>, in totals" in str(again.blocks)
    mia.click(again, "Stop")
    mia.wait(lambda: None if team_posts.active(db) else True, what="the summary to be switched off")
