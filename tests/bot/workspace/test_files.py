"""Files: uploaded by slack_sdk's own client, shared in one message, shown without letting them do anything."""

import base64
import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from bot.workspace import LocalSlack
from tests.bot.workspace.conftest import MANIFEST, PEOPLE, Clock, manifest_with
from tests.bot.workspace.test_web_api import error_of

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SLY = b"<!doctype html><title>Report</title><p id=said>harmless</p><script>said.textContent = 'ran'</script>"
BOTH = [
    {
        "filename": "gains.png",
        "content": PIXEL,
        "title": "Gains of the ranking",
        "alt_txt": "38 % of calls, 90 % of wins",
    },
    {"filename": "replay of May.html", "content": SLY, "title": "Replay"},
]


def test_files_go_into_a_thread_in_one_message_with_their_titles(slack: LocalSlack, client: WebClient) -> None:
    asked = slack.person("U0ANA").dm("how good is it?")
    client.files_upload_v2(file_uploads=BOTH, channel=asked.channel, thread_ts=asked.ts, initial_comment="here")
    (shared,) = [message for message in slack.person("U0ANA").sees(asked) if message.files]
    assert (shared.thread_ts, shared.text, shared.user) == (asked.ts, "here", slack.workspace.app.bot_user_id)
    assert [(file["title"], file["size"]) for file in shared.files] == [
        ("Gains of the ranking", len(PIXEL)),
        ("Replay", len(SLY)),
    ]
    assert shared.files[0]["alt_txt"] == "38 % of calls, 90 % of wins"
    assert shared.files[0]["channels"] == [asked.channel]
    listed = client.conversations_replies(channel=asked.channel, ts=asked.ts)["messages"]
    assert [file["name"] for file in listed[-1]["files"]] == ["gains.png", "replay of May.html"]


def test_the_app_hears_of_its_files_as_a_file_share(slack: LocalSlack, client: WebClient) -> None:
    client.files_upload_v2(channel="C0GENERAL", content="a,b\n1,2\n", filename="leads.csv")
    event = slack.deliveries[-1].payload["event"]
    assert (event["type"], event["subtype"], event["upload"]) == ("message", "file_share", True)
    assert (event["channel_type"], event["files"][0]["name"]) == ("channel", "leads.csv")


def test_a_file_that_is_shared_nowhere_is_seen_by_nobody(slack: LocalSlack, client: WebClient) -> None:
    client.files_upload_v2(content="a,b\n", filename="leads.csv")
    assert not any(slack.person("U0ANA").sees(channel) for channel in ("general", "deals"))


def given(client: WebClient, **more: str) -> dict[str, str]:
    """An address to upload to, and the id of the file."""
    told = client.api_call("files.getUploadURLExternal", params={"filename": "a.csv", "length": "3", **more})
    return {"url": told["upload_url"], "id": told["file_id"]}


def uploaded(client: WebClient) -> list[dict[str, str | None]]:
    file = given(client)
    with urllib.request.urlopen(urllib.request.Request(file["url"], b"a,b", method="POST")):
        return [{"id": file["id"]}]


def test_an_upload_of_another_length_is_refused_and_cannot_be_shared(client: WebClient) -> None:
    file = given(client)
    with pytest.raises(HTTPError):
        urllib.request.urlopen(urllib.request.Request(file["url"], b"a,b,c", method="POST"))
    assert error_of(client.files_completeUploadExternal, files=[{"id": file["id"]}]) == "file_not_found"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda client: client.api_call("files.getUploadURLExternal", params={"filename": "a"}), "missing_argument"),
        (lambda client: given(client, length="0"), "invalid_arguments"),
        (lambda client: given(client, alt_txt="x" * 1_001), "alt_txt_too_large"),
        (lambda client: client.api_call("files.completeUploadExternal"), "missing_argument"),
        (lambda client: client.files_completeUploadExternal(files=[]), "invalid_arguments"),
        (lambda client: client.files_completeUploadExternal(files=[{"id": "F0"}]), "file_not_found"),
        (lambda client: share(client, "C0RANDOM"), "not_in_channel"),
        (lambda client: share(client, "U0ANA"), "channel_not_found"),
        (lambda client: share(client, "general"), "channel_not_found"),
        (lambda client: share(client, "C0GENERAL", "1.000001"), "thread_not_found"),
        (lambda client: client.files_info(file="F0"), "missing_scope"),
    ],
)
def test_what_slack_refuses_is_refused(client: WebClient, call: Callable[[WebClient], object], error: str) -> None:
    assert error_of(call, client) == error


def share(client: WebClient, channel: str, thread: str | None = None) -> object:
    return client.files_completeUploadExternal(files=uploaded(client), channel_id=channel, thread_ts=thread)


def test_a_file_is_told_of_to_an_app_that_may_read_files(clock: Clock) -> None:
    with LocalSlack(people=PEOPLE, clock=clock, manifest=manifest_with("files:read")) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        (file,) = uploaded(client)
        assert client.files_info(file=str(file["id"]))["file"]["name"] == "a.csv"
        assert error_of(client.files_info, file="F0") == "file_not_found"
        assert error_of(client.files_info, file=given(client)["id"]) == "file_not_found"


def test_an_app_without_the_scope_uploads_nothing(clock: Clock) -> None:
    manifest = manifest_with()
    manifest["oauth_config"]["scopes"]["bot"].remove("files:write")
    assert "files:write" in MANIFEST["oauth_config"]["scopes"]["bot"]
    with LocalSlack(people=PEOPLE, clock=clock, manifest=manifest) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        assert error_of(client.files_upload_v2, content="a", filename="a.csv", channel="C0GENERAL") == "missing_scope"


@pytest.fixture
def files(slack: LocalSlack, client: WebClient) -> list[dict[str, str]]:
    more = {"filename": "leads.csv", "content": b"a,b\n", "title": "Leads"}
    client.files_upload_v2(file_uploads=[*BOTH, more], channel="C0GENERAL")
    return slack.person("U0ANA").sees("general")[-1].files


def test_every_file_is_served_in_a_sandbox(files: list[dict[str, str]]) -> None:
    for file, content in zip(files, (PIXEL, SLY, b"a,b\n"), strict=True):
        with urllib.request.urlopen(file["url_private"]) as response:
            assert response.read() == content
            assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none';")
            assert "allow" not in response.headers["content-security-policy"]
            assert response.headers["x-content-type-options"] == "nosniff"
            opened = response.headers["content-disposition"] is None
            assert opened is not file["name"].endswith(".csv")
        with urllib.request.urlopen(file["url_private_download"]) as response:
            assert response.headers["content-disposition"].startswith("attachment")


def test_a_page_opened_from_its_card_runs_no_script_and_a_picture_shows_what_it_is(
    slack: LocalSlack, client: WebClient, page: Page
) -> None:
    client.files_upload_v2(file_uploads=BOTH, channel=slack.person("U0ANA").direct.id)
    picture = page.get_by_alt_text("38 % of calls, 90 % of wins")
    expect(picture).to_be_visible()
    expect(page.get_by_role("link", name="Download replay of May.html")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Replay HTML").click()
    expect(opened.value.locator("#said")).to_have_text("harmless")
    assert opened.value.evaluate("origin") == "null"
