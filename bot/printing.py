"""What the command line prints: results on stdout, everything beside them on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import evaluations

if TYPE_CHECKING:
    from bot.agent import Answer

console = Console(stderr=True)


def answer(said: Answer) -> dict[str, Any]:
    """An answer as the object that `ask --json` prints."""
    return {
        "text": said.text,
        "tool_calls": list(said.calls),
        "results": [result.model_dump(mode="json") for result in said.results],
        "citations": [citation.model_dump() for citation in said.citations],
        "planner": said.planner,
        "audit_id": said.audit_id,
        "elapsed_ms": round(said.elapsed_ms, 1),
    }


def words(said: Answer) -> str:
    """An answer for people; files are named, since Slack is where they can be opened."""
    note = [said.note] if said.note else []
    return "\n".join([said.text, *note, *(f"With it in Slack: {file.name} ({file.title})" for file in said.files)])


def report(found: dict[str, Any]) -> str:
    """An evaluation for people: each figure with its interval, the baselines beside it; or why there is none."""
    if not found["n"] and found.get("refusal"):
        return f"{found['model']} could not be measured. {found['refusal']}"
    lines = [_seen(found)]
    lines += [str(found[name]) for name in ("refusal", "note") if found.get(name)]
    for name, metric in found["metrics"].items():
        others = {other: values[name] for other, values in found["baselines"].items() if values.get(name)}
        beside = ", ".join(f"{other} {figure['value']:.3f}" for other, figure in others.items())
        lines.append(f"{name}: {_figure(metric)}{f'  (baselines: {beside})' if beside else ''}")
    if in_time := found.get("by_time"):
        lines.append("in the order of time: " + ", ".join(f"{name} {_figure(each)}" for name, each in in_time.items()))
    lines += evaluations.details(found)
    lines += [leaks(found | found["leaks"])] if found["flagged"] else []
    return "\n".join(lines)


def _seen(found: dict[str, Any]) -> str:
    if "wape" in found["metrics"]:
        return f"{found['model']} at {found['n']:,} past instants ({found['split']}): {found['how'] or 'none judged'}"
    seen = f"{found['model']} on {found['n']:,} records it had not seen ({found['split']})"
    return f"{seen}, {found['base_rate']:.1%} of them positive"


def leaks(found: dict[str, Any]) -> str:
    """What the leak guard found, for people: each column with its evidence, and what to do about the doubtful ones."""
    flagged = found["flagged"]
    if not flagged:
        return "No column seems to know the outcome."
    columns = ["column", "verdict", "AUC alone", "filled: closed", "open", "AUC of all: with", "without", "why"]
    lines = rows(columns, [_flagged(flag) for flag in flagged])
    lines.append("These columns stay out of the model, and out of every figure reported for it.")
    if found["with_all"] is not None:
        lines[-1] += f" With all columns in, it would look like AUC {found['with_all']:.2f}."
    if doubtful := [flag["column"] for flag in flagged if flag["verdict"] == "doubtful"]:
        lines.append(
            f"When is each of these known: {', '.join(doubtful)}? If before the outcome, list it under `keep:` in the "
            "mapping and import again; if only after, under `drop:`."
        )
    return "\n".join(lines)


def _flagged(flag: dict[str, Any]) -> list[str]:
    figures = [flag[name] for name in ("alone", "filled_closed", "filled_open", "beside", "without")]
    kinds = (".2f", ".0%", ".0%", ".2f", ".2f")
    shown = ["" if figure is None else format(figure, kind) for figure, kind in zip(figures, kinds, strict=True)]
    return [flag["column"], flag["verdict"], *shown, flag["why"]]


def _figure(metric: dict[str, float | None] | None) -> str:
    if metric is None:
        return "not known"
    value, low, high = (metric[name] for name in ("value", "low", "high"))
    if value is None:
        return "not known"
    return f"{value:.3f}" + (f" ({low:.3f}–{high:.3f})" if low is not None and high is not None else "")


def as_json(value: object) -> None:
    """Prints a value as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def table(columns: list[str], cells: list[list[str]]) -> None:
    """Prints rows under their columns, aligned."""
    typer.echo("\n".join(rows(columns, cells)))


def rows(columns: list[str], cells: list[list[str]]) -> list[str]:
    """Rows under their columns, aligned."""
    widths = [max(len(row[i]) for row in [columns, *cells]) for i in range(len(columns))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in [columns, *cells]]


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on stderr that follows the steps of a long job."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, share: float) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=1.0)
            bar.update(tasks[step], completed=share)

        yield show


def note(sentence: str) -> None:
    """Says something beside the result."""
    typer.echo(sentence, err=True)
