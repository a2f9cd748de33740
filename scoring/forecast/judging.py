"""What the back-test of a forecast comes to: figures beside baselines, and which way serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from knowledge.pipeline import DealHistory
from scoring.evaluation import Evaluation, Told
from scoring.forecast import spread
from scoring.forecast.backtest import FEWEST_ORIGINS, HORIZON, Origin, chances
from scoring.forecast.clock import Floats
from scoring.forecast.outlook import COMBINED, CONVERSION, STAGES
from scoring.forecast.weights import weigh
from scoring.metrics import REPLICATES, Metric, measure

LEVELS = np.array([0.1, 0.5, 0.9])
BASELINES = (STAGES, "last_period", "mean_4_weeks")
METRICS = (
    "wape",
    "bias",
    "pinball",
    "coverage_80",
    "coverage_80_forward",
    "wape_open_deals",
    "wape_all_origins",
    "deal_auc",
)
NAMES = {STAGES: "stage conversion", "last_period": "the last period again", "mean_4_weeks": "the mean of four weeks"}


def evaluation(history: DealHistory, as_of: datetime, found: Sequence[Origin]) -> Evaluation:
    """The evaluation of some origins; a refusal where they are few, a note where no way beats the baselines."""
    late = [origin for origin in found if origin.is_late]
    if not history.is_dated:
        return _nothing(history, "These books do not say when deals were opened and won, so nothing can be forecast.")
    if len(late) < FEWEST_ORIGINS:
        return _nothing(history, "These books are too short, or hold too few wins, to judge a forecast by.")
    _, won = chances(late)
    wape = {way: _shares(late, way)["wape"].value for way in (COMBINED, *BASELINES)}
    best = min(BASELINES, key=lambda way: wape[way])
    chosen = COMBINED if wape[COMBINED] < wape[best] else best
    strength = spread.correlation(found, chosen)
    weights = weigh([(origin.told, origin.actual) for origin in found], _has_series(found))
    metrics = dict.fromkeys(METRICS) | _shares(late, chosen) | _of_all(found, late, chosen, strength)
    metrics["deal_auc"] = _auc(late)
    return Evaluation(
        "forecast",
        "time",
        len(late),
        float(won.mean()) if len(won) else 0.0,
        metrics,
        {way: _shares(late, way) for way in BASELINES},
        chosen,
        {
            "way": chosen,
            "weights": weights if chosen == COMBINED else {CONVERSION if chosen == STAGES else chosen: 1.0},
            "correlation": strength,
        },
        f"bookings of the next {HORIZON.days} days",
        _how(found, late),
        note=_note(chosen, wape, metrics["deal_auc"]),
        candidates={way: {"wape": _shares(late, way)["wape"]} for way in late[0].told},
        trained_on=_facts(history),
        told=tuple(_told(origin, chosen, strength) for origin in found),
    )


def _has_series(found: Sequence[Origin]) -> bool:
    return any(origin.told["theta"] != origin.told["mean_4_weeks"] for origin in found)


def _nothing(history: DealHistory, refusal: str) -> Evaluation:
    return Evaluation(
        "forecast", "time", 0, 0.0, dict.fromkeys(METRICS), {}, refusal=refusal, trained_on=_facts(history)
    )


def _note(chosen: str, wape: Mapping[str, float], auc: Metric | None) -> str | None:
    if chosen == COMBINED:
        return None
    deals = " Which deals will be won cannot be told from chance either." if auc is None or auc.low <= 0.5 else ""
    error, plain = (f"{100 * wape[each]:.1f} %" for each in (COMBINED, chosen))
    return (
        f"There is no signal in these books beyond {NAMES[chosen]}: its error is {plain} of what came, that of the "
        f"model {error}.{deals} {NAMES[chosen][0].upper()}{NAMES[chosen][1:]} serves instead."
    )


def _how(found: Sequence[Origin], late: Sequence[Origin]) -> str:
    return (
        f"at {len(late)} instants from {late[0].at:%Y-%m-%d} to {late[-1].at:%Y-%m-%d}, each forecast {HORIZON.days} "
        "days ahead from what was known then (they overlap, so intervals of these figures are too narrow); the 80 % "
        f"interval over {len(found)} instants from {found[0].at:%Y-%m-%d} on, the width at each "
        "set by the others (forward: by those over by then)"
    )


def _facts(history: DealHistory) -> dict[str, int | str | None]:
    won = int((history.deals["outcome"] == "won").sum())
    days = [f"{each:%Y-%m-%d}" for each in (history.first, history.until) if each]
    first, last = days if len(days) == 2 else (None, None)
    return {"rows": len(history.deals), "leads": len(history.deals), "won": won, "from": first, "to": last}


def _told(origin: Origin, way: str, strength: float) -> Told:
    low, middle, high = _quantiles(origin, way, strength)
    return Told(f"{origin.at:%Y-%m-%d}", middle, low, high, origin.actual)


def _quantiles(origin: Origin, way: str, strength: float) -> Floats:
    odds, scale = origin.outlook.odds, origin.scale(way) ** 2
    return spread.quantiles(origin.told[way], scale * odds.noise, scale * odds.pull**2, strength, LEVELS)


def _shares(found: Sequence[Origin], way: str) -> dict[str, Metric]:
    """Absolute error and bias of a way, each as a share of what came."""
    actual, told = (np.array(each) for each in zip(*((o.actual, o.told[way]) for o in found), strict=True))
    return {"wape": _ratio(np.abs(told - actual), actual), "bias": _ratio(told - actual, actual)}


def _of_all(found: Sequence[Origin], late: Sequence[Origin], chosen: str, strength: float) -> dict[str, Metric | None]:
    """What is known of the forecast that serves alone: its quantiles, its interval, the deals that were open."""
    actual = np.array([origin.actual for origin in late])
    gap = actual[:, None] - np.array([_quantiles(origin, chosen, strength) for origin in late])
    loss = np.maximum(LEVELS * gap, (LEVELS - 1) * gap).mean(axis=1)
    known = np.array([origin.actual_open for origin in late])
    told = np.array([origin.outlook.odds.expected_open.sum() for origin in late])
    return {
        "pinball": _ratio(loss, actual),
        "coverage_80": spread.coverage(found, chosen),
        "coverage_80_forward": spread.coverage_forward(found, chosen),
        "wape_open_deals": _ratio(np.abs(told - known), known) if known.sum() > 0 else None,
        "wape_all_origins": _shares(found, chosen)["wape"],
    }


def _auc(late: Sequence[Origin]) -> Metric | None:
    """Whether the chances of single deals tell those won in time from others."""
    said, won = chances(late)
    if not len(won) or not 0 < won.mean() < 1:
        return None
    ids = np.concatenate([origin.ids for origin in late])
    return measure(said, won.astype(np.float64), ids)["auc"]


def _ratio(part: Floats, whole: Floats, seed: int = 0) -> Metric:
    """A sum over a sum, with its 95 % interval by resampling origins."""
    n = len(part)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), REPLICATES)
    draws = (weights @ part) / np.maximum(weights @ whole, 1e-9)
    value = float(part.sum() / max(float(whole.sum()), 1e-9))
    low, high = np.quantile(draws, [0.025, 0.975])
    return Metric(value, min(value, float(low)), max(value, float(high)))
