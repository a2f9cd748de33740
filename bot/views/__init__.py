"""Results as Slack blocks: pure functions, one for each type of result, and the pieces they share.

To draw a new result, write a function in the module of its subject and register it with `@blocks.drawn`.
"""

from bot.views import customers, leads, models, movement, pipeline, retro

__all__ = ["customers", "leads", "models", "movement", "pipeline", "retro"]
