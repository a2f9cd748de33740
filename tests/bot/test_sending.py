"""A message a second in each channel, in order, and silence for as long as Slack asks."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

from bot import sending
from bot.sending import Pace
from bot.workspace import LocalSlack, Member
from tests.company import NOW
from tests.office import Watch


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> Pace:
    return Pace(lambda: watch.now, watch.sleep)


@pytest.fixture
def slack():
    with LocalSlack(people=[Member("U1", "Ana", "ana@tarnwick.example")], clock=lambda: NOW) as local:
        yield local


@pytest.fixture
def client(slack: LocalSlack, pace: Pace) -> sending.Slack:
    return sending.client(slack.bot_token, slack.api_url, pace=pace)


def post(client: sending.Slack, text: str = "Hello", channel: str = "C0GENERAL") -> None:
    client.chat_postMessage(channel=channel, text=text)


def test_the_first_turn_comes_at_once_and_the_others_a_second_apart_each_queue_by_itself(pace, watch):
    came = []
    for queue in ("a", "a", "b", "a", "b"):
        pace.wait(queue, 1)
        came.append((queue, watch.now))
    assert came == [("a", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_who_comes_after_a_while_waits_for_nothing(pace, watch):
    pace.wait("a", 1)
    watch.sleep(5)
    pace.wait("a", 1)
    assert watch.now == 5


def test_a_queue_that_was_hushed_is_silent_so_long_and_no_other_is(pace, watch):
    pace.wait("a", 1)
    pace.hush("a", 30)
    pace.wait("b", 1)
    assert watch.now == 0
    pace.wait("a", 1)
    assert watch.now == 30


def test_who_waits_already_when_a_queue_is_hushed_keeps_silent_too(watch):
    def sleep(seconds: float) -> None:
        if watch.now == 0:
            pace.hush("a", 10)  # Slack asks whoever was first to wait
        watch.sleep(seconds)

    pace = Pace(lambda: watch.now, sleep)
    pace.wait("a", 1)
    pace.wait("a", 1)
    assert watch.now == 10


def test_queues_that_nobody_waits_in_any_more_are_forgotten(pace, watch):
    for n in range(2 * sending.MANY):
        pace.wait(f"C{n}", 1)
        watch.sleep(0.01)
    assert len(pace._free) <= sending.MANY


def test_messages_to_one_channel_are_a_second_apart(client, slack, watch):
    for n in range(3):
        post(client, f"{n}")
    assert watch.now == pytest.approx(2)
    assert [message.text for message in slack.person("Ana").sees("general")] == ["0", "1", "2"]


def test_slack_is_asked_again_after_as_long_as_it_says(client, slack, watch):
    slack.faults.fail("chat.postMessage", times=2, status=429, retry_after=7)
    post(client)
    assert watch.now == pytest.approx(14)
    assert len(slack.person("Ana").sees("general")) == 1


def test_where_it_asks_for_long_nobody_waits_and_the_others_are_kept_from_asking(client, slack, watch):
    slack.faults.fail("users.info", times=1, status=429, retry_after=600)
    with pytest.raises(SlackApiError) as refused:
        client.users_info(user="U1")
    assert sending.retry_after(refused.value) == 600
    assert watch.now == 0


@pytest.mark.parametrize(("method", "again"), [("users.info", 2), ("chat.postMessage", 1)])
def test_what_may_have_arrived_is_not_said_twice_and_what_is_only_asked_is_asked_again(client, slack, method, again):
    slack.faults.fail(method, times=1, status=500)
    try:
        client.api_call(method, json={"user": "U1", "channel": "C0GENERAL", "text": "Hello"})
    except SlackApiError:
        assert method == "chat.postMessage"
    assert len([call for call in slack.workspace.api_calls if call.method == method]) == again
