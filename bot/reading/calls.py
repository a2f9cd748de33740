"""What a question comes to: tools to ask, or what to reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Call:
    """A tool to ask, with its arguments; `names` are the records that its answer showed, in order."""

    tool: str
    args: Mapping[str, Any]
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """What a question comes to: tools to ask, or what to reply; `is_unsure` where the reply asks for more.

    Beside tools, the reply says what their answer leaves out of the question.
    """

    calls: Sequence[Call] = ()
    reply: str = ""
    is_unsure: bool = False


def joined(calls: Sequence[Call]) -> list[Call]:
    """Calls of which those that ask the same tool, each for something else, are one; none is made twice."""
    joined: list[Call] = []
    for call in calls:
        if call in joined:
            continue
        if joined and joined[-1].tool == call.tool and not joined[-1].args.keys() & call.args.keys():
            call = replace(call, args={**joined.pop().args, **call.args})
        joined.append(call)
    return joined


def for_each_period(call: Call, periods: Sequence[str]) -> Sequence[Call]:
    """The call for both of two periods that a question compares, in its order, or as it is."""
    both = list(dict.fromkeys(periods))
    if len(both) != 2 or call.args.get("period") not in both:
        return (call,)
    return [replace(call, args={**call.args, "period": period}) for period in both]
