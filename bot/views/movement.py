"""Why a score moved, as blocks; and the buttons by which a person rates a lead against the model."""

from __future__ import annotations

from bot.views import blocks
from bot.views.blocks import Block
from tools.movement import ScoreChange, Share
from tools.ratings import Rating, View

# The start of the name of each button's action; the view it stands for follows.
RATE = "rate:"
_BUTTONS: dict[View, str] = {
    "higher": "Better than that",
    "lower": "Worse than that",
    "as the model": "Leave it to the model",
}


@blocks.drawn.register
def score_change(found: ScoreChange) -> list[Block]:
    """What moved it most, every share with an arrow, and what is new on record."""
    head, *rest = found.text.split("\n")
    notes = [line for line in rest if not line.startswith("• ")]
    shares = "\n".join(_share(share) for share in found.shares if share.points)
    body = [blocks.markdown(shares)] if shares else []
    why = blocks.button("Why this chance?", blocks.WHY, found.lead_id)
    return [blocks.section(head, why), *body, *(blocks.context(blocks.escaped(note)) for note in notes)]


@blocks.drawn.register
def rating(found: Rating) -> list[Block]:
    """How the lead counts now, and the buttons that would change it."""
    return [
        blocks.section(found.text),
        rate_buttons(found.lead_id, None if found.view == "as the model" else found.view),
    ]


def rate_buttons(lead_id: str, rated: str | None) -> Block:
    """What a person who knows better can say; what has been said already is left out."""
    said = rated or "as the model"
    return {
        "type": "actions",
        "elements": [blocks.button(text, f"{RATE}{view}", lead_id) for view, text in _BUTTONS.items() if view != said],
    }


def _share(share: Share) -> str:
    return f"{'▲' if share.points > 0 else '▼'} {share.points:+g} · {blocks.escaped(share.text)}"
