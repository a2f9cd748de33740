"""All commands together, and what becomes of errors."""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from bot import printing
from bot.cli import (
    benchmarks,
    books,
    models,
    opening,
    people,
    playbook,
    questions,
    reports,
    reviews,
    spending,
    training,
    workspace,
)
from tools.errors import CallsheetError

logger = logging.getLogger(__name__)

app = typer.Typer(
    name="callsheet",
    help="A sales assistant that lives in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# In the order in which `--help` lists them.
for group in (workspace, books, training, models, questions, reports, reviews, spending, playbook, people, benchmarks):
    app.add_typer(group.app)


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
        # What fails before the command itself has opened the log is to be found there as well.
        with suppress(CallsheetError):
            opening.settings()
        error_id = uuid.uuid4().hex[:16]
        logger.exception("A command failed", extra={"action": "command_failed", "error_id": error_id})
        _fail(f"Something went wrong; the log holds it as {error_id}.", code=1)


def _fail(sentence: str, code: int = 2) -> None:
    printing.note(sentence)
    sys.exit(code)
