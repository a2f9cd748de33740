"""An unmodified Bolt app works against the local Slack: real HTTP, real WebSocket."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.workspace import Delivery, LocalSlack, View
from tests.bot.workspace.conftest import PEOPLE, Clock, manifest_with

Connect = Callable[[App], Any]


def button(words: str, action_id: str = "why", **more: object) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": words}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def modal(title: str = "Log a call", **more: object) -> dict[str, Any]:
    note = {
        "type": "input", "block_id": "note", "label": {"type": "plain_text", "text": "Note"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }  # fmt: skip
    titles = {"title": {"type": "plain_text", "text": title}, "submit": {"type": "plain_text", "text": "Save"}}
    return {"type": "modal", "callback_id": "log", "blocks": [note], **titles, **more}


def events_of(slack: LocalSlack, name: str) -> list[Delivery]:
    return [delivery for delivery in slack.deliveries if delivery.name == name]


def settled(slack: LocalSlack, name: str, count: int = 1) -> list[Delivery]:
    """The deliveries of this name, once so many of them are settled."""
    return slack.person("U0ANA").wait(
        lambda: found if len(found := [d for d in events_of(slack, name) if d.is_settled]) >= count else None
    )


@pytest.fixture
def echo(app: App) -> App:
    """Answers every message of a person in its thread."""

    @app.event("message")
    def answer(event: dict[str, Any], say: Any) -> None:
        if "bot_id" not in event and "subtype" not in event:
            say(text=f"you said {event['text']}", thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("app_mention")
    def mentioned(ack: Any) -> None:
        ack()

    return app


def test_a_dm_is_answered_in_its_thread(slack: LocalSlack, echo: App, connected: Connect) -> None:
    ana = slack.person("Ana Silva")
    with connected(echo):
        question = ana.dm("which leads should I call now")
        answer = ana.answer(question)
        again = ana.answer(ana.dm("why the second one?", thread=answer))
    assert (answer.text, answer.thread_ts) == ("you said which leads should I call now", question.ts)
    assert again.thread_ts == question.ts
    event = events_of(slack, "message")[0].payload["event"]
    assert (event["channel_type"], event["user"], event["blocks"][0]["type"]) == ("im", "U0ANA", "rich_text")


def test_a_mention_comes_twice_with_one_timestamp(slack: LocalSlack, echo: App, connected: Connect) -> None:
    with connected(echo):
        question = slack.person("U0BEN").mention("general", "top leads?")
        settled(slack, "app_mention")
    told = events_of(slack, "message")[0].payload, events_of(slack, "app_mention")[0].payload
    assert {one["event"]["ts"] for one in told} == {question.ts}
    assert told[0]["event_id"] != told[1]["event_id"]
    assert (told[0]["event"]["channel_type"], "channel_type" in told[1]["event"]) == ("channel", False)


def test_the_app_hears_nothing_from_where_it_is_not(slack: LocalSlack) -> None:
    slack.person("U0ANA").mention("random", "anybody?")
    assert slack.deliveries == []


def test_the_app_hears_its_own_messages_too(slack: LocalSlack, echo: App, connected: Connect) -> None:
    ana = slack.person("U0ANA")
    with connected(echo):
        ana.answer(ana.dm("hi"))
        deliveries = settled(slack, "message", count=2)
    assert deliveries[1].payload["event"]["bot_id"] == slack.workspace.app.bot_id


def test_a_command_is_answered_by_its_ack_and_by_its_response_address(
    slack: LocalSlack, app: App, connected: Connect
) -> None:
    @app.command("/callsheet")
    def run(ack: Any, command: dict[str, Any], respond: Any) -> None:
        ack(f"Looking for {command['text']}")
        respond("Found it", response_type="in_channel")

    ana = slack.person("U0ANA")
    with connected(app):
        delivery = ana.slash("/callsheet", "top leads", where="general")
        ana.wait(lambda: len(ana.sees("general")) == 2)
    assert delivery.payload["channel_name"] == "general"
    seen = {message.text: message.only_for for message in ana.sees("general")}
    assert seen == {"Looking for top leads": "U0ANA", "Found it": None}
    assert [message.text for message in slack.person("U0BEN").sees("general")] == ["Found it"]


def test_a_command_nobody_acks_fails_visibly(slack: LocalSlack, app: App, connected: Connect) -> None:
    slack.faults.ack_timeout = 0.2
    ana = slack.person("U0ANA")
    with connected(app):
        assert ana.slash("/callsheet", "x").state == "failed"
    assert "operation_timeout" in ana.sees(ana.direct)[-1].text


def test_a_click_brings_the_message_and_may_be_answered_there(
    slack: LocalSlack, app: App, client: WebClient, connected: Connect
) -> None:
    heard: list[dict[str, Any]] = []

    @app.action("why")
    def why(ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        heard.append(body)
        respond("Because", replace_original=True)

    ana = slack.person("U0ANA")
    client.chat_postMessage(channel="U0ANA", text="Acme", blocks=[actions(button("Why?", value="L1"))])
    message = ana.sees(ana.direct)[-1]
    with connected(app):
        assert ana.click(message, "Why?").state == "acked"
        ana.wait(lambda: message.text == "Because")
    assert heard[0]["actions"][0]["value"] == "L1"
    assert heard[0]["container"] | {"is_ephemeral": False} == heard[0]["container"]
    assert heard[0]["message"]["ts"] == message.ts
    assert message.blocks == []


def test_an_unacked_click_fails(slack: LocalSlack, app: App, client: WebClient, connected: Connect) -> None:
    slack.faults.ack_timeout = 0.2
    ana = slack.person("U0ANA")
    client.chat_postMessage(channel="U0ANA", text="Acme", blocks=[actions(button("Why?"))])
    with connected(app):
        assert ana.click(ana.sees(ana.direct)[-1], "Why?").state == "failed"


def test_choices_travel_as_options_with_the_state_of_their_message(
    slack: LocalSlack, app: App, client: WebClient, connected: Connect
) -> None:
    heard: list[dict[str, Any]] = []

    @app.action("team")
    def choose(ack: Any, body: dict[str, Any]) -> None:
        ack()
        heard.append(body)

    options = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("North", "South")]
    menu = {"type": "static_select", "action_id": "team", "options": options}
    client.chat_postMessage(channel="U0ANA", text="Which?", blocks=[{**actions(menu), "block_id": "pick"}])
    ana = slack.person("U0ANA")
    with connected(app):
        ana.click(ana.sees(ana.direct)[-1], "team", "South")
    assert heard[0]["actions"][0]["selected_option"] == options[1]
    assert heard[0]["state"]["values"]["pick"]["team"]["selected_option"] == options[1]


def test_thumbs_say_which_side_was_pressed(slack: LocalSlack, app: App, client: WebClient, connected: Connect) -> None:
    heard: list[str] = []

    @app.action("feedback")
    def rate(ack: Any, action: dict[str, Any]) -> None:
        ack()
        heard.append(action["value"])

    sides = {
        f"{side}_button": {"text": {"type": "plain_text", "text": side}, "value": side}
        for side in ("positive", "negative")
    }
    feedback = {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "feedback", **sides}]}
    client.chat_postMessage(channel="U0ANA", text="Answer", blocks=[feedback])
    ana = slack.person("U0ANA")
    with connected(app):
        ana.thumbs(ana.sees(ana.direct)[-1], up=False)
        ana.thumbs(ana.sees(ana.direct)[-1], up=True)
    assert heard == ["negative", "positive"]


@pytest.fixture
def form(app: App) -> App:
    """Opens a form on a command; refuses "no", takes everything else."""

    @app.command("/callsheet")
    def open_form(ack: Any, command: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=modal(notify_on_close=True))

    @app.view("log")
    def take(ack: Any, view: dict[str, Any]) -> None:
        note = view["state"]["values"]["note"]["text"]["value"]
        answers: dict[str, dict[str, Any]] = {
            "no": {"response_action": "errors", "errors": {"note": "Say more."}},
            "more": {"response_action": "push", "view": modal("And then?")},
            "other": {"response_action": "update", "view": modal("Changed")},
            "all": {"response_action": "clear"},
            "bad": {"response_action": "update", "view": {"type": "modal"}},
        }
        ack(answers.get(note, {}))

    @app.view_closed("log")
    def closed(ack: Any) -> None:
        ack()

    return app


def opened(slack: LocalSlack) -> View:
    ana = slack.person("U0ANA")
    ana.slash("/callsheet")
    return ana.wait_for_modal()


def test_a_form_keeps_what_is_wrong_and_closes_when_it_is_right(
    slack: LocalSlack, form: App, connected: Connect
) -> None:
    ana = slack.person("U0ANA")
    with connected(form):
        view = opened(slack)
        assert ana.submit().errors == {"note": "Please complete this required field."}
        assert events_of(slack, "view_submission") == []
        assert ana.submit({"note": "no"}).errors == {"note": "Say more."}
        assert ana.modal is view
        assert ana.submit({"text": "fine"}).errors == {}
    assert ana.modal is None


def test_an_ack_may_push_update_or_clear_forms(slack: LocalSlack, form: App, connected: Connect) -> None:
    ana = slack.person("U0ANA")
    with connected(form):
        first = opened(slack)
        ana.submit({"note": "more"})
        second = ana.wait_for_modal("And then?")
        assert (second.previous_id, second.root_id) == (first.id, first.id)
        ana.submit({"note": "other"})
        assert ana.wait_for_modal("Changed").id == second.id
        ana.submit({"note": "all"})
    assert ana.modal is None


def test_an_ack_slack_would_not_take_leaves_the_form_in_trouble(
    slack: LocalSlack, form: App, connected: Connect
) -> None:
    with connected(form):
        opened(slack)
        assert slack.person("U0ANA").submit({"note": "bad"}).trouble == "We had some trouble connecting. Try again?"


def test_a_lost_ack_leaves_the_form_in_trouble(slack: LocalSlack, form: App, connected: Connect) -> None:
    with connected(form):
        opened(slack)
        slack.faults.ack_timeout = 0.2
        slack.faults.drop_acks()
        assert slack.person("U0ANA").submit({"note": "fine"}).trouble is not None


def test_closing_a_form_is_told_where_the_app_asked_for_it(slack: LocalSlack, form: App, connected: Connect) -> None:
    with connected(form):
        opened(slack)
        slack.person("U0ANA").close()
        assert settled(slack, "view_closed")[0].payload["is_cleared"] is False


def test_a_trigger_opens_one_form_and_soon(slack: LocalSlack, client: WebClient, clock: Clock) -> None:
    def refusal(trigger: str) -> str:
        with pytest.raises(SlackApiError) as refused:
            client.views_open(trigger_id=trigger, view=modal())
        return str(refused.value.response["error"])

    used, late = (slack.workspace.surfaces.trigger("U0ANA") for _ in range(2))
    client.views_open(trigger_id=used, view=modal())
    clock.advance(seconds=4)
    found = [refusal(used), refusal(late), refusal("made up")]
    assert found == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


def test_no_more_than_three_forms_stand_on_one_another(slack: LocalSlack, client: WebClient) -> None:
    triggers = [slack.workspace.surfaces.trigger("U0ANA") for _ in range(4)]
    client.views_open(trigger_id=triggers[0], view=modal())
    client.views_push(trigger_id=triggers[1], view=modal())
    client.views_push(trigger_id=triggers[2], view=modal())
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        client.views_push(trigger_id=triggers[3], view=modal())


def test_opening_the_home_tab_lets_the_app_fill_it(slack: LocalSlack, app: App, connected: Connect) -> None:
    @app.event("app_home_opened")
    def fill(event: dict[str, Any], client: WebClient) -> None:
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [actions(button("Call"))]})

    ana = slack.person("U0ANA")
    with connected(app):
        ana.open_messages()
        ana.open_home()
        home = ana.wait_for_home()
    assert home.blocks[0]["elements"][0]["text"]["text"] == "Call"
    assert [d.payload["event"]["tab"] for d in events_of(slack, "app_home_opened")] == ["messages", "home"]


def test_reactions_joins_and_changed_people_are_told(slack: LocalSlack) -> None:
    ana = slack.person("U0ANA")
    message = ana.post("general", "hi")
    ana.react(message, "thumbsup")
    slack.workspace.change_member("U0ANA", tz="Asia/Tokyo")
    slack.workspace.join(slack.workspace.conversation("deals"), "U0GUS")
    events = [delivery.payload["event"] for delivery in slack.deliveries]
    assert [event["type"] for event in events] == ["message", "reaction_added", "user_change", "member_joined_channel"]
    assert events[1]["item"] == {"type": "message", "channel": message.channel, "ts": message.ts}
    assert events[2]["user"]["tz"] == "Asia/Tokyo"


def test_where_a_person_looks_is_told_to_an_app_that_listens(slack: LocalSlack) -> None:
    ana = slack.person("U0ANA")
    ana.look_at("general")
    ana.open_messages()
    ana.dm("what is this about?")
    changed, opened, asked = (delivery.payload["event"] for delivery in slack.deliveries)
    assert (changed["type"], changed["context"]["entities"][0]["value"]) == ("app_context_changed", "C0GENERAL")
    assert opened["context"] == asked["app_context"] == changed["context"]


def test_an_app_without_the_scope_or_the_subscription_hears_nothing(clock: Clock) -> None:
    manifest = manifest_with()
    manifest["oauth_config"]["scopes"]["bot"].remove("im:history")
    manifest["settings"]["event_subscriptions"]["bot_events"].remove("reaction_added")
    with LocalSlack(people=PEOPLE, clock=clock, manifest=manifest) as slack:
        ana = slack.person("U0ANA")
        ana.react(ana.dm("hi"), "eyes")
        assert slack.deliveries == []


def test_an_edit_and_a_deletion_are_told_with_what_stood_there(slack: LocalSlack) -> None:
    ana = slack.person("U0ANA")
    message = ana.dm("hi")
    ana.edit(message, "hello")
    ana.delete(message)
    changed, deleted = (delivery.payload["event"] for delivery in slack.deliveries[1:])
    assert (changed["subtype"], changed["previous_message"]["text"], changed["message"]["text"]) == (
        "message_changed", "hi", "hello",
    )  # fmt: skip
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)


def test_an_event_without_an_ack_comes_again_with_the_same_id(slack: LocalSlack, app: App, connected: Connect) -> None:
    heard: list[str] = []

    @app.event("message")
    def hear(body: dict[str, Any]) -> None:
        heard.append(body["event_id"])

    slack.faults.ack_timeout = 0.5
    slack.faults.drop_acks(2)
    with connected(app):
        slack.person("U0ANA").dm("hi")
        delivery = settled(slack, "message")[0]
    assert (delivery.state, len(set(delivery.attempts))) == ("acked", 3)
    assert heard == [delivery.payload["event_id"]] * 3


def test_retries_are_counted_for_the_app_and_end_after_the_third(
    slack: LocalSlack, app: App, connected: Connect
) -> None:
    heard: list[tuple[str, str]] = []

    @app.middleware
    def refuse(req: Any) -> BoltResponse:
        heard.append((req.headers["x-slack-retry-num"][0], req.body["event_id"]))
        return BoltResponse(status=404)

    slack.faults.ack_timeout = 0.5
    with connected(app):
        slack.person("U0ANA").dm("hi")
        delivery = settled(slack, "message")[0]
    assert delivery.state == "failed"
    assert [number for number, _ in heard] == ["0", "1", "2", "3"]
    assert len({event_id for _, event_id in heard}) == 1


def test_what_was_written_before_the_app_was_there_reaches_it_when_it_comes(
    slack: LocalSlack, echo: App, connected: Connect
) -> None:
    slack.faults.retry_scale = 1
    ana = slack.person("U0ANA")
    question = ana.dm("anybody there?")
    ana.wait(lambda: len(slack.deliveries[0].attempts) == 2, what="the wait for the minute to be over")
    with connected(echo):
        assert ana.answer(question).text == "you said anybody there?"
    assert len(slack.deliveries[0].attempts) == 3


def test_an_event_nobody_is_there_for_is_given_up(slack: LocalSlack) -> None:
    slack.person("U0ANA").dm("hi")
    assert settled(slack, "message")[0].state == "failed"


@pytest.mark.parametrize("how", ["drop", "ask_to_reconnect"])
def test_after_a_lost_socket_the_app_comes_back(slack: LocalSlack, echo: App, connected: Connect, how: str) -> None:
    ana = slack.person("U0ANA")
    with connected(echo):
        first = slack.sockets.connected[0]
        getattr(slack.sockets, how)()
        ana.wait(lambda: slack.sockets.connected and slack.sockets.connected != [first], what="a new socket")
        ana.wait(lambda: first not in slack.sockets.connected, what="the old socket to go")
        assert ana.answer(ana.dm("still there?")).text == "you said still there?"


def test_each_envelope_goes_to_one_of_several_sockets(slack: LocalSlack, client: WebClient, connected: Connect) -> None:
    heard: list[str] = []
    apps = [App(client=client), App(client=client)]
    for name, app in zip("ab", apps, strict=True):

        @app.event("message")
        def hear(name: str = name) -> None:
            heard.append(name)

    ana = slack.person("U0ANA")
    with connected(apps[0]), connected(apps[1]):
        ana.wait(lambda: len(slack.sockets.connected) == 2)
        for _ in range(4):
            ana.dm("hi")
        settled(slack, "message", count=4)
        ana.wait(lambda: len(heard) == 4)


def test_a_ticket_lets_in_once(slack: LocalSlack, client: WebClient) -> None:
    url = client.apps_connections_open(app_token=slack.app_token)["url"]
    with connect(url) as socket:
        assert '"hello"' in str(socket.recv())
        with pytest.raises(InvalidStatus), connect(url):
            pass


def test_a_response_address_is_good_for_five_answers_and_half_an_hour(
    slack: LocalSlack, app: App, connected: Connect, clock: Clock
) -> None:
    statuses: list[int] = []
    done = threading.Event()

    @app.command("/callsheet")
    def run(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        ack()
        if command["text"] == "late":
            clock.advance(minutes=31)
        statuses.extend(respond(str(number)).status_code for number in range(6))
        done.set()

    ana = slack.person("U0ANA")
    with connected(app):
        ana.slash("/callsheet")
        assert done.wait(10)
        assert statuses == [200] * 5 + [404]
        done.clear()
        ana.slash("/callsheet", "late")
        assert done.wait(10)
    assert statuses[6:] == [404] * 6


def test_uninstalling_is_told_and_shuts_the_door(slack: LocalSlack, client: WebClient) -> None:
    slack.workspace.revoke(uninstalled=True)
    assert [delivery.name for delivery in slack.deliveries] == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(SlackApiError, match="account_inactive"):
        client.auth_test()
