"""The demo: a company of our own making, a Slack of our own making, and the real bot between them."""

from __future__ import annotations

import logging
import os
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import clock
from bot.settings import Settings
from tools.errors import BadInput

if TYPE_CHECKING:
    from bot.workspace import Channel, Member
    from knowledge.database import Database

logger = logging.getLogger(__name__)
Progress = Callable[[str, float], None]
TRUTH = "demo-truth"
# What "which leads should I call now" wants.
FIRST = ("ranking", "reach", "waiting")


@dataclass(frozen=True)
class Prepared:
    """The demo company's books, and what to tell about them."""

    books: Database
    notes: tuple[str, ...]


def prepare(settings: Settings, *, fresh: bool, complete: bool, progress: Progress, scale: float = 1.0) -> Prepared:
    """The demo company, built, trained and scored; shifted to today if it was built on an earlier day.

    Only the models that the first question wants are trained, unless `complete`, which also writes down the true
    chances: nothing reads them but who wants to check a claim. `scale` is the company's size against the usual one.

    Raises
    ------
    BadInput
        When the database holds a real company.
    """
    from bot.app import open_books, open_playbook, preferences
    from knowledge import people
    from knowledge.connectors import demo
    from scoring import refresh, training
    from scoring.ranking import Ranking
    from scoring.registry import Registry

    now = clock(settings.now)()
    db = open_books(settings)
    if fresh:
        db = _emptied(settings)
    ends = demo.built_at(db)
    if ends is None and people.roster(db).people:
        raise BadInput("This database holds a company already; set CALLSHEET_HOME to an empty folder for the demo.")
    if ends is None:
        demo.build(db, now=now, truth=settings.home / TRUTH if complete else None, progress=progress, scale=scale)
    open_playbook(settings, db).add(demo.DOCUMENTS, now=now, progress=progress)
    if Registry(db).serving(Ranking) is None:
        training.train(db, FIRST, as_of=now, now=now, preferences=preferences(settings), progress=progress)
    if complete:
        train_rest(db, settings, now, progress)
    notes: tuple[str, ...] = ()
    if ends is not None and (days := (now - ends).days):
        demo.shift(db, by=timedelta(days=days))
        notes = (f"The demo company was built on {ends:%d %B %Y}; its dates are shifted by {days} days to end today.",)
    if ends is None or notes:
        refresh.score_all(db, as_of=now, default_zone=settings.timezone, progress=progress)
    return Prepared(db, notes)


def _emptied(settings: Settings) -> Database:
    """The demo's database without anything in it; a real company's is never touched.

    Raises
    ------
    BadInput
        When it is not the demo's.
    """
    from bot.app import open_books
    from knowledge import people
    from knowledge.connectors import demo

    db = open_books(settings)
    if demo.built_at(db) is None and people.roster(db).people:
        raise BadInput(
            "This database holds a real company, so --fresh leaves it alone; set CALLSHEET_HOME to another folder."
        )
    db.clear()
    return db


def train_rest(db: Database, settings: Settings, now: datetime, progress: Progress) -> None:
    """Trains the models that were never trained or cannot be read, while people already ask the others."""
    from bot.app import preferences
    from knowledge import models
    from scoring import refresh, training
    from scoring.registry import CATALOG, Registry

    known, registry = {card.model for card in models.versions(db)}, Registry(db)
    if missing := [name for name, kind in CATALOG.items() if name not in known or registry.unreadable(kind)]:
        training.train(db, missing, as_of=now, now=now, preferences=preferences(settings), progress=progress)
        refresh.score_deals(db, as_of=now, progress=progress)


def open_workspace(settings: Settings, db: Database, *, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Opens the local Slack with the bot in it, until it is interrupted.

    Raises
    ------
    BadInput
        When something else listens on the port.
    """
    from bot.running import serve
    from bot.workspace import LocalSlack

    members, channels = cast_of(db)
    try:
        slack = LocalSlack(people=members, channels=channels, clock=clock(settings.now), port=port)
        slack.start()
    except OSError as error:
        raise BadInput(f"Port {port} is taken; choose another with --port.") from error
    local = replace(
        settings,
        slack_api_url=slack.api_url,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_client_id="",
    )
    # Bolt looks there by itself, and would have people install the real app.
    os.environ.pop("SLACK_CLIENT_ID", None)

    def ready() -> None:
        slack.wait_for_app()
        say(f"Callsheet is ready at {slack.url} (Ctrl-C stops it).")
        threading.Thread(target=_train_unseen, args=(db, settings), daemon=True).start()
        if browser:
            webbrowser.open(slack.url)

    try:
        serve(local, db, say=say, ready=ready)
    finally:
        slack.stop()


def _train_unseen(db: Database, settings: Settings) -> None:
    """Trains the rest in the background: what fails there is for the log, the demo goes on without it."""
    from scoring.base import silent

    try:
        train_rest(db, settings, clock(settings.now)(), silent)
    except Exception:
        logger.exception("The other models could not be trained", extra={"action": "background_training_failed"})


def cast_of(db: Database) -> tuple[list[Member], list[Channel]]:
    """Everyone who works at the company as members of a workspace, with a channel for all and one for each team."""
    from bot.workspace import Channel, Member
    from knowledge import people

    everyone = people.roster(db)
    active = [person for person in everyone.people if person.active]
    ids = {person.id: f"U{person.id.replace('-', '')}" for person in active}
    members = [
        Member(
            ids[p.id],
            p.name,
            p.email or "",
            tz=p.timezone or "UTC",
            title=f"{p.role.capitalize()}{f', {p.team}' if p.team else ''}",
        )
        for p in active
    ]
    teams = {p.team_id: p.team for p in active if p.team_id and p.team}
    channels = [Channel("C0SALES", "sales")]
    channels += [
        Channel(
            f"C{team_id.replace('-', '')}",
            (name or team_id).lower().replace(" ", "-"),
            members=tuple(ids[p.id] for p in active if team_id in everyone.teams_of(p)),
        )
        for team_id, name in teams.items()
    ]
    return members, channels
