"""What the environment says, read once."""

from __future__ import annotations

import logging
import logging.handlers
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path

from tools.errors import BadInput

# What makes the playbook's vectors: letters, a small sentence model, or the provider of the key.
EMBEDDINGS = ("hashing", "minilm", "openai")
# What is hidden from a language model's provider: names, all that may be personal, or nothing.
Privacy = Literal["names", "strict", "off"]
PRIVACY: tuple[Privacy, ...] = ("names", "strict", "off")
# The name of the planner that needs no language model.
OFFLINE = "offline"


@dataclass(frozen=True)
class Settings:
    """How this installation is set up. Secrets are kept out of its text.

    Attributes
    ----------
    home : folder of the database, the log and the demo
    cuts : days up to which a lead converts fast, and at a medium pace; None where they are learnt
    fair_share : of an equal split of the best leads, the part that a plan gives every rep at least
    switching_cost : share of a lead's chance that is lost when it is taken from whoever works it
    hold_out : share of the leads that go by today's rule, to measure what plans bring
    deal_horizon : how far ahead the chance of a deal looks; None where the books decide
    now : the instant at which time stands still, for demos and tests; None for the real one
    model : a LangChain model name, or "offline"
    model_time_s : how long the model may take for an answer before the planner gives it
    daily_tokens : what the model's answers to one person may take in a day
    privacy : what is hidden from the model's provider, one of `PRIVACY`
    token_prices : US dollars for a million tokens, read and written; None where they are not known
    embedding : what makes the playbook's vectors, one of `EMBEDDINGS`
    minilm : folder of the sentence model's files; None for the installed package
    chroma_url : the Chroma server that keeps them; None for a folder of the home
    replicas : how many bots run on these books
    patience_s : how long an answer may take before it is given up
    link_hosts : hosts that answers may link to, such as the wiki's
    secret_keys : what tokens of installed workspaces are encrypted with, the first for new ones
    workspaces : the company's Slack workspaces, by id; empty for the one that is installed first
    health_port : where health, readiness and figures are told; None for nowhere, or where Slack's requests come in
    """

    home: Path
    database_url: str
    timezone: str
    cuts: tuple[float, float] | None
    consent_required: bool
    fair_share: float
    switching_cost: float
    hold_out: float
    deal_horizon: timedelta | None
    now: datetime | None
    model: str
    model_time_s: float
    daily_tokens: int
    token_prices: tuple[float, float] | None
    privacy: Privacy
    openai_base_url: str | None
    embedding: str
    minilm: Path | None
    chroma_url: str | None
    replicas: int
    patience_s: float
    link_hosts: frozenset[str]
    health_port: int | None
    slack_api_url: str
    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    slack_client_id: str
    slack_client_secret: str
    secret_keys: tuple[str, ...]
    workspaces: frozenset[str]

    def __repr__(self) -> str:
        return f"Settings(home={self.home}, model={self.model!r})"


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment.

    Raises
    ------
    BadInput
        When one of them cannot be used; the sentence names it.
    """
    home = Path(environment.get("CALLSHEET_HOME") or user_data_path("callsheet")).expanduser().absolute()
    return Settings(
        home=home,
        database_url=environment.get("CALLSHEET_DATABASE_URL") or f"sqlite:///{home / 'callsheet.db'}",
        timezone=_zone(environment.get("CALLSHEET_TIMEZONE") or "UTC"),
        cuts=_cuts(environment.get("CALLSHEET_CUTS")),
        consent_required=environment.get("CALLSHEET_CONSENT_REQUIRED", "").lower() in ("1", "true", "yes"),
        fair_share=_share(environment, "CALLSHEET_FAIR_SHARE", 0.5),
        switching_cost=_share(environment, "CALLSHEET_SWITCHING_COST", 0.1),
        hold_out=_share(environment, "CALLSHEET_HOLD_OUT", 0.1),
        deal_horizon=_days(environment.get("CALLSHEET_DEAL_HORIZON")),
        now=_instant(environment.get("CALLSHEET_NOW")),
        model=environment.get("CALLSHEET_MODEL")
        or ("openai:gpt-5-mini" if environment.get("OPENAI_API_KEY") else OFFLINE),
        model_time_s=_seconds(environment, "CALLSHEET_MODEL_TIMEOUT", 20),
        daily_tokens=_tokens(environment.get("CALLSHEET_DAILY_TOKENS") or "500000"),
        token_prices=_prices(environment.get("CALLSHEET_TOKEN_PRICES")),
        privacy=_privacy(environment.get("CALLSHEET_PRIVACY") or "names"),
        openai_base_url=environment.get("OPENAI_BASE_URL") or None,
        embedding=_embedding(environment),
        minilm=Path(environment["CALLSHEET_MINILM"]).expanduser() if environment.get("CALLSHEET_MINILM") else None,
        chroma_url=environment.get("CALLSHEET_CHROMA_URL") or None,
        replicas=_replicas(environment.get("CALLSHEET_REPLICAS") or "1"),
        patience_s=_seconds(environment, "CALLSHEET_ANSWER_TIMEOUT", 60),
        link_hosts=frozenset(environment.get("CALLSHEET_LINK_HOSTS", "").lower().replace(",", " ").split()),
        health_port=_port(environment.get("CALLSHEET_HEALTH_PORT")),
        slack_api_url=environment.get("SLACK_API_URL") or "https://slack.com/api/",
        slack_bot_token=environment.get("SLACK_BOT_TOKEN", ""),
        slack_app_token=environment.get("SLACK_APP_TOKEN", ""),
        slack_signing_secret=environment.get("SLACK_SIGNING_SECRET", ""),
        slack_client_id=environment.get("SLACK_CLIENT_ID", ""),
        slack_client_secret=environment.get("SLACK_CLIENT_SECRET", ""),
        secret_keys=tuple(environment.get("CALLSHEET_SECRET_KEY", "").replace(",", " ").split()),
        workspaces=frozenset(environment.get("CALLSHEET_WORKSPACES", "").upper().replace(",", " ").split()),
    )


def _embedding(environment: Mapping[str, str]) -> str:
    name = environment.get("CALLSHEET_EMBEDDING") or ("openai" if environment.get("OPENAI_API_KEY") else "hashing")
    if name not in EMBEDDINGS:
        raise BadInput(f'CALLSHEET_EMBEDDING is "{name}"; set it to {", ".join(EMBEDDINGS[:-1])} or {EMBEDDINGS[-1]}.')
    if name == "openai" and not environment.get("OPENAI_API_KEY"):
        raise BadInput("CALLSHEET_EMBEDDING is openai and OPENAI_API_KEY is not set; set it, or use hashing or minilm.")
    return name


def _replicas(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise BadInput(f'CALLSHEET_REPLICAS is "{text}"; give the number of bots that run side by side, such as 2.')
    return int(text)


def _seconds(environment: Mapping[str, str], name: str, default: int) -> float:
    text = environment.get(name) or str(default)
    if not text.isdigit() or not 5 <= int(text) <= 600:
        raise BadInput(f'{name} is "{text}"; give a number of seconds from 5 to 600, such as {default}.')
    return float(text)


def _privacy(text: str) -> Privacy:
    found = next((mode for mode in PRIVACY if mode == text.lower()), None)
    if found is None:
        raise BadInput(f'CALLSHEET_PRIVACY is "{text}"; give {", ".join(PRIVACY[:-1])} or {PRIVACY[-1]}.')
    return found


def _tokens(text: str) -> int:
    if not text.replace("_", "").isdigit():
        raise BadInput(f'CALLSHEET_DAILY_TOKENS is "{text}"; give a number of tokens, such as 500000.')
    return int(text)


def _prices(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        read, written = (float(each) for each in text.split("/"))
    except ValueError:
        read = written = -1.0
    if min(read, written) < 0:
        raise BadInput(
            f'CALLSHEET_TOKEN_PRICES is "{text}"; give US dollars for a million tokens, read and written, as 0.25/2.'
        )
    return read, written


def check_replicas(settings: Settings) -> None:
    """Whether what replicas share is where all of them reach it.

    Raises
    ------
    BadInput
        When more than one is to run, and something is in a folder of one's own.
    """
    if settings.replicas > 1 and settings.database_url.startswith("sqlite"):
        raise BadInput("Several replicas need PostgreSQL; set CALLSHEET_DATABASE_URL, or CALLSHEET_REPLICAS to 1.")
    if settings.replicas > 1 and not settings.chroma_url:
        raise BadInput("Several replicas need a Chroma server; set CALLSHEET_CHROMA_URL, or CALLSHEET_REPLICAS to 1.")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(f'CALLSHEET_TIMEZONE is "{name}", which is no time zone; use one like Europe/Berlin.') from error
    return name


def _cuts(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        fast, medium = (float(part) for part in text.split(","))
    except ValueError:
        fast = medium = 0.0
    if not 0 < fast < medium < float("inf"):
        raise BadInput(
            f'CALLSHEET_CUTS is "{text}"; give the days up to which a conversion is fast and medium, such as 14,45.'
        )
    return fast, medium


def _days(text: str | None) -> timedelta | None:
    if not text:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 730:
        raise BadInput(f'CALLSHEET_DEAL_HORIZON is "{text}"; give a number of days from 1 to 730, such as 28.')
    return timedelta(days=int(text))


def _port(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdigit() or int(text) > 65_535:
        raise BadInput(f'CALLSHEET_HEALTH_PORT is "{text}"; give the number of a port, such as 8080.')
    return int(text)


def _share(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or f"{default:g}"
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadInput(f'{name} is "{text}"; give a share from 0 to 1, such as {default:g}.')
    return share


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f'CALLSHEET_NOW is "{text}", which is no ISO time; use one like 2026-03-18T15:30:00Z.'
        ) from error
    if at.tzinfo is None:
        raise BadInput("CALLSHEET_NOW has no time zone; end it with Z or an offset like +01:00.")
    return at


def log_to(home: Path) -> None:
    """Writes the log to a file of the home folder, of bounded size. It holds ids, never texts or names."""
    handler = logging.handlers.RotatingFileHandler(
        home / "callsheet.log", maxBytes=5_000_000, backupCount=3, delay=True
    )
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s %(error_id)s", defaults={"error_id": ""})
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "httpx2", "alembic", "slack_bolt", "slack_sdk", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
