"""Results as Slack blocks: pure functions, one for each type of result, and the pieces they share.

To draw a new result, write a function in the module of its subject and register it with `@blocks.drawn`. A button that
calls a tool is drawn by `buttons`, and heard without anything more; a modal in front of a tool is a `forms.Form`. The
Home tab is a list of `sections`.
"""

from bot.views import (
    advice,
    assignments,
    customers,
    deals,
    forecasts,
    leads,
    lift,
    models,
    movement,
    news,
    nudges,
    outcomes,
    pipeline,
    plans,
    playbook,
    retro,
    reviews,
    rules,
    team,
    waiting,
)

__all__ = [
    "advice",
    "assignments",
    "customers",
    "deals",
    "forecasts",
    "leads",
    "lift",
    "models",
    "movement",
    "news",
    "nudges",
    "outcomes",
    "pipeline",
    "plans",
    "playbook",
    "retro",
    "reviews",
    "rules",
    "team",
    "waiting",
]
