"""The period, lived many times: which open deals are won, and what comes in beside them.

Deals do not fall independently of one another: a good month is good for all. Each draw has one common shock; given it,
deals are independent. It moves chances as in Vasicek's model of a portfolio, where the mean of each stays its chance.

References
----------
Vasicek (2002), "The distribution of loan portfolio value", Risk 15(12).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtr, ndtri
from scipy.stats import poisson

from scoring.forecast.clock import Floats
from scoring.forecast.deals import Whole

Draws = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int32]

DRAWS = 10_000
# Deals that are drawn at once: enough to be quick, few enough to stay in the cache of the processor.
BLOCK = 64
DEALS_A_PART = 8_192
LEAST, MOST = 1e-7, 1 - 1e-7
# A rate is small up to here; then more than that many come about once in 10⁸ draws.
FEW, MOST_OF_FEW = 32.0, 70
# Where the amount of those to come is worked out; between, it is read off.
GRID = ndtr(np.linspace(ndtri(LEAST), ndtri(MOST), 401))


@dataclass(frozen=True)
class Odds:
    """What may happen in a period.

    Attributes
    ----------
    chance, amount, cell : of each open deal: to be won in it, what it brings, and the cell it belongs to
    wins : number of wins to expect of deals not opened yet, by cell
    amount_mean, amount_sd : what one of those brings
    certain : what each cell has booked already
    """

    chance: Floats
    amount: Floats
    cell: Whole
    wins: Floats
    amount_mean: float
    amount_sd: float
    certain: Floats

    @property
    def n_cells(self) -> int:
        return len(self.wins)

    @property
    def expected_open(self) -> Floats:
        """By cell, what open deals bring in the mean."""
        return np.asarray(np.bincount(self.cell, self.chance * self.amount, self.n_cells), dtype=np.float64)

    @property
    def expected(self) -> Floats:
        """By cell, what everything brings in the mean, that booked already among it."""
        return np.asarray(self.certain + self.expected_open + self.wins * self.amount_mean)

    @property
    def noise(self) -> float:
        """Variance of the sum if deals were independent of one another."""
        single = self.chance * (1 - self.chance) * self.amount**2
        return float(single.sum() + self.wins.sum() * (self.amount_mean**2 + self.amount_sd**2))

    @property
    def pull(self) -> float:
        """What one standard deviation of the common shock, of strength 1, moves the sum by."""
        open_ = self.chance * self.amount
        bend = density(ndtri(np.clip(self.chance, LEAST, MOST))) * self.amount
        a_euro = bend.sum() / open_.sum() if open_.sum() > 0 else 1.0
        return float(bend.sum() + a_euro * (self.wins * self.amount_mean).sum())


def density(z: Floats) -> Floats:
    """The standard normal density."""
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


def simulate(odds: Odds, correlation: float, *, draws: int = DRAWS, seed: int = 0) -> Draws:
    """What each cell brings in each draw: (cell, draw); sums over cells are sums over the same draws."""
    random = np.random.default_rng(seed)
    # Evenly spread shocks: the tails are those of the model, not of chance.
    shock = random.permutation(ndtri((np.arange(draws) + 0.5) / draws))
    found = _open_deals(odds, correlation, shock, random)
    found += _to_come(odds, correlation, shock, random)
    found += odds.certain[:, None].astype(np.float32)
    return found


def _open_deals(odds: Odds, correlation: float, shock: Floats, random: np.random.Generator) -> Draws:
    order = np.argsort(odds.cell, kind="stable")
    order = order[odds.chance[order] > 0]
    distinct, which = np.unique(np.round(odds.chance[order], 4), return_inverse=True)
    table = shifted(distinct, correlation, shock).astype(np.float32)
    cell, amount = odds.cell[order], odds.amount[order].astype(np.float32)
    total = np.zeros((odds.n_cells, len(shock)), dtype=np.float32)
    # As many parts on any machine, so that the same seed gives the same draws.
    parts = np.array_split(np.arange(len(order)), max(1, len(order) // DEALS_A_PART))

    def part(rows: Whole, seed: np.random.SeedSequence) -> list[tuple[Whole, Draws]]:
        return _blocks(rows, cell, amount, which, table, np.random.Generator(np.random.SFC64(seed)))

    seeds = np.random.SeedSequence(int(random.integers(2**63))).spawn(len(parts))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(part, parts, seeds):
            for cells, sums in found:
                total[cells] += sums
    return total


def _blocks(
    rows: Whole, cell: Whole, amount: Draws, which: Whole, table: Draws, random: np.random.Generator
) -> list[tuple[Whole, Draws]]:
    """Sums of cells over some deals, which stand in the order of their cells."""
    found: dict[int, Draws] = {}
    drawn = np.empty((BLOCK, table.shape[1]), dtype=np.float32)
    limit = np.empty_like(drawn)
    for start in range(0, len(rows), BLOCK):
        some = rows[start : start + BLOCK]
        luck, bound = drawn[: len(some)], limit[: len(some)]
        random.random(out=luck, dtype=np.float32)
        np.take(table, which[some], axis=0, out=bound, mode="clip")
        np.less(luck, bound, out=luck, casting="unsafe")
        cells, place = np.unique(cell[some], return_inverse=True)
        weights = np.zeros((len(cells), len(some)), dtype=np.float32)
        weights[place, np.arange(len(some))] = amount[some]
        for each, sums in zip(cells.tolist(), weights @ luck, strict=True):
            if each in found:
                found[each] += sums
            else:
                found[each] = sums
    return [(np.array(list(found), dtype=np.intp), np.array(list(found.values())))] if found else []


def shifted(chance: Floats, correlation: float, shock: Floats) -> Floats:
    """Chances under each common shock: (chance, draw); their mean over shocks is the chance."""
    bar = ndtri(np.clip(chance, LEAST, MOST))[:, None]
    return np.asarray(ndtr((bar + np.sqrt(correlation) * shock) / np.sqrt(1 - correlation)))


def _to_come(odds: Odds, correlation: float, shock: Floats, random: np.random.Generator) -> Draws:
    """Compound Poisson sums; the shock moves their rate by as much as it moves the open deals in the mean."""
    expected = float((odds.wins * odds.amount_mean).sum())
    if expected <= 0:
        return np.zeros((odds.n_cells, len(shock)), dtype=np.float32)
    all_ = expected + float((odds.chance * odds.amount).sum())
    sigma = np.sqrt(np.log1p(correlation * (odds.pull / all_) ** 2))
    luck = random.random((2, odds.n_cells, len(shock)), dtype=np.float32)
    count = _counts(odds.wins[:, None] * np.exp(sigma * shock - sigma**2 / 2), luck[0])
    if odds.amount_sd == 0:
        return np.asarray(count * odds.amount_mean, dtype=np.float32)
    return _sums(count, odds.amount_mean, odds.amount_sd, luck[1])


def _counts(rate: Floats, luck: Draws) -> Counts:
    """Poisson counts of given rates by inversion: the same luck brings about the same count at about the same rate.

    So a forecast moves no more than what it rests on, however often it is asked for.
    """
    count = np.zeros(rate.shape, dtype=np.int32)
    few = rate.max(axis=1, initial=0.0) <= FEW
    count[few] = _counted_up(rate[few].astype(np.float32), luck[few])
    count[~few] = poisson.ppf(luck[~few], rate[~few])
    return count


def _counted_up(rate: Draws, luck: Draws) -> Counts:
    """Counts of small rates: one after the other, until their chance together is more than the luck."""
    chance = np.exp(-rate)
    below, count = chance.copy(), np.zeros(rate.shape, dtype=np.int32)
    for n in range(1, MOST_OF_FEW):
        more = luck > below
        if not more.any():
            break
        count += more
        chance *= rate / n
        below += chance
    return count


def _sums(count: Counts, mean: float, sd: float, luck: Draws) -> Draws:
    """Sums of that many gamma amounts by inversion: n of them have n times the mean and the variance of one."""
    shape, sums = (mean / sd) ** 2, np.zeros(count.shape, dtype=np.float32)
    for n in np.unique(count[count > 0]).tolist():
        mine = count == n
        sums[mine] = np.interp(luck[mine], GRID, gammaincinv(n * shape, GRID) * (mean / shape))
    return sums
