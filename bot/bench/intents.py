"""How well the planner's method tells what strangers mean: a bank's customers, who ask in 77 kinds of question.

Beside it stands the bare library: words weighed by TF-IDF, and a logistic regression.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bot.bench import say, strangers
from scoring import metrics
from scoring.bare import BareIntents
from scoring.intent import Guess, Intents

FOLDS = 5
Learn = Callable[[Mapping[str, Sequence[str]]], Callable[[str], Sequence[Guess]]]


def measure() -> dict[str, Any]:
    """The share of questions read rightly by those of other folds, beside a baseline's; or why it was left out.

    `expected` is the mean chance of what was read: beside the share that was `right` it tells how honest chances are.
    """
    said = strangers.questions()
    return {"strangers": strangers.ABSENT} if said is None else compare(said)


def compare(said: strangers.Said) -> dict[str, Any]:
    """The same for texts, each with its kind."""
    ways: dict[str, Learn] = {"planner": Intents, "baseline": BareIntents}
    return {"questions": len(said), "by_way": {name: _crossed(name, learn, said) for name, learn in ways.items()}}


def _crossed(name: str, learn: Learn, said: strangers.Said) -> dict[str, float]:
    hits, chances, learn_s = [], [], 0.0
    for fold, (known, asked) in enumerate(_folds(said), 1):
        say(f"{name}, fold {fold} of {FOLDS} …")
        started = time.process_time()
        intents = learn(known)
        learn_s += time.process_time() - started
        for text, kind in asked:
            best = intents(text)[0]
            hits.append(float(best.kind == kind))
            chances.append(best.chance)
    share = metrics.share(np.array(hits), np.arange(len(hits)).astype(object))
    rates = {"right": share.value, "low": share.low, "high": share.high, "expected": float(np.mean(chances))}
    return {rate: round(value, 3) for rate, value in rates.items()} | {"learn_s": round(learn_s / FOLDS, 1)}


def _folds(said: strangers.Said) -> Iterator[tuple[dict[str, list[str]], list[tuple[str, str]]]]:
    """What is learnt, by its kind, and what is asked: of each kind every so many."""
    places = [0] * len(said)
    seen: dict[str, int] = {}
    for row, (_, kind) in enumerate(said):
        places[row] = seen[kind] = seen.get(kind, -1) + 1
    for fold in range(FOLDS):
        known: dict[str, list[str]] = {}
        for place, (text, kind) in zip(places, said, strict=True):
            if place % FOLDS != fold:
                known.setdefault(kind, []).append(text)
        yield known, [each for place, each in zip(places, said, strict=True) if place % FOLDS == fold]
