"""Contributions to a score, told as a rep would say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.features import UNKNOWN, Feature, is_known

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """One reason behind a score.

    Attributes
    ----------
    feature : the feature that says most about the subject
    text : a clause with its figures, to follow the lead's name
    effect : log-odds added to the score, over all features of the subject
    value, typical : what was read, and what is usual (empty where nothing is)
    """

    feature: str
    text: str
    effect: float
    value: str
    typical: str


@dataclass(frozen=True)
class Explanation:
    """All reasons behind one score, strongest first: `base` plus their effects is the score's log-odds."""

    base: float
    reasons: tuple[Reason, ...]


class Explanations(Mapping[str, Explanation]):
    """Why each of many records has its score: all effects are there at once, the words when they are asked for.

    Parameters
    ----------
    features, typical : what the columns are, and what is usual in them
    frame : the values read, a row for each record, indexed by id
    effects : contributions in log-odds, shape (n_records, n_columns), which with `base` sum to the scores
    of_winning : whether what has the chance is good news; else what adds to it wins less often
    """

    def __init__(
        self,
        features: Sequence[Feature],
        typical: Sequence[object],
        frame: pd.DataFrame,
        base: float,
        effects: Matrix,
        *,
        of_winning: bool = True,
    ) -> None:
        self.features, self.typical, self.frame = features, typical, frame
        self.base, self.effects, self.of_winning = base, effects, of_winning
        self.subjects: dict[str, list[int]] = {}
        for place, feature in enumerate(features):
            self.subjects.setdefault(feature.subject, []).append(place)

    def __getitem__(self, id_: str) -> Explanation:
        row = self.frame.index.get_loc(id_)
        values, effects = list(self.frame.iloc[row]), self.effects[row]
        reasons = (
            _reason(self.features, self.typical, values, effects, places, self.of_winning)
            for places in self.subjects.values()
        )
        return Explanation(self.base, tuple(sorted(reasons, key=lambda r: (-abs(r.effect), r.feature))))

    def __iter__(self) -> Iterator[str]:
        return iter(self.frame.index)

    def __len__(self) -> int:
        return len(self.frame)


def _reason(
    features: Sequence[Feature],
    typical: Sequence[object],
    values: Sequence[object],
    effects: npt.NDArray[np.float64],
    members: Sequence[int],
    of_winning: bool,
) -> Reason:
    effect = float(effects[list(members)].sum())

    def speaks(i: int) -> tuple[bool, float]:
        pull = float(effects[i]) * (1 if effect >= 0 else -1)
        both_known = is_known(values[i]) and is_known(typical[i])
        is_usual = both_known and features[i].show(values[i]) == features[i].show(typical[i])
        return pull > 0 and not is_usual, pull

    # Of what pulls in the direction of the whole, the hardest speaks for its subject; to be as usual explains nothing.
    speaker = max(members, key=speaks)
    feature, value, usual = features[speaker], values[speaker], typical[speaker]
    return Reason(
        feature=feature.name,
        text=feature.tell(value, usual, effect if of_winning else -effect),
        effect=effect,
        value=feature.show(value) if is_known(value) else UNKNOWN,
        typical=feature.show(usual) if is_known(usual) else "",
    )
