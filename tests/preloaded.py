"""What a process of the command line has imported already when it is forked off."""

from importlib import import_module

from scoring import registry

for name in ("bot.app", "bot.cli", "scoring.training", "scoring.refresh", "tools.cards", "tools.retro"):
    import_module(name)
registry._skops()
