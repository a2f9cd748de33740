"""What a model says of itself: its class's own description, taken apart."""

from __future__ import annotations

import inspect
import re

from scoring.registry import CATALOG


def parts(model: str) -> dict[str, str]:
    """The parts of a model's description by heading, the first without one; nothing of a model that is gone."""
    text = inspect.getdoc(CATALOG[model]) if model in CATALOG else None
    first, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", text or "", flags=re.MULTILINE)
    return {"": first} | dict(zip(rest[::2], rest[1::2], strict=True))


def listed(text: str) -> list[str]:
    """The items of a list, numbered or one a line; indented lines go on with the one before."""
    items: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        if items and line.startswith(" "):
            items[-1] += f" {line.strip()}"
        else:
            items.append(re.sub(r"^(?:\d+\.|[-*])\s+", "", line.strip()))
    return items


def event(model: str, basis: str) -> str:
    """What is learnt to be told, with the days of the horizon that the model is trained for."""
    looks = inspect.signature(CATALOG[model]).parameters.get("horizon") if model in CATALOG else None
    return basis.replace("the horizon", f"{looks.default.days} days") if looks else basis
