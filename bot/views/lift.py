"""What plans bring as blocks: the verdict, what it rests on, and how much is still needed."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.lift import LiftReport


@blocks.drawn.register
def lift_report(found: LiftReport) -> list[Block]:
    """The verdict, then what was won in both arms."""
    verdict, *rest = found.text.split("\n")
    return [
        blocks.markdown(f"*{blocks.escaped(verdict)}*"),
        *([blocks.section(rest[0])] if rest else []),
        *(blocks.context(blocks.escaped(line)) for line in rest[1:]),
    ]
