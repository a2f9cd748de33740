"""Shortcuts on messages and from anywhere, and menus that the app fills while somebody types."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace import LocalSlack
from tests.bot.workspace.conftest import MANIFEST, PEOPLE, Clock

Connect = Callable[[App], Any]
Json = dict[str, Any]
SHORTCUTS = [
    {"name": "Log to lead or deal", "type": "message", "callback_id": "log_message", "description": "Keeps it there"},
    {"name": "New lead", "type": "global", "callback_id": "new_lead", "description": "Opens a form"},
]
LEADS = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Acme", "Apex", "Birch")]


@pytest.fixture
def slack(clock: Clock) -> Iterator[LocalSlack]:
    manifest = copy.deepcopy(MANIFEST)
    manifest["features"]["shortcuts"] = SHORTCUTS
    with LocalSlack(people=PEOPLE, clock=clock, manifest=manifest) as running:
        yield running


def test_a_shortcut_brings_the_message_it_was_used_on_and_may_open_a_form(
    slack: LocalSlack, app: App, connected: Connect
) -> None:
    heard: list[Json] = []

    @app.shortcut("log_message")
    def log(ack: Any, shortcut: Json, client: WebClient, respond: Any) -> None:
        ack()
        heard.append(shortcut)
        title = {"type": "plain_text", "text": "Log to lead"}
        client.views_open(trigger_id=shortcut["trigger_id"], view={"type": "modal", "title": title, "blocks": []})
        respond("Logged")

    @app.shortcut("new_lead")
    def new(ack: Any, shortcut: Json) -> None:
        ack()
        heard.append(shortcut)

    ana = slack.person("U0ANA")
    with connected(app):
        message = ana.post("general", "they want a proposal")
        assert ana.shortcut("Log to lead or deal", message).state == "acked"
        assert ana.wait_for_modal().title == "Log to lead"
        assert ana.wait(lambda: ana.sees("general")[1:])[0].only_for == "U0ANA"
        assert ana.shortcut("new_lead").state == "acked"
    on_message, anywhere = heard
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "they want a proposal")
    assert (on_message["message_ts"], on_message["channel"]["id"]) == (message.ts, "C0GENERAL")
    assert (anywhere["type"], anywhere.keys() & {"message", "channel", "response_url"}) == ("shortcut", set())
    with pytest.raises(LookupError, match="no global shortcut 'log_message'"):
        ana.shortcut("log_message")


def test_a_menu_asks_the_app_what_there_is_to_choose(
    slack: LocalSlack, app: App, client: WebClient, connected: Connect
) -> None:
    heard: list[Json] = []

    @app.options("lead")
    def offer(ack: Any, payload: Json) -> None:
        heard.append(payload)
        ack(options=[one for one in LEADS if one["value"].startswith(payload["value"].lower())])

    @app.action("lead")
    def choose(ack: Any, body: Json) -> None:
        ack()
        heard.append(body)

    menu = {"type": "external_select", "action_id": "lead", "min_query_length": 1}
    blocks = [{"type": "actions", "block_id": "which", "elements": [menu]}]
    client.chat_postMessage(channel="U0ANA", text="Which?", blocks=blocks)
    ana = slack.person("U0ANA")
    (message,) = ana.sees(ana.direct)
    with connected(app):
        options = ana.suggest(message, "lead", "A")
        ana.click(message, "lead", options[1])
    assert [one["value"] for one in options] == ["acme", "apex"]
    asked, told = heard
    assert (asked["type"], asked["block_id"], asked["container"]["type"]) == ("block_suggestion", "which", "message")
    assert asked.keys() & {"trigger_id", "response_url"} == set()
    assert told["actions"][0]["selected_option"] == told["state"]["values"]["which"]["lead"]["selected_option"]


def test_options_slack_would_not_take_are_none(
    slack: LocalSlack, app: App, client: WebClient, connected: Connect
) -> None:
    app.options("lead")(lambda ack: ack(options=[{"text": {"type": "plain_text", "text": "Acme"}}]))
    menu = {"type": "external_select", "action_id": "lead"}
    client.chat_postMessage(channel="U0ANA", text="Which?", blocks=[{"type": "actions", "elements": [menu]}])
    ana = slack.person("U0ANA")
    with connected(app):
        assert ana.suggest(ana.sees(ana.direct)[0], "lead", "A") == []
