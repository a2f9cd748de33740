"""What an evaluation found beside its metrics, in short plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# More lines than this hide what matters.
MOST_GROUPS = 5
MOST_SHIFTS = 5
# What candidates are compared by, and what is said of the one chosen: a forecast only serves where it beats them all.
CRITERIA = {"log_loss": "log-loss", "wape": "error as a share of what came"}
ENDS = {"log_loss": "is the best", "wape": "serves"}


def details(found: dict[str, Any]) -> list[str]:
    """A line or two each on what to call, calibration over time, groups, intervals and drift, as far as known."""
    parts = (_calls_to_keep, _over_time, _groups, _coverage, _drift, _outcomes, _candidates, _told, _effects)
    return [line for part in parts for line in part(found)]


def _calls_to_keep(found: dict[str, Any]) -> Iterator[str]:
    if keep := found.get("calls_to_keep"):
        told = [
            f"{percent} % of wins call {share['value']:.0%} of the list ({share['low']:.0%}–{share['high']:.0%})"
            for percent, share in keep.items()
        ]
        yield f"To keep {', '.join(told)}."


def _over_time(found: dict[str, Any]) -> Iterator[str]:
    for block in found.get("by_instant") or []:
        order = f", AUC {block['auc']['value']:.2f}" if block["auc"] else ""
        error = f", calibration error {block['ece']['value']:.3f}" if block["ece"] else ""
        yield f"{block['label']}: said {block['said']:.1%}, won {_share(block['won'])} of {block['n']:,}{order}{error}"


def _groups(found: dict[str, Any]) -> Iterator[str]:
    groups = found.get("groups") or []
    off = sorted((group for group in groups if group["is_off"]), key=lambda group: -abs(_gap(group)))
    for group in off[:MOST_GROUPS]:
        way = "low" if _gap(group) > 0 else "high"
        yield f"Chances run {way} for {_name(group)}: said {group['said']:.1%}, won {_share(group['won'])}"
    weak = sorted((group for group in groups if group["is_weak"]), key=lambda group: float(group["auc"]["value"]))
    for group in weak[:MOST_GROUPS]:
        yield f"Ranked worse than its chances promise: {_name(group)}, AUC {group['auc']['value']:.2f}"
    if groups and not off and not weak:
        yield f"No group of leads is off beyond noise, in chances or order ({len(groups)} looked at)."


def _coverage(found: dict[str, Any]) -> Iterator[str]:
    if (coverage := found.get("coverage")) and coverage["cells"]:
        stated, covered, cells = (coverage[name] for name in ("stated", "covered", "cells"))
        yield f"Intervals ({stated:.0%}): {covered:.0%} of {cells} groups of leads won as many as theirs allow."


def _drift(found: dict[str, Any]) -> Iterator[str]:
    if moved := [shift for shift in found.get("drift") or [] if shift["verdict"] != "stable"]:
        told = ", ".join(f"{shift['feature']} ({shift['psi']:.2f})" for shift in moved[:MOST_SHIFTS])
        more = f" and {len(moved) - MOST_SHIFTS} more" if len(moved) > MOST_SHIFTS else ""
        yield f"The leads open now differ from those learnt from (stability index): {told}{more}."


def _outcomes(found: dict[str, Any]) -> Iterator[str]:
    shift = found.get("outcome_drift")
    if shift and (shift["before"]["high"] < shift["lately"]["low"] or shift["lately"]["high"] < shift["before"]["low"]):
        yield f"The share won moved from {_share(shift['before'])} early on to {_share(shift['lately'])} lately."


def _candidates(found: dict[str, Any]) -> Iterator[str]:
    tried = found.get("candidates") or {}
    if len(tried) > 1:
        by = next(name for name in CRITERIA if all(name in metrics for metrics in tried.values()))
        told = ", ".join(f"{name} {metrics[by]['value']:.4f}" for name, metrics in tried.items())
        yield f"Tried ({CRITERIA[by]}): {told}; {found['chosen']} {ENDS[by]}."


def _told(found: dict[str, Any]) -> Iterator[str]:
    for told in found.get("told") or []:
        inside = "inside" if told["low"] <= told["came"] <= told["high"] else "outside"
        band = f"{told['said']:,.0f} (80 %: {told['low']:,.0f} to {told['high']:,.0f})"
        yield f"{told['label']}: told {band}, came {told['came']:,.0f}, {inside}"


def _effects(found: dict[str, Any]) -> Iterator[str]:
    for part in found.get("effects") or []:
        seen, low, high = (100 * part["found"][name] for name in ("value", "low", "high"))
        told = f"said to add {100 * part['said']:.1f} points, found {seen:.1f} ({low:.1f}–{high:.1f})"
        yield f"Contact, {part['label']} ({part['n']:,}): {told}"


def _gap(group: dict[str, Any]) -> float:
    return float(group["won"]["value"] - group["said"])


def _name(group: dict[str, Any]) -> str:
    return f"{group['column']} {group['level']} ({group['n']:,} cases)"


def _share(metric: dict[str, float]) -> str:
    return f"{metric['value']:.1%} ({metric['low']:.1%}–{metric['high']:.1%})"
