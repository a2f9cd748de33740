"""The command line. Bad input ends in one clear sentence and exit code 2; heavy parts are imported only when used.

Each module holds the commands of one subject in an `app` of its own; `commands` puts them together. `opening` opens the
settings and the books for a command, `arguments` reads what was typed. To add a group: one such module, and one line in
`commands`.
"""

from bot.cli.commands import main

__all__ = ["main"]
