"""What features, scores and reasons cost beside bare scikit-learn on the same matrix, and how that grows."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from bot.bench import crowd, process, rows, say, timing
from bot.bench.company import NOW
from scoring import windows
from scoring.bare import Bare
from scoring.ranking import Ranking
from scoring.refresh import RECORDS_AT_ONCE

SIZES = (10_000, 100_000, 1_000_000)
LEARNT_FROM = 12_000
EXPLAINED = 10_000
TIMED = ("cut_s", "features_s", "judge_s", "baseline_s")


def measure() -> dict[str, Any]:
    """For each size of book: seconds of each step, the peak of memory, and the ratio to scikit-learn's seconds.

    `growth` is the power of the number of leads with which each step's seconds grow: 1 is linear.
    """
    say("learning …")
    history = crowd.history(min(LEARNT_FROM, 6 * rows()), is_open=False)
    model = Ranking().fit(history, as_of=NOW)
    bare = Bare.fit(model.columns, windows.labelled(history, as_of=NOW, horizon=model.horizon))
    sizes = sorted({size for size in SIZES if size < rows()} | {rows()})
    by_size = {size: process.alone(_measure, model, bare, size) for size in sizes}
    return {"columns": len(model.columns.names), "by_size": by_size, "growth": timing.growth(by_size, TIMED)}


def _measure(model: Ranking, bare: Bare, leads: int) -> dict[str, float]:
    say(f"{leads:,} leads …")
    history = crowd.history(leads, is_open=True)
    activities = len(history.activities)
    snapshot, cut_s = timing.timed(partial(history.at, NOW))
    del history
    frame, features_s = timing.timed(lambda: model.features(snapshot, snapshot.open_ids))
    # In the portions in which the product scores, lest memory grow with the book.
    portions = [frame[start : start + RECORDS_AT_ONCE] for start in range(0, leads, RECORDS_AT_ONCE)]
    _, judge_s = timing.timed(lambda: pd.concat([model.judge(portion) for portion in portions]))
    peak_mb = process.peak_mb()
    shown = min(EXPLAINED, leads)
    _, explain_s = timing.timed(lambda: model.reasons(frame.iloc[:shown]))
    matrices = [model.columns.encode(portion) for portion in portions]
    _, baseline_s = timing.timed(lambda: [bare.predict(matrix) for matrix in matrices])
    return {
        "activities": activities,
        "cut_s": cut_s,
        "features_s": features_s,
        "judge_s": judge_s,
        "peak_mb": peak_mb,
        "baseline_s": baseline_s,
        "judge_ratio": round(judge_s / baseline_s, 2),
        "ratio": round((cut_s + features_s + judge_s) / baseline_s, 2),
        "explained": shown,
        "explain_s": explain_s,
    }
