"""Slack's official TypeScript types of blocks and views, as a second opinion.

`data/slack_types.json` is made of the types by ts-json-schema-generator; what it was made from stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

Json = dict[str, Any]
DEFINITIONS: Json = json.loads((Path(__file__).parent / "data" / "slack_types.json").read_text("utf-8"))["definitions"]


def complaints(value: Json, name: str | None = None) -> list[str]:
    """What an official type says against a value; without a name, the type of the block it says it is."""
    return [error.message for error in _validator(name or _named(value.get("type"))).iter_errors(value)]


def fields(kind: str) -> tuple[set[str], set[str]]:
    """All fields, and the required ones, of the block or element of this type."""
    found = [one for shape in DEFINITIONS.values() for one in _variants(shape) if _kind(one) == kind]
    every = {name for one in found for name in one["properties"]}
    return every - {"type"}, set.intersection(*(set(one["required"]) for one in found)) - {"type"}


@cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": DEFINITIONS})


@cache
def _named(kind: str | None) -> str:
    blocks = (
        name for name in DEFINITIONS if name.endswith("Block") and name not in ("Block", "AnyBlock", "KnownBlock")
    )
    return next((name for name in blocks if kind in map(_kind, _variants(DEFINITIONS[name]))), "KnownBlock")


def _variants(shape: Json) -> Iterator[Json]:
    if "$ref" in shape:
        yield from _variants(DEFINITIONS[shape["$ref"].rpartition("/")[2]])
    elif "anyOf" in shape:
        for one in shape["anyOf"]:
            yield from _variants(one)
    else:
        yield shape


def _kind(shape: Json) -> str | None:
    kind: str | None = shape.get("properties", {}).get("type", {}).get("const")
    return kind
