"""Every method is there, answers with the keys Slack answers with, and refuses in Slack's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.workspace import Channel, LocalSlack, hours
from bot.workspace.methods import METHODS, Args
from bot.workspace.web import Tokens, WebApi
from tests.bot.workspace.conftest import CHANNELS, PEOPLE, Clock, manifest_with

Json = dict[str, Any]
Given = Json | Callable[["Scene"], Json]
SCOPES = ("team:read", "files:read", "channels:join", "mpim:write", "reactions:write")
PLACES = [*CHANNELS, Channel("C0OLD", "old", is_archived=True)]
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Log"}, "blocks": []}
HOME: Json = {"type": "home", "blocks": []}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2999}}
STEP = {"type": "task_update", "id": "1", "title": "Looking", "status": "pending"}
DIVIDERS = [{"type": "divider"}] * 26


class Scene:
    """A workspace nobody serves, and a way to call it without the network."""

    def __init__(self) -> None:
        self.clock = Clock()
        scoped = manifest_with(*SCOPES)
        self.slack = LocalSlack(people=PEOPLE, channels=PLACES, clock=self.clock, manifest=scoped)
        tokens = Tokens(self.slack.bot_token, self.slack.app_token)
        self.api = WebApi(self.slack.workspace, tokens, self.slack.faults, self.slack.limits)

    def call(self, method: str, **args: Any) -> Json:
        token = self.slack.app_token if METHODS.get(method) and METHODS[method].token == "app" else self.slack.bot_token
        return self.api.answer(method, token, Args(args)).body

    @property
    def now(self) -> int:
        return int(self.clock().timestamp())

    def theirs(self) -> Json:
        message = self.slack.person("U0ANA").post("general", "root")
        return {"channel": message.channel, "ts": message.ts}

    def own(self, channel: str = "C0GENERAL", **more: Any) -> Json:
        sent = self.call("chat.postMessage", channel=channel, text="own", **more)
        return {"channel": sent["channel"], "ts": sent["ts"]}

    def whispered(self) -> str:
        return str(self.call("chat.postEphemeral", channel="C0GENERAL", user="U0ANA", text="psst")["message_ts"])

    def stream(self, **more: Any) -> Json:
        question = self.slack.person("U0ANA").dm("why?")
        started = self.call("chat.startStream", channel=question.channel, thread_ts=question.ts, **more)
        return {"channel": started["channel"], "ts": started["ts"]}

    def stopped(self) -> Json:
        stream = self.stream()
        self.slack.person("U0ANA").stop(self.slack.workspace.conversations[stream["channel"]].messages[stream["ts"]])
        return stream

    def question(self) -> Json:
        message = self.slack.person("U0ANA").dm("why?")
        return {"channel_id": message.channel, "thread_ts": message.ts}

    def trigger(self) -> str:
        return self.slack.workspace.surfaces.trigger("U0ANA")

    def view(self, **more: Any) -> Json:
        return dict(self.call("views.open", trigger_id=self.trigger(), view={**MODAL, **more})["view"])

    def file(self) -> str:
        ready = self.call("files.getUploadURLExternal", filename="a.txt", length=1)["file_id"]
        self.slack.workspace.files[ready].content = b"a"
        return str(ready)

    def late_trigger(self) -> str:
        trigger = self.trigger()
        self.clock.advance(seconds=4)
        return trigger

    def used_trigger(self) -> str:
        trigger = self.trigger()
        self.call("views.open", trigger_id=trigger, view=MODAL)
        return trigger

    def three_views(self) -> Json:
        self.view()
        for _ in range(2):
            self.call("views.push", trigger_id=self.trigger(), view=MODAL)
        return {"trigger_id": self.trigger(), "view": MODAL}

    def full_minutes(self) -> Json:
        later = {"channel": "C0GENERAL", "text": "later", "post_at": self.now + 600}
        for _ in range(30):
            assert self.call("chat.scheduleMessage", **later)["ok"]
        return later

    def without(self, feature: str) -> None:
        self.slack.workspace.manifest.content["features"]["app_home"][feature] = False

    def reacted(self) -> Json:
        message = self.theirs()
        where = {"channel": message["channel"], "timestamp": message["ts"], "name": "eyes"}
        self.call("reactions.add", **where)
        return where

    def closed_window(self) -> Json:
        self.slack.workspace.edit_window = timedelta(minutes=5)
        own = self.own()
        self.clock.advance(minutes=6)
        return {**own, "text": "new"}

    def code(self) -> Json:
        self.slack.workspace.codes["good"] = "xoxb-new"
        return {"client_id": LocalSlack.client_id, "client_secret": LocalSlack.client_secret, "code": "good"}

    def nobody_left(self) -> Json:
        self.slack.workspace.change_member("U0BEN", is_deleted=True)
        return {"users": "U0BEN"}


@dataclass(frozen=True)
class Case:
    """A method, arguments it takes, the keys of its reply, and what makes it refuse with which words."""

    method: str
    args: Given
    keys: str
    refusals: dict[str, Given]


def no_messages(scene: Scene) -> Json:
    scene.without("messages_tab_enabled")
    return {"channel": "U0ANA", "text": "hi"}


def no_home(scene: Scene) -> Json:
    scene.without("home_tab_enabled")
    return {"user_id": "U0ANA", "view": HOME}


def twice(scene: Scene) -> Json:
    scene.view(external_id="one")
    return {"trigger_id": scene.trigger(), "view": {**MODAL, "external_id": "one"}}


SAY: Json = {"channel": "C0GENERAL", "text": "hi"}
NOWHERE: Json = {"channel": "C0NOWHERE"}
METADATA = {"event_type": "x", "event_payload": {"long": "x" * 9000}}
TRIGGERS: dict[str, Given] = {
    "invalid_trigger_id": {"trigger_id": "made up", "view": MODAL},
    "expired_trigger_id": lambda scene: {"trigger_id": scene.late_trigger(), "view": MODAL},
    "exchanged_trigger_id": lambda scene: {"trigger_id": scene.used_trigger(), "view": MODAL},
    "view_too_large": lambda scene: {
        "trigger_id": scene.trigger(), "view": {**MODAL, "blocks": [LONG] * 90},
    },
    "duplicate_external_id": twice,
}  # fmt: skip
INSTALLED = ("app_id", "authed_user", "scope", "token_type", "access_token", "bot_user_id", "team", "enterprise",
             "is_enterprise_install")  # fmt: skip
CASES = [
    Case("api.test", {}, "args", {"oops": {"error": "oops"}}),
    Case("auth.test", {}, "url team user team_id user_id bot_id is_enterprise_install", {}),
    Case("apps.connections.open", {}, "url", {}),
    Case("oauth.v2.access", lambda scene: scene.code(), " ".join(INSTALLED), {
        "invalid_client_id": {}, "bad_client_secret": lambda scene: {**scene.code(), "client_secret": "no"},
        "invalid_code": lambda scene: {**scene.code(), "code": "no"},
        "bad_redirect_uri": lambda scene: {**scene.code(), "redirect_uri": "http://127.0.0.1/elsewhere"}}),
    Case("team.info", {}, "team", {}),
    Case("bots.info", {"bot": "B0CALLSHEET"}, "bot", {"bot_not_found": {"bot": "B0NOBODY"}}),
    Case("blocks.validate", {"blocks": [LONG]}, "", {
        "invalid_blocks": {"blocks": [{"type": "song"}]}, "invalid_view": {"view": {"type": "modal"}},
        "invalid_message": {"message": {"blocks": [{"type": "song"}]}}, "invalid_arguments": {}}),
    Case("chat.postMessage", SAY, "channel ts message", {
        "channel_not_found": {**SAY, **NOWHERE}, "not_in_channel": {**SAY, "channel": "C0RANDOM"},
        "is_archived": {**SAY, "channel": "C0OLD"}, "no_text": {"channel": "C0GENERAL"},
        "invalid_blocks": {**SAY, "blocks": [{"type": "song"}]},
        "invalid_blocks_format": {**SAY, "blocks": "no list"},
        "msg_blocks_too_long": {**SAY, "blocks": [LONG] * 5},
        "markdown_text_conflict": {**SAY, "markdown_text": "hi"}, "metadata_too_large": {**SAY, "metadata": METADATA},
        "messages_tab_disabled": no_messages,
        "cannot_reply_to_message": lambda scene: {**SAY, "thread_ts": scene.whispered()},
        "too_many_attachments": {**SAY, "attachments": [{"text": "hi"}] * 101}}),
    Case("chat.update", lambda scene: {**scene.own(), "text": "new"}, "channel ts text message", {
        "message_not_found": {**SAY, "ts": "1.000001"},
        "cant_update_message": lambda scene: {**scene.theirs(), "text": "new"},
        "edit_window_closed": Scene.closed_window, "msg_too_long": lambda scene: {**scene.own(), "text": "x" * 40_001},
        "streaming_state_conflict": lambda scene: {**scene.stream(), "text": "new"}}),
    Case("chat.delete", lambda scene: scene.own(), "channel ts", {
        "message_not_found": {"channel": "C0GENERAL", "ts": "1.000001"}, "cant_delete_message": Scene.theirs}),
    Case("chat.postEphemeral", {**SAY, "user": "U0ANA"}, "message_ts", {
        "user_not_in_channel": {**SAY, "channel": "C0DEALS", "user": "U0GUS"},
        "channel_not_found": {**SAY, **NOWHERE, "user": "U0ANA"},
        "msg_too_long": {**SAY, "user": "U0ANA", "text": "x" * 40_001}}),
    Case("chat.startStream", lambda scene: {"channel": "D0ANA", "thread_ts": scene.question()["thread_ts"]},
         "channel ts", {
        "missing_recipient_team_id": {"channel": "C0GENERAL", "thread_ts": "1"},
        "missing_recipient_user_id": {"channel": "C0GENERAL", "thread_ts": "1", "recipient_team_id": "T"},
        "invalid_chunks": {"channel": "D0ANA", "thread_ts": "1", "chunks": [{"type": "song"}]},
        "channel_type_not_supported": lambda scene: {"channel": scene.call(
            "conversations.open", users="U0ANA,U0BEN")["channel"]["id"], "thread_ts": "1"},
        "not_in_channel": {"channel": "C0RANDOM", "thread_ts": "1"}}),
    Case("chat.appendStream", lambda scene: {**scene.stream(), "markdown_text": "more"}, "channel ts", {
        "message_not_in_streaming_state": lambda scene: {**scene.own(), "markdown_text": "more"},
        "message_not_owned_by_app": lambda scene: {**scene.theirs(), "markdown_text": "more"},
        "stopped_by_user": lambda scene: {**scene.stopped(), "markdown_text": "more"},
        "invalid_chunks": lambda scene: {**scene.stream(), "chunks": [{**STEP, "status": "odd"}]},
        "msg_blocks_too_many": lambda scene: {
            **scene.stream(chunks=[{"type": "blocks", "blocks": DIVIDERS}]),
            "chunks": [{"type": "blocks", "blocks": DIVIDERS}]}}),
    Case("chat.stopStream", Scene.stream, "channel ts message", {
        "message_not_in_streaming_state": Scene.own,
        "invalid_blocks": lambda scene: {**scene.stream(), "blocks": [{"type": "song"}]}}),
    Case("chat.scheduleMessage", lambda scene: {**SAY, "post_at": scene.now + 60},
         "channel scheduled_message_id post_at message", {
        "time_in_past": {**SAY, "post_at": 1}, "invalid_time": {**SAY, "post_at": "soon"},
        "time_too_far": lambda scene: {**SAY, "post_at": scene.now + 121 * 86_400},
        "restricted_too_many": Scene.full_minutes}),
    Case("chat.deleteScheduledMessage", lambda scene: {"channel": "C0GENERAL", "scheduled_message_id": scene.call(
        "chat.scheduleMessage", **SAY, post_at=scene.now + 60)["scheduled_message_id"]}, "", {
        "invalid_scheduled_message_id": {"channel": "C0GENERAL", "scheduled_message_id": "Q0"}}),
    Case("chat.scheduledMessages.list", {}, "scheduled_messages response_metadata", {"channel_not_found": NOWHERE}),
    Case("chat.getPermalink", lambda scene: {"channel": "C0GENERAL", "message_ts": scene.own()["ts"]},
         "channel permalink", {"message_not_found": {"channel": "C0GENERAL", "message_ts": "1.000001"}}),
    Case("conversations.open", {"users": "U0ANA"}, "channel", {
        "users_list_not_supplied": {}, "user_not_found": {"users": "U0NOBODY"}, "user_disabled": Scene.nobody_left}),
    Case("conversations.info", {"channel": "C0GENERAL"}, "channel", {"channel_not_found": NOWHERE}),
    Case("conversations.list", {}, "channels response_metadata", {"invalid_cursor": {"cursor": "?"}}),
    Case("conversations.members", {"channel": "C0GENERAL"}, "members response_metadata",
         {"channel_not_found": NOWHERE}),
    Case("conversations.join", {"channel": "C0RANDOM"}, "channel", {
        "channel_not_found": NOWHERE, "is_archived": {"channel": "C0OLD"},
        "method_not_supported_for_channel_type": {"channel": "C0DEALS"}}),
    Case("conversations.history", {"channel": "C0GENERAL"}, "messages has_more response_metadata", {
        "channel_not_found": NOWHERE, "not_in_channel": {"channel": "C0RANDOM"}}),
    Case("conversations.replies", Scene.theirs, "messages has_more response_metadata", {
        "thread_not_found": {"channel": "C0GENERAL", "ts": "1.000001"},
        "channel_not_found": {**NOWHERE, "ts": "1"}}),
    Case("users.info", {"user": "U0ANA"}, "user", {"user_not_found": {"user": "U0NOBODY"}}),
    Case("users.list", {}, "members response_metadata", {}),
    Case("users.lookupByEmail", {"email": "ana@northwind.test"}, "user", {"users_not_found": {"email": "nobody@x.y"}}),
    Case("users.conversations", {}, "channels response_metadata", {}),
    Case("views.open", lambda scene: {"trigger_id": scene.trigger(), "view": MODAL}, "view", {
        **TRIGGERS, "invalid_arguments": lambda scene: {"trigger_id": scene.trigger(), "view": HOME}}),
    Case("views.push", lambda scene: {"trigger_id": scene.view() and scene.trigger(), "view": MODAL}, "view", {
        **TRIGGERS, "push_limit_reached": Scene.three_views}),
    Case("views.update", lambda scene: {"view_id": scene.view()["id"], "view": MODAL}, "view", {
        "not_found": {"view_id": "V0", "view": MODAL},
        "hash_conflict": lambda scene: {"view_id": scene.view()["id"], "view": MODAL, "hash": "old"}}),
    Case("views.publish", {"user_id": "U0ANA", "view": HOME}, "view", {
        "user_not_found": {"user_id": "U0NOBODY", "view": HOME}, "not_enabled": no_home}),
    Case("reactions.add", lambda scene: {"channel": "C0GENERAL", "timestamp": scene.theirs()["ts"], "name": "eyes"},
         "", {
        "already_reacted": Scene.reacted, "message_not_found": {"channel": "C0GENERAL", "timestamp": "1", "name": "x"},
        "invalid_name": {"channel": "C0GENERAL", "timestamp": "1", "name": "No Such"}}),
    Case("reactions.remove", Scene.reacted, "", {"no_reaction": lambda scene: {
        "channel": "C0GENERAL", "timestamp": scene.theirs()["ts"], "name": "eyes"}}),
    Case("reactions.get", lambda scene: {"channel": "C0GENERAL", "timestamp": scene.theirs()["ts"]},
         "type channel message", {"message_not_found": {"channel": "C0GENERAL", "timestamp": "1"}}),
    Case("files.getUploadURLExternal", {"filename": "a.txt", "length": 1}, "upload_url file_id", {
        "missing_argument": {"filename": "a.txt"}, "invalid_arguments": {"filename": "a.txt", "length": 0}}),
    Case("files.completeUploadExternal", lambda scene: {"files": [{"id": scene.file()}], "channel_id": "C0GENERAL"},
         "files", {
        "missing_argument": {}, "file_not_found": {"files": [{"id": "F0"}]},
        "not_in_channel": lambda scene: {"files": [{"id": scene.file()}], "channel_id": "C0RANDOM"}}),
    Case("files.info", lambda scene: {"file": scene.file()}, "file", {"file_not_found": {"file": "F0"}}),
    Case("assistant.threads.setStatus", lambda scene: {**scene.question(), "status": "is thinking…"}, "", {
        "channel_not_found": {"channel_id": "C0NOWHERE", "thread_ts": "1", "status": "x"},
        "invalid_thread_ts": {"channel_id": "U0ANA", "thread_ts": "1", "status": "x"}}),
    Case("assistant.threads.setTitle", lambda scene: {**scene.question(), "title": "Calls"}, "", {
        "invalid_thread_ts": {"channel_id": "C0GENERAL", "thread_ts": "1", "title": "x"}}),
    Case("assistant.threads.setSuggestedPrompts", {
        "channel_id": "U0ANA", "prompts": [{"title": "Calls", "message": "Whom to call?"}]}, "", {
        "channel_not_found": {"channel_id": "C0NOWHERE", "prompts": [{"title": "x", "message": "x"}]}}),
    Case("agents.sessions.setStatus", lambda scene: {**scene.question(), "status": "processing", "title": "Calls"},
         "status agent_status title warning response_metadata", {
        "invalid_arguments": lambda scene: {**scene.question(), "status": "dancing"}}),
    Case("agents.sessions.rename", lambda scene: {
        **(where := scene.question()),
        "title": "New" if scene.call("agents.sessions.setStatus", **where, status="active") else ""},
        "status agent_status title", {"session_not_found": lambda scene: {**scene.question(), "title": "New"}}),
]  # fmt: skip
REFUSALS = [pytest.param(case, code, id=f"{case.method}-{code}") for case in CASES for code in case.refusals]


def given(scene: Scene, args: Given) -> Json:
    return args(scene) if callable(args) else args


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.method)
def test_a_method_answers_with_the_keys_of_slack(case: Case) -> None:
    scene = Scene()
    told = scene.call(case.method, **given(scene, case.args))
    assert told["ok"], told
    assert told.keys() - {"ok"} == set(case.keys.split())


@pytest.mark.parametrize(("case", "code"), REFUSALS)
def test_a_method_refuses_in_the_words_of_slack(case: Case, code: str) -> None:
    scene = Scene()
    assert scene.call(case.method, **given(scene, case.refusals[code]))["error"] == code


def test_no_method_is_without_a_case() -> None:
    assert {case.method for case in CASES} == METHODS.keys()


def test_what_is_scheduled_is_posted_when_it_is_due_unless_it_has_metadata() -> None:
    scene = Scene()
    metadata = {"event_type": "x", "event_payload": {}}
    scene.call("chat.scheduleMessage", **SAY, post_at=scene.now + 60)
    scene.call("chat.scheduleMessage", **SAY, post_at=scene.now + 60, metadata=metadata)
    hours.pass_by(scene.slack.workspace)
    assert scene.slack.person("U0ANA").sees("general") == []
    scene.clock.advance(seconds=61)
    hours.pass_by(scene.slack.workspace)
    assert [message.text for message in scene.slack.person("U0ANA").sees("general")] == ["hi"]
    assert scene.call("chat.scheduledMessages.list")["scheduled_messages"] == []


def test_a_status_is_forgotten_after_two_minutes() -> None:
    scene = Scene()
    scene.call("assistant.threads.setStatus", **scene.question(), status="is thinking…")
    assert scene.slack.workspace.statuses
    scene.clock.advance(seconds=121)
    hours.pass_by(scene.slack.workspace)
    assert not scene.slack.workspace.statuses


def test_stop_ends_a_session_only_when_the_app_says_so() -> None:
    scene = Scene()
    scene.slack.workspace.manifest.content["settings"]["event_subscriptions"]["bot_events"].append(
        "agent_session_stopped"
    )
    stream = scene.stream()
    root = scene.slack.workspace.conversations[stream["channel"]].messages[stream["ts"]].thread_ts
    where = {"channel_id": stream["channel"], "thread_ts": root}
    assert "warning" not in scene.call("agents.sessions.setStatus", **where, status="processing")
    ana = scene.slack.person("U0ANA")
    ana.stop(ana.sees(ana.direct)[0])
    event = scene.slack.deliveries[-1].payload["event"]
    assert (event["type"], event["streaming_message_ts"]) == ("agent_session_stopped", [stream["ts"]])
    assert scene.slack.workspace.works[stream["channel"], str(root)].session == "processing"
    assert scene.call("chat.stopStream", **stream)["ok"]
    assert scene.slack.workspace.works[stream["channel"], str(root)].session == "active"


def test_a_workspace_forgets_what_was_said_and_done_but_not_who_is_in_it() -> None:
    scene = Scene()
    scene.own()
    scene.slack.faults.fail("*", status=500)
    scene.slack.reset()
    ana = scene.slack.person("U0ANA")
    assert (ana.sees("general"), scene.slack.deliveries, scene.slack.api_calls) == ([], [], [])
    assert scene.slack.faults.strike("auth.test") is None
    assert scene.call("chat.postMessage", **SAY)["ok"]


def test_strict_limits_turn_calls_away_until_their_minute_is_over() -> None:
    scene = Scene()
    scene.slack.limits.strict = True
    for _ in range(20):
        assert scene.call("users.list")["ok"]
    late = scene.api.answer("users.list", scene.slack.bot_token, Args())
    assert (late.status, late.headers) == (429, {"Retry-After": "60"})
    assert scene.call("chat.postMessage", **SAY)["ok"]
    assert scene.call("chat.postMessage", **SAY)["error"] == "ratelimited"
    assert scene.call("chat.postMessage", channel="C0DEALS", text="elsewhere")["ok"]
    scene.clock.advance(minutes=1)
    assert scene.call("users.list")["ok"]
