"""Shorthand written out and slips of the pen mended, before a question is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

# How people type to one another: what is meant, and the short forms of it.
_SHORT = """
    please = pls plz / you = u / your = ur / are = r / why = y / with = w / before = b4 / and = n /
    right now = rn atm / people = ppl / thanks = thx tnx / thank you = ty / because = cos cuz / something = smth /
    somebody = sb / don't know = dunno / going to = gonna / though = tho / want to = wanna / have to = gotta /
    give me = gimme / let me = lemme / should = shud shld / could = cud / about = abt / until = til till /
    tomorrow = tmrw tmr tmw tomo / today = 2day / yesterday = yday yest / phone = fone / minutes = mins / week = wk /
    weeks = wks / month = mth mnth mo / months = mths mos / quarter = qtr / quarters = qtrs / year = yr /
    years = yrs / hours = hrs / last = lst / leads = lds / spoke = spk / monday = mon / tuesday = tue tues /
    wednesday = weds / thursday = thu thur thurs / friday = fri / average = avg / conversion = conv /
    projection = proj / number = nr num / percent = pct / revenue = rev / forecast = fcst / e-mail = email /
    e-mails = emails / opportunity = opp oppty / opportunities = opps / voicemail = vm / appointment = appt /
    meeting = mtg / meetings = mtgs / message = msg / messages = msgs / what's = whats wats / what = wat wot /
    who's = whos / how's = hows / where's = wheres / when's = whens / that's = thats / why did = whyd /
    how did = howd / i'm = im / i've = ive / you're = youre / they're = theyre / he's = hes / she's = shes /
    don't = dont / doesn't = doesnt / didn't = didnt dint / can't = cant / couldn't = couldnt / won't = wont /
    wouldn't = wouldnt / shouldn't = shouldnt / isn't = isnt / aren't = arent / wasn't = wasnt / weren't = werent /
    hasn't = hasnt / haven't = havent / hadn't = hadnt
"""
_MEANT = {
    short: meant.strip()
    for meant, shorts in (entry.split("=") for entry in _SHORT.split("/"))
    for short in shorts.split()
}
# A shorter word is close to too many others; a longer one may have two slips.
_SHORT_WORD, _LONG_WORD = 4, 8
# Words are run together of parts this long, or of these, and are then no longer than that.
_PART, _SMALL_PARTS, _LONGEST = 3, frozenset({"by", "to", "of", "my", "in"}), 24
# Of several words that have the same consonants the one is meant that is so many times as frequent as the next; two
# letters stand only for one that so many examples have.
_CLEARLY, _OF_TWO_LETTERS = 3, 100
# A word that is used less often than that in the examples is nothing to mend another by.
ENOUGH = 3
_WORD = re.compile(r"(?<![\w'’@.-])\w+(?![\w'’@-])")
_SHORT_UNIT = "we{0,2}k|mo?n?ths?|q(?:uar)?te?r"
# Signs that stand for words.
_SIGNS = (
    (re.compile("’"), "'"),
    (re.compile(r"#(?= of\b)"), "number"),
    (re.compile(r"[$€£]{2,}"), "money"),
    (re.compile(rf"(?<=[a-z])/(?=(?:rep|person|head|team|source|day|{_SHORT_UNIT})\b)"), " per "),
)
_TWO = re.compile(r"\b2(?= (\w+))")
_VOWELS = re.compile(r"(?<!^)[aeiou]|(.)(?=\1)")


@dataclass(frozen=True)
class Spelling:
    """Mends words.

    Attributes
    ----------
    used : the words that questions are made of, each with how often it is used
    is_word : whether a word is one of the language, though no question has it
    infinitives : words that stand behind "to", for which some write 2
    """

    used: Mapping[str, int]
    is_word: Callable[[str], bool] = lambda word: False
    infinitives: Collection[str] = ()

    @classmethod
    def learn(cls, texts: Sequence[str], called: Collection[str], is_word: Callable[[str], bool], number: str) -> Self:
        """How questions are written, from examples in small letters, and what their periods and arguments are called.

        What is called so is as good as a word that many examples have; `number` stands in them for every number.
        """
        said = [re.findall(r"[^\W\d_]+", text) for text in texts]
        used = Counter(word for words in said for word in words)
        pairs = Counter(pair for words in said for pair in pairwise(words))
        behind = {word for (first, word), times in pairs.items() if first == "to" and times >= ENOUGH}
        counted = {word for first, word in pairs if first == number}
        return cls(used | Counter(dict.fromkeys(called, ENOUGH)), is_word, behind - counted)

    def mended(self, text: str) -> str:
        """The text with its shorthand written out and its slips mended."""
        for sign, words in _SIGNS:
            text = sign.sub(words, text)
        text = _WORD.sub(lambda found: self._word(found[0]), text)
        return _TWO.sub(lambda found: "to" if found[1].lower() in self.infinitives else found[0], text)

    def is_strange(self, word: str) -> bool:
        """Whether a word is neither used in questions nor one of the language."""
        return word not in self.used and not self.is_word(word)

    def is_rare(self, word: str) -> bool:
        """Whether hardly a question has a word, though the language may."""
        return self.used.get(word, 0) < ENOUGH

    def _word(self, word: str) -> str:
        low = word.lower()
        if meant := _MEANT.get(low):
            return meant
        if not low.isalpha() or not self.is_strange(low):
            return word
        return self._nearest(low) or self._without_vowels(low) or self._run_together(low) or word

    def _nearest(self, word: str) -> str | None:
        if len(word) < _SHORT_WORD:
            return None
        slips = 1 if len(word) < _LONG_WORD else 2
        near = [known for known in self._common if known[0] == word[0]]
        found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else None

    def _without_vowels(self, word: str) -> str | None:
        """What is meant by "nxt" or "frcst", if nothing else is likely."""
        meant = [known for known in self._bare.get(_bare(word), ()) if _is_within(word, known)]
        most, next_most = ([*(self.used[known] for known in meant), 0, 0])[:2]
        is_clear = most >= max(_CLEARLY * next_most, _OF_TWO_LETTERS if len(word) == 2 else 1)
        return meant[0] if is_clear else None

    def _run_together(self, word: str) -> str | None:
        """The words that "winrate" or "leadsbysource" is made of."""
        if len(word) > _LONGEST:
            return None
        if word in self._common and (len(word) >= _PART or word in _SMALL_PARTS):
            return word
        cuts = [(word[:cut], word[cut:]) for cut in range(len(word) - 2, 1, -1)]
        starts = [
            (one, rest) for one, rest in cuts if one in self._common and (len(one) >= _PART or one in _SMALL_PARTS)
        ]
        return next((f"{one} {others}" for one, rest in starts if (others := self._run_together(rest))), None)

    @cached_property
    def _common(self) -> dict[str, int]:
        return {word: times for word, times in self.used.items() if times >= ENOUGH}

    @cached_property
    def _bare(self) -> dict[str, list[str]]:
        """The common words by what is left of them without vowels."""
        found: dict[str, list[str]] = {}
        for word in self._common:
            found.setdefault(_bare(word), []).append(word)
        return {bare: sorted(many, key=lambda word: -self.used[word]) for bare, many in found.items()}


def _is_within(short: str, word: str) -> bool:
    """Whether a word has the letters of a short one in their order."""
    letters = iter(word)
    return all(letter in letters for letter in short)


def _bare(word: str) -> str:
    return _VOWELS.sub("", word)
