"""The composition root: the only place that picks the parts and puts them together.

What takes long to import is imported where it is put in: most commands only open the books.
"""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.clock import clock
from bot.settings import OFFLINE, Settings
from knowledge import imports
from knowledge.database import Database
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from slack_bolt import App

    from bot.agent import Assistant
    from bot.desk import Desk
    from bot.health import Check
    from bot.jobs import Job
    from bot.purse import Purse
    from bot.sending import Pace
    from bot.workspaces import Workspaces
    from knowledge.playbook import Playbook
    from knowledge.playbook.embedding import Embedding
    from scoring.preferences import Preferences
    from tools.base import Services

logger = logging.getLogger(__name__)
# How many questions, clicks and commands are worked on at once.
HANDS = 10


def open_books(settings: Settings) -> Database:
    """The database, its schema up to date, and what an import left half-way carried on.

    Raises
    ------
    DatabaseUnreachable
        When it does not answer.
    """
    db = Database(settings.database_url)
    db.migrate()
    imports.resume_unfinished(db)
    return db


def create_services(settings: Settings, db: Database) -> Services:
    """What every question shares."""
    from scoring.registry import Registry
    from tools.base import Policy, Services

    policy = Policy(
        settings.timezone,
        settings.consent_required,
        settings.cuts,
        settings.fair_share,
        settings.switching_cost,
        settings.hold_out,
        settings.link_hosts,
    )
    return Services(db, Registry(db), clock(settings.now), open_playbook(settings, db), policy)


def open_playbook(settings: Settings, db: Database) -> Playbook:
    """The playbook, its vectors in the home folder or on the server that the settings name.

    Raises
    ------
    BadInput
        When the settings name no server, or a folder without the sentence model.
    MissingExtra
        When they name the sentence model, and it is not installed.
    """
    from knowledge.playbook import Playbook
    from knowledge.playbook.vectors import Folder, Server

    url = settings.chroma_url
    store = Server(url, company=str(db)) if url else Folder(settings.home / "playbook")
    return Playbook(db, store, create_embedding(settings))


def create_embedding(settings: Settings) -> Embedding:
    """What makes the playbook's vectors: letters, the small sentence model, or the provider of the key.

    Raises
    ------
    BadInput, MissingExtra
        When the sentence model is named and not here.
    """
    if settings.embedding == "openai":
        from bot.embeddings import OpenAI

        return OpenAI(settings.openai_base_url)
    if settings.embedding == "minilm":
        from knowledge.playbook.minilm import MiniLM

        return MiniLM(settings.minilm)
    from knowledge.playbook.embedding import Hashing

    return Hashing()


def preferences(settings: Settings) -> Preferences:
    """What the settings say of how models are trained."""
    from scoring.preferences import Preferences

    return Preferences(settings.cuts, settings.timezone, settings.deal_horizon)


def create_assistant(settings: Settings, db: Database) -> Assistant:
    """The assistant, with the language model that the settings name or without any."""
    from bot.agent import Assistant
    from bot.reading import Reader
    from knowledge.ledger import record_access
    from knowledge.memory import Memory
    from scoring.intent import Intents
    from tools.catalog import TOOLS

    model = create_model(settings)
    return Assistant(
        create_services(settings, db),
        TOOLS,
        Reader(TOOLS, Intents),
        Memory(db),
        model,
        settings.model if model else OFFLINE,
        settings.model_time_s,
        purse=create_purse(settings, db) if model else None,
        note_leaving=partial(record_access, db),
        privacy=settings.privacy,
        privacy_key=_privacy_key(settings) if model else secrets.token_bytes(32),
    )


def _privacy_key(settings: Settings) -> bytes:
    """What stand-ins are made under; replicas agree on them where they share a secret."""
    from bot.privacy import kept_key

    if settings.secret_keys:
        return settings.secret_keys[0].encode()
    return kept_key(settings.home / "stand-ins.key")


def create_purse(settings: Settings, db: Database) -> Purse:
    """What counts the tokens of the language model, and caps them."""
    from bot.purse import Prices, Purse
    from knowledge import spendings

    prices = Prices(*settings.token_prices) if settings.token_prices else None
    return Purse(partial(spendings.tokens, db), partial(spendings.add, db), settings.daily_tokens, prices)


def create_model(settings: Settings) -> BaseChatModel | None:
    """The chat model of that name, or None for the offline planner.

    Raises
    ------
    BadInput
        When LangChain knows no such model.
    """
    if settings.model == OFFLINE:
        return None
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": settings.model_time_s, "max_retries": 2}
    if settings.openai_base_url and settings.model.partition(":")[0] in ("openai", settings.model):
        options["base_url"] = settings.openai_base_url
    try:
        model: BaseChatModel = init_chat_model(settings.model, **options)
        return model
    except (ImportError, ValueError) as error:
        raise BadInput(
            f'CALLSHEET_MODEL is "{settings.model}", which cannot be used: {str(error).splitlines()[0]}'
        ) from error


def create_workspaces(settings: Settings, db: Database, pace: Pace | None = None) -> Workspaces:
    """The workspaces that are served: the one of the token, or all that the app was let into by OAuth.

    `pace` is another than the clock's.

    Raises
    ------
    BadInput
        When there is no key to encrypt tokens with.
    """
    from bot import sending
    from bot.workspaces import Many, One
    from knowledge.installations import Installations

    if settings.slack_client_id:
        return Many(Installations(db, settings.secret_keys), settings.slack_api_url, settings.link_hosts)
    return One(sending.client(settings.slack_bot_token, settings.slack_api_url, settings.link_hosts, pace))


def create_app(
    settings: Settings, assistant: Assistant, db: Database, workspaces: Workspaces | None = None
) -> tuple[App, Desk]:
    """The Slack app, its handlers connected, and the desk behind it; `workspaces` if others share them.

    Raises
    ------
    BadInput
        When Slack refuses the token.
    Unavailable
        When it does not answer.
    """
    from slack_bolt import App
    from slack_bolt.error import BoltError
    from slack_sdk.errors import SlackApiError

    from bot import installing, listeners, metrics, outgoing
    from bot.backlog import WAITING_WORKERS, WORKERS, Backlog
    from bot.desk import Desk
    from bot.stopping import Hands
    from bot.workspaces import Many
    from knowledge import people
    from knowledge.inbox import Inbox

    workspaces, now = workspaces or create_workspaces(settings, db), clock(settings.now)
    try:
        if isinstance(workspaces, Many):
            app = installing.app(settings, workspaces.installations, now, Hands(HANDS))
        else:
            secret = settings.slack_signing_secret or None
            app = App(client=workspaces.of(None), signing_secret=secret, listener_executor=Hands(HANDS))
    except (BoltError, SlackApiError) as error:
        raise BadInput("Slack refuses SLACK_BOT_TOKEN; copy it anew from your app's OAuth page.") from error
    except OSError as error:
        raise Unavailable("Slack does not answer; check the network and SLACK_API_URL.") from error
    workers = WORKERS if assistant.model is None else WAITING_WORKERS
    backlog = Backlog(Inbox(db), now, workspaces.of, workers=workers)
    desk = Desk(assistant, backlog, now, partial(people.link, db), settings.patience_s)
    metrics.watch("inbox", desk.inbox.waiting)
    outgoing.guard(app, settings.link_hosts)
    listeners.register(app, desk)
    return app, desk


def create_checks(services: Services, desk: Desk) -> dict[str, Check]:
    """What has to be well of the books for answers to be given."""
    from scoring.ranking import Ranking

    def books() -> str:
        if not services.db.is_migrated():
            raise Unavailable("The database is not of this version's schema; restart, which migrates it.")
        return "reachable and migrated"

    def models() -> str:
        served, unreadable = services.models.serving(Ranking), services.models.unreadable(Ranking)
        # Without a ranking leads are served all the same, in a plain order that is stated.
        if unreadable:
            return f"{unreadable} and is not used; run `callsheet train`"
        return f"ranking {served.card.version} serves" if served else "no ranking serves yet; run `callsheet train`"

    def inbox() -> str:
        desk.inbox.try_out()
        return "writable"

    return {"database": books, "models": models, "inbox": inbox}


def create_jobs(settings: Settings, services: Services, desk: Desk, workspaces: Workspaces) -> list[Job]:
    """What goes on beside the conversations."""
    from bot import metrics, schedule
    from bot.jobs import Job
    from bot.notices import Courier
    from bot.nudges import NUDGES
    from knowledge import notices
    from scoring.dispatch import Dispatcher, Rules
    from tools import projections, team_posts
    from tools.nudging import Nudger

    db = services.db
    dispatcher = Dispatcher(db, services.models, Rules(hold_out=settings.hold_out))
    courier = Courier(
        desk,
        due_to=partial(notices.due_to, db),
        take=partial(notices.take, db),
        sent=partial(notices.sent, db),
        skipped=partial(notices.skipped, db),
    )
    metrics.watch("notices", partial(notices.waiting, db))

    def deliver() -> int:
        return sum(courier.deliver(slack, team) for team, slack in workspaces.all())

    nudger, briefed = Nudger(services, NUDGES), set[tuple[str, str]]()

    def place_new_leads() -> int:
        found = dispatcher.assign_new(services.clock())
        return len(found.given) + len(found.gathered)

    return [
        Job("errands_taken_up", 5, desk.backlog.take_up),
        Job("notices_delivered", 5, deliver),
        Job("nudges_sent", 30, lambda: schedule.tick(nudger, services.clock(), briefed)),
        Job("new_leads_placed", 5, place_new_leads),
        Job("forecast_kept", 3_600, lambda: projections.keep_weekly(services)),
        Job("team_posts_announced", 60, lambda: team_posts.due(services)),
        Job("idle_leads_taken_back", 60, lambda: len(dispatcher.take_back(services.clock()))),
    ]
