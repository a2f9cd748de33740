"""What the findings about a model come to, in sentences: whether to trust it, and where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from scoring.evaluation import RATES
from tools import findings, nouns, wording
from tools.findings import POINTS_OFF, Figure, Findings, Group
from tools.nouns import Nouns

if TYPE_CHECKING:
    from knowledge.models import Card

# What a model is always told beside: it must be worth more than these.
SIMPLE = (
    "base_rate",
    "logistic_regression",
    "stage_rates",
    "stage_conversion",
    "last_period",
    "mean_4_weeks",
    "everyone_alike",
    "likeliest",
)
GROUPS_TOLD = 2
MOVED_TOLD = 3


def advice(found: Findings) -> str:
    """What to do with the model, and what was noted of it."""
    return " ".join(filter(None, (instruction(found), None if found.refusal else found.note)))


def instruction(found: Findings) -> str:
    """What to do with the model, first of all."""
    auc = found.metric("auc")
    if found.refusal:
        return f"Do not rely on it: {found.refusal}"
    if found.chosen in RATES:
        return "Take its chances as what is usual, not as what is known of a single record."
    if found.note:
        return "Go by it for the sum alone."
    if auc and auc.low <= 0.5:
        return "Do not rely on its order: on cases it had not seen it cannot be told from chance."
    if found.effects:
        return "Go by it where it is sure of a lead; it tells whom contact moves, not who is likely to buy."
    if found.chosen == "base_rate":
        return "Do not go by it for a single record: nothing that was tried tells more than one rate for all."
    if gain := found.metric("gain"):
        usual = "Take what it advises as usual, no more: that following it helps cannot be told from chance."
        return "Follow what it advises." if gain.low > 0 else usual
    off = found.off[:GROUPS_TOLD]
    if is_off(found):
        return f"Trust the order more than the chances: {average_gap(found).replace('the chances', 'they', 1)}."
    if off:
        return f"Trust the order; the chances run {wording.listing([gap(group, nouns.of(found)) for group in off])}."
    if auc:
        return "Trust the order and the chances." if found.ece else "Trust the order."
    return "Go by it, but read it beside what is simpler."


def is_off(found: Findings) -> bool:
    """Whether the chances are, on average, too far off to be taken at their word."""
    ece, bias = found.ece, found.bias
    return bool(ece and ece.low > POINTS_OFF) or abs(bias or 0.0) > POINTS_OFF


def average_gap(found: Findings) -> str:
    """`the chances are off by 1.2 points on average (0.6–1.9)`, and the way they lean where they do."""
    ece, bias = found.ece, found.bias or 0.0
    lean = f", {points(bias)} too {'high' if bias > 0 else 'low'} overall" if abs(bias) > POINTS_OFF else ""
    if ece is None:
        return f"the chances were not measured{lean}"
    between = f"{100 * ece.low:.1f}–{100 * ece.high:.1f}"
    return f"the chances are off by {points(ece.value)} on average ({between}){lean}"


def gap(group: Group, words: Nouns) -> str:
    """`3.1 points high for source Trade show (said 12 %, won 9 % of 410)`."""
    seen = f"said {wording.percent(group.said)}, {words.hit} {wording.percent(group.won.value)} of {group.n:,}"
    return f"{lean(group)} for {group} ({seen})"


def keep(found: Findings, percent: str = "90") -> str | None:
    """`to keep 90 % of the wins, call 60 % of the list (52–67 %)`."""
    needed, words = found.calls_to_keep.get(percent), nouns.of(found)
    if needed is None:
        return None
    return f"to keep {percent} % of the {words.hits}, {words.work} {needed.percent.replace(' (', ' of the list (', 1)}"


def beside(found: Findings) -> str | None:
    """How good it was on cases it had not seen, and how good what is simpler: all that its main figure says."""
    if found.main is None:
        return None
    name, figure = found.main
    # One rate for all has no order, so that its AUC is one half but for noise: as said below.
    simple = [other for other in SIMPLE if (name, other) != ("auc", "base_rate")]
    against = {other: found.baselines.get(other, {}).get(name) for other in simple}
    said, join, written = _in_words(name, figure, nouns.of(found))
    others = [f"{named(other, BASELINES)}{join} {written(each)}" for other, each in against.items() if each]
    told = f"on {wording.count(found.n, 'case')} that it had not seen, {said}"
    return f"{told}; {wording.listing(others)}" if others else told


def _in_words(name: str, figure: Figure, words: Nouns) -> tuple[str, str, Callable[[Figure], str]]:
    """A figure of a metric as people say it; what joins on that of another, and how that is written."""

    def plain(each: Figure) -> str:
        return alone(name, each)

    def share(each: Figure) -> str:
        return wording.percent(each.value)

    between = f"({wording.interval(figure.low, figure.high)})"
    if name == "auc":
        pairs = f"{share(figure)} of pairs {between}, where a coin would in 50 %"
        return f"it put {words.good} before {words.bad} in {pairs}", " in", share
    if name == "wape":
        return f"it was off by {share(figure)} of what came {between}", " by", share
    if name == "gain":
        low, high = (f"{100 * each:.1f}" for each in (figure.low, figure.high))
        return f"following it changed the chance by {100 * figure.value:.1f} points ({low} to {high})", "", plain
    return f"{named(name, METRICS)} was {shown(name, figure)}", "", plain


def drift(found: Findings) -> str:
    """Whether the records of today are still those that were learnt from."""
    moved, case = [feature(each.feature) for each in found.moved[:MOVED_TOLD]], nouns.of(found).case
    told = [_outcome(found) if found.outcome_drift else ""]
    if moved:
        more = [f"{len(found.moved) - len(moved)} more"] if len(found.moved) > len(moved) else []
        told.append(f"Open {case}s differ from those it learnt from in {wording.listing([*moved, *more])}")
    elif found.drift:
        told.append(f"Open {case}s are like those it learnt from")
    return ". ".join(filter(None, told)) or "Drift was not measured"


def _outcome(found: Findings) -> str:
    seen, words = found.outcome_drift, nouns.of(found)
    assert seen is not None
    apart = seen.before.low > seen.lately.high or seen.lately.low > seen.before.high
    how = "has moved" if apart else "is steady"
    return f"The share {words.hit} {how}: {seen.lately.percent} lately, {wording.percent(seen.before.value)} before"


def coverage(found: Findings) -> str | None:
    """How far the intervals of the chances can be relied on."""
    seen = found.coverage
    if seen is None:
        return None
    share, promised = wording.percent(seen.covered), wording.percent(seen.stated)
    return f"The {promised} intervals of the chances hold for {share} of {wording.count(seen.cells, 'group')} of leads"


def lean(group: Group) -> str:
    """`3.1 points high`."""
    return f"{points(group.gap)} {'high' if group.gap > 0 else 'low'}"


def points(share: float) -> str:
    """`3.1 points`; whole points from ten on."""
    size = abs(100 * share)
    return f"{size:.1f} points" if size < 9.95 else f"{size:.0f} points"


def subject(name: str) -> str:
    """What a feature is about: counts of one kind of activity over several spans are one thing."""
    return feature(name).partition(" (")[0] if name.startswith("n.") else feature(name)


def feature(name: str) -> str:
    """A feature as a person would call it: `call out (7 days)`, `lead quality`."""
    stream, _, window = name.rpartition(".")
    if stream.startswith("n."):
        span = "ever" if window == "ever" else f"{window.removesuffix('d')} days"
        return f"{stream[2:].replace('_', ' ')} ({span})"
    return name.removeprefix("attributes.").replace("_", " ")


def named(name: str, words: Mapping[str, str]) -> str:
    """What people call a metric or a baseline; one of a single class is called by both."""
    kind, _, of = name.partition("_")
    usual = f"{words[kind]}, {of}" if kind in words else name.replace("_", " ")
    return words.get(name, usual)


def line(held: Card, since: datetime | None) -> list[str]:
    """A version in a list: when it was trained, how good it was found, since when it serves."""
    found = findings.read(held.report)
    name, figure = found.main or ("", None)
    return [
        held.model,
        str(held.version),
        f"{held.trained_at:%Y-%m-%d %H:%M}",
        f"{held.as_of:%Y-%m-%d}",
        f"{named(name, METRICS)} {shown(name, figure)}" if figure else "",
        shown("ece", found.ece),
        f"{since or held.trained_at:%Y-%m-%d %H:%M}" if held.serves else "",
    ]


def shown(name: str, figure: Figure | None) -> str:
    """A figure of a metric, with its interval."""
    if figure is None:
        return "–"
    if name in ("wins_in_top_half", "accuracy"):
        return figure.percent
    if name in EFFECTS:
        return f"{100 * figure.value:.1f} points ({100 * figure.low:.1f}–{100 * figure.high:.1f})"
    if name.startswith("ece"):
        return f"{points(figure.value)} ({100 * figure.low:.1f}–{100 * figure.high:.1f})"
    return str(figure)


def alone(name: str, figure: Figure | None) -> str:
    """A figure without its interval: beside many others it would not be read."""
    return shown(name, figure).partition(" (")[0]


# Effects of contact, told in points.
EFFECTS = ("uplift_30", "average_effect", "gain_30", "qini", "auuc", "effect_gap")
METRICS = {
    "auc": "AUC",
    "average_precision": "average precision",
    "lift_10": "lift in the top tenth",
    "wins_in_top_half": "kept by the top half",
    "log_loss": "log-loss",
    "brier": "Brier score",
    "ece": "calibration error",
    "wape": "error as a share of what came",
    "bias": "told too much, as a share of what came",
    "pinball": "error of P10, P50 and P90 as a share of what came",
    "coverage_80": "80 % intervals that held",
    "coverage_80_forward": "80 % intervals that held, set by earlier instants alone",
    "wape_open_deals": "error on deals that were open, as a share of what they brought",
    "wape_all_origins": "error at all instants, the early ones too",
    "deal_auc": "AUC of single deals won in time",
    "uplift_30": "what contact adds in the first 30 %",
    "average_effect": "what contact adds on average",
    "gain_30": "first 30 % above the average",
    "qini": "gain of the order over all shares contacted (Qini)",
    "auuc": "gain of contact over all shares contacted",
    "effect_gap": "distance of said and found effects",
    "rep_spearman": "agreement of what reps were said to add with what came (rank correlation)",
    "rep_coverage": "later results of reps inside their 90 % intervals",
}
BASELINES = {
    "base_rate": "one rate for all",
    "fifo": "oldest first",
    "newest": "newest first",
    "last_touch": "last touched first",
    "logistic_regression": "logistic regression",
    "stage_rates": "the rate of each stage",
    "age_rates": "the rate at each age",
    "stage_conversion": "stage conversion",
    "last_period": "the last period again",
    "mean_4_weeks": "the mean of four weeks",
    "everyone_alike": "everyone alike",
    "most_engaged": "most engaged first",
    "likeliest": "likeliest to respond first",
    "no_rep": "the lead alone",
    "raw_rate": "each rep's own rate",
}
FLAGS = {"dropped": "left out: proven", "doubtful": "left out: doubtful"}
RULES = {"keep": "an admin says: known before", "drop": "an admin says: known only after"}
