"""How much each way of forecasting counts, by how well it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoring.forecast import series
from scoring.forecast.outlook import CONVERSION

# Before anything is known of them: the relative errors that ways usually make, worth as many origins.
USUAL_ERROR = {CONVERSION: 0.15} | dict.fromkeys(series.MEMBERS, 0.25)
USUAL_ORIGINS = 4.0

# What each way told, and what came.
Past = Sequence[tuple[Mapping[str, float], float]]


def weigh(past: Past, has_series: bool) -> dict[str, float]:
    """The share of each way, by the inverse square of its mean squared error, drawn towards the usual one.

    The ways to carry the series on are near to one another: they share what is left as one way. Without a series
    that is long enough, deals alone count.
    """
    if not has_series:
        return {CONVERSION: 1.0}
    within = _shares({name: _precision(past, name) for name in series.MEMBERS})
    mixed = [({**told, "series": sum(within[name] * told[name] for name in within)}, came) for told, came in past]
    both = _shares({CONVERSION: _precision(past, CONVERSION), "series": _precision(mixed, "series")})
    return {CONVERSION: both[CONVERSION]} | {name: both["series"] * share for name, share in within.items()}


def _precision(past: Past, name: str) -> float:
    errors = [(told[name] / came - 1) ** 2 for told, came in past if came > 0]
    usual = USUAL_ORIGINS * USUAL_ERROR.get(name, USUAL_ERROR[series.MEMBERS[0]]) ** 2
    return (len(errors) + USUAL_ORIGINS) / (sum(errors) + usual)


def _shares(precision: Mapping[str, float]) -> dict[str, float]:
    # Squared, so that a way that is clearly worse hardly counts.
    total = sum(each**2 for each in precision.values())
    return {name: each**2 / total for name, each in precision.items()}
