"""What plans and nudges bring as blocks: the verdict, what it rests on, and how much is still needed."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.lift import LiftReport


@blocks.drawn.register
def lift_report(found: LiftReport) -> list[Block]:
    """Of plans and of nudges the verdict, then what came of both arms."""
    return [*_told(found.text.removesuffix(found.nudges.text)), blocks.divider(), *_told(found.nudges.text)]


def _told(text: str) -> list[Block]:
    verdict, *rest = text.strip().split("\n")
    return [
        blocks.markdown(f"*{blocks.escaped(verdict)}*"),
        *([blocks.section(rest[0])] if rest else []),
        *(blocks.context(blocks.escaped(line)) for line in rest[1:]),
    ]
