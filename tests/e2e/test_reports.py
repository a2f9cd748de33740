"""Reports at one click, and the files that come with answers."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.desk import FILES_FOR_YOU
from bot.questions import Question
from bot.views import home
from bot.workspace import Message, Person, View
from knowledge.citations import Citation
from tests.company import NOW
from tests.office import Office, leave
from tools.base import Attachment, Result, Tool, ToolContext, tool
from tools.catalog import TOOLS

REPLAY = "Replay my last 6 months"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
FILES = (
    Attachment(name="gains.png", title="Wins kept against calls made", content=PNG),
    Attachment(name="replay.html", title="Replay of six months", content=b"<!doctype html><p>All of it</p>"),
)


@pytest.fixture
def gate() -> threading.Event:
    """Holds the replay up for as long as it is closed."""
    opened = threading.Event()
    opened.set()
    return opened


@pytest.fixture
def catalogue(gate: threading.Event) -> Sequence[Tool]:
    """The bot's tools, with a replay that takes as long as a test wants."""

    @tool(roles=("manager", "admin"), examples="replay my past")
    def retro_report(ctx: ToolContext, *, months: int = 6) -> Result:
        """What following the ranking would have brought."""
        gate.wait(60)
        said = Citation(kind="model", key="model:ranking", label="the ranking", value="AUC 0.8")
        return Result(text=f"Over {months} months, 12 wins were left.", citations=(said,), files=FILES)

    others = [each for each in TOOLS if each.name not in {report.tool for report in home.REPORTS}]
    return (*others, retro_report)


@pytest.fixture
def mia(office: Office) -> Person:
    return office.user(office.books.person("manager"))


def click(person: Person, what: str = REPLAY) -> None:
    person.open_home()
    assert person.click(person.wait_for_home(), what).state == "acked"


def shared(person: Person) -> list[Message]:
    """The messages with files that stand in somebody's direct messages."""
    return [message for message in person.sees(person.direct) if message.files]


def wait_for_files(person: Person, count: int = 1) -> Message:
    return person.wait(lambda: shared(person)[count - 1 :], what="the files")[0]


def asked(person: Person, office: Office) -> Question:
    """A replay as one that was clicked and whose worker went away."""
    team = office.slack.workspace.app.team_id
    return Question(
        team,
        person.direct.id,
        person.id,
        REPLAY,
        "1.000001",
        "",
        is_direct=True,
        tool="retro_report",
        arguments={"months": 6},
    )


def answer(office: Office, question: Question) -> None:
    """Has a question answered, from the first to the last."""
    leave(office, question.errand)
    assert office.desk.backlog.work() == 1


def test_a_manager_clicks_and_gets_the_answer_and_its_files_in_a_thread(office: Office, mia: Person) -> None:
    click(mia)
    files = wait_for_files(mia)
    root, answer = [message for message in mia.sees(mia.direct) if not message.files]
    assert REPLAY in root.says
    assert root.thread_ts is None
    assert answer.thread_ts == files.thread_ts == root.ts
    assert "Over 6 months, 12 wins were left." in answer.says
    assert "Attached: Wins kept against calls made; Replay of six months" in answer.says
    assert [call.args["status"] for call in office.calls("assistant.threads.setStatus")] == [home.REPORTS[0].doing]


def test_a_picture_is_uploaded_with_its_title_and_described_by_it(office: Office, mia: Person) -> None:
    click(mia)
    picture, page = wait_for_files(mia).files
    assert (picture["name"], picture["title"], picture["alt_txt"]) == ("gains.png", FILES[0].title, FILES[0].title)
    assert (page["name"], page["title"], page.get("alt_txt")) == ("replay.html", FILES[1].title, None)


def test_a_click_while_it_runs_does_not_run_it_twice_and_a_later_one_does(
    office: Office, mia: Person, gate: threading.Event
) -> None:
    gate.clear()
    click(mia)
    click(mia)
    mia.wait(lambda: [message for message in mia.sees(mia.direct) if home.ON_IT in message.says], what="the notice")
    gate.set()
    wait_for_files(mia)
    mia.wait(lambda: office.desk.inbox.waiting() == 0, what="the report to be closed")
    click(mia)
    wait_for_files(mia, 2)
    mia.wait(lambda: office.desk.inbox.waiting() == 0, what="the report to be closed")
    assert len(shared(mia)) == 2


def test_what_a_report_said_can_be_asked_about_in_its_thread(office: Office, mia: Person) -> None:
    click(mia)
    files = wait_for_files(mia)
    (turn,) = office.desk.assistant.memory.turns(
        f"{office.slack.workspace.app.team_id}:{files.channel}:{files.thread_ts}", 5
    )
    assert (turn.question, turn.calls[0]["name"]) == (REPLAY, "retro_report")


def forged(person: Person, name: str) -> View:
    """A Home tab with a button that the app never put there."""
    button = {"type": "button", "action_id": f"{home.REPORT}:{name}", "value": name, "text": {"text": "Forged"}}
    return View("V1", person.id, {"blocks": [{"type": "actions", "block_id": "b", "elements": [button]}]}, "h", "V1")


def test_a_rep_finds_no_reports_and_is_refused_one_that_was_forged(office: Office, gate: threading.Event) -> None:
    ana = office.user(office.books.person("rep"))
    ana.open_home()
    ana.wait(lambda: ana.home and home.ONE_MOMENT not in ana.home.says, what="the whole tab")
    assert REPLAY not in ana.wait_for_home().says
    ana.click(forged(ana, "retro_report"), "Forged")
    refusal = "Only managers and admins can ask for that."
    ana.wait(lambda: [m for m in ana.sees(ana.direct) if refusal in m.says], what="the refusal")
    assert not shared(ana)


def test_a_click_runs_no_tool_but_the_reports(office: Office, mia: Person) -> None:
    assert mia.click(forged(mia, "leads_to_call"), "Forged").state == "acked"
    click(mia)
    wait_for_files(mia)
    assert "chance" not in "".join(message.says for message in mia.sees(mia.direct))


def test_a_report_whose_tool_does_not_exist_is_not_offered(catalogue: Sequence[Tool]) -> None:
    assert [report.tool for report in home.reports_for("manager", catalogue)] == ["retro_report"]
    assert home.reports_for("manager", [each for each in catalogue if each.name != "retro_report"]) == []
    assert home.reports_for("rep", catalogue) == []


def test_files_that_not_all_may_see_go_to_the_askers_direct_messages_once(office: Office, mia: Person) -> None:
    manager, slack = office.books.person("manager"), office.client()
    said = office.desk.run(manager, "retro_report", {})
    post = partial(office.desk.post, slack, said, user=mia.id, team=office.slack.workspace.app.team_id, is_direct=False)
    for _ in range(2):
        post(channel="C0SALES", thread=None, asked_in=None)
    answer = mia.sees("sales")[-1]
    assert answer.only_for == mia.id
    assert "In your direct messages: Wins kept" in answer.says
    assert not any(message.files for message in mia.sees("sales"))
    assert len(shared(mia)) == 1
    assert FILES_FOR_YOU in mia.sees(mia.direct)[0].says
    assert shared(mia)[0].thread_ts == mia.sees(mia.direct)[0].ts


def test_a_question_typed_as_a_command_leaves_its_files_in_the_direct_messages(office: Office, mia: Person) -> None:
    asked = "what did we miss in the last 6 months"
    assert mia.slash("/callsheet", asked, where="sales").state == "acked"
    said = "In your direct messages: Wins kept"
    mia.wait(lambda: [m for m in mia.sees("sales") if said in m.says], what="the answer")
    assert wait_for_files(mia).channel == mia.direct.id
    assert not any(message.files for message in mia.sees("sales"))


def test_what_only_one_person_sees_is_not_said_twice_where_the_files_fail_first(office: Office, mia: Person) -> None:
    office.slack.faults.fail("conversations.open", error="internal_error")
    mia.slash("/callsheet", "what did we miss in the last 6 months", where="sales")
    mia.wait(lambda: office.calls("conversations.open"), what="the first attempt")
    mia.wait(lambda: not office.desk.backlog.hands.busy, what="the worker to put it back")
    assert mia.sees("sales") == []
    later = NOW + timedelta(minutes=1)
    office.desk.backlog.clock = lambda: later
    assert office.desk.backlog.work() == 1
    assert len(mia.sees("sales")) == len(shared(mia)) == 1


def test_a_question_in_words_brings_its_files_into_its_thread(office: Office, mia: Person) -> None:
    asked = mia.dm("what did we miss in the last 6 months")
    assert "12 wins were left" in mia.answer(to=asked).says
    assert wait_for_files(mia).thread_ts == asked.ts


def test_files_that_slack_does_not_take_are_said_so_in_one_line_and_the_answer_stays(
    office: Office, mia: Person
) -> None:
    office.slack.faults.fail("files.completeUploadExternal", error="file_uploads_disabled")
    click(mia)
    said = "Slack did not take gains.png and replay.html (file_uploads_disabled)."
    mia.wait(lambda: [m for m in mia.sees(mia.direct) if said in m.says], what="the line")
    assert any("12 wins were left" in message.says for message in mia.sees(mia.direct))
    assert not shared(mia)


def test_what_was_shared_before_its_worker_went_away_is_not_shared_again(office: Office, mia: Person) -> None:
    question = asked(mia, office)
    answer(office, question)
    root = mia.sees(mia.direct)[0]
    leave(office, replace(question, thread=root.ts).errand)
    before = len(mia.sees(mia.direct))
    assert office.desk.backlog.work() == 1
    assert len(mia.sees(mia.direct)) == before
    assert office.desk.inbox.waiting() == 0


def test_only_the_files_are_missing_when_a_worker_went_away_between_answer_and_upload(
    office: Office, mia: Person
) -> None:
    question = asked(mia, office)
    answer(office, question)
    mia.delete(shared(mia)[0])
    before = [message.ts for message in mia.sees(mia.direct)]
    leave(office, replace(question, thread=before[0]).errand)
    office.desk.backlog.work()
    (added,) = [message for message in mia.sees(mia.direct) if message.ts not in before]
    assert [file["name"] for file in added.files] == ["gains.png", "replay.html"]
    assert added.thread_ts == before[0]


def test_a_report_whose_worker_went_away_before_it_answered_is_made_by_the_next(office: Office, mia: Person) -> None:
    leave(office, asked(mia, office).errand)
    assert office.desk.backlog.work() == 1
    assert len(shared(mia)) == 1
    assert office.desk.inbox.waiting() == 0
