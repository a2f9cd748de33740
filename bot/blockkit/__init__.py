"""What Slack would refuse in a payload, found before it is sent.

`rules` says how a value is checked, `shapes` is the table of every block and element, `payloads` knows which method
carries what and the rules that hold across a whole payload. Imports nothing but the standard library.
A new block is a new line in `shapes`.
"""

from bot.blockkit.payloads import problems
from bot.blockkit.rules import Problem

__all__ = ["Problem", "problems"]
