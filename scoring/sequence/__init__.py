"""What usually comes next in a case, and when: models of sequences of events.

- `sequences` holds the events of cases, and the prefixes of which is asked what follows; `features` reads columns,
  `weighing` says how much each of them teaches.
- `base` is the contract of a model; `ngram` counts, `boosted` grows trees, `lstm` runs a recurrent network, which
  `learning` teaches. That takes PyTorch, the extra `sequence`; all else does without.
- `trial` compares them on cases that began later than all they learnt from, by `judging`, and says which one serves.

To add a model: one file with a `SequenceModel`, one line in `trial.candidates`, by how much there is to it.
"""

from scoring.sequence.base import Said, SequenceModel
from scoring.sequence.boosted import Boosted
from scoring.sequence.lstm import Lstm
from scoring.sequence.ngram import Ngram
from scoring.sequence.sequences import Prefixes, Sequences
from scoring.sequence.trial import Trial, best, by_time, run

__all__ = [
    "Boosted",
    "Lstm",
    "Ngram",
    "Prefixes",
    "Said",
    "SequenceModel",
    "Sequences",
    "Trial",
    "best",
    "by_time",
    "run",
]
