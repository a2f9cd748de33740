"""Reads a question without a language model: which tools, with which arguments, or an honest reply.

Shorthand is written out and slips of the pen are mended (`spelling`). What the question names is put aside, so that
"why should I call Jane Doe" is learnt once for every lead (`text`), and the rest compared with the tools' own
examples (`reader`). What is named, counted (`numbers`), dated (`periods`) and otherwise wished for (`habits`,
`remarks`) fills the arguments (`arguments`), or what is most likely meant where it is said in other words (`values`).
Where the text leans on what was said before ("and next month?", "why the second one?"), the last answer of the thread
fills in (`threads`). Where a question lacks something it is asked for (`replies`).
"""

from bot.reading.calls import Call, Reading
from bot.reading.reader import Knows, Reader
from bot.reading.text import Link
from bot.reading.values import Intents

__all__ = ["Call", "Intents", "Knows", "Link", "Reader", "Reading"]
