"""The pieces that answers are drawn from; what a result looks like is chosen by its type."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from tools.base import Attachment, Result

if TYPE_CHECKING:
    from bot.agent import Answer
    from knowledge.citations import Citation

Block = dict[str, Any]

SECTION_LIMIT, CONTEXT_LIMIT, NAME_LIMIT, LABEL_LIMIT, MESSAGE_LIMIT = 2_900, 1_900, 120, 75, 45
SOURCES_SHOWN = 6
# Slack takes a hundred rows of twenty cells, and one table in a message; all its text counts towards the message's.
ROWS_LIMIT, COLUMNS_LIMIT, CELL_LIMIT, TABLE_LIMIT = 100, 20, 60, 6_000
# As many letters stand beside one another in a narrow window.
WIDEST = 56
FEEDBACK = "feedback"
# What turns the direction of letters, and what no screen shows.
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b-\x1f\x7f\U000e0000-\U000e007f]")
ISOLATE, END = "\u2068", "\u2069"
_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RIGHT_TO_LEFT = re.compile(f"[{_LETTERS}](?:(?:[{_LETTERS}]|[^\\w\n])*[{_LETTERS}])?")
_HALF_ENTITY = re.compile("&[a-z]{0,3}$")
# Slack reads a mark at the edge of a word as the beginning or the end of bold, italics, strikethrough or code.
_MARKS = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")
_MARKDOWN = re.compile(r"[\\`*_~\[\]#|]")
LOOKALIKES = {"*": "∗", "_": "\u02cd", "~": "∼", "`": "´"}
# The block that names an answer's files; by it a later process knows that files are due.
FILES = "files"
ATTACHED, IN_MESSAGES = "Attached", "In your direct messages"


@singledispatch
def drawn(result: Result) -> list[Block]:
    """A result as blocks; results of no special shape are their text."""
    return [section(result.text)]


def answer(said: Answer, *, files_go: str = ATTACHED, is_said: bool = False) -> list[Block]:
    """A whole answer: its results, the files that go with it, what it rests on, and thumbs.

    `is_said` is whether its text stands there already.
    """
    is_worded = said.planner != "offline" or not said.results
    shown = [result for result in said.results if result.awaits_click or not is_worded]
    body = [
        *([section(said.text)] if is_worded and not is_said else []),
        *(block for result in shown for block in drawn(result)),
    ]
    evidence = [sources(said.citations)] if said.citations else []
    note = [context(escaped(said.note))] if said.note else []
    files = [attached(said.files, files_go)] if said.files else []
    return [*placed(body[:MESSAGE_LIMIT]), *note, *files, *evidence, *([thumbs(said.audit_id)] if said.results else [])]


def escaped(text: str) -> str:
    """Text of people and records, so that Slack reads no markup or mention in it, nor any order of letters but ours."""
    return isolated(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def isolated(text: str) -> str:
    """Text whose words from right to left reorder nothing around them, and that turns no direction by itself."""
    return _RIGHT_TO_LEFT.sub(f"{ISOLATE}\\g<0>{END}", _CONTROLS.sub("", text))


def shortened(text: str, limit: int) -> str:
    """The text cut to a limit, with a sign where something is missing; no entity is cut in two."""
    return text if len(text) <= limit else _HALF_ENTITY.sub("", text[: limit - 1]) + "…"


def plain(text: str, limit: int = NAME_LIMIT) -> str:
    """A field of a record in one line, for where nothing is markup; a sign for it where there is nothing to see."""
    line = isolated(" ".join(text.split()))
    return shortened(line, limit) if any(each.isprintable() and each != " " for each in line) else "–"


def literal(text: str) -> str:
    """Text for a stream, which Slack reads as Markdown, so that nothing in it is markup."""
    return _MARKDOWN.sub(r"\\\g<0>", escaped(text))


def data(text: str) -> str:
    """A field of a record in one line: no markup, and no longer than a name should be."""
    line = escaped(shortened(" ".join(text.split()), NAME_LIMIT))
    return _MARKS.sub(lambda mark: LOOKALIKES[mark[0]], line)


def bold(text: str) -> str:
    """A field of a record in bold."""
    return f"*{data(plain(text)).replace('*', LOOKALIKES['*'])}*"


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of plain words, with a button beside it if given."""
    return markdown(escaped(text), accessory)


def markdown(text: str, accessory: Block | None = None) -> Block:
    """A paragraph whose markup is our own and whose data is escaped already."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": shortened(text, SECTION_LIMIT) or " "}}
    return block | ({"accessory": accessory} if accessory else {})


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": plain(text, 150), "emoji": True}}


def context(text: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": shortened(text, CONTEXT_LIMIT)}]}


def quotation(text: str) -> Block:
    """Somebody's words, set off from ours; nothing in them is markup."""
    lines = shortened(text, SECTION_LIMIT - 2 * text.count("\n") - 2).split("\n")
    return markdown("\n".join(f"> {escaped(line)}" for line in lines))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: Collection[int] = (0,)) -> Block:
    """Rows under a head; the columns in `words` stand at the left, figures at the right. What does not fit is left out.

    It may be drawn anywhere: `placed` makes plain text of it where no table can stand.
    """
    kept: list[list[Block]] = []
    room = TABLE_LIMIT
    for row in [head, *rows[: ROWS_LIMIT - 1]]:
        drawn_row = [plain(cell, CELL_LIMIT) if cell else " " for cell in row[:COLUMNS_LIMIT]]
        room -= sum(map(len, drawn_row))
        if room < 0 and kept:
            break
        kept.append([{"type": "raw_text", "text": cell} for cell in drawn_row])
    aligned = [{"align": "left" if place in words else "right"} for place in range(len(kept[0]))]
    return {"type": "table", "column_settings": aligned, "rows": kept}


def placed(body: Sequence[Block], *, tables: int = 1) -> list[Block]:
    """Blocks for a place that takes so many tables: a message takes one, a window and the Home tab none."""
    standing = [place for place, block in enumerate(body) if block["type"] == "table"][:tables]
    return [
        markdown(columns([[cell["text"] for cell in row] for row in block["rows"]], _words(block)))
        if block["type"] == "table" and place not in standing
        else block
        for place, block in enumerate(body)
    ]


def columns(rows: Sequence[Sequence[str]], words: Collection[int] = (0,)) -> str:
    """A table as text: its columns below one another; if that is too wide, a line for each row that names its cells."""
    widths = [max(len(row[place]) for row in rows if place < len(row)) for place in range(max(map(len, rows)))]
    if sum(widths) + 2 * len(widths) > WIDEST:
        return _within([f"• {_named(rows[0], row)}" for row in rows[1:]], SECTION_LIMIT)
    lines = [
        "  ".join(
            cell.ljust(width) if place in words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
    fenced = [escaped(line).replace("`", LOOKALIKES["`"]) for line in lines]
    return f"```{_within(fenced, SECTION_LIMIT - 6)}```"


def instant(at: datetime) -> str:
    """A moment on the reader's own clock."""
    told = f"{at.astimezone(UTC):%d %b %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{told}>"


def divider() -> Block:
    return {"type": "divider"}


def button(text: str, action_id: str, value: str) -> Block:
    label = {"type": "plain_text", "text": plain(text, LABEL_LIMIT), "emoji": True}
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


def _words(block: Block) -> list[int]:
    return [place for place, column in enumerate(block["column_settings"]) if column["align"] == "left"]


def _within(lines: Sequence[str], limit: int) -> str:
    """As many lines as fit, and how many more there are."""
    room = limit - len("And 100 more.")
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, f"And {len(lines) - len(kept):,} more."])
        kept.append(line)
    return "\n".join(kept)


def _named(names: Sequence[str], cells: Sequence[str]) -> str:
    first, *rest = cells
    told = [f"{escaped(name)}: {escaped(cell)}" for name, cell in zip(names[1:], rest, strict=False) if cell.strip()]
    return " · ".join([bold(first), *told])


def _told(citation: Citation) -> str:
    value = f" ({citation.value})" if citation.value else ""
    return shortened(f"{citation.label}{value}", NAME_LIMIT)
