"""The pieces that answers are drawn from; what a result looks like is chosen by its type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from tools.base import Attachment, Result

if TYPE_CHECKING:
    from bot.agent import Answer
    from knowledge.citations import Citation

Block = dict[str, Any]

SECTION_LIMIT, CONTEXT_LIMIT, NAME_LIMIT, LABEL_LIMIT, MESSAGE_LIMIT = 2_900, 1_900, 120, 75, 45
SOURCES_SHOWN = 6
FEEDBACK = "feedback"
# The block that names an answer's files; by it a later process knows that files are due.
FILES = "files"
ATTACHED, IN_MESSAGES = "Attached", "In your direct messages"


@singledispatch
def drawn(result: Result) -> list[Block]:
    """A result as blocks; results of no special shape are their text."""
    return [section(result.text)]


def answer(said: Answer, *, files_go: str = ATTACHED) -> list[Block]:
    """A whole answer: its results, the files that go with it, what it rests on, and thumbs."""
    body = (
        [block for result in said.results for block in drawn(result)]
        if said.planner == "offline"
        else [section(said.text)]
    )
    if not said.results:
        body = [section(said.text)]
    evidence = [sources(said.citations)] if said.citations else []
    files = [attached(said.files, files_go)] if said.files else []
    return [*body[:MESSAGE_LIMIT], *files, *evidence, *([thumbs(said.audit_id)] if said.results else [])]


def escaped(text: str) -> str:
    """Text of people and records, so that Slack reads no markup or mention in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, limit: int) -> str:
    """The text cut to a limit, with a sign where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def data(text: str) -> str:
    """A field of a record: no markup, and no longer than a name should be."""
    return escaped(shortened(text, NAME_LIMIT))


def bold(text: str) -> str:
    """A field of a record in bold; an asterisk of its own would end it early."""
    return f"*{data(text).replace('*', '∗')}*"


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of plain words, with a button beside it if given."""
    return markdown(escaped(text), accessory)


def markdown(text: str, accessory: Block | None = None) -> Block:
    """A paragraph whose markup is our own and whose data is escaped already."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": shortened(text, SECTION_LIMIT) or " "}}
    return block | ({"accessory": accessory} if accessory else {})


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": shortened(text, 150), "emoji": True}}


def context(text: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": shortened(text, CONTEXT_LIMIT)}]}


def quotation(text: str) -> Block:
    """Somebody's words, set off from ours; nothing in them is markup."""
    lines = shortened(text, SECTION_LIMIT - 2 * text.count("\n") - 2).split("\n")
    return markdown("\n".join(f"> {escaped(line)}" for line in lines))


def divider() -> Block:
    return {"type": "divider"}


def button(text: str, action_id: str, value: str) -> Block:
    label = {"type": "plain_text", "text": shortened(text, LABEL_LIMIT), "emoji": True}
    return {"type": "button", "text": label, "action_id": action_id, "value": value}


def attached(files: Sequence[Attachment], where: str) -> Block:
    """Which files go with an answer, and where they are."""
    return context(f"{where}: {'; '.join(data(file.title) for file in files)}") | {"block_id": FILES}


def sources(citations: Sequence[Citation]) -> Block:
    """What an answer rests on, in small print: records first, then what the model made of them."""
    records = list(dict.fromkeys(_told(cite) for cite in citations if cite.kind == "crm"))
    features = list(dict.fromkeys(_told(cite) for cite in citations if cite.kind != "crm"))
    shown = records[: SOURCES_SHOWN // 2 or 1] + features[: SOURCES_SHOWN - min(len(records), SOURCES_SHOWN // 2)]
    more = len(records) + len(features) - len(shown)
    return context(f"Sources: {'; '.join(escaped(each) for each in shown)}{f'; and {more} more' if more > 0 else ''}")


def thumbs(audit_id: str) -> Block:
    """Thumbs up and down that say which answer they are about."""
    up, down = (
        {"text": {"type": "plain_text", "text": text}, "value": f"{value}:{audit_id}", "accessibility_label": label}
        for text, value, label in (
            ("Helpful", "up", "This answer helped"),
            ("Not helpful", "down", "This answer did not help"),
        )
    )
    return {
        "type": "context_actions",
        "elements": [
            {"type": "feedback_buttons", "action_id": FEEDBACK, "positive_button": up, "negative_button": down}
        ],
    }


def _told(citation: Citation) -> str:
    value = f" ({citation.value})" if citation.value else ""
    return shortened(f"{citation.label}{value}", NAME_LIMIT)
