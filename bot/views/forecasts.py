"""Forecasts as blocks: the sum, what it is held against, groups as a table, what is not known in small print."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks
from bot.views.blocks import Block
from tools import wording
from tools.accuracy import ForecastAccuracy
from tools.forecast_facts import Outcome, PastForecast, SalesForecast, Split

ROWS_SHOWN = 20
# Of ten such forecasts, one comes below the first and one above the last.
BAND = ("low (P10)", "middle (P50)", "high (P90)")


@blocks.drawn.register
def forecast(found: SalesForecast) -> list[Block]:
    """The head in bold, the sentences, the groups as a table, and what it goes by in small print."""
    head, *rest, basis = found.text.split("\n")
    groups = found.groups
    return [
        blocks.markdown(f"*{blocks.escaped(head)}*"),
        *(blocks.section(line) for line in rest if not line.startswith("• ")),
        *([_table(found.split, groups[:ROWS_SHOWN], found.currency)] if len(groups) > 1 else []),
        blocks.context(blocks.escaped(basis)),
    ]


def in_short(found: SalesForecast) -> str:
    """The middle and the range in a line, the quota in another."""
    total, money = found.total, found.currency
    aimed = "" if found.quota is None else f"\nquota {_money(found.quota, money)}"
    sure = "" if found.quota_chance is None else f": {wording.percent(found.quota_chance)} chance to reach it"
    return f"{_money(total.p50, money)} ({_money(total.p10, money)} to {_money(total.p90, money)}){aimed}{sure}"


@blocks.drawn.register
def past(found: PastForecast) -> list[Block]:
    """What came, then what had been told."""
    head, *rest = found.text.split("\n")
    return [blocks.markdown(f"*{blocks.escaped(head)}*"), *(blocks.section(line) for line in rest)]


@blocks.drawn.register
def accuracy(found: ForecastAccuracy) -> list[Block]:
    """The verdict, the periods as a table, how people's own word came true, and the back-test in small print."""
    head, *rest = found.text.split("\n")
    own = set(found.own_lines)
    notes = [line for line in rest if not line.startswith("• ") and line not in own]
    return [
        blocks.markdown(f"*{blocks.escaped(head)}*"),
        *([_graded(found)] if found.graded else []),
        *_own_words(found),
        *(blocks.context(blocks.escaped(line)) for line in notes),
    ]


def _graded(found: ForecastAccuracy) -> Block:
    rows = [
        [
            each.period,
            f"{each.told_on}{'' if each.source == 'kept' else '†'}",
            *(_money(figure, found.currency) for figure in (each.p10, each.p50, each.p90, each.came)),
            "yes" if each.is_inside else "no",
        ]
        for each in found.graded
    ]
    return blocks.table(["Quarter", "told on", *BAND, "came", "inside"], rows, words=(0, 1))


def _own_words(found: ForecastAccuracy) -> list[Block]:
    """One person's in a sentence, several beside one another."""
    if len(found.own_words) < 2:
        return [blocks.section(line) for line in found.own_lines]
    rows = [
        [
            each.person,
            f"{each.came:,} of {each.dated:,}",
            f"{each.won:,}",
            each.lean,
            "" if each.amount_ratio is None else wording.percent(each.amount_ratio),
        ]
        for each in found.own_words
    ]
    head = ["Rep", "dated wins that came", "all wins", "dates run", "won of amount"]
    return [blocks.section("How close dates of the last year came true:"), blocks.table(head, rows, words=(0, 3))]


def _table(split: Split, groups: Sequence[Outcome], currency: str) -> Block:
    aimed = any(each.quota is not None for each in groups)
    rows = []
    for each in groups:
        figures = [each.p10, each.p50, each.p90, each.booked, *([each.quota] if aimed else [])]
        rows.append([each.name, *(_money(figure, currency) for figure in figures)])
    return blocks.table([split.capitalize(), *BAND, "booked", *(["quota"] if aimed else [])], rows)


def _money(amount: float | None, currency: str) -> str:
    return "" if amount is None else wording.money(round(amount), currency)
