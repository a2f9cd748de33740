"""Nobody outside can have us send a link, whatever they write into a record."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import outgoing
from bot.blockkit import problems
from bot.links import JOINER
from bot.views import blocks

HOSTS = frozenset({"wiki.example.com"})
KNOWN = ("https://wiki.example.com/a?b=1&amp;c", "https://acme.slack.com/archives/C1", "mailto:ana@acme.com")
HOSTILE = (
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE/wiki.example.com",
    "http://wiki.example.com@evil.example/",
    "http://wiki.example.com\\@evil.example/",
    "http://evil.example\\.slack.com/",
    "https://evilslack.com",
    "https://wiki.example.com.evil.example",
    "ftp://wiki.example.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://[::1",
    "//evil.example",
)


def sent(block: dict[str, Any], hosts: frozenset[str] = HOSTS) -> dict[str, Any]:
    payload = {"channel": "C1", "text": "x", "blocks": [block]}
    (kept,) = outgoing.safe("chat.postMessage", payload, hosts)["blocks"]
    return dict(kept)


@pytest.mark.parametrize("url", KNOWN)
def test_links_to_known_hosts_and_to_slack_stay(url: str) -> None:
    block = blocks.markdown(f"<{url}|the page>")
    assert sent(block)["text"]["text"] == f"<{url}|the page>"


@pytest.mark.parametrize("url", HOSTILE)
def test_a_link_elsewhere_is_words(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        text = sent(blocks.markdown(f"See <{url}|click> and <{url}>."))["text"]["text"]
    assert "<" not in text
    assert "://" not in text
    assert text.startswith("See click (")
    assert [each.__dict__["action"] for each in caplog.records] == ["links_held_back"]
    assert "evil" not in caplog.text


@pytest.mark.parametrize("url", ["https://evil.example/x", "<http://evil.example|click>", "http://evil.example)"])
def test_an_address_in_the_name_of_a_record_is_words_wherever_it_stands(url: str) -> None:
    drawn = [
        blocks.section(f"Call {url} first."),
        blocks.context(blocks.bold(url)),
        blocks.header(url),
        blocks.table([url], [[url]]),
        blocks.markdown("Who?", blocks.button(url, "asks:x", json.dumps({"lead": url}))),
    ]
    payload = outgoing.safe("chat.postMessage", {"channel": "C1", "text": blocks.escaped(url), "blocks": drawn}, HOSTS)
    assert not problems("chat.postMessage", payload)
    shown = json.dumps([payload["text"], *payload["blocks"][:-1]])
    assert "://" not in shown
    assert "evil[.]example" in shown
    # What the button hands back is what it was made with.
    assert json.loads(payload["blocks"][-1]["accessory"]["value"]) == {"lead": url}


def test_slack_is_told_to_make_no_links_of_words() -> None:
    block = sent(blocks.markdown("Booking.com and www.evil.example", blocks.button("Acme.com", "a", "v")))
    assert block["text"]["verbatim"] is True
    cell = sent(blocks.table(["evil.example"], []))["rows"][0][0]["text"]
    assert cell == f"evil{JOINER}.example"
    payload = outgoing.safe("chat.update", {"channel": "C1", "ts": "1", "text": "evil.example"}, HOSTS)
    assert payload["parse"] == "none"


def test_nothing_that_is_linked_to_is_unfolded() -> None:
    for method in ("chat.postMessage", "response_url"):
        payload = outgoing.safe(method, {"text": "hello", "unfurl_links": True}, HOSTS)
        assert payload["unfurl_links"] is False
        assert payload["unfurl_media"] is False


def test_addresses_of_buttons_pictures_and_rich_text_are_looked_at_as_well() -> None:
    linked = {"type": "link", "url": "https://evil.example", "text": "click"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [linked]}]}
    assert sent(rich)["elements"][0]["elements"] == [{"type": "text", "text": "click"}]
    button = blocks.button("Open", "a", "v") | {"url": "https://evil.example"}
    assert "url" not in sent({"type": "actions", "elements": [button]})["elements"][0]
    picture = {"type": "image", "image_url": "https://evil.example/pixel.png", "alt_text": "x"}
    assert "accessory" not in sent(blocks.markdown("Look", picture))


def test_mentions_and_dates_of_our_own_stay_and_a_date_leads_nowhere() -> None:
    text = "<@U1> <!date^1^{date}|today> <!date^1^{date}^https://evil.example|today>"
    assert sent(blocks.markdown(text))["text"]["text"] == "<@U1> <!date^1^{date}|today> <!date^1^{date}|today>"


@settings(max_examples=50)
@given(st.text(alphabet="ahtps:/\\.@<>|&;! evil", max_size=40))
def test_no_text_gets_an_address_past_it(text: str) -> None:
    for written in (text, blocks.escaped(text)):
        kept = sent(blocks.markdown(f"x {written}"))["text"]["text"]
        assert not re.search(r"[a-z]://", kept)
