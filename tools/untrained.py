"""Why a model has nothing to say, and what an admin can do about it."""

from __future__ import annotations

from typing import Any

from knowledge.errors import NotTrained
from scoring.base import Model
from tools import wording
from tools.base import ToolContext


def untrained(ctx: ToolContext, kind: type[Model[Any]], why: str) -> NotTrained:
    """That no model of a kind serves: since what there is cannot be read, or else for `why`."""
    found = ctx.models.unreadable(kind)
    said = f"{wording.sentence(str(found)).rstrip('.')}, so it is not used" if found else why
    return NotTrained(f"{said}; an admin can run `callsheet train {kind.name}`.")
