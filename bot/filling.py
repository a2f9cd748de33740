"""Fills any JSON schema from a text, for tools and answers whose meaning the planner was never told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"|“([^”]+)”")
_NAMED = re.compile(r"\b(?:in|for|of|about|a|an)\s+([A-Z][\w .&'-]*(?:,\s*[A-Z]\w*)?)")
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}


def fill(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Values for a schema's properties: the text's numbers, choices and names in order; what is required is there."""
    numbers = [float(each) if "." in each else int(each) for each in _NUMBER.findall(text)]
    names = [part for quoted in _QUOTED.findall(text) for part in quoted if part]
    names += [match[1].strip(" .?!") for match in _NAMED.finditer(text)]
    filled: dict[str, Any] = {}
    for name, schema_of in (schema.get("properties") or {}).items():
        value = _value(schema_of, text, numbers, names)
        if value is None and name in (schema.get("required") or ()):
            value = _empty(schema_of, text)
        if value is not None:
            filled[name] = value
    return filled


def likeliest(tools: Sequence[Mapping[str, Any]], text: str) -> Mapping[str, Any] | None:
    """The tool whose name and description share most words with a text; None if none shares any."""
    asked = set(_WORD.findall(text.lower()))

    def shared(tool: Mapping[str, Any]) -> float:
        name = _WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", tool["name"]).replace("_", " ").lower())
        about = set(_WORD.findall(str(tool.get("description", "")).lower()))
        return 3 * len(asked & set(name)) / max(len(name), 1) + len(asked & about) / math.sqrt(max(len(about), 1))

    best = max(tools, key=shared, default=None)
    return best if best is not None and shared(best) > 0 else None


def _kind(schema: Mapping[str, Any]) -> str:
    options = [option.get("type") for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return str(schema.get("type") or next((option for option in options if option), "string"))


def _value(schema: Mapping[str, Any], text: str, numbers: list[int | float], names: list[str]) -> Any:
    if "enum" in schema:
        return next((choice for choice in schema["enum"] if str(choice).lower() in text.lower()), None)
    kind = _kind(schema)
    if kind in ("integer", "number") and numbers:
        return int(numbers.pop(0)) if kind == "integer" else numbers.pop(0)
    return names.pop(0) if kind == "string" and names else None


def _empty(schema: Mapping[str, Any], text: str) -> Any:
    return schema["enum"][0] if "enum" in schema else _EMPTY.get(_kind(schema), text.strip())
