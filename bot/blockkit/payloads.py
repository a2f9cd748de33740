"""Which method carries which blocks, and the rules that hold across a whole payload."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bot.blockkit.rules import Anything, Choice, Flag, Many, Problem, Rule, Shape, Str, Text, Typed, is_list
from bot.blockkit.shapes import BLOCKS, GROUP, MODAL_ONLY_ELEMENTS, OPTION, blocks_for, element

MOST_BLOCKS: Final = {"message": 50, "modal": 100, "home": 100}
# Slack documents 12,000 for markdown; for a whole message it refuses somewhat above, so this is the safe side.
MOST_CHARACTERS: Final = 12_000
MOST_TEXT: Final = 40_000

Payload = Mapping[str, Any]


def problems(method: str, payload: Payload) -> list[Problem]:
    """All that Slack would refuse in this payload, in the order it stands there; empty when it would be taken.

    Parameters
    ----------
    method
        A Web API method (`chat.postMessage`, `views.open` …), or `response_url`, `ack`, `block_suggestion`.
    payload
        The arguments as the client gives them; blocks, views and chunks may be JSON strings.
    """
    find = _CHECKS.get(method)
    return list(find(payload)) if find else []


def blocks_problems(blocks: Any, surface: str, at: str = "/blocks") -> Iterator[Problem]:
    """What is wrong with a list of blocks on a surface: message, modal or home."""
    blocks = _decoded(blocks)
    if not is_list(blocks):
        yield Problem(at, "must provide an array", "invalid_blocks_format")
        return
    yield from Many(blocks_for(surface), MOST_BLOCKS[surface], 0).check(blocks, at)
    yield from _across(list(_within(blocks, at)), surface, at)


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _within(value: Any, at: str) -> Iterator[tuple[str, Payload]]:
    """Every object below a value with its pointer, outer before inner."""
    if isinstance(value, Mapping):
        yield at, value
        for name, item in value.items():
            yield from _within(item, f"{at}/{name}")
    elif is_list(value):
        for position, item in enumerate(value):
            yield from _within(item, f"{at}/{position}")


def _across(found: list[tuple[str, Payload]], surface: str, at: str) -> Iterator[Problem]:
    yield from _nested(found, surface)
    yield from _repeated(found)
    tables = [pointer for pointer, node in found if node.get("type") == "table"]
    yield from (Problem(pointer, "only one table is allowed") for pointer in tables[1:])
    if surface != "modal":
        modal_only = (pointer for pointer, node in found if node.get("type") in MODAL_ONLY_ELEMENTS)
        yield from (Problem(f"{pointer}/type", "unsupported type outside of modals") for pointer in modal_only)
    if surface == "message":
        yield from _too_long(found, at)


def _nested(found: list[tuple[str, Payload]], surface: str) -> Iterator[Problem]:
    for pointer, node in found:
        if node.get("type") == "container" and is_list(node.get("child_blocks")):
            yield from Many(blocks_for(surface), 10).check(node["child_blocks"], f"{pointer}/child_blocks")


def _repeated(found: list[tuple[str, Payload]]) -> Iterator[Problem]:
    blocks = [pointer for pointer, node in found if node.get("type") in tuple(BLOCKS)]
    seen: set[tuple[str, str]] = set()
    for pointer, node in found:
        # A block id counts in the whole payload, an action id in the innermost block around it.
        around = max((block for block in blocks if pointer.startswith(f"{block}/")), key=len, default="")
        for name, scope, where in (("block_id", "", "the payload"), ("action_id", around, "its block")):
            if isinstance(value := node.get(name), str):
                if (f"{name} {scope}", value) in seen:
                    yield Problem(f"{pointer}/{name}", f"{name} {value!r} is used more than once in {where}")
                seen.add((f"{name} {scope}", value))


def _too_long(found: list[tuple[str, Payload]], at: str) -> Iterator[Problem]:
    texts = [(node.get("type"), node["text"]) for _, node in found if isinstance(node.get("text"), str)]
    markdown = sum(len(text) for kind, text in texts if kind == "markdown")
    total = sum(len(text) for _, text in texts)
    which = "markdown" if markdown > MOST_CHARACTERS else "all"
    if total > MOST_CHARACTERS:
        said = f"{which} blocks must be less than {MOST_CHARACTERS + 1} characters in sum"
        yield Problem(at, said, "msg_blocks_too_long")


def _message(payload: Payload) -> Iterator[Problem]:
    text, markdown = payload.get("text"), payload.get("markdown_text")
    blocks, attachments = _decoded(payload.get("blocks")), _decoded(payload.get("attachments"))
    if markdown is not None:
        if text or blocks:
            yield Problem("/markdown_text", "cannot be used with text or blocks", "markdown_text_conflict")
        yield from (_coded(p, "msg_too_long") for p in Str(MOST_CHARACTERS).check(markdown, "/markdown_text"))
    if not (text or markdown or blocks or attachments):
        yield Problem("/text", "a message needs text, blocks or attachments", "no_text")
    if isinstance(text, str) and len(text) > MOST_TEXT:
        yield Problem("/text", f"must be less than {MOST_TEXT + 1} characters", "msg_too_long")
    if blocks is not None:
        yield from blocks_problems(blocks, "message")
    yield from _attachments(attachments)


def _attachments(attachments: Any) -> Iterator[Problem]:
    if attachments is None:
        return
    if not is_list(attachments):
        yield Problem("/attachments", "must provide an array", "invalid_attachments")
        return
    if len(attachments) > 100:
        yield Problem("/attachments", "no more than 100 items allowed", "too_many_attachments")
    for position, item in enumerate(attachments):
        if isinstance(item, Mapping) and "blocks" in item:
            yield from blocks_problems(item["blocks"], "message", f"/attachments/{position}/blocks")


def _coded(problem: Problem, code: str) -> Problem:
    return Problem(problem.pointer, problem.message, code)


_VIEW_COMMON: Final[dict[str, Rule]] = {
    "type": Anything(), "blocks": Anything(), "private_metadata": Str(3000, 0), "callback_id": Str(255, 0),
    "external_id": Str(255, 0),
}  # fmt: skip
_TITLE: Final = Text(24, ("plain_text",))
_VIEWS: Final = Typed({
    "modal": Shape({**_VIEW_COMMON, "title": _TITLE, "submit": _TITLE, "close": _TITLE, "clear_on_close": Flag(),
                    "notify_on_close": Flag(), "submit_disabled": Flag()}, required=("title", "blocks")),
    "home": Shape(_VIEW_COMMON, required=("blocks",)),
})  # fmt: skip


def _view(view: Any, at: str = "/view", kinds: tuple[str, ...] = ("modal",)) -> Iterator[Problem]:
    view = _decoded(view)
    found = list(Typed(_VIEWS.shapes, frozenset(kinds)).check(view, at))
    yield from found
    if not isinstance(view, Mapping) or view.get("type") not in kinds:
        return
    blocks = _decoded(view.get("blocks"))
    if blocks is not None:
        yield from blocks_problems(blocks, view["type"], f"{at}/blocks")
    asks = any(isinstance(block, Mapping) and block.get("type") == "input" for block in blocks or ())
    if view["type"] == "modal" and asks and not view.get("submit"):
        yield Problem(f"{at}/submit", "a modal with input blocks needs a submit text")


def _stream(payload: Payload) -> Iterator[Problem]:
    chunks, markdown = _decoded(payload.get("chunks")), payload.get("markdown_text")
    if chunks is not None and markdown is not None:
        yield Problem("/markdown_text", "cannot be used with chunks", "markdown_text_conflict")
    if markdown is not None:
        yield from (_coded(p, "msg_too_long") for p in Str(MOST_CHARACTERS).check(markdown, "/markdown_text"))
    if chunks is not None:
        yield from (_coded(problem, "invalid_chunks") for problem in Many(_CHUNK, least=0).check(chunks, "/chunks"))
        for position, chunk in enumerate(chunks if is_list(chunks) else ()):
            if isinstance(chunk, Mapping) and chunk.get("type") == "blocks":
                yield from blocks_problems(chunk.get("blocks"), "message", f"/chunks/{position}/blocks")
    if payload.get("blocks") is not None:
        yield from blocks_problems(payload["blocks"], "message")


_CHUNK: Final = Typed({
    "markdown_text": Shape({"text": Str(MOST_CHARACTERS)}, ("text",)),
    "task_update": Shape(
        {"id": Str(255), "title": Str(255), "status": Choice(("pending", "in_progress", "complete", "error")),
         "details": Str(), "output": Str(), "sources": Many(element("url"), least=0)}, ("id", "title", "status")),
    "plan_update": Shape({"title": Str(255)}, ("title",)),
    "blocks": Shape({"blocks": Anything()}, ("blocks",)),
})  # fmt: skip


def _response(payload: Payload) -> Iterator[Problem]:
    if payload.get("delete_original"):
        return
    yield from _message(payload)
    if "response_type" in payload:
        yield from Choice(("in_channel", "ephemeral")).check(payload["response_type"], "/response_type")


def _ack(payload: Payload) -> Iterator[Problem]:
    action = payload.get("response_action")
    if action is None:
        yield from _response(payload) if payload.keys() & {"text", "blocks", "attachments"} else ()
    elif action in ("update", "push"):
        yield from _view(payload.get("view"))
    elif action == "errors":
        if not isinstance(payload.get("errors"), Mapping) or not payload["errors"]:
            yield Problem("/errors", "must provide an object of block_id to message")
    elif action != "clear":
        yield Problem("/response_action", "must be one of: errors, update, push, clear")


def _suggestion(payload: Payload) -> Iterator[Problem]:
    if "option_groups" in payload:
        yield from Many(GROUP, 100, 0).check(payload["option_groups"], "/option_groups")
    else:
        yield from Many(OPTION, 100, 0).check(payload.get("options"), "/options")


def _modal(payload: Payload) -> Iterator[Problem]:
    return _view(payload.get("view"))


def _home(payload: Payload) -> Iterator[Problem]:
    return _view(payload.get("view"), kinds=("home",))


def _any_view(payload: Payload) -> Iterator[Problem]:
    return _view(payload.get("view"), kinds=("modal", "home"))


_CHECKS: Final[dict[str, Callable[[Payload], Iterator[Problem]]]] = {
    "chat.postMessage": _message,
    "chat.update": _message,
    "chat.postEphemeral": _message,
    "chat.scheduleMessage": _message,
    "chat.startStream": _stream,
    "chat.appendStream": _stream,
    "chat.stopStream": _stream,
    "views.open": _modal,
    "views.push": _modal,
    "views.update": _any_view,
    "views.publish": _home,
    "response_url": _response,
    "ack": _ack,
    "block_suggestion": _suggestion,
}
