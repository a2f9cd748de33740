"""Lists of words, kept in files beside this one."""

from __future__ import annotations

from pathlib import Path


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


# What begins with a capital and names no record.
ORDINARY = _listed("ordinary.txt")
# What may begin a sentence with a capital, and names nobody: "Timing is everything".
COMMON = _listed("common.txt")
# What may be the subject of a sentence though nobody is called so.
PRONOUNS = _listed("pronouns.txt")
# What says nothing of what somebody does.
HELPING = _listed("helping.txt")
