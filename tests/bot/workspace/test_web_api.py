"""The Web API answers as Slack does, to slack_sdk's own client and to raw requests."""

import json
import socket
import urllib.request
from urllib.error import HTTPError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.workspace import LocalSlack
from tests.bot.workspace.conftest import PEOPLE, Clock, manifest_with


def error_of(call: object, *args: object, **more: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(*args, **more)  # type: ignore[operator]
    return str(refused.value.response["error"])


def fetch(url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except HTTPError as refused:
        return refused.code, refused.read()


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_the_app_learns_who_it_is_and_what_it_may(slack: LocalSlack, client: WebClient) -> None:
    told = client.auth_test()
    assert (told["user_id"], told["bot_id"]) == (slack.workspace.app.bot_user_id, slack.workspace.app.bot_id)
    assert "chat:write" in told.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), (LocalSlack.app_token, "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(slack: LocalSlack, token: str, error: str) -> None:
    assert error_of(WebClient(token, base_url=slack.api_url).chat_postMessage, channel="C0GENERAL", text="hi") == error


def test_only_the_app_token_opens_a_socket(slack: LocalSlack, client: WebClient) -> None:
    assert error_of(client.apps_connections_open, app_token=slack.bot_token) == "not_allowed_token_type"
    assert client.apps_connections_open(app_token=slack.app_token)["url"].startswith("ws://127.0.0.1:")


def test_a_revoked_token_no_longer_works(slack: LocalSlack, client: WebClient) -> None:
    slack.workspace.revoke()
    assert error_of(client.auth_test) == "token_revoked"


def test_an_unknown_method_is_said_to_be_unknown(client: WebClient) -> None:
    assert error_of(client.api_call, "chat.sing") == "unknown_method"


def test_a_scope_the_manifest_does_not_ask_for_is_missing(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.team_info()
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "team:read"
    assert "chat:write" in refused.value.response["provided"]


def test_without_the_email_scope_no_address_is_told(clock: Clock) -> None:
    manifest = manifest_with()
    manifest["oauth_config"]["scopes"]["bot"].remove("users:read.email")
    with LocalSlack(people=PEOPLE, clock=clock, manifest=manifest) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        assert "email" not in client.users_info(user="U0ANA")["user"]["profile"]
        assert error_of(client.users_lookupByEmail, email="ana@northwind.test") == "missing_scope"


def test_people_are_found_by_id_and_by_email(client: WebClient) -> None:
    user = client.users_info(user="U0ANA")["user"]
    assert (user["tz"], user["tz_offset"]) == ("America/Sao_Paulo", -10800)
    assert user["profile"]["email"] == "ana@northwind.test"
    assert client.users_lookupByEmail(email="BEN@northwind.test")["user"]["id"] == "U0BEN"
    assert client.users_info(user="U0GUS")["user"]["is_restricted"] is True
    assert error_of(client.users_lookupByEmail, email="nobody@northwind.test") == "users_not_found"
    assert error_of(client.users_info, user="U0NOBODY") == "user_not_found"


def test_lists_come_in_pages(client: WebClient) -> None:
    seen = [member["id"] for page in client.users_list(limit=2) for member in page["members"]]
    assert seen == ["U0ANA", "U0BEN", "U0GUS", "U0CALLSHEET"]


def test_arguments_come_by_query_form_json_and_multipart_alike(slack: LocalSlack) -> None:
    bearer = {"Authorization": f"Bearer {slack.bot_token}"}
    boundary = "b0undary"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="user"\r\n\r\nU0ANA\r\n--{boundary}--\r\n'.encode()
    url = f"{slack.api_url}users.info"
    ways = [
        fetch(f"{url}?user=U0ANA", headers=bearer),
        fetch(f"{url}?user=U0ANA", body=b"", headers=bearer),
        fetch(f"{url}?user=U0ANA&token={slack.bot_token}"),
        fetch(url, body=b"user=U0ANA", headers=bearer),
        fetch(url, body=b'{"user": "U0ANA"}', headers={**bearer, "Content-Type": "application/json; charset=utf-8"}),
        fetch(url, body=part, headers={**bearer, "Content-Type": f"multipart/form-data; boundary={boundary}"}),
    ]
    assert [json.loads(body)["user"]["id"] for _, body in ways] == ["U0ANA"] * len(ways)


def test_broken_json_and_missing_arguments_are_named(slack: LocalSlack, client: WebClient) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    assert json.loads(fetch(f"{slack.api_url}users.info", body=b"{", headers=headers)[1])["error"] == "invalid_json"
    with pytest.raises(SlackApiError) as refused:
        client.api_call("users.info")
    assert refused.value.response["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


def test_a_message_goes_where_the_app_is_and_nowhere_else(client: WebClient) -> None:
    assert client.chat_postMessage(channel="#general", text="hi")["channel"] == "C0GENERAL"
    assert client.chat_postMessage(channel="U0ANA", text="hi")["channel"] == "D0ANA"
    assert error_of(client.chat_postMessage, channel="C0RANDOM", text="hi") == "not_in_channel"
    assert error_of(client.chat_postMessage, channel="C0NOWHERE", text="hi") == "channel_not_found"


def test_invalid_blocks_are_refused_with_the_place_in_the_json(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0GENERAL", text="hi", blocks=[section("x" * 3001)])
    assert refused.value.response["error"] == "invalid_blocks"
    said = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert refused.value.response["errors"] == [said]
    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {said}"]


def test_what_contradicts_itself_is_refused(client: WebClient) -> None:
    post = client.chat_postMessage
    assert error_of(post, channel="C0GENERAL", text="a", markdown_text="b") == "markdown_text_conflict"
    assert error_of(client.api_call, "chat.postMessage", json={"channel": "C0GENERAL"}) == "no_text"
    assert error_of(post, channel="C0GENERAL", text="a", metadata={"event_type": "x"}) == "invalid_metadata_format"
    assert error_of(post, channel="C0GENERAL", text="a", thread_ts="1.000001") == "thread_not_found"


def test_metadata_is_kept_and_read_back_only_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "callsheet_answer", "event_payload": {"audit_id": 7}}
    client.chat_postMessage(channel="C0GENERAL", text="hi", metadata=metadata)
    assert "metadata" not in client.conversations_history(channel="C0GENERAL")["messages"][0]
    kept = client.conversations_history(channel="C0GENERAL", include_all_metadata=True)["messages"][0]["metadata"]
    assert kept == metadata


def test_new_text_alone_takes_the_old_blocks_away(slack: LocalSlack, client: WebClient) -> None:
    sent = client.chat_postMessage(channel="C0GENERAL", text="old", blocks=[section("old")])
    client.chat_update(channel=sent["channel"], ts=sent["ts"], text="new")
    message = slack.person("U0ANA").sees("general")[-1]
    assert (message.text, message.blocks) == ("new", [])


def test_the_app_changes_and_deletes_only_what_it_wrote(slack: LocalSlack, client: WebClient) -> None:
    theirs = slack.person("U0ANA").post("general", "mine")
    assert error_of(client.chat_update, channel=theirs.channel, ts=theirs.ts, text="x") == "cant_update_message"
    assert error_of(client.chat_delete, channel=theirs.channel, ts=theirs.ts) == "cant_delete_message"
    own = client.chat_postMessage(channel="C0GENERAL", text="x")
    client.chat_delete(channel=own["channel"], ts=own["ts"])
    assert error_of(client.chat_update, channel=own["channel"], ts=own["ts"], text="y") == "message_not_found"


def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_changed(slack: LocalSlack, client: WebClient) -> None:
    sent = client.chat_postEphemeral(channel="C0GENERAL", user="U0ANA", text="psst")
    assert [m.text for m in slack.person("U0ANA").sees("general")] == ["psst"]
    assert slack.person("U0BEN").sees("general") == []
    assert error_of(client.chat_update, channel="C0GENERAL", ts=sent["message_ts"], text="x") == "message_not_found"
    assert client.conversations_history(channel="C0GENERAL")["messages"] == []
    assert error_of(client.chat_postEphemeral, channel="C0DEALS", user="U0GUS", text="x") == "user_not_in_channel"


def test_a_thread_counts_its_replies(slack: LocalSlack, client: WebClient) -> None:
    root = slack.person("U0ANA").post("general", "root")
    reply = client.chat_postMessage(channel=root.channel, text="one", thread_ts=root.ts)
    client.chat_postMessage(channel=root.channel, text="two", thread_ts=reply["ts"])
    told = client.conversations_replies(channel=root.channel, ts=root.ts)["messages"]
    assert [message["text"] for message in told] == ["root", "one", "two"]
    assert (told[0]["reply_count"], told[0]["reply_users"], told[2]["thread_ts"]) == (2, ["U0CALLSHEET"], root.ts)
    assert len(client.conversations_history(channel=root.channel)["messages"]) == 1


def test_conversations_are_listed_as_the_app_sees_them(client: WebClient) -> None:
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert {one["name"]: one["is_member"] for one in listed} == {"general": True, "deals": True, "random": False}
    assert client.conversations_members(channel="C0DEALS")["members"] == ["U0ANA", "U0BEN", "U0CALLSHEET"]
    assert client.conversations_open(users="U0ANA")["channel"]["id"] == "D0ANA"
    assert error_of(client.conversations_open, users="U0NOBODY") == "user_not_found"


def test_nobody_can_write_to_someone_who_left(slack: LocalSlack, client: WebClient) -> None:
    slack.workspace.change_member("U0BEN", is_deleted=True)
    assert error_of(client.chat_postMessage, channel="U0BEN", text="hi") == "user_disabled"


def test_reactions_are_put_on_once_and_taken_off(slack: LocalSlack, client: WebClient) -> None:
    message = slack.person("U0ANA").post("general", "hi")
    where = {"channel": message.channel, "timestamp": message.ts}
    client.reactions_add(name="eyes", **where)
    assert error_of(client.reactions_add, name="eyes", **where) == "already_reacted"
    told = client.reactions_get(channel=message.channel, timestamp=message.ts)["message"]["reactions"]
    assert told == [{"name": "eyes", "users": ["U0CALLSHEET"], "count": 1}]
    client.reactions_remove(name="eyes", **where)
    assert error_of(client.reactions_remove, name="eyes", **where) == "no_reaction"
    assert error_of(client.reactions_add, name="No Such", **where) == "invalid_name"


def test_a_stream_grows_and_ends(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.person("U0ANA")
    question = ana.dm("why?")
    stream = client.chat_stream(channel=question.channel, thread_ts=question.ts, buffer_size=1)
    stream.append(markdown_text="**Because**")
    growing = ana.sees(question)[-1]
    assert (growing.text, growing.streaming) == ("**Because**", True)
    assert error_of(client.chat_update, channel=growing.channel, ts=growing.ts, text="x") == "streaming_state_conflict"
    stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Looking", "status": "in_progress"}])
    stream.append(chunks=[{"type": "task_update", "id": "1", "title": "Looked", "status": "complete"}])
    stream.stop(markdown_text=" so.", blocks=[{"type": "divider"}])
    ended = ana.answer(question)
    assert [block["type"] for block in ended.blocks] == ["markdown", "task_card", "markdown", "divider"]
    assert (ended.blocks[1]["title"], ended.text) == ("Looked", "**Because** so.")
    late = error_of(client.chat_appendStream, channel=ended.channel, ts=ended.ts, markdown_text="x")
    assert late == "message_not_in_streaming_state"


def test_a_stream_in_a_channel_names_its_reader(slack: LocalSlack, client: WebClient) -> None:
    question = slack.person("U0ANA").post("general", "why?")
    start = client.chat_startStream
    where = {"channel": question.channel, "thread_ts": question.ts}
    assert error_of(start, **where) == "missing_recipient_team_id"
    assert error_of(start, **where, recipient_team_id="T0NORTHWIND") == "missing_recipient_user_id"
    odd = error_of(start, **where, recipient_team_id="T", recipient_user_id="U", chunks=[{"type": "song"}])
    assert odd == "invalid_chunks"


def test_the_status_stands_until_the_app_answers(slack: LocalSlack, client: WebClient) -> None:
    question = slack.person("U0ANA").dm("why?")
    place = (question.channel, question.ts)
    client.assistant_threads_setStatus(
        channel_id=question.channel, thread_ts=question.ts, status="is thinking…", loading_messages=["Reading the CRM"]
    )
    assert slack.workspace.statuses[place].loading_messages == ["Reading the CRM"]
    client.chat_postMessage(channel=question.channel, thread_ts=question.ts, text="done")
    assert place not in slack.workspace.statuses


def test_prompts_are_for_the_whole_messages_tab(slack: LocalSlack, client: WebClient) -> None:
    question = slack.person("U0ANA").dm("hello")
    prompts = [{"title": "Call list", "message": "Which leads should I call now?"}]
    client.assistant_threads_setSuggestedPrompts(channel_id=question.channel, thread_ts=question.ts, prompts=prompts)
    assert question.channel not in slack.workspace.prompts
    client.assistant_threads_setSuggestedPrompts(channel_id=question.channel, prompts=prompts)
    assert slack.workspace.prompts[question.channel] == prompts
    five = error_of(client.assistant_threads_setSuggestedPrompts, channel_id=question.channel, prompts=prompts * 5)
    assert five == "invalid_arguments"


def test_the_home_tab_is_published_and_guards_against_stale_updates(slack: LocalSlack, client: WebClient) -> None:
    view = {"type": "home", "blocks": [section("hello")]}
    published = client.views_publish(user_id="U0ANA", view=view)["view"]
    home = slack.person("U0ANA").home
    assert home is not None
    assert home.says.strip() == "hello"
    client.views_publish(user_id="U0ANA", view=view, hash=published["hash"])
    assert error_of(client.views_publish, user_id="U0ANA", view=view, hash=published["hash"]) == "hash_conflict"
    assert error_of(client.views_publish, user_id="U0ANA", view={**view, "type": "modal"}) == "invalid_arguments"


def test_too_many_calls_are_turned_away_and_the_sdk_comes_back(slack: LocalSlack, client: WebClient) -> None:
    slack.faults.fail("chat.postMessage", status=429, retry_after=0)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0GENERAL", text="hi")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "0")
    slack.faults.fail("chat.postMessage", status=429, retry_after=0)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    assert client.chat_postMessage(channel="C0GENERAL", text="hi")["ok"]
    assert [call.status for call in slack.workspace.api_calls] == [429, 429, 200]


def test_any_error_can_be_forced(slack: LocalSlack, client: WebClient) -> None:
    slack.faults.fail("users.info", error="user_not_found")
    assert error_of(client.users_info, user="U0ANA") == "user_not_found"
    assert client.users_info(user="U0ANA")["ok"]
    slack.faults.fail("*", status=503)
    assert fetch(f"{slack.api_url}auth.test", headers={"Authorization": f"Bearer {slack.bot_token}"})[0] == 503


def test_timestamps_never_repeat_even_when_the_clock_stands_still(slack: LocalSlack, client: WebClient) -> None:
    sent = [client.chat_postMessage(channel="C0GENERAL", text="hi")["ts"] for _ in range(5)]
    assert sent == sorted(set(sent))


def test_slack_own_validator_is_answered_by_ours(client: WebClient) -> None:
    assert client.api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})["ok"]
    with pytest.raises(SlackApiError) as refused:
        client.api_call("blocks.validate", json={"blocks": [{"type": "dividers"}]})
    assert refused.value.response["errors"][0]["pointer"] == "/0/type"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_foreign_hosts_and_origins_stay_outside(slack: LocalSlack, headers: dict[str, str]) -> None:
    assert fetch(f"{slack.url}/page/state", headers=headers)[0] == 403
    assert fetch(f"{slack.api_url}auth.test", headers=headers)[0] == 403


def test_it_listens_on_loopback_only(slack: LocalSlack) -> None:
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", slack.port)):
        pass
