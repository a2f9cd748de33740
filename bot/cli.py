"""The command line. Bad input ends in one clear sentence and exit code 2; heavy parts are imported only when used."""

from __future__ import annotations

import json
import logging
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

from bot import printing
from bot import settings as environment
from bot.settings import Settings
from tools.errors import BadInput, CallsheetError

if TYPE_CHECKING:
    from knowledge.database import Database

app = typer.Typer(
    name="callsheet",
    help="A sales assistant that lives in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
people_app = typer.Typer(help="Who is known: id, name, role, team, Slack id.", invoke_without_command=True)
models_app = typer.Typer(help="Versions of models and which of them serve.", invoke_without_command=True)
app.add_typer(people_app, name="people")
app.add_typer(models_app, name="models")

logger = logging.getLogger(__name__)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was known on this day (YYYY-MM-DD or an ISO time).")]


def main() -> None:
    """Runs the command line; every expected error becomes one sentence on stderr and exit code 2."""
    try:
        app(standalone_mode=False)
    except CallsheetError as error:
        _fail(str(error))
    except TyperException as error:
        told: Callable[[], str] = getattr(error, "format_message", error.__str__)
        _fail(f"{' '.join(told().split()).rstrip('.')}. See `callsheet --help`.")
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception:
        error_id = uuid.uuid4().hex[:16]
        logger.exception("A command failed", extra={"action": "command_failed", "error_id": error_id})
        _fail(f"Something went wrong; the log holds it as {error_id}.", code=1)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the local Slack.")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Build the demo company anew.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only build, train and score, then stop.")] = False,
) -> None:
    """A local Slack in the browser with the bot and a demo company; nothing else is needed."""
    from bot import demo as demonstration

    config = _settings()
    with printing.progress() as progress:
        db = demonstration.prepare(config, fresh=fresh, complete=prepare, progress=progress)
    for note in db.notes:
        printing.note(note)
    if not prepare:
        demonstration.open_workspace(config, db.books, port=port, browser=not no_browser, say=printing.note)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz) or Parquet.")],
    table: Annotated[str, typer.Option("--as", help="The table of the data model.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="Where the fields come from (YAML).")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go.")] = None,
    as_json: Json = False,
) -> None:
    """Load a file into a table; rows that cannot be used go to a file with the reason."""
    from knowledge.imports import load_file

    config = _settings()
    with printing.progress() as progress:
        report = load_file(
            _books(config), file, table, mapping=mapping, now=_now(config), rejects=rejects, progress=progress
        )
    if as_json:
        printing.as_json(vars(report))
        return
    printing.note(f"Mapping used: {json.dumps(report.mapping, ensure_ascii=False, default=str)}")
    for note in report.notes:
        printing.note(note)
    typer.echo(
        f"{report.rows_read:,} rows read: {report.added:,} added, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, {report.rejected:,} rejected"
        + (f" (see {report.rejects_file})." if report.rejects_file else ".")
    )


@app.command()
def train(
    models: Annotated[list[str] | None, typer.Argument(help="Which models; all by default.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Train challengers, back-test them, promote only what is better, and score every open record."""
    from scoring import refresh, training
    from scoring.registry import CATALOG

    config = _settings()
    db, now = _books(config), _now(config)
    with printing.progress() as progress:
        trained = training.train(db, _known(models, CATALOG), as_of=_instant(as_of, now), now=now, progress=progress)
        refresh.score(db, "ranking", as_of=now, default_zone=config.timezone, progress=progress)
    if as_json:
        printing.as_json([vars(each) for each in trained])
        return
    for each in trained:
        typer.echo(each.statement)


@app.command()
def score(
    model: Annotated[str, typer.Argument(help="Which model.")],
    out: Annotated[Path | None, typer.Option(help="Also write them to a CSV file.")] = None,
) -> None:
    """Score every open record."""
    from scoring import refresh
    from scoring.registry import CATALOG

    config = _settings()
    name = _known([model], CATALOG)[0]
    if out and not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}; make it first.")
    with printing.progress() as progress:
        scored = refresh.score(
            _books(config), name, as_of=_now(config), default_zone=config.timezone, out=out, progress=progress
        )
    typer.echo(f"{len(scored):,} records scored" + (f"; see {out}." if out else "."))


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Which model.")],
    split: Annotated[str, typer.Option(help="time, or folds where there is no time.")] = "time",
    leaks: Annotated[bool, typer.Option("--leaks", help="Only say which columns seem to know the outcome.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Back-test a model on what it has not seen, against its baselines."""
    from scoring import training
    from scoring.registry import CATALOG

    config = _settings()
    name = _known([model], CATALOG)[0]
    if split not in ("time", "folds"):
        raise BadInput(f'--split is "{split}"; it takes time or folds.')
    how: Literal["time", "folds"] = "time" if split == "time" else "folds"
    db, at, tell = _books(config), _instant(as_of, _now(config)), printing.leaks if leaks else printing.report
    with printing.progress() as progress:
        found = (
            training.suspected(db, name, as_of=at).to_json()
            if leaks
            else training.evaluate(db, name, as_of=at, split=how, progress=progress).to_json()
        )
    printing.as_json(found) if as_json else typer.echo(tell(found))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    asker: Annotated[str, typer.Option("--as", help="Who asks: a name, an id or an e-mail.")] = "",
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read one question a line, each a fresh conversation.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask without Slack; the same path, the same answers."""
    from bot.app import create_assistant
    from knowledge import people

    config = _settings()
    if not stdin and not (question or "").strip():
        raise BadInput("Ask something, for example: which leads should I call now?")
    assistant = create_assistant(config, _books(config))
    person = people.find(assistant.services.roster(), asker)
    for line in sys.stdin if stdin else [question or ""]:
        try:
            said = assistant.ask(line, person)
            typer.echo(
                json.dumps(printing.answer(said), ensure_ascii=False, default=str) if as_json else printing.words(said)
            )
        except BadInput as error:
            if not stdin:
                raise
            typer.echo(json.dumps({"error": str(error)}) if as_json else str(error))
        sys.stdout.flush()


@people_app.callback()
def people(ctx: typer.Context, as_json: Json = False) -> None:
    """List who is known."""
    if ctx.invoked_subcommand:
        return
    from knowledge.people import roster

    known = roster(_books(_settings())).people
    if as_json:
        printing.as_json(
            [
                {
                    "id": p.id,
                    "name": p.name,
                    "role": p.role,
                    "team": p.team,
                    "email": p.email,
                    "active": p.active,
                    "slack_user_id": p.slack_user_id,
                }
                for p in known
            ]
        )
        return
    printing.table(
        ["id", "name", "role", "team", "Slack id"],
        [[p.id, p.name, p.role, p.team or "", p.slack_user_id or ""] for p in known],
    )


@people_app.command()
def link(
    person: Annotated[str, typer.Argument(help="A name, an id or an e-mail.")],
    slack_user_id: Annotated[str, typer.Argument(help="The Slack user, such as U012AB3CD.")],
    slack_team_id: Annotated[str, typer.Option("--team", help="The Slack workspace, such as T012AB3CD.")],
) -> None:
    """Tie a Slack user to a person."""
    from knowledge import people as known

    db = _books(_settings())
    found = known.find(known.roster(db), person)
    known.link(db, found.id, slack_team_id=slack_team_id, slack_user_id=slack_user_id)
    typer.echo(f"{found.name} is now {slack_user_id}.")


@app.command()
def tools(as_json: Json = False) -> None:
    """List the tools there are: name, arguments, roles."""
    from tools.catalog import TOOLS

    listed = [
        {
            "name": tool.name,
            "roles": list(tool.roles),
            "description": tool.description.splitlines()[0],
            "arguments": {
                name: str(info.get_default()) if not info.is_required() else "required"
                for name, info in tool.arguments.model_fields.items()
            },
        }
        for tool in TOOLS
        if tool.offered
    ]
    if as_json:
        printing.as_json(listed)
        return
    printing.table(
        ["tool", "arguments", "says"],
        [[str(t["name"]), ", ".join(t["arguments"]), str(t["description"])] for t in listed],
    )


@models_app.callback()
def models(ctx: typer.Context, as_json: Json = False) -> None:
    """List the versions of every model, how good each was found, and since when one serves."""
    if ctx.invoked_subcommand:
        return
    from knowledge.models import serving_since, versions

    db = _books(_settings())
    cards, since = versions(db), serving_since(db)
    if as_json:
        printing.as_json([vars(card) for card in cards])
        return
    from tools import verdicts

    columns = ["model", "version", "trained", "as of", "how good", "calibration error", "serves since"]
    printing.table(columns, [verdicts.line(card, since.get(card.model)) for card in cards])


@models_app.command()
def card(
    model: Annotated[str, typer.Argument(help="Which model.")],
    version: Annotated[int | None, typer.Argument(help="Which version; the one that serves by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to a file, .html (with plots) or .md.")] = None,
) -> None:
    """Print a model's card: trained on what, how good, where it fails, what it must not be used for."""
    from scoring.registry import CATALOG
    from tools import cards

    if out and out.suffix not in (".html", ".md"):
        raise BadInput(f'--out is "{out}"; name a file that ends in .html or .md.')
    if out and not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}; make it first.")
    made = cards.find(_books(_settings()), _known([model], CATALOG)[0], version)
    if out is None:
        typer.echo(cards.markdown(made), nl=False)
        return
    out.write_text(cards.html(made) if out.suffix == ".html" else cards.markdown(made), encoding="utf-8")
    typer.echo(f"The card of {made.title} is in {out}.")


@models_app.command()
def promote(model: str, version: int) -> None:
    """Let a version serve."""
    _serve(model, version)


@models_app.command()
def rollback(model: str, version: int) -> None:
    """Let an earlier version serve again."""
    _serve(model, version)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    _books(_settings())
    typer.echo("The database is up to date.")


@app.command()
def run(
    http: Annotated[int | None, typer.Option("--http", help="Serve HTTP on this port instead of Socket Mode.")] = None,
) -> None:
    """Connect to Slack."""
    from bot import running

    running.run(_settings(), http=http, say=printing.note)


@app.command()
def status(as_json: Json = False) -> None:
    """Freshness, models, queues."""
    from knowledge.inbox import Inbox
    from knowledge.models import versions
    from knowledge.records import last_write

    config = _settings()
    db, now = _books(config), _now(config)
    serving = {card.model: card for card in versions(db) if card.serves}
    facts: dict[str, Any] = {
        "database": str(db),
        "last_activity": last_write(db, until=now),
        "questions_waiting": Inbox(db).waiting(),
        "serving": {name: {"version": card.version, "trained_at": card.trained_at} for name, card in serving.items()},
    }
    if as_json:
        printing.as_json(facts)
        return
    told = [f"{card.model} {card.version}, trained {card.trained_at:%Y-%m-%d %H:%M} UTC" for card in serving.values()]
    for name, value in (facts | {"serving": "; ".join(told) or "no model"}).items():
        typer.echo(f"{name.replace('_', ' ')}: {value}")


@app.command()
def retro(
    months: Annotated[int, typer.Option(help="How many past months, 1 to 36.")] = 6,
    out: Annotated[Path | None, typer.Option(help="Write the report to this HTML file.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON; nothing else is written.")
    ] = False,
) -> None:
    """Replay the past months with models that knew only what was known then: what was missed, what it cost."""
    from zoneinfo import ZoneInfo

    from bot.app import create_services
    from tools import retro as replaying

    config = _settings()
    if out and not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}; make it first.")
    if out and out.is_dir():
        raise BadInput(f"{out} is a folder; name a file in it, such as report.html.")
    replaying.check_months(months)
    services = create_services(config, _books(config))
    with printing.progress() as progress:
        found = replaying.figures(services.db, services.models, months=months, now=services.clock(), progress=progress)
    if out:
        reader = replaying.reader_of(services.db, services.roster(), found, zone=ZoneInfo(config.timezone))
        _write(out, replaying.page(found, reader))
    if as_json:
        printing.as_json(replaying.numbers(found))
    else:
        typer.echo("\n".join([*replaying.summary(found, services.db), *([f"See {out}."] if out else [])]))


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all by default.")] = None,
    as_json: Json = False,
) -> None:
    """Measure this project against a baseline run beside it."""
    from bot.bench import BENCHMARKS, table

    for name in _known(names, BENCHMARKS):
        found = BENCHMARKS[name]()
        typer.echo(json.dumps({name: found}, default=str) if as_json else f"{name}\n{table(found)}")


def _settings() -> Settings:
    config = environment.read()
    config.home.mkdir(parents=True, exist_ok=True)
    environment.log_to(config.home)
    return config


def _books(config: Settings) -> Database:
    from bot.app import open_books

    return open_books(config)


def _now(config: Settings) -> datetime:
    from bot.clock import clock

    return clock(config.now)()


def _instant(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f'--as-of is "{text}"; write a day such as 2026-03-18.') from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _known(names: list[str] | None, catalog: dict[str, Any]) -> list[str]:
    for name in names or []:
        if name not in catalog:
            raise BadInput(f'There is no "{name}"; there are {", ".join(catalog)}.')
    return list(names or catalog)


def _serve(model: str, version: int) -> None:
    from knowledge.models import serve
    from scoring import refresh
    from scoring.registry import CATALOG

    config = _settings()
    db, now = _books(config), _now(config)
    serve(db, _known([model], CATALOG)[0], version, at=now, by="the command line")
    if model == "ranking":
        # Until all are scored by it, leads would stand in the order of two versions.
        with printing.progress() as progress:
            refresh.score(db, model, as_of=now, default_zone=config.timezone, progress=progress)
    typer.echo(f"{model} {version} serves now.")


def _write(file: Path, text: str) -> None:
    """Writes a file whole or not at all: whoever reads it meanwhile finds the old one."""
    unfinished = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from error


def _fail(sentence: str, code: int = 2) -> None:
    printing.note(sentence)
    sys.exit(code)


if __name__ == "__main__":
    main()
