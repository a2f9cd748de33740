"""What is heard from Slack. Each module registers its handlers; every event that is subscribed to has one.

An event without a handler is never acknowledged, so Slack would send it again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.listeners import actions, clicks, failures, forms, home, messages, pages, reports, shortcuts

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.desk import Desk


def register(app: App, desk: Desk) -> None:
    """Connects every handler."""
    # `actions` ends in a handler for every other click, so it comes after whatever hears clicks of its own.
    for module in (failures, messages, clicks, forms, pages, reports, shortcuts, home, actions):
        module.register(app, desk)
