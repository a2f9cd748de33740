"""What is posted of what a model said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.lock.checking import Lock, Reason
from bot.lock.sentences import sentences


@dataclass(frozen=True)
class Released:
    """A text that may be said, and why sentences of it were not."""

    text: str
    faults: Sequence[Reason] = ()


def release(lock: Lock, said: str) -> Released:
    """What a model said, with the tools' own sentence in the place of each that may not be said.

    Where they have none about the same record, nothing takes its place; where nothing is left, all that they said does.
    """
    kept: list[str] = []
    faults: list[Reason] = []
    for sentence in map(lock.resolved, sentences(said.strip())):
        fault = lock.fault(sentence, "".join(kept))
        if fault is None:
            kept.append(sentence)
            continue
        faults.append(fault)
        own = lock.own(sentence)
        if own and own not in "".join(kept):
            kept.append(f"{own}\n")
    text = "".join(kept).strip()
    return Released(text if _says(text) else "\n\n".join(result.text for result in lock.results), faults)


def _says(text: str) -> bool:
    """Whether there is more to it than marks."""
    return any(each.isalnum() for each in text)
