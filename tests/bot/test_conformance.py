"""Blocks, views and events agree with Slack's official TypeScript types and with slack_sdk's models."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.blockkit.shapes import BLOCKS, ELEMENTS
from bot.workspace import LocalSlack
from bot.workspace.payloads import view_payload
from tests import official
from tests.bot.test_blockkit import GOOD, field, modal, plain, section
from tests.bot.workspace.conftest import CHANNELS, PEOPLE, Clock, manifest_with

Json = dict[str, Any]
# Documented by Slack and not (yet) in the types.
BEYOND = {"button": {"agent_prompt"}, "card": {"slack_icon"}, "header": {"level"}}
# The keys that the types require of each event.
EVENTS = {
    "agent_session_stopped": "channel user thread_ts streaming_message_ts event_ts",
    "app_context_changed": "channel user context event_ts",
    "app_home_opened": "user channel event_ts",
    "app_mention": "text ts channel event_ts",
    "app_uninstalled": "",
    "member_joined_channel": "user channel channel_type team event_ts",
    "message": "event_ts channel user ts channel_type",
    "message message_changed": "event_ts hidden channel channel_type ts message previous_message",
    "message message_deleted": "event_ts hidden channel channel_type ts deleted_ts previous_message",
    "reaction_added": "user reaction item_user item event_ts",
    "tokens_revoked": "tokens",
    "user_change": "user cache_ts event_ts",
}


@pytest.mark.parametrize("kind", [*BLOCKS, *(name for name in ELEMENTS if name not in (*BLOCKS, "url"))])
def test_the_table_has_the_fields_of_the_official_types(kind: str) -> None:
    shape = BLOCKS.get(kind) or ELEMENTS[kind]
    fields, required = official.fields(kind)
    own = set(shape.fields) | ({"block_id"} if kind in BLOCKS else set())
    assert (own - BEYOND.get(kind, set()), set(shape.required)) == (fields, required)


def test_every_block_has_a_sample_that_the_official_types_take() -> None:
    assert [(block["type"], official.complaints(block)) for block in GOOD if official.complaints(block)] == []
    assert BLOCKS.keys() - {block["type"] for block in GOOD} == {"alert", "input"}
    form = modal({"type": "alert", "text": plain()}, field(), section())
    assert official.complaints(form, "ModalView") == []
    assert official.complaints({"type": "home", "blocks": [section()]}, "HomeView") == []
    assert official.complaints({**section(), "acessory": {}})
    assert official.complaints({"type": "song"})


def test_views_and_messages_are_what_the_sdk_reads(slack: LocalSlack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "slack_sdk")
    view = slack.workspace.surfaces.push("U0ANA", modal(field(block_id="b"), section()), fresh=True)
    told = view_payload(slack.workspace.app, view)
    read = View(**told)
    assert (read.id, read.hash, read.root_view_id) == (told["id"], told["hash"], told["id"])
    given = {key: told[key] for key in ("type", "title", "submit", "blocks")}
    assert official.complaints(given, "ModalView") == []
    message = slack.workspace.post("C0GENERAL", {"user": "U0ANA", "text": "hi", "blocks": told["blocks"]})
    assert [Block.parse(block).to_dict() for block in message.blocks] == message.blocks  # type: ignore[union-attr]
    assert not [record for record in caplog.records if "unknown" in record.getMessage().lower()]


def test_events_carry_what_the_official_types_require(slack: LocalSlack) -> None:
    ana, workspace = slack.person("U0ANA"), slack.workspace
    ana.look_at("general")
    ana.open_messages()
    message = ana.mention("general", "hi")
    ana.react(message, "eyes")
    ana.edit(message, "hello")
    ana.stop(message)
    ana.delete(message)
    workspace.join(workspace.conversation("deals"), "U0GUS")
    workspace.change_member("U0ANA", tz="Asia/Tokyo")
    workspace.revoke(uninstalled=True)
    seen = {delivery.name: delivery.payload["event"] for delivery in slack.deliveries}
    assert [name for name, keys in EVENTS.items() if set(keys.split()) - seen[name].keys()] == []


@pytest.fixture
def slack() -> LocalSlack:
    """A workspace that nobody serves."""
    manifest = manifest_with()
    manifest["settings"]["event_subscriptions"]["bot_events"].append("agent_session_stopped")
    return LocalSlack(people=PEOPLE, channels=CHANNELS, clock=Clock(), manifest=manifest)
