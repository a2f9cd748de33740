"""Shorthand written out and slips of the pen mended, before a question is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

# How people type to one another: what is meant, and the short forms of it.
_SHORT = """
    please = pls plz / you = u / your = ur / are = r / why = y / with = w / before = b4 / and = n /
    right now = rn atm / people = ppl / thanks = thx tnx / thank you = ty / because = cos cuz / something = smth /
    somebody = sb / don't know = dunno / going to = gonna / though = tho / want to = wanna / have to = gotta /
    give me = gimme / let me = lemme / should = shud shld / could = cud / about = abt / until = til till /
    tomorrow = tmrw tmr tmw tomo / today = 2day / yesterday = yday / minutes = mins / week = wk / weeks = wks /
    month = mth mnth / months = mths / quarter = qtr / quarters = qtrs / year = yr / years = yrs / hours = hrs /
    monday = mon / tuesday = tue tues / wednesday = weds / thursday = thu thur thurs / friday = fri /
    average = avg / number = nr num / percent = pct / revenue = rev / forecast = fcst / e-mail = email /
    e-mails = emails / opportunity = opp oppty /
    opportunities = opps / voicemail = vm / appointment = appt / meeting = mtg / meetings = mtgs / message = msg /
    messages = msgs / what's = whats wats / what = wat wot / who's = whos / how's = hows / where's = wheres /
    when's = whens / that's = thats / why did = whyd / how did = howd / i'm = im / i've = ive / you're = youre /
    they're = theyre / he's = hes / she's = shes / don't = dont / doesn't = doesnt / didn't = didnt / can't = cant /
    couldn't = couldnt / won't = wont / wouldn't = wouldnt / shouldn't = shouldnt / isn't = isnt / aren't = arent /
    wasn't = wasnt / weren't = werent / hasn't = hasnt / haven't = havent / hadn't = hadnt
"""
_MEANT = {
    short: meant.strip()
    for meant, shorts in (entry.split("=") for entry in _SHORT.split("/"))
    for short in shorts.split()
}
# A shorter word is close to too many others; a longer one may have two slips.
_SHORTEST, _LONG = 4, 8
# A word that is used less often than that in the examples is nothing to mend another by.
_USED = 3
_WORD = re.compile(r"(?<![\w'’@.-])\w+(?![\w'’@-])")


@dataclass(frozen=True)
class Spelling:
    """Mends words.

    Attributes
    ----------
    used : the words that questions are made of, each with how often it is used
    is_word : whether a word is one of the language, though no question has it
    """

    used: Mapping[str, int]
    is_word: Callable[[str], bool] = lambda word: False

    def mended(self, text: str) -> str:
        """The text with its shorthand written out and its slips mended."""
        return _WORD.sub(lambda found: self._word(found[0]), text.replace("’", "'"))

    def is_strange(self, word: str) -> bool:
        """Whether a word is neither used in questions nor one of the language."""
        return word not in self.used and not self.is_word(word)

    def _word(self, word: str) -> str:
        low = word.lower()
        if meant := _MEANT.get(low):
            return meant
        if len(low) < _SHORTEST or not low.isalpha() or not self.is_strange(low):
            return word
        slips = 1 if len(low) < _LONG else 2
        near = [known for known, times in self.used.items() if times >= _USED and known[0] == low[0]]
        found = process.extractOne(low, near, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word
