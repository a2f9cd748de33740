"""How likely a person is to act on a kind of nudge, learnt from what was acted on and what was ignored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# What is expected where nothing is known, and how many nudges that is worth; the same at each step down.
FIRST, STRENGTH = 0.3, 8.0
# What was seen so long ago counts half.
HALF_LIFE = timedelta(days=45)


@dataclass(frozen=True)
class Answer:
    """What became of one nudge: who had it, of which team, of which kind it was, and whether it was acted on."""

    person_id: str
    team_id: str | None
    kind: str
    at: datetime
    acted: bool


@dataclass(frozen=True)
class Rate:
    """A chance to be acted on, as a Beta distribution."""

    acted: float
    not_acted: float

    @property
    def mean(self) -> float:
        return self.acted / (self.acted + self.not_acted)


@dataclass
class Rates:
    """Response rates by kind: of everyone, of each team, of each person, each drawn towards the one before.

    How far depends on how little is known of it.

    References
    ----------
    Efron & Morris (1975), "Data analysis using Stein's estimator and its generalizations", JASA 70(350).
    """

    _seen: dict[tuple[str, ...], tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: Iterable[Answer], now: datetime) -> Rates:
        """The rates as they are at an instant; what was seen long ago counts less."""
        rates = cls()
        for each in answers:
            rates.add(each, weight=0.5 ** ((now - each.at) / HALF_LIFE))
        return rates

    def add(self, answer: Answer, *, weight: float = 1.0) -> None:
        """Takes one more answer in."""
        for key in _keys(answer.person_id, answer.team_id, answer.kind):
            acted, total = self._seen.get(key, (0.0, 0.0))
            self._seen[key] = acted + weight * answer.acted, total + weight

    def fade(self, elapsed: timedelta) -> None:
        """Lets what was seen count less, as after so much time."""
        share = 0.5 ** (elapsed / HALF_LIFE)
        self._seen = {key: (share * acted, share * total) for key, (acted, total) in self._seen.items()}

    def rate(self, person_id: str, team_id: str | None, kind: str) -> Rate:
        """How likely a person is to act on a nudge of a kind."""
        prior = FIRST
        for key in _keys(person_id, team_id, kind):
            acted, total = self._seen.get(key, (0.0, 0.0))
            found = Rate(STRENGTH * prior + acted, STRENGTH * (1 - prior) + total - acted)
            prior = found.mean
        return found


def _keys(person_id: str, team_id: str | None, kind: str) -> tuple[tuple[str, ...], ...]:
    return ("all",), ("kind", kind), ("team", team_id or "", kind), ("person", person_id, kind)
