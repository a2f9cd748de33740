"""Whether a model that was read in has what the code of today looks for in it.

A stored model says of itself which fields each of its parts has: those that its type had when it was stored. They are
held against those of the type now, so that nobody has to keep a number of the format. A field that is called as before
and means something else is not found out.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from inspect import isfunction
from typing import Any

# Types whose instances are looked into.
OURS = "scoring."
PLAIN = (str, bytes, int, float, type(None))


def misfit(model: object) -> str | None:
    """What a part of a model lacks or has too much beside its type now: `Calibration lacks pooled`; None if all fit."""
    parts = list(_parts(model))
    known = {kind: declared(kind) for kind in {type(part) for part in parts}}
    for part in parts:
        kind, held = type(part), frozenset(vars(part))
        if lacking := known[kind] - held:
            return f"{kind.__name__} lacks {', '.join(sorted(lacking))}"
        if is_dataclass(kind) and (foreign := held - known[kind]):
            return f"{kind.__name__} knows no {', '.join(sorted(foreign))}"
    return None


def declared(kind: type[Any]) -> frozenset[str]:
    """The fields that a learnt instance of a type has: those of a dataclass, else all that its methods set.

    Where the type itself holds a value for a field, that is what holds of instances stored before there was the field.
    """
    if is_dataclass(kind):
        return frozenset(field.name for field in fields(kind))
    methods = [method for base in kind.__mro__ for method in vars(base).values() if isfunction(method)]
    named = {step.argval for method in methods for step in dis.get_instructions(method) if step.opname == "STORE_ATTR"}
    return frozenset(name for name in named if not hasattr(kind, name))


def _parts(found: object) -> Iterator[object]:
    """Everything of ours in a model, itself first."""
    if isinstance(found, Mapping):
        yield from _parts(list(found.values()))
    elif isinstance(found, (list, tuple, set, frozenset)):
        for each in found:
            if not isinstance(each, PLAIN):
                yield from _parts(each)
    elif type(found).__module__.startswith(OURS) and hasattr(found, "__dict__"):
        yield found
        yield from _parts(list(vars(found).values()))
