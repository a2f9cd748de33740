"""Reads a question without a language model: which tools, with which arguments, or an honest reply.

What the question names is found first and put aside, so that "why should I call Jane Doe" is learnt once for every
lead (`text`). The rest is compared with the tools' own examples (`reader`); what is named, counted (`numbers`), dated
and otherwise wished for (`habits`, `remarks`) fills the arguments (`arguments`). Where the text leans on what was said
before ("and next month?", "why the second one?"), the last answer of the thread fills in (`threads`).
"""

from bot.reading.calls import Call, Reading
from bot.reading.reader import Intents, Knows, Reader
from bot.reading.text import Link

__all__ = ["Call", "Intents", "Knows", "Link", "Reader", "Reading"]
