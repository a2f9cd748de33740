"""A day's conversations, through the local Slack and nothing else."""

from __future__ import annotations

from bot.agent import Answer
from bot.questions import Question
from bot.settings import OFFLINE
from tests.office import Office, leave
from tools.base import Result


def test_a_direct_message_is_answered_in_its_thread_with_leads_reasons_and_sources(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    asked = ana.dm("which leads should I call now")
    answer = ana.answer(to=asked)
    assert answer.thread_ts == asked.ts
    assert "first" in answer.says
    assert "chance" in answer.says
    assert "Sources:" in answer.says
    assert "Why?" in answer.buttons


def test_every_answer_carries_its_audit_id_and_nothing_else_as_metadata(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    answer = ana.answer(to=ana.dm("which leads should I call now"))
    metadata = answer.body["metadata"]
    assert metadata["event_type"] == "callsheet_answer"
    assert set(metadata["event_payload"]) == {"audit_id"}


def test_a_mention_that_slack_delivers_twice_is_answered_once(office: Office) -> None:
    mia = office.user(office.books.person("admin"))
    office.slack.faults.drop_acks(2)
    asked = mia.mention("sales", "how many leads came in this month")
    mia.answer(to=asked)
    heard = ("message", "app_mention")
    again = [each for each in office.slack.deliveries if each.name in heard]
    mia.wait(lambda: all(each.is_settled for each in again), what="the redeliveries to be acknowledged")
    assert {each.name for each in again} == set(heard)
    assert all(len(each.attempts) > 1 for each in again[:2])
    said = office.calls("chat.postMessage") + office.calls("chat.postEphemeral")
    assert len(said) == 1


def test_a_thread_goes_on_without_naming_the_lead_again(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    asked = ana.dm("which leads should I call now")
    shown = ana.answer(to=asked)
    second = ana.dm("why the second one?", thread=asked)
    told = ana.answer(to=second)
    line = next(line for line in shown.text.splitlines() if line.startswith("2. "))
    name = line.removeprefix("2. ").split(" (")[0]
    assert name in told.says
    assert "chance to be won within 90 days" in told.says


def test_a_slash_command_answers_for_the_askers_eyes_alone(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    delivery = ana.slash("/callsheet", "which leads should I call now", where="sales")
    assert delivery.state == "acked"
    ana.wait(lambda: any(message.only_for for message in ana.sees("sales")), what="the answer")
    answer = ana.sees("sales")[-1]
    assert "chance" in answer.says
    ben = office.user(office.books.rival(office.books.person("rep"), same_team=True))
    assert all("chance" not in message.says for message in ben.sees("sales"))


def test_why_explains_the_lead_whose_button_was_clicked(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    asked = ana.dm("which leads should I call now")
    shown = ana.answer(to=asked)
    delivery = ana.click(shown, "Why?")
    assert delivery.state == "acked"
    told = ana.answer(to=asked, count=2)
    assert "90 % sure" in told.says


def test_a_thumb_down_is_kept_and_asks_for_the_reason(office: Office) -> None:
    rep = office.books.person("rep")
    ana = office.user(rep)
    answer = ana.answer(to=ana.dm("which leads should I call now"))
    ana.thumbs(answer, up=False)
    modal = ana.wait_for_modal("What was wrong?")
    assert ana.submit({"reason": "  "}, view=modal).errors
    ana.submit({"reason": "I called her yesterday"})
    audit_id = answer.body["metadata"]["event_payload"]["audit_id"]
    ana.wait(
        lambda: any(each.reason for each in office.desk.assistant.memory.ratings(audit_id)),
        what="the reason to be kept",
    )
    (kept,) = office.desk.assistant.memory.ratings(audit_id)
    assert (kept.good, kept.reason, kept.person_id) == (False, "I called her yesterday", rep.id)


def test_somebody_who_is_not_known_is_told_how_to_be_linked_and_nothing_else(office: Office) -> None:
    sam = office.slack.person("U0STRANGER")
    answer = sam.answer(to=sam.dm("which leads should I call now"))
    assert "I do not know who you are" in answer.says
    assert "chance" not in answer.says


def test_a_rep_who_asks_for_a_colleagues_leads_is_refused(office: Office) -> None:
    rep = office.books.person("rep")
    ben, stranger = office.books.rival(rep, same_team=True), office.books.rival(rep, same_team=False)
    ana = office.user(rep)
    refused = ana.answer(to=ana.dm(f"what should {ben.name} be calling"))
    assert "not yours to see" in refused.says
    beyond = ana.answer(to=ana.dm(f"what should {stranger.name} be calling"))
    nobody = ana.answer(to=ana.dm("what should Nobody Atall be calling"))
    assert stranger.name not in beyond.says
    assert "whose records you may see" in beyond.says or beyond.says == nobody.says


def test_in_a_channel_where_not_everyone_may_see_the_answer_goes_to_the_asker_alone(office: Office) -> None:
    rep = office.books.person("rep")
    ana = office.user(rep)
    asked = ana.mention("sales", "which leads should I call now")
    answer = ana.answer(to=asked)
    assert answer.only_for
    assert "Only you can see this" in answer.says


def test_what_is_for_whoever_asked_alone_is_shown_to_no_channel(office: Office) -> None:
    client, team = office.client(), office.slack.workspace.app.team_id
    harmless, private = (
        Answer("x", [], [Result(text="x", for_one=alone)], OFFLINE, "a", 0.0) for alone in (False, True)
    )
    room = office.slack.workspace.conversation("sales").id
    assert office.desk.all_may_see(client, room, team, harmless)
    assert not office.desk.all_may_see(client, room, team, private)


def test_what_goes_with_an_answer_for_the_asker_is_told_in_a_channel_to_the_asker_alone(office: Office) -> None:
    ana, mia = (office.user(office.books.person(role)) for role in ("rep", "manager"))
    said = Answer("Hello.", [], [], OFFLINE, "a", 0.0, note="That was enough for today.")
    room, team = office.slack.workspace.conversation("sales").id, office.slack.workspace.app.team_id
    where = {"channel": room, "thread": None, "asked_in": None, "user": ana.id, "team": team, "is_direct": False}
    office.desk.post(office.client(), said, **where)
    hers, others = ([each.says for each in person.sees("sales")] for person in (ana, mia))
    assert "enough for today" in hers[-1]
    assert "Hello." in others[-1]
    assert not any("enough for today" in each for each in others)


def test_what_one_person_sees_is_put_into_no_thread_that_has_not_begun(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    asked = ana.mention("sales", "which leads should I call now")
    assert ana.answer(to=asked).thread_ts is None
    ana.wait(lambda: not office.slack.workspace.statuses, what="the status to go")
    ana.mention("sales", "which leads should I call now", thread=asked)
    ana.wait(lambda: any(each.only_for and each.thread_ts == asked.ts for each in ana.sees("sales")), what="the answer")


def test_home_shows_the_calls_worth_making_and_strangers_how_to_be_linked(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    ana.open_home()
    ana.wait(lambda: ana.home and "chance" in ana.home.says, what="the calls")
    sam = office.slack.person("U0STRANGER")
    sam.open_home()
    assert "I do not know who you are" in sam.wait_for_home().says


def test_opening_the_messages_tab_suggests_what_to_ask(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    ana.open_messages()
    ana.wait(lambda: office.slack.workspace.prompts, what="the prompts")
    assert "Which leads should I call now?" in str(office.slack.workspace.prompts)


def test_a_busy_slack_is_asked_again_and_nothing_is_lost(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    office.slack.faults.fail("chat.postMessage", times=1, status=429, retry_after=0)
    answer = ana.answer(to=ana.dm("which leads should I call now"))
    assert "chance" in answer.says
    assert [call.status for call in office.calls("chat.postMessage")] == [429, 200]


def test_a_question_whose_worker_went_away_is_answered_once_by_the_next(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    first = ana.answer(to=ana.dm("thanks"))
    team = office.slack.workspace.app.team_id
    left = Question(
        team, first.channel, ana.id, "which leads should I call now", f"{first.ts}9", first.ts, is_direct=True
    )
    ana.wait(lambda: office.desk.inbox.waiting() == 0, what="the first question to be closed")
    leave(office, left.errand)
    assert office.desk.backlog.work() == 1
    assert "chance" in ana.sees(first.channel)[-1].says
    assert office.desk.backlog.work() == 0


def test_an_answer_that_was_posted_before_its_worker_went_away_is_not_posted_again(office: Office) -> None:
    ana = office.user(office.books.person("rep"))
    asked = ana.dm("which leads should I call now")
    ana.answer(to=asked)
    done = Question(
        office.slack.workspace.app.team_id, asked.channel, ana.id, asked.text, asked.ts, asked.ts, is_direct=True
    )
    ana.wait(lambda: office.desk.inbox.waiting() == 0, what="the question to be closed")
    leave(office, done.errand)
    posted = len(office.calls("chat.postMessage"))
    assert office.desk.backlog.work() == 1
    assert len(office.calls("chat.postMessage")) == posted
    assert office.desk.inbox.waiting() == 0
