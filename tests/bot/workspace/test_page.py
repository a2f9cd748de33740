"""The page shows one person's workspace, acts for that person, and lets nobody else in."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace import LocalSlack

Json = dict[str, Any]


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(url) as response:
            return response.status, dict(response.headers), response.read()
    except HTTPError as refused:
        return refused.code, dict(refused.headers), refused.read()


def state_of(slack: LocalSlack, who: str) -> Json:
    told: Json = json.loads(get(f"{slack.url}/page/state?as={who}")[2])
    return told


def act(slack: LocalSlack, who: str, name: str, kind: str = "application/json", **fields: object) -> tuple[int, Json]:
    body = json.dumps({"as": who, "act": name, **fields}).encode()
    request = urllib.request.Request(f"{slack.url}/page/act", body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read())
    except HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_the_page_allows_nothing_from_elsewhere(slack: LocalSlack) -> None:
    status, headers, body = get(slack.url)
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert b"https://" not in body


@pytest.mark.parametrize("name", ["..", "__init__.py", "..%2Fserver.py", "nothing.js"])
def test_only_the_files_of_the_page_are_served(slack: LocalSlack, name: str) -> None:
    assert get(f"{slack.url}/static/{name}")[0] == 404


def test_a_person_sees_only_what_is_theirs(slack: LocalSlack, client: WebClient) -> None:
    slack.person("U0ANA").dm("my secret question")
    client.chat_postEphemeral(channel="C0GENERAL", user="U0ANA", text="for Ana only")
    slack.person("U0BEN").post("deals", "for the deal desk")
    ana, gus = state_of(slack, "U0ANA"), state_of(slack, "U0GUS")
    texts = [message["text"] for message in ana["messages"]]
    assert sorted(texts) == ["for Ana only", "for the deal desk", "my secret question"]
    assert gus["messages"] == []
    assert "deals" not in [one["name"] for one in gus["conversations"]]


def test_an_act_needs_json_and_a_known_person(slack: LocalSlack) -> None:
    assert act(slack, "U0ANA", "post", kind="text/plain", channel="C0GENERAL", text="hi")[0] == 415
    assert act(slack, "U0NOBODY", "post", channel="C0GENERAL", text="hi")[0] == 400
    assert act(slack, "U0ANA", "sing")[0] == 400
    assert act(slack, "U0GUS", "post", channel="C0DEALS", text="hi")[0] == 400
    assert act(slack, "U0ANA", "post", channel="C0GENERAL", text="hi") == (200, {})


def test_nobody_deletes_or_clicks_what_is_not_theirs(slack: LocalSlack, client: WebClient) -> None:
    message = slack.person("U0ANA").post("general", "mine")
    assert act(slack, "U0BEN", "delete", channel=message.channel, ts=message.ts)[0] == 400
    secret = client.chat_postEphemeral(channel="C0GENERAL", user="U0ANA", text="psst")["message_ts"]
    assert act(slack, "U0BEN", "click", channel="C0GENERAL", ts=secret, action_id="x")[0] == 400
    assert act(slack, "U0ANA", "delete", channel=message.channel, ts=message.ts) == (200, {})


def upload(slack: LocalSlack, who: str, name: str, content: bytes, kind: str = "application/octet-stream") -> Json:
    headers = {"Content-Type": kind}
    request = urllib.request.Request(f"{slack.url}/page/file?as={who}&name={name}", content, headers)
    with urllib.request.urlopen(request) as response:
        told: Json = json.loads(response.read())
    return told


def test_people_change_their_own_messages_and_share_their_own_files(slack: LocalSlack) -> None:
    message = slack.person("U0ANA").post("general", "mine")
    where = {"channel": message.channel, "ts": message.ts, "text": "changed"}
    assert act(slack, "U0BEN", "edit", **where)[0] == 400
    assert act(slack, "U0ANA", "edit", **where) == (200, {})
    file = upload(slack, "U0ANA", "notes.txt", b"they want a proposal")
    asked = {"channel": message.channel, "text": "", "files": [file["id"]]}
    assert act(slack, "U0BEN", "post", **asked)[0] == 400
    assert act(slack, "U0ANA", "post", **asked) == (200, {})
    changed, shared = slack.person("U0BEN").sees("general")
    assert (changed.text, shared.files[0]["name"], shared.files[0]["user"]) == ("changed", "notes.txt", "U0ANA")
    assert get(shared.files[0]["url_private"])[2] == b"they want a proposal"
    with pytest.raises(HTTPError):
        upload(slack, "U0ANA", "notes.txt", b"", kind="text/plain")


def test_a_form_takes_files_by_their_ids_and_tells_the_app_of_them(slack: LocalSlack, client: WebClient) -> None:
    ana = slack.person("U0ANA")
    element = {"type": "file_input", "action_id": "f"}
    asked = {"type": "input", "block_id": "b", "label": plain("Files"), "element": element}
    view = {"type": "modal", "title": plain("Log"), "submit": plain("Save"), "blocks": [asked]}
    client.views_open(trigger_id=slack.workspace.surfaces.trigger("U0ANA"), view=view)
    ana.submit({"f": [ana.upload("notes.txt", b"words").id]})
    (sent,) = (one.payload for one in slack.deliveries if one.payload.get("type") == "view_submission")
    assert [file["name"] for file in sent["view"]["state"]["values"]["b"]["f"]["files"]] == ["notes.txt"]


def test_a_permalink_leads_to_the_page(slack: LocalSlack, client: WebClient) -> None:
    sent = client.chat_postMessage(channel="C0GENERAL", text="hi")
    link = client.chat_getPermalink(channel="C0GENERAL", message_ts=sent["ts"])["permalink"]
    assert get(link)[2] == get(slack.url)[2]


def test_faults_can_be_set_from_the_page(slack: LocalSlack, client: WebClient) -> None:
    body = json.dumps({"fault": "fail", "method": "users.info", "error": "user_not_found"}).encode()
    request = urllib.request.Request(f"{slack.url}/page/fault", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 200
    with pytest.raises(Exception, match="user_not_found"):
        client.users_info(user="U0ANA")


def test_what_changes_is_streamed_to_who_may_see_it(slack: LocalSlack, client: WebClient) -> None:
    with urllib.request.urlopen(f"{slack.url}/page/live?as=U0BEN") as stream:
        assert stream.readline() == b": hello\n"
        client.chat_postEphemeral(channel="C0GENERAL", user="U0ANA", text="for Ana only")
        client.chat_postMessage(channel="C0GENERAL", text="for all")
        changes = (json.loads(line[6:]) for line in stream if line.startswith(b"data: "))
        message = next(change["value"] for change in changes if change["kind"] == "message")
    assert message["text"] == "for all"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def test_a_conversation_in_a_real_browser(
    slack: LocalSlack, app: App, client: WebClient, page: Page, connected: Callable[[App], Any]
) -> None:
    @app.event("message")
    def answer(event: Json, say: Any) -> None:
        if "bot_id" not in event:
            press = {"type": "button", "text": plain("Log"), "action_id": "log"}
            name = "<b>Bobby</b> &lt;script&gt; *Tables*"
            text = {"type": "section", "text": {"type": "mrkdwn", "text": name}, "accessory": press}
            say(text="answer", blocks=[text], thread_ts=event["ts"])

    @app.action("log")
    def log(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        note = {"type": "plain_text_input", "action_id": "text"}
        asked = {"type": "input", "block_id": "note", "label": plain("Note"), "element": note}
        view = {"type": "modal", "callback_id": "log", "title": plain("Log a call"), "submit": plain("Save")}
        client.views_open(trigger_id=body["trigger_id"], view={**view, "blocks": [asked]})

    @app.view("log")
    def save(ack: Any, view: Json) -> None:
        right = view["state"]["values"]["note"]["text"]["value"] == "good"
        ack() if right else ack(response_action="errors", errors={"note": "Say it is good."})

    with connected(app):
        page.get_by_placeholder("Message Callsheet").fill("which leads should I call now")
        page.keyboard.press("Enter")
        thread = page.locator("#thread")
        expect(thread.get_by_text("<b>Bobby</b> <script> Tables")).to_be_visible()
        expect(thread.locator(".mrkdwn b")).to_have_text("Tables")
        thread.get_by_role("button", name="Log").click()
        modal = page.get_by_role("dialog", name="Log a call")
        modal.get_by_label("Note").fill("bad")
        modal.get_by_role("button", name="Save").click()
        expect(modal.get_by_text("Say it is good.")).to_be_visible()
        modal.get_by_label("Note").fill("good")
        modal.get_by_role("button", name="Save").click()
        expect(modal).to_have_count(0)


def test_of_many_buttons_of_one_name_the_one_that_was_clicked_is_meant(
    slack: LocalSlack, app: App, client: WebClient, page: Page, connected: Callable[[App], Any]
) -> None:
    heard: list[str] = []

    @app.action("why")
    def why(ack: Any, action: Json) -> None:
        ack()
        heard.append(action["value"])

    lines = [
        {
            "type": "section",
            "text": plain(name),
            "accessory": {"type": "button", "text": plain("Why?"), "action_id": "why", "value": name},
        }
        for name in ("first", "second", "third")
    ]
    client.chat_postMessage(channel="U0ANA", text="three", blocks=lines)
    with connected(app):
        page.get_by_role("button", name="Why?").nth(2).click()
        slack.person("U0ANA").wait(lambda: heard, what="the click")
    assert heard == ["third"]


def test_a_click_nobody_acks_shows_its_failure(slack: LocalSlack, client: WebClient, page: Page) -> None:
    press = {"type": "button", "text": plain("Press"), "action_id": "press"}
    client.chat_postMessage(channel="U0ANA", text="hi", blocks=[{"type": "actions", "elements": [press]}])
    page.get_by_role("button", name="Press").click()
    expect(page.locator(".button.failed")).to_have_text("Press")


def test_another_person_sees_another_workspace(slack: LocalSlack, client: WebClient, page: Page) -> None:
    client.chat_postMessage(channel="U0ANA", text="for Ana")
    expect(page.get_by_text("for Ana", exact=True)).to_be_visible()
    page.locator("#who").click()
    page.get_by_role("menuitem", name="Gus Guest").click()
    expect(page.get_by_text("for Ana", exact=True)).to_have_count(0)
    expect(page.locator(".sidebar").get_by_text("deals")).to_have_count(0)


def test_the_page_can_be_used_without_a_mouse(
    slack: LocalSlack, app: App, page: Page, connected: Callable[[App], Any]
) -> None:
    expect(page.get_by_text("Callsheet is not connected yet.")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("gen")
    page.keyboard.press("Enter")
    field = page.get_by_placeholder("Message #general")
    expect(field).to_be_focused()
    page.keyboard.type("first line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(page.locator("#main .message .mrkdwn")).to_have_text("first line\nsecond line")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edit message")).to_be_focused()
    page.keyboard.type(", changed")
    page.keyboard.press("Enter")
    expect(page.locator("#main .message .mrkdwn")).to_have_text("first line\nsecond line, changed")
    page.keyboard.press("F6")
    page.keyboard.press("F6")
    expect(page.locator(":focus")).to_have_class("place current")
    with connected(app):
        expect(page.locator(".banner")).to_be_empty()


def test_a_narrow_window_shows_one_pane_at_a_time(slack: LocalSlack, client: WebClient, page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 800})
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Conversations").click()
    page.locator("#sidebar").get_by_role("button", name="general").click()
    expect(page.locator("#sidebar")).to_be_hidden()
    root = slack.person("U0BEN").post("general", "root")
    client.chat_postMessage(channel="C0GENERAL", text="reply", thread_ts=root.ts)
    page.get_by_text("1 reply").click()
    expect(page.locator("#main")).to_be_hidden()
    page.get_by_role("button", name="Back to the conversation").click()
    expect(page.locator("#main")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 420
