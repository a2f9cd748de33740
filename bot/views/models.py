"""What a model is worth, as blocks; and the buttons by which an admin settles a doubtful column."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.models import ColumnDecision, Doubt, Known, ModelReport, decide_column

# All the text of a message may not be longer than 12,000 letters.
DOUBTS_SHOWN, EVIDENCE_LIMIT = 10, 400
_BUTTONS: dict[Known, str] = {"before": "Known before: keep it", "after": "Only after: leave it out"}


@blocks.drawn.register
def model_report(found: ModelReport) -> list[Block]:
    """What to do first, what that rests on, and a question for each column in doubt."""
    details = "\n".join(f"• {blocks.escaped(detail)}" for detail in found.details)
    questions = [block for doubt in found.doubts[:DOUBTS_SHOWN] for block in _question(doubt)]
    more = len(found.doubts) - DOUBTS_SHOWN
    rest = [blocks.context(f"{more} more columns are in doubt; ask again once these are settled.")] if more > 0 else []
    others = blocks.context(blocks.escaped(found.others))
    return [blocks.section(found.advice), blocks.markdown(details), *questions, *rest, others]


@blocks.drawn.register
def column_decision(found: ColumnDecision) -> list[Block]:
    """What was noted, in the place of the buttons."""
    return [blocks.context(blocks.escaped(found.text))]


def _question(doubt: Doubt) -> list[Block]:
    offered = (buttons.decides(t, decide_column, column=doubt.column, known=k) for k, t in _BUTTONS.items())
    asked = f"{blocks.bold(doubt.question)}\n{blocks.escaped(blocks.shortened(doubt.evidence, EVIDENCE_LIMIT))}"
    return [blocks.markdown(asked), buttons.row(*offered)]
