"""The number lock: every figure, date and name in what a language model says comes from the tools or from the question.

`figures` finds the figures of a text with their units, `checking` decides whether a sentence may be said, and `release`
puts the tools' own sentence in the place of one that may not. `references` lets a model point at a figure instead of
writing it. Nothing here knows of LangChain or of Slack.

A comparison is checked by what the tools said of both records ("twice as likely"), what is said of all or of none by
the tools having said it, or by the highest and the lowest; a day from today by the dates and times that were told. A
sum is one only of a whole column that its tool declares.

What it cannot tell: whether a true figure is called by the right word ("won" for "lost", the end of an interval for the
chance), what is said without a figure ("she never answers"), and in which order records are listed without a word about
it. This week may be named of anything; a figure of the question, or of a line that names no record, of any record.
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
