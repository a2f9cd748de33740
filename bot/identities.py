"""Who and which firm a result speaks of: text from records, which is never more than a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.base import Result

# Fields of results that say who or which firm it is; what they hold is a name wherever it stands.
IDENTIFYING = frozenset(
    [
        "name",
        "company",
        "account",
        "contact",
        "owner",
        "lead",
        "deal",
        "rep",
        "person",
        "buyer",
        "holder",
        "seller",
        "manager",
        "customer",
        "names",
        "phone",
        "email",
        "taken_from",
        "given_to",
        "sold_by",
        "champion",
    ]
)


def identities(result: Result) -> set[str]:
    """The names, telephone numbers and addresses in a result's fields."""
    shown = result.model_dump(exclude={"text", "citations", "files", "covers", "audiences", "owners"})
    return {*result.names, *_identities(shown)}


def _identities(node: Any, is_identity: bool = False) -> Iterable[str]:
    if isinstance(node, str):
        if is_identity:
            yield node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from _identities(value, str(name) in IDENTIFYING)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _identities(each, is_identity)
