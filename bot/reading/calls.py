"""What a question comes to: tools to ask, or what to reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A tool to ask, with its arguments; `names` are the records that its answer showed, in order."""

    tool: str
    args: Mapping[str, Any]
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """What a question comes to: tools to ask, or what to reply; `is_unsure` where the reply asks for more."""

    calls: Sequence[Call] = ()
    reply: str = ""
    is_unsure: bool = False
