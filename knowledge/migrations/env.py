"""Alembic's entry point; `Database.migrate` hands the connection in."""

from typing import Any, Literal

from alembic import context

# Importing them registers their tables.
from knowledge import (  # noqa: F401
    crm,
    forecasts,
    holdouts,
    imports,
    installations,
    ledger,
    notices,
    nudges,
    proposals,
    scores,
    standing,
    team_posts,
    wishes,
)
from knowledge.database import Instant, Json, Money, Table


def render(kind: str, item: Any, _: object) -> str | Literal[False]:
    """The short names of our own column types in a generated migration."""
    if kind == "type" and isinstance(item, (Instant, Money)):
        return f"{type(item).__name__}()"
    return "Json" if kind == "type" and item is Json else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
