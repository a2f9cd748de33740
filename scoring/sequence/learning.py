"""How the recurrent network learns: the one place that needs PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.errors import MissingExtra
from scoring.sequence.lstm import Floats, Weights, batches, padded
from scoring.sequence.sequences import Ints, Prefixes, Vector

CASES_AT_ONCE = 32
# So many steps of learning, in so many rounds at least and at most.
UPDATES, FEWEST_ROUNDS, MOST_ROUNDS = 3000, 3, 30
RATE, DROPOUT, DECAY = 5e-3, 0.2, 1e-3
# What an error of one in log days counts beside one of log-loss.
DAYS_COUNT = 1.0


@dataclass(frozen=True)
class Lesson:
    """What is to be learnt of each event: rows and what followed.

    Attributes
    ----------
    following, days : the code of what came next and log days until then
    counts, timed : what the event counts for the one and the other; 0 where it is not known
    """

    rows: Floats
    following: Ints
    days: Floats
    counts: Floats
    timed: Floats

    @classmethod
    def of(cls, rows: Floats, known: Prefixes, weights: Vector) -> Lesson:
        following = np.zeros(len(rows), dtype=np.intp)
        days, counts, timed = np.zeros((3, len(rows)), dtype=np.float32)
        told = ~np.isnan(known.days)
        following[known.last] = known.following
        days[known.last] = np.log1p(np.where(told, known.days, 0.0))
        counts[known.last] = weights / weights.mean()
        timed[known.last] = counts[known.last] * told
        return cls(rows, following, days, counts, timed)


def learn(rows: Floats, known: Prefixes, weights: Vector, *, hidden: int, seed: int) -> Weights:
    """The weights of a network that has learnt what followed each known prefix.

    Parameters
    ----------
    rows : of all events of the sequences that the prefixes are of, shape (n_events, n_in)
    weights : what each prefix counts

    Raises
    ------
    MissingExtra
        When PyTorch is not installed.
    """
    torch = _torch()
    lesson, random = Lesson.of(rows, known, weights), np.random.default_rng(seed)
    n_in, n_out = rows.shape[1], len(known.of.names) + 2
    lengths = np.diff(known.of.starts)
    per_round = -(-len(lengths) // CASES_AT_ONCE)
    rounds = int(np.clip(UPDATES // per_round, FEWEST_ROUNDS, MOST_ROUNDS))
    with _alone(torch, seed):
        net, head = torch.nn.LSTM(n_in, hidden, batch_first=True), torch.nn.Linear(hidden + n_in, n_out)
        parameters = [*net.parameters(), *head.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=DECAY)
        pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=rounds * per_round)
        for _ in range(rounds):
            for at in _shuffled(known, lengths, random):
                optimizer.zero_grad()
                _loss(torch, net, head, lesson, at).backward()
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                optimizer.step()
                pace.step()
        return _weights(net, head)


def _shuffled(known: Prefixes, lengths: Ints, random: np.random.Generator) -> list[Ints]:
    """Batches of cases of about one length each, in random order."""
    order = np.argsort(lengths + 2 * random.random(len(lengths)))
    found = list(batches(known.of, order, CASES_AT_ONCE))
    return [found[i] for i in random.permutation(len(found))]


def _loss(torch: Any, net: Any, head: Any, lesson: Lesson, at: Ints) -> Any:
    here = at >= 0
    rows = torch.from_numpy(padded(lesson.rows, at))
    following, days = torch.from_numpy(lesson.following[at]), torch.from_numpy(lesson.days[at])
    counts, timed = (torch.from_numpy(each[at] * here) for each in (lesson.counts, lesson.timed))
    states = torch.nn.functional.dropout(net(rows)[0], DROPOUT)
    said = head(torch.cat([states, rows], dim=2))
    losses = torch.nn.functional.cross_entropy(said[:, :, :-1].transpose(1, 2), following, reduction="none")
    what = (counts * losses).sum() / counts.sum().clamp(min=1e-6)
    when = (timed * (said[:, :, -1] - days).abs()).sum() / timed.sum().clamp(min=1e-6)
    return what + DAYS_COUNT * when


def _weights(net: Any, head: Any) -> Weights:
    def plain(tensor: Any) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(tensor.detach().numpy().T)

    ahead, back = plain(net.weight_ih_l0), plain(net.weight_hh_l0)
    return Weights(ahead, back, plain(net.bias_ih_l0 + net.bias_hh_l0), plain(head.weight), plain(head.bias))


@contextmanager
def _alone(torch: Any, seed: int) -> Iterator[None]:
    """Random numbers of its own, and one thread: networks this small only wait for others."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra(
            'The LSTM needs PyTorch, which is not installed; run `pip install "callsheet[sequence]"`.', extra="sequence"
        ) from error
    return torch
