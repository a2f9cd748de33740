"""One validator finds what Slack would refuse, and where; nothing valid is refused, nothing odd breaks it."""

import copy
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from bot.blockkit import Problem, problems

Json = dict[str, Any]


def plain(text: str = "words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*words*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v", text: str = "words") -> Json:
    return {"text": plain(text), "value": value}


def button(action_id: str = "press", **more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": action_id, **more}


def rich(text: str = "words") -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}
    return {"type": "rich_text", "elements": [section]}


def section(text: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def menu(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "menu", "options": [option()], **more}


def field(element: Json | None = None, **more: Any) -> Json:
    written = {"type": "plain_text_input", "action_id": "text"}
    return {"type": "input", "label": plain(), "element": element or written, **more}


def table(rows: int = 2, columns: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}] * columns] * rows}


def feedback(**more: Any) -> Json:
    side = {"text": plain(), "value": "up"}
    sides = {"positive_button": side, "negative_button": side}
    return {"type": "feedback_buttons", "action_id": "feedback", **sides, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks), **more}


IMAGE = {"type": "image", "image_url": "https://pictures.example/1.png", "alt_text": "a picture"}
CARD = {"type": "card", "title": mrkdwn(), "body": mrkdwn(), "actions": [button()]}
TASK = {"type": "task_card", "task_id": "1", "title": "Looking", "status": "complete", "details": rich()}
DATA_TABLE = {"type": "data_table", "caption": "Leads", "rows": [[{"type": "raw_text", "text": "cell"}]] * 2}

GOOD: list[Json] = [
    section(),
    section(fields=[mrkdwn()] * 10, accessory=button(style="danger", confirm={
        "title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain()})),
    {"type": "section", "fields": [plain("x" * 2000)]},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider", "block_id": "x" * 255},
    {**IMAGE, "title": plain()},
    {"type": "context", "elements": [IMAGE, mrkdwn(), plain()]},
    actions(*(button(str(number)) for number in range(25))),
    actions(menu(initial_option=option()), {"type": "overflow", "action_id": "o", "options": [option()]}),
    actions({"type": "users_select", "action_id": "u"}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-03-02"}),
    {"type": "context_actions", "elements": [feedback(), {"type": "icon_button", "icon": "trash", "text": plain()}]},
    rich(),
    {"type": "markdown", "text": "# words"},
    table(rows=100, columns=20),
    TASK,
    {"type": "plan", "title": "Plan", "tasks": [TASK]},
    CARD,
    {"type": "carousel", "elements": [CARD] * 10},
    {"type": "container", "title": plain(), "child_blocks": [section()]},
    DATA_TABLE,
    {"type": "file", "external_id": "one", "source": "remote"},
    {"type": "video", "alt_text": "a video", "title": plain(), "video_url": "https://videos.example/1",
     "thumbnail_url": "https://videos.example/1.png"},
]  # fmt: skip

# What is wrong, the block, and where the problem stands.
BAD: list[tuple[str, Json, str]] = [
    ("no type", {"text": plain()}, "/blocks/0/type"),
    ("an unknown type", {"type": "sections"}, "/blocks/0/type"),
    ("a section of nothing", {"type": "section"}, "/blocks/0"),
    ("an empty text", section(""), "/blocks/0/text/text"),
    ("a text that is no object", {"type": "section", "text": "words"}, "/blocks/0/text"),
    ("a long section", section("x" * 3001), "/blocks/0/text/text"),
    ("eleven fields", {"type": "section", "fields": [mrkdwn()] * 11}, "/blocks/0/fields"),
    ("a long field", {"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
    ("a typing error", section(acessory=button()), "/blocks/0"),
    ("a header in mrkdwn", {"type": "header", "text": mrkdwn()}, "/blocks/0/text/type"),
    ("a long header", {"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ("a long block id", {"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id"),
    ("an image without words", {"type": "image", "image_url": "https://x.example/1.png"}, "/blocks/0"),
    ("an image without a picture", {"type": "image", "alt_text": "x"}, "/blocks/0"),
    ("a picture at no address", {**IMAGE, "image_url": "picture.png"}, "/blocks/0/image_url"),
    ("a button in a context", {"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type"),
    ("eleven things in a context", {"type": "context", "elements": [mrkdwn()] * 11}, "/blocks/0/elements"),
    ("actions of nothing", actions(), "/blocks/0/elements"),
    ("too many actions", actions(*(button(str(number)) for number in range(26))), "/blocks/0/elements"),
    ("one action id twice", actions(button("a"), button("a")), "/blocks/0/elements/1/action_id"),
    ("a long button", actions({**button(), "text": plain("x" * 76)}), "/blocks/0/elements/0/text/text"),
    ("a button in mrkdwn", actions({**button(), "text": mrkdwn()}), "/blocks/0/elements/0/text/type"),
    ("a long value", actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
    ("an odd style", actions(button(style="green")), "/blocks/0/elements/0/style"),
    ("a multi-select among actions", actions({**menu(), "type": "multi_static_select"}), "/blocks/0/elements/0/type"),
    ("a menu of nothing", actions({"type": "static_select", "action_id": "m"}), "/blocks/0/elements/0"),
    ("too many options", actions(menu(options=[option(str(n)) for n in range(101)])), "/blocks/0/elements/0/options"),
    ("a long option", actions(menu(options=[option(text="x" * 76)])), "/blocks/0/elements/0/options/0/text/text"),
    ("a long option value", actions(menu(options=[option("x" * 151)])), "/blocks/0/elements/0/options/0/value"),
    ("a strange first choice", actions(menu(initial_option=option("other"))), "/blocks/0/elements/0"),
    ("six in an overflow", actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
     "/blocks/0/elements/0/options"),
    ("feedback among actions", actions(feedback()), "/blocks/0/elements/0/type"),
    ("a button among context actions", {"type": "context_actions", "elements": [button()]},
     "/blocks/0/elements/0/type"),
    ("half a feedback", {"type": "context_actions", "elements": [{"type": "feedback_buttons",
     "positive_button": {"text": plain(), "value": "v"}}]}, "/blocks/0/elements/0"),
    ("an odd status", {**TASK, "status": "done"}, "/blocks/0/status"),
    ("101 rows", table(rows=101), "/blocks/0/rows"),
    ("21 columns", table(columns=21), "/blocks/0/rows/0"),
    ("a table of no rows", {**DATA_TABLE, "rows": DATA_TABLE["rows"][:1]}, "/blocks/0/rows"),
    ("a task without a status", {"type": "task_card", "task_id": "1", "title": "Looking"}, "/blocks/0"),
    ("a long markdown", {"type": "markdown", "text": "x" * 12_001}, "/blocks/0/text"),
    ("an alert in a message", {"type": "alert", "text": plain()}, "/blocks/0/type"),
    ("a file input in a message", field({"type": "file_input", "action_id": "f"}), "/blocks/0/element/type"),
    ("a wrong child", {"type": "container", "title": plain(), "child_blocks": [{"type": "section"}]},
     "/blocks/0/child_blocks/0"),
]  # fmt: skip


def found(*blocks: Json) -> list[Problem]:
    return problems("chat.postMessage", {"text": "words", "blocks": list(blocks)})


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_what_slack_takes_is_taken(block: Json) -> None:
    assert found(block) == []


@pytest.mark.parametrize(("block", "pointer"), [pytest.param(block, at, id=name) for name, block, at in BAD])
def test_what_slack_refuses_is_found_where_it_stands(block: Json, pointer: str) -> None:
    assert pointer in [problem.pointer for problem in found(block)]


def refused_by_sdk(block: Json) -> bool:
    """Whether slack_sdk's own models refuse a block: a second opinion, blind to much."""
    try:
        parsed = Block.parse(copy.deepcopy(block))
        return parsed is None or not parsed.to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError):
        return True


def test_the_sdk_refuses_nothing_that_this_takes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    # The SDK does not know this one yet; the official types do.
    assert [block["type"] for block in GOOD if refused_by_sdk(block)] == ["data_table"]
    caught = [name for name, block, _ in BAD if refused_by_sdk(block)]
    assert len(caught) >= len(BAD) // 3


@pytest.mark.parametrize(
    ("blocks", "pointer", "code"),
    [
        ([{"type": "divider"}] * 51, "/blocks", "invalid_blocks"),
        ([{"type": "divider", "block_id": "a"}] * 2, "/blocks/1/block_id", "invalid_blocks"),
        ([table(), table()], "/blocks/1", "invalid_blocks"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "/blocks", "msg_blocks_too_long"),
        ([section("x" * 3000)] * 5, "/blocks", "msg_blocks_too_long"),
        ("words", "/blocks", "invalid_blocks_format"),
    ],
)
def test_a_message_has_limits_as_a_whole(blocks: object, pointer: str, code: str) -> None:
    told = problems("chat.postMessage", {"text": "words", "blocks": blocks})
    assert (pointer, code) in [(problem.pointer, problem.code) for problem in told]


def test_the_same_action_id_may_stand_in_two_blocks() -> None:
    assert found(actions(button("why")), actions(button("why"))) == []
    again = {**CARD, "actions": [button(), button()]}
    twice = found({"type": "carousel", "elements": [CARD, again]})
    assert [problem.pointer for problem in twice] == ["/blocks/0/elements/1/actions/1/action_id"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "a", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "a", "attachments": [{"blocks": [section("")]}]}, "invalid_blocks"),
    ],
)
def test_a_message_says_something_in_one_way(payload: Json, code: str) -> None:
    assert code in [problem.code for problem in problems("chat.postMessage", payload)]


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(section(), title=plain("x" * 25)), "/view/title/text"),
        (modal(section(), submit=plain("x" * 25)), "/view/submit/text"),
        (modal(section(), private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(section(), callback_id="x" * 256), "/view/callback_id"),
        (modal(*[{"type": "divider"}] * 101), "/view/blocks"),
        (modal({"type": "markdown", "text": "x"}), "/view/blocks/0/type"),
        ({"type": "modal", "title": plain(), "blocks": [field()]}, "/view/submit"),
        ({"type": "modal", "blocks": []}, "/view"),
        ({"type": "home", "blocks": []}, "/view/type"),
        (modal(field(label=mrkdwn())), "/view/blocks/0/label/type"),
        (modal(field(label=plain("x" * 2001))), "/view/blocks/0/label/text"),
        ("no view", "/view"),
    ],
)
def test_a_modal_has_rules_of_its_own(view: object, pointer: str) -> None:
    assert pointer in [problem.pointer for problem in problems("views.open", {"view": view})]


def test_a_modal_takes_what_messages_do_not() -> None:
    view = modal({"type": "alert", "text": plain()}, field({"type": "file_input", "action_id": "f"}), *[section()] * 60)
    assert problems("views.open", {"view": view}) == []


def test_a_home_tab_needs_no_title_and_takes_no_message_blocks() -> None:
    assert problems("views.publish", {"view": {"type": "home", "blocks": [section()]}}) == []
    wrong = {"type": "home", "blocks": [{"type": "context_actions", "elements": [feedback()]}]}
    assert [p.pointer for p in problems("views.publish", {"view": wrong})] == ["/view/blocks/0/type"]


@pytest.mark.parametrize(
    ("chunk", "pointer"),
    [
        ({"type": "markdown_text", "text": ""}, "/chunks/0/text"),
        ({"type": "task_update", "id": "1", "title": "x", "status": "done"}, "/chunks/0/status"),
        ({"type": "song"}, "/chunks/0/type"),
        ({"type": "blocks", "blocks": [section("")]}, "/chunks/0/blocks/0/text/text"),
    ],
)
def test_a_stream_takes_only_known_chunks(chunk: Json, pointer: str) -> None:
    assert pointer in [problem.pointer for problem in problems("chat.appendStream", {"chunks": [chunk]})]


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        ({"response_action": "sing"}, "/response_action"),
        ({"response_action": "errors"}, "/errors"),
        ({"response_action": "update", "view": {"type": "modal"}}, "/view"),
        ({"text": "a", "response_type": "public"}, "/response_type"),
    ],
)
def test_acks_are_checked_too(payload: Json, pointer: str) -> None:
    assert pointer in [problem.pointer for problem in problems("ack", payload)]
    assert problems("ack", {}) == []
    assert problems("ack", {"response_action": "clear"}) == []


def test_other_methods_carry_nothing_to_check() -> None:
    assert problems("users.info", {"blocks": "anything"}) == []


def test_blocks_may_come_as_a_json_string() -> None:
    assert problems("chat.postMessage", {"text": "a", "blocks": '[{"type": "divider"}]'}) == []
    assert found() == []


FIELDS = ["type", "text", "elements", "options", "block_id", "action_id", "view", "blocks", "x"]
METHODS = ["chat.postMessage", "views.open", "views.publish", "chat.appendStream", "ack", "response_url"]
PLACES = ["text", "elements", "rows", "accessory", "title", "tasks"]

hostile = st.text(max_size=4000) | st.sampled_from(["<!channel>", "&<>", "🙂" * 1500, "\x00", "\u202e", "*_~`"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(hostile)
def test_any_text_is_measured_and_never_breaks_it(text: str) -> None:
    refused = [problem.pointer for problem in found(section(text))]
    assert refused == ([] if 1 <= len(text) <= 3000 else ["/blocks/0/text/text"])


@given(anything, st.sampled_from(METHODS))
def test_no_payload_breaks_it(value: Any, method: str) -> None:
    for payload in ({"blocks": value}, {"view": value}, {"chunks": value}, {"attachments": value}, {"blocks": [value]}):
        assert all(problem.pointer.startswith("/") for problem in problems(method, payload))


@given(st.integers(0, len(GOOD) - 1), anything, st.sampled_from(PLACES))
def test_a_good_block_gone_wrong_breaks_nothing(number: int, value: Any, name: str) -> None:
    for problem in found({**GOOD[number], name: value}):
        assert str(problem).endswith(f"[json-pointer:{problem.pointer}]")
