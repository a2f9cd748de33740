"""Versions of trained models: kept in the database, so that every replica serves the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, undefer

from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.ledger import ModelVersion, Serving, new_id


@dataclass(frozen=True)
class Card:
    """A version without its bytes: what it was trained on and how good it was found."""

    model: str
    version: int
    trained_at: datetime
    as_of: datetime
    fingerprint: str
    features: Sequence[str]
    report: dict[str, Any]
    serves: bool


def save(
    db: Database,
    model: str,
    blob: bytes,
    *,
    trained_at: datetime,
    as_of: datetime,
    fingerprint: str,
    features: Sequence[str],
    report: dict[str, Any],
    serve: bool,
) -> int:
    """The number given to a new version, which takes over serving if `serve`."""
    with db.write() as session:
        last = session.scalar(select(func.max(ModelVersion.version)).where(ModelVersion.model == model)) or 0
        if serve:
            session.execute(update(ModelVersion).where(ModelVersion.model == model).values(serves=False))
            _note(session, model, last + 1, trained_at, by=None)
        session.add(
            ModelVersion(
                id=new_id(),
                model=model,
                version=last + 1,
                trained_at=trained_at,
                as_of=as_of,
                fingerprint=fingerprint,
                features=list(features),
                report=report,
                serves=serve,
                blob=blob,
            )
        )
    return last + 1


def versions(db: Database, model: str | None = None) -> list[Card]:
    """Every version, newest first."""
    query = select(ModelVersion).order_by(ModelVersion.model, ModelVersion.version.desc())
    with db.read() as session:
        return [
            _card(row) for row in session.scalars(query if model is None else query.where(ModelVersion.model == model))
        ]


def serving(db: Database, model: str) -> Card | None:
    """The version that serves, or None."""
    query = select(ModelVersion).where(ModelVersion.model == model, ModelVersion.serves)
    with db.read() as session:
        row = session.scalars(query.order_by(ModelVersion.version.desc()).limit(1)).first()
        return None if row is None else _card(row)


def serving_number(db: Database, model: str) -> int | None:
    """The number of the version that serves, or None: its card alone may take longer to read than to use."""
    query = select(func.max(ModelVersion.version)).where(ModelVersion.model == model, ModelVersion.serves)
    with db.read() as session:
        return session.scalar(query)


def blob(db: Database, model: str, version: int) -> bytes:
    """The bytes of a version.

    Raises
    ------
    UnknownRecord
        When there is no such version.
    """
    query = select(ModelVersion).options(undefer(ModelVersion.blob))
    with db.read() as session:
        row = session.scalar(query.where(ModelVersion.model == model, ModelVersion.version == version))
    if row is None:
        raise _no_version(model, version)
    return row.blob


def serve(db: Database, model: str, version: int, *, at: datetime, by: str | None = None) -> None:
    """Makes a version the one that serves, from `at` on; `by` is who decided it, None for the training itself.

    Raises
    ------
    UnknownRecord
        When there is no such version; the one that serves goes on.
    """
    of_model = update(ModelVersion).where(ModelVersion.model == model)
    with db.write() as session:
        session.execute(of_model.values(serves=False))
        chosen = of_model.where(ModelVersion.version == version).values(serves=True)
        if not session.connection().execute(chosen).rowcount:
            raise _no_version(model, version)
        _note(session, model, version, at, by)


def served_at(db: Database, model: str, at: datetime) -> Card | None:
    """The version that served at an instant, or None."""
    query = select(Serving.version).where(Serving.model == model, Serving.at <= at)
    with db.read() as session:
        version = session.scalar(query.order_by(Serving.at.desc(), Serving.id.desc()).limit(1))
    return next((card for card in versions(db, model) if card.version == version), None)


def serving_since(db: Database) -> dict[str, datetime]:
    """Since when the version of each model that serves has done so."""
    query = select(Serving.model, Serving.at).order_by(Serving.at, Serving.id)
    with db.read() as session:
        return {row.model: row.at for row in session.execute(query)}


def _note(session: Session, model: str, version: int, at: datetime, by: str | None) -> None:
    session.add(Serving(model=model, version=version, at=at, by=by))


def _no_version(model: str, version: int) -> UnknownRecord:
    return UnknownRecord(f"{model} has no version {version}; `callsheet models` lists them.")


def _card(row: ModelVersion) -> Card:
    return Card(
        row.model, row.version, row.trained_at, row.as_of, row.fingerprint, tuple(row.features), row.report, row.serves
    )
