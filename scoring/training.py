"""Trains, judges and promotes: where models meet the books they learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, overload

from knowledge.database import Database
from knowledge.errors import BadInput
from knowledge.frames import History
from knowledge.pipeline import DealHistory
from scoring import champion, fallback, leaks, sources
from scoring.base import Model, Progress, silent
from scoring.champion import Decision
from scoring.evaluation import Evaluation, Split
from scoring.preferences import NONE_SET, Preferences
from scoring.registry import CATALOG, Registry, Served
from scoring.sources import Entity


@dataclass(frozen=True)
class Trained:
    """What came of training one model: its new version if there is one, and a plain statement."""

    name: str
    version: int | None
    promoted: bool
    statement: str
    report: Mapping[str, Any]


def train(
    db: Database,
    names: Sequence[str] = ("ranking",),
    *,
    as_of: datetime,
    now: datetime,
    preferences: Preferences = NONE_SET,
    progress: Progress = silent,
) -> list[Trained]:
    """Back-tests each model, fits it on all, and lets it serve if it beat what costs nothing and `champion` says so."""
    kinds = [_kind(name) for name in names]
    progress("reading the books", 0.0)
    books = {entity: learn_from(db, as_of, entity) for entity in dict.fromkeys(kind.entity for kind in kinds)}
    return [_train(db, kind, books[kind.entity], as_of, now, preferences, progress) for kind in kinds]


def evaluate(
    db: Database,
    name: str,
    *,
    as_of: datetime,
    split: Split = "time",
    preferences: Preferences = NONE_SET,
    progress: Progress = silent,
) -> Evaluation:
    """The back-test of a model on the books as known at `as_of`."""
    kind = _kind(name)
    history = learn_from(db, as_of, kind.entity)
    found = kind.evaluate(history, as_of=as_of, split=split, preferences=preferences, progress=progress)
    if split == "time" or history.is_dated or not history.is_in_order:
        return found
    forward = kind.evaluate(history, as_of=as_of, split="time", preferences=preferences, progress=progress)
    return replace(found, by_time=forward.metrics)


def suspected(db: Database, name: str, *, as_of: datetime) -> leaks.Report:
    """What the leak guard finds in the columns that a model would learn from."""
    kind = _kind(name)
    return kind.suspected(learn_from(db, as_of, kind.entity), as_of=as_of)


@overload
def learn_from(db: Database, as_of: datetime, entity: Literal["leads"] = ...) -> History: ...
@overload
def learn_from(db: Database, as_of: datetime, entity: Entity) -> History | DealHistory: ...


def learn_from(db: Database, as_of: datetime, entity: Entity = "leads") -> History | DealHistory:
    """The history of all leads or deals, or of an unbiased sample of them where there are very many."""
    return sources.load(db, entity, until=as_of, ids=sources.sample(db, entity))


def _train(
    db: Database,
    kind: type[Model[Any]],
    history: History | DealHistory,
    as_of: datetime,
    now: datetime,
    preferences: Preferences,
    progress: Progress,
) -> Trained:
    found = kind.evaluate(history, as_of=as_of, preferences=preferences, progress=progress)
    report = found.to_json()
    if found.refusal:
        return Trained(kind.name, None, False, _refused(db, kind.name, found.refusal), report)
    progress("training on everything", 0.0)
    model = kind(**found.settings).fit(history, as_of=as_of, guard=found.leaks)
    progress("training on everything", 1.0)
    registry = Registry(db)
    served, unreadable = registry.serving(kind), registry.unreadable(kind)
    if unreadable is not None:
        decided = champion.unopposed(f"{unreadable} ({unreadable.why}).", unreadable.card.version)
    else:
        decided = _decide(served, model, found, history, as_of, progress)
    if served is not None and decided.decision == "recalibrated":
        # Its members stay, so what was found of them stays true.
        model, report = served.model.refreshed(history, as_of=as_of), dict(served.card.report)
    value = history.worth.median()
    report["typical_value"] = float(value) if value == value else None
    report["champion"] = asdict(decided)
    promoted = decided.decision != "champion"
    version = registry.save(
        model, now=now, as_of=as_of, fingerprint=sources.fingerprint(history), report=report, serve=promoted
    )
    return Trained(kind.name, version, promoted, _told(found, version, decided), report)


def _decide(
    served: Served[Model[Any]] | None,
    challenger: Model[Any],
    found: Evaluation,
    history: History | DealHistory,
    as_of: datetime,
    progress: Progress,
) -> Decision:
    if served is None:
        return champion.unopposed("No model served that could be compared.")
    card, outdated = served.card, served.model.outdated(history, as_of=as_of, found=found)
    if outdated:
        return champion.unopposed(outdated, card.version)
    if as_of < card.as_of:
        return champion.behind(card.version)
    wins = dict(card.report.get("trained_on") or {}).get("won")
    # A plain rule has nothing over a model that served, unless that lost to it.
    learns = not found.stands_in
    return champion.decide(
        served.model.contest(history, as_of=as_of, found=found, progress=progress),
        version=card.version,
        is_old=as_of - card.as_of >= champion.OLD,
        other_columns=learns and set(served.model.feature_names) != set(challenger.feature_names),
        growth=float(found.trained_on.get("won") or 0) / wins if learns and wins else 1.0,
    )


def _told(found: Evaluation, version: int, decided: Decision) -> str:
    quality = _kind(found.model).quality(found)
    if decided.decision == "challenger":
        against = f" {decided.why}" if decided.version is not None else ""
        return f"{found.model} {version} serves ({found.chosen}): {quality}.{against}"
    if decided.decision == "recalibrated":
        return f"{found.model} {version} serves: version {decided.version}, recalibrated. {decided.why}"
    kept = f"the new one is kept as version {version} ({quality})"
    return f"{found.model} {decided.version} keeps serving; {kept}. {decided.why}"


def _refused(db: Database, name: str, refusal: str) -> str:
    served = Registry(db).serving(_kind(name))
    if served is not None:
        return f"{refusal} {name} {served.card.version} keeps serving."
    return f"{refusal} {fallback.STATEMENT}" if name == "ranking" else refusal


def _kind(name: str) -> type[Model[Any]]:
    if name not in CATALOG:
        raise BadInput(f'There is no model "{name}"; there are {", ".join(CATALOG)}.')
    return CATALOG[name]
