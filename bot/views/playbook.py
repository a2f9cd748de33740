"""The playbook as blocks: the passage quoted first, with where it stands; a whole document in a window."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.playbook import CELLS, Marked, Page, PassageNews, PlaybookAnswer, Quote, mark_passage, open_passage

# Slack takes a window of a hundred blocks, and a passage takes two with its heading.
PASSAGES_SHOWN = 40
ALSO_LIMIT, CELL_LIMIT = 200, 60


@blocks.drawn.register
def playbook_answer(found: PlaybookAnswer) -> list[Block]:
    """The best passage with what can be done about it, then the others in a line each."""
    first, *others = found.quotes
    marks = [
        buttons.decides(text, mark_passage, passage=first.passage, verdict=verdict)
        for text, verdict in (("Useful", "useful"), ("Outdated", "outdated"))
    ]
    return [
        blocks.markdown(_where(first)),
        _quoted(first),
        blocks.context(blocks.escaped(found.note)),
        buttons.row(opens(first), *marks),
        *(_see_also(each) for each in others),
    ]


@blocks.drawn.register
def passage_news(found: PassageNews) -> list[Block]:
    """What somebody thinks of a passage, the passage, and the way to it."""
    return [blocks.section(found.text, opens(found.quote)), _quoted(found.quote)]


@blocks.drawn.register
def page(found: Page) -> list[Block]:
    """A document around the passage that was asked for, which is set off; what does not fit is left out."""
    at = next(place for place, each in enumerate(found.passages) if each.passage == found.opened)
    start = max(0, min(at - PASSAGES_SHOWN // 3, len(found.passages) - PASSAGES_SHOWN))
    drawn, section = [blocks.header(found.title)], ""
    for each in found.passages[start : start + PASSAGES_SHOWN]:
        if each.section and each.section != section:
            drawn.append(blocks.markdown(blocks.bold(each.section)))
        section = each.section
        if each.passage == found.opened:
            drawn.append(blocks.context("Quoted was:"))
        drawn.append(_quoted(each) if each.passage == found.opened else blocks.markdown(_plain(each)))
    return drawn


@blocks.drawn.register
def marked(found: Marked) -> list[Block]:
    """Thanks, in the place of the buttons."""
    return [blocks.context(blocks.escaped(found.text))]


def opens(shown: Quote) -> Block:
    """A button that opens the document of a passage."""
    return buttons.shows("Open the document", open_passage, passage=shown.passage)


def _see_also(shown: Quote) -> Block:
    line = blocks.escaped(blocks.shortened(" ".join(shown.text.split()), ALSO_LIMIT))
    opened = buttons.shows("Open", open_passage, passage=shown.passage)
    return blocks.markdown(f"See also {_where(shown)}\n{line}", opened)


def _quoted(shown: Quote) -> Block:
    return blocks.markdown(_plain(shown)) if shown.is_table else blocks.quotation(shown.text)


def _plain(shown: Quote) -> str:
    """A passage without any markup of its own."""
    return _table(shown.text.splitlines()) if shown.is_table else blocks.escaped(shown.text)


def _table(lines: Sequence[str]) -> str:
    """What stands before the table, and the table as text."""
    start = next((place for place, line in enumerate(lines) if CELLS in line), 0)
    rows = [[blocks.shortened(cell, CELL_LIMIT) for cell in line.split(CELLS)] for line in lines[start:]]
    every = range(max(map(len, rows)))
    return "\n".join([*map(blocks.escaped, lines[:start]), blocks.columns(rows, words=every)])


def _where(shown: Quote) -> str:
    """Title and section; a link where the document lives at an address that may be linked to."""
    title = blocks.bold(shown.title)
    if shown.url:
        title = f"*<{shown.url}|{blocks.data(shown.title).replace('|', '/').replace('*', '∗')}>*"
    return f"{title} › {blocks.data(shown.section)}" if shown.section else title
