"""Why a score moved, as blocks; and the buttons by which a person rates a lead against the model."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.movement import ScoreChange, Share
from tools.ratings import Rating, View, rate_lead

_BUTTONS: dict[View, str] = {
    "higher": "Better than the model says",
    "lower": "Worse than the model says",
    "as the model": "Leave it to the model",
}


@blocks.drawn.register
def score_change(found: ScoreChange) -> list[Block]:
    """What moved it most, every share with an arrow, and what is new on record."""
    head, *rest = found.text.split("\n")
    notes = [line for line in rest if not line.startswith("• ")]
    shares = "\n".join(_share(share) for share in found.shares if share.points)
    body = [blocks.markdown(shares)] if shares else []
    why = buttons.why(found.lead_id, "Why this chance?")
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
    views = {view: text for view, text in _BUTTONS.items() if view != said}
    return buttons.row(*(buttons.decides(text, rate_lead, lead=lead_id, view=view) for view, text in views.items()))


def _share(share: Share) -> str:
    return f"{'▲' if share.points > 0 else '▼'} {share.points:+g} · {blocks.escaped(share.text)}"
