"""What a command works with: the settings, and the company's books behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import settings as environment
from bot.settings import Settings

if TYPE_CHECKING:
    from knowledge.database import Database


@dataclass(frozen=True)
class Company:
    """A company's books, opened, with its settings and the instant that counts as now."""

    settings: Settings
    db: Database
    now: datetime


def settings() -> Settings:
    """The settings, with a folder to live in and a log to write to."""
    read = environment.read()
    read.home.mkdir(parents=True, exist_ok=True)
    environment.log_to(read.home)
    return read


def company() -> Company:
    """The company that the settings name."""
    from bot.app import open_books
    from bot.clock import clock

    read = settings()
    return Company(read, open_books(read), clock(read.now)())
