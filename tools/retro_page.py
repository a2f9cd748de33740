"""A retro-evaluation as a page: the finding first, then what it rests on, then what it cannot know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scoring.metrics import Metric
from scoring.retro.missed import Missed
from scoring.retro.report import DONE, FIFO, RANDOM, RANKING, Group, Retro
from tools import charts, pages, retro_words, wording
from tools.charts import Line, Point
from tools.retro_words import ORDERS, Reader, told, told_money, told_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEADS_NAMED = 25
GROUPS_SHOWN, FEWEST_CALLS = 15, 10


def page(retro: Retro, reader: Reader) -> str:
    """The whole page, as HTML."""
    shown = [lead for lead in retro.left.leads if lead.lead in reader.leads] if retro.left else []
    return pages.render(
        "retro.html",
        retro=retro,
        reader=reader,
        headline=retro_words.headline(retro),
        lead=_lead(retro, reader),
        tiles=_tiles(retro, reader),
        findings=retro_words.findings(retro),
        keep=_keep(retro),
        left=retro_words.left_behind(retro, reader.currency),
        fared=retro_words.fared(retro),
        missed=[_missed(lead, retro, reader) for lead in shown[:LEADS_NAMED]],
        more_missed=len(shown) - LEADS_NAMED,
        tables=_tables(retro, reader),
        judged=_judged(retro),
        limits=retro_words.limits(retro),
        made=_made(retro, reader),
        charts={name: charts.svg(figure) for name, figure in _figures(retro, reader).items()},
    )


def gains(retro: Retro) -> Figure:
    """Wins kept by share of the calls, by the ranking and as it was done."""
    shown = [curve for curve in retro.curves if curve.order in (RANKING, DONE, FIFO)]
    lines = [
        Line(
            ORDERS[curve.order],
            [Point(i / (len(curve.kept) - 1), m.value, m.low, m.high) for i, m in enumerate(curve.kept)],
        )
        for curve in sorted(shown, key=lambda curve: list(ORDERS).index(curve.order))
    ]
    need = retro_words.ninety(retro).calls[RANKING]
    called = "share of the calls made" if retro.has_calls else "share of the list"
    title = f"90 % of the wins are in the first {told(need)} of {'the calls' if retro.has_calls else 'the list'}"
    return charts.gains(lines, title, mark=(need.value, retro_words.NINETY), called=called)


def _figures(retro: Retro, reader: Reader) -> dict[str, Figure]:
    found = {"gains": gains(retro)}
    months = [(group, retro.spans[int(group.name or 0)].label) for group in retro.by_month if group.first_half]
    if len(months) > 1:
        found["months"] = _by_month(retro, months)
    if retro.reliability:
        points = [Point(each.said, each.won.value, each.won.low, each.won.high) for each in retro.reliability]
        found["reliability"] = charts.reliability(points, _reliability_title(retro))
    lost = sorted((g for g in retro.by_source if g.lost), key=lambda g: -g.lost.value if g.lost else 0.0)
    if lost:
        found["left"] = _by_source(lost[:GROUPS_SHOWN], reader)
    return found


def _by_month(retro: Retro, months: Sequence[tuple[Group, str]]) -> Figure:
    other = DONE if retro.has_calls else RANDOM
    lines = [
        Line(
            ORDERS[name], [Point(label, m.value, m.low, m.high) for group, label in months if (m := _half(group, name))]
        )
        for name in (RANKING, other)
    ]
    better = sum(a.value > b.value for a, b in zip(lines[0].points, lines[1].points, strict=True))
    noun = "calls" if retro.has_calls else "leads"
    part = "months" if retro.basis != "ever won" else "parts"
    title = f"In the first half of the {noun}, the ranking finds more wins in {better} of {len(months)} {part}"
    return charts.over_time(lines, title, told=lambda value: f"{value:.0f}", measures=f"wins in 100 {noun}")


def _half(group: Group, order: str) -> Any:
    return group.first_half.get(order) if group.first_half else None


def _by_source(groups: Sequence[Group], reader: Reader) -> Figure:
    points = [Point(g.name or "not known", g.lost.value, g.lost.low, g.lost.high) for g in groups if g.lost]
    first = points[0]
    title = f"Most was left on the table from {first.at}: {_amount(reader)(first.value)} expected"
    return charts.bars(points, title, told=_amount(reader), measures="expected value left on the table")


def _amount(reader: Reader) -> Callable[[float], str]:
    return lambda value: wording.money(float(f"{value:.3g}"), reader.currency)


def _reliability_title(retro: Retro) -> str:
    if retro.calibration_error is None:
        return "Chances said, and what came true"
    return f"Chances were off by {100 * retro.calibration_error.value:.1f} points on average"


def _lead(retro: Retro, reader: Reader) -> str:
    leads, won = wording.count(retro.leads, "lead"), f"{retro.won:,} of them have been won since."
    if retro.basis == "ever won":
        return f"{leads} of the later half of the file were put in order by models that had not seen them. {won}"
    if not retro.has_calls:
        return (
            f"{leads} were open on the first day of a month, {retro_words.span(retro)}; {won} Here they are in the "
            "order of models that knew nothing later than that day."
        )
    return (
        f"{retro_words.span(retro)}, the team made {wording.count(retro.called, 'call')} on {leads}; {won} Here the "
        "same calls are put in the order of models that knew nothing later than the first day of each month."
    )


def _tiles(retro: Retro, reader: Reader) -> list[tuple[str, str, str]]:
    """A figure, its interval and what it says, for each of the two or three that matter most."""
    saved = retro_words.ninety(retro).saved
    noun, order = ("calls", "the order they were made in") if retro.has_calls else ("list", "any order")
    tiles = [_tile(saved, wording.percent, f"of the {noun} saved at 90 % of the wins, against {order}")]
    if retro.more:
        tiles.append(_tile(retro.more, _decimal, "more wins in 100 calls, in the first half of the calls"))
    else:
        tiles.append(_tile(retro.first_half[RANKING], _decimal, "wins in 100 leads, in the first half of the list"))
    if retro.left and retro.left.expected.value:
        words = f"expected of {wording.count(len(retro.left.leads), 'lead')} left on the table"
        tiles.append(_tile(retro.left.expected.value, _amount(reader), words))
    return tiles


def _tile(metric: Metric, shown: Callable[[float], str], words: str) -> tuple[str, str, str]:
    return shown(metric.value), f"{shown(metric.low)} to {shown(metric.high)}", words


def _decimal(value: float) -> str:
    return f"{value:.1f}"


def _keep(retro: Retro) -> tuple[list[str], list[list[str]]]:
    """For each share of the wins, the share of the calls by each order, and what is saved."""
    # In any order, a share of the wins takes as large a share of the calls.
    names = [name for name in ORDERS if name in retro.keep[0].calls and name != RANDOM]
    head = ["wins kept", *(ORDERS[name] for name in names), "saved"]
    rows = [
        [wording.percent(keep.wins), *(told(keep.calls[name]) for name in names), told(keep.saved)]
        for keep in retro.keep
    ]
    return head, rows


def _missed(lead: Missed, retro: Retro, reader: Reader) -> dict[str, str]:
    held = reader.leads[lead.lead]
    return {
        "name": held.name,
        "company": held.company or "",
        "place": retro_words.place(lead, retro),
        "chance": f"{wording.percent(lead.chance)} ({wording.interval(lead.low, lead.high)})",
        "value": wording.money(lead.value, reader.currency) if lead.value is not None else "not known",
        "expected": f"{_amount(reader)(lead.worth)} expected" if lead.value is not None else "",
        "owner": _person(lead.owner, reader),
        "fate": retro_words.fate(lead, reader.zone),
    }


def _tables(retro: Retro, reader: Reader) -> list[tuple[str, list[str], list[list[str]], str]]:
    """A title, head, rows and a note for each way to split the figures."""
    part = "part" if retro.basis == "ever won" else "month"
    found = [
        _table(f"By {part}", retro, reader, retro.by_month, lambda name: retro.spans[int(name or 0)].label),
        _table("By source", retro, reader, retro.by_source, lambda name: name or "not known"),
    ]
    if retro.by_rep and reader.compares:
        found.append(_table("By rep", retro, reader, retro.by_rep, lambda name: _person(name, reader)))
    return found


def _table(
    title: str, retro: Retro, reader: Reader, groups: Sequence[Group], name: Callable[[str | None], str]
) -> tuple[str, list[str], list[list[str]], str]:
    noun, other = ("calls", DONE) if retro.has_calls else ("leads", RANDOM)
    head = ["", noun, "won since", f"wins in 100 {noun}, {ORDERS[other]}", f"wins in 100 {noun}, {ORDERS[RANKING]}"]
    head += ["left on the table"] if retro.left else []
    shown = [group for group in groups if group.called >= FEWEST_CALLS][:GROUPS_SHOWN]
    rows = [
        [
            name(group.name),
            f"{group.called:,}",
            told(group.won),
            *(told_number(m) if (m := _half(group, order)) else "too few wins" for order in (other, RANKING)),
            *([_left(group, reader)] if retro.left else []),
        ]
        for group in shown
    ]
    more = len(groups) - len(shown)
    return title, head, rows, f"And {more} smaller." if more > 0 else ""


def _left(group: Group, reader: Reader) -> str:
    """`11 leads: $198,000 ($24,600–$640,000)`."""
    worth = f": {told_money(group.lost, reader.currency)}" if group.lost else ""
    return f"{wording.count(group.left, 'lead')}{worth}" if group.left else "nothing"


def _person(id_: str | None, reader: Reader) -> str:
    return reader.roster.name(id_)


def _judged(retro: Retro) -> str:
    if retro.auc is None or retro.calibration_error is None:
        return "No horizon is over yet, so it is too early to tell whether the chances were right."
    auc, error = retro.auc, retro.calibration_error
    return (
        f"Of two leads, one won in time and one not, the won one stood higher in {told(auc)} of the cases (50 % is "
        f"chance). Said and observed shares differ by {100 * error.value:.1f} points on average "
        f"({100 * error.low:.1f}–{100 * error.high:.1f})."
    )


def _made(retro: Retro, reader: Reader) -> dict[str, str]:
    undated = retro.basis == "ever won"
    what = "ever won" if undated else f"won within {retro.horizon_days} days"
    count = sum(bool(each.listed) for each in retro.spans)
    call = "a lead taken up in a month, by call, message or meeting; in three months it counts three times"
    return {
        "As of": f"{wording.day(retro.as_of, reader.zone)}, {retro.as_of.astimezone(reader.zone):%H:%M}",
        "Covers": f"{reader.whose} leads",
        "Models": f"one for each of {count} {'parts' if undated else 'months'}; each says the chance to be {what}",
        **({"A call": call} if retro.has_calls else {}),
        "Intervals": "95 %, by drawing leads with all their rows again; the chances of single leads 90 %",
    }
