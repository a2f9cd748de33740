"""The number lock: every figure, date and name in what a language model says comes from the tools or from the question.

`figures` finds the figures of a text with their units, `checking` decides whether a sentence may be said, and `release`
puts the tools' own sentence in the place of one that may not. `references` lets a model point at a figure instead of
writing it. Nothing here knows of LangChain or of Slack.

A comparison is checked by what the tools said of both records ("twice as likely", "riskier than"), what is said of all,
of none or of so many (`groups`) by the tools having said it, or by the figures of each; a number of things (`counting`)
by the lines that tell of them; a day from today by the dates and times that were told. A sum is one only of a whole
column that its tool declares. What counts as a rounding, and how near a bound has to be, is told in `bounds`.

A figure is what its line calls it (`measures`): a chance to win is no reply rate, what is open is not booked, and a
total is not so much a month. What a buyer did without a figure ("has signed"), and an order that is named, are held
against what was told of that record (`claims`).

What it cannot tell: a wrong word where the tool has none or where both fit (the end of an interval for the chance, one
amount of a line for the other), deeds that are not in its list ("sounded keen"), what is said never to have been,
in which order records are listed without a word about it, of how many of the records shown something holds that was
not told of them in those words ("two of the three are ready"), what both are said to be, and how sure a thing is said
to be. This week may be named of anything; a figure of the question, or of a line that names no record, of any
record, unless it is a bare number; and any figure told, of a record that has none of its own.
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
