"""The number lock: every figure, date and name in what a language model says comes from the tools or from the question.

`figures` finds the figures of a text with their units, `checking` decides whether a sentence may be said, and `release`
puts the tools' own sentence in the place of one that may not. Nothing here knows of LangChain or of Slack.

What it cannot tell: whether a true figure is called by the right word ("won" for "lost"), in which order records
without figures are recommended, whether a day that is only called "tomorrow" is meant, and who "everyone" is. Sums are
held back, since no tool declares any; a figure of the question may be said of any record.
"""

from bot.lock.agreement import Figure, agrees
from bot.lock.checking import Lock, Reason
from bot.lock.figures import figures, plain
from bot.lock.releasing import Released, release
from bot.lock.sentences import clauses, sentences

__all__ = [
    "Figure",
    "Lock",
    "Reason",
    "Released",
    "agrees",
    "clauses",
    "figures",
    "plain",
    "release",
    "sentences",
]
