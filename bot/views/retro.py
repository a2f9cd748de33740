"""A replay of the past as blocks: the finding, what stands behind it, and what was left on the table."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.retro import RetroReport


@blocks.drawn.register
def retro(found: RetroReport) -> list[Block]:
    """Headline, findings, the leads left on the table; what it cannot know in small print."""
    findings = "\n".join(f"• {blocks.escaped(each)}" for each in found.findings)
    missed = "\n".join(f"• {blocks.escaped(each)}" for each in found.missed)
    return [
        blocks.markdown(f"*{blocks.escaped(found.headline)}.*"),
        blocks.markdown(findings),
        blocks.markdown(f"*Left on the table.* {blocks.escaped(found.left)}"),
        *([blocks.markdown(missed)] if missed else []),
        *(blocks.context(blocks.escaped(note)) for note in found.notes),
    ]
