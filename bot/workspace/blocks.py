"""Walks through blocks: what is in them, what one can use there, the ids Slack gives them."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

Block = dict[str, Any]
Element = dict[str, Any]

_HOLDERS = ("element", "accessory", "elements", "actions")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within blocks, outer before inner."""
    if isinstance(value, Mapping):
        yield dict(value)
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from objects(item)


def texts(value: Any) -> list[str]:
    """Every text within blocks, in order."""
    return [item["text"] for item in objects(value) if isinstance(item.get("text"), str)]


def every(blocks: list[Block]) -> Iterator[Block]:
    """Every block, those inside containers and carousels after the one around them."""
    for block in blocks:
        yield block
        yield from every(block.get("child_blocks") or [])
        if block.get("type") == "carousel":
            yield from every(block["elements"])


def find(blocks: list[Block], what: str, block_id: str | None = None) -> tuple[Block, Element]:
    """The first element with these words on it, or of this action id, and the block it stands in.

    Raises
    ------
    LookupError
        There is none.
    """
    for block in (each for each in every(blocks) if block_id in (None, each.get("block_id"))):
        within = [block.get(name) for name in _HOLDERS if block.get("type") != "carousel"]
        for element in objects(within):
            if "action_id" in element and what in (element["action_id"], *_words(element)):
                return block, element
    raise LookupError(f"nothing to click says {what!r}")


def pressed(element: Element, what: str) -> Any:
    """The value of the feedback button that carries these words."""
    for side in ("positive_button", "negative_button"):
        if side in element and element[side]["text"]["text"] == what:
            return element[side]["value"]
    return None


def with_ids(blocks: list[Block]) -> list[Block]:
    """Blocks with the ids Slack gives to those that come without."""
    return [_named({"block_id": secrets.token_hex(3), **block}) for block in blocks]


def _words(element: Element) -> list[str]:
    sides = [element.get("text"), *(element.get(f"{side}_button", {}).get("text") for side in ("positive", "negative"))]
    return [side["text"] for side in sides if side]


def _named(block: Block) -> Block:
    named = {**block}
    for name in ("accessory", "element"):
        if name in named:
            named[name] = {"action_id": secrets.token_hex(3), **named[name]}
    if block.get("type") in ("actions", "context_actions"):
        named["elements"] = [{"action_id": secrets.token_hex(3), **element} for element in block["elements"]]
    if block.get("type") == "card" and "actions" in block:
        named["actions"] = [{"action_id": secrets.token_hex(3), **element} for element in block["actions"]]
    if block.get("type") == "carousel":
        named["elements"] = with_ids(block["elements"])
    if "child_blocks" in block:
        named["child_blocks"] = with_ids(block["child_blocks"])
    return named
