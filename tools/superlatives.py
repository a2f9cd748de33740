"""Records that are called by what they are most of: "my biggest deal", "our newest lead"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from knowledge import records
from knowledge.records import Kind, Named, Order
from tools import access
from tools.base import ToolContext

_ORDERS: dict[str, Order] = {
    **dict.fromkeys(("biggest", "largest", "most valuable", "highest value", "top"), "largest"),
    **dict.fromkeys(("smallest", "tiniest"), "smallest"),
    **dict.fromkeys(("newest", "latest", "most recent", "freshest"), "newest"),
    **dict.fromkeys(("oldest", "longest running"), "oldest"),
}
# A list and the size of deals are other things, and a deal that was won is not among the open ones.
_CALLED = re.compile(
    rf"\b(?:my|our|the|your)\s+({'|'.join(_ORDERS)})\s+(?:open\s+)?(deal|opportunity|opp|lead)\b"
    r"(?!\s+(?:size|value|source|we|i|they|that|which|won|lost|closed|signed|ever|last|this|in|of|from|score)\b)",
    re.IGNORECASE,
)


def find(ctx: ToolContext, text: str) -> Iterator[tuple[Named, int, int]]:
    """Open records of the asker's own, or a manager's team, that a text calls so, with where each stands in it."""
    for match in _CALLED.finditer(text):
        kind: Literal["lead", "deal"] = "lead" if match[2].casefold() == "lead" else "deal"
        order = _ORDERS[match[1].casefold()]
        # The top of leads is the top of the call list, which is no order of the books.
        if kind == "lead" and match[1].casefold() == "top":
            continue
        first = records.foremost(ctx.db, kind, access.scope(ctx, "me").owner_ids, order)
        if first is not None:
            yield first, match.start(), match.end()


def record(ctx: ToolContext, kind: Kind, name: str) -> Named | None:
    """The record of a kind that a name means, if it is such a name; "biggest deal" is the asker's as well."""
    called = name if _CALLED.match(name) else f"my {name}"
    return next((one for one, _, end in find(ctx, called) if one.kind == kind and end == len(called)), None)
