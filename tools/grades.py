"""Who was right where people rated leads against the model, as far as the asker may see whose views they were."""

from __future__ import annotations

from knowledge import overrides
from scoring import opinions
from scoring.opinions import FEWEST, Score
from tools import access, wording
from tools.base import ToolContext


def told(ctx: ToolContext) -> str | None:
    """How views of leads came out, as one clause; None where no lead that was rated is decided yet."""
    seen = access.visible(ctx.asker, ctx.roster)
    grades = [each for each in overrides.graded(ctx.db, now=ctx.now) if seen is None or each.person_id in seen]
    if not grades:
        return None
    whose = "your own" if {each.person_id for each in grades} == {ctx.asker.id} else "people's own"
    found = opinions.score(grades)
    views = wording.count(found.n, "view")
    return (
        f"of {whose} {views} of leads since decided, {found.right} moved the chance the right way: {_concluded(found)}"
    )


def _concluded(found: Score) -> str:
    if found.n < FEWEST:
        return f"too few to say who knows better (at least {FEWEST})"
    beside = f"log-loss {found.human:.3f} with them, {found.model:.3f} without"
    if found.better == "people":
        return f"listen to them ({beside})"
    if found.better == "the model":
        return f"the model alone does better ({beside})"
    return f"no difference that chance would not make ({beside})"
