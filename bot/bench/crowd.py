"""A large company's history in memory, ready to be cut: no database between the figures and what is measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from bot.bench.company import KIND_CHANCES, KINDS, LEVELS, NOW, PLACES, SOURCES, Part, draw, traits, word
from knowledge.frames import ACTIVITY_COLUMNS, CHANGE_COLUMNS, LEAD_COLUMNS, History

ACTIVITIES_A_LEAD = 10
INSTANT = "datetime64[us, UTC]"
Objects = npt.NDArray[np.object_]


def history(leads: int, *, is_open: bool, seed: int = 7) -> History:
    """Leads all open or all closed, with about ten activities each; half of the closed ones that like us are won."""
    random = np.random.default_rng(seed)
    part, facts = draw(0, leads, is_open, random), traits(leads, random)
    ids = pd.Index([f"L{number:07}" for number in part.number.tolist()], name="id", dtype=object)
    source = random.integers(0, len(SOURCES), leads)
    odds = -1.5 + part.interest + np.array([*SOURCES.values()])[source] + 0.5 * facts["fit"] + 0.3 * facts["visits"]
    won = random.random(leads) < 1 / (1 + np.exp(-odds))
    outcome = "open" if is_open else np.where(won, "won", "lost").astype(object)
    frame = _leads(ids, part, source, random).assign(outcome=pd.Series(outcome, index=ids, dtype=object))
    if not is_open:
        frame["outcome_at"] = _instants(part.ends)
    changes = pd.DataFrame({name: pd.Series(dtype=object) for name in CHANGE_COLUMNS}).astype({"at": INSTANT})
    return History(NOW, frame, _attributes(ids, facts, random), _activities(ids, part, random), changes, {})


def _leads(ids: pd.Index, part: Part, source: npt.NDArray[np.intp], random: np.random.Generator) -> pd.DataFrame:
    n, place = len(ids), random.integers(0, len(PLACES), len(ids))
    countries, zones, _ = (np.array(each, dtype=object) for each in zip(*PLACES, strict=True))
    columns = {name: pd.Series(None, index=ids, dtype=object) for name in LEAD_COLUMNS if name != "id"}
    columns |= {
        "source": pd.Series(_some([*SOURCES], source), index=ids),
        "country": pd.Series(countries[place], index=ids),
        "timezone": pd.Series(zones[place], index=ids),
        "created_at": pd.Series(_instants(part.created), index=ids),
        "outcome_at": pd.Series(pd.NaT, index=ids, dtype=INSTANT),
        "status": pd.Series(_some(["new", "working"], random.integers(0, 2, n)), index=ids),
        "value": pd.Series(random.gamma(2, 4000, n).round(2), index=ids),
        "sequence": pd.Series(np.nan, index=ids),
    }
    return pd.DataFrame(columns)


def _attributes(ids: pd.Index, facts: dict[str, npt.NDArray[np.float64]], random: np.random.Generator) -> pd.DataFrame:
    """The custom columns, one value in twenty missing."""
    columns: dict[str, pd.Series] = {}
    for name, values in facts.items():
        told: Objects | npt.NDArray[np.float64] = values
        if name in LEVELS:
            told = _some([word(name, k) for k in range(LEVELS[name])], values.astype(np.intp))
        columns[name] = pd.Series(told, index=ids).mask(random.random(len(ids)) < 0.05)
    return pd.DataFrame(columns)


def _activities(ids: pd.Index, part: Part, random: np.random.Generator) -> pd.DataFrame:
    """In order of time; half of the calls are answered."""
    lead = np.repeat(np.arange(len(ids)), random.poisson(ACTIVITIES_A_LEAD * np.exp(0.4 * part.interest - 0.08)))
    seconds = part.created[lead] + ((part.ends - part.created)[lead] * random.random(len(lead)) ** 2).astype(np.intp)
    order = np.argsort(seconds, kind="stable")
    lead, seconds = lead[order], seconds[order]
    kind = random.choice(len(KINDS), len(lead), p=KIND_CHANCES).astype(np.intp)
    answered = np.where(kind == 0, random.integers(1, 3, len(lead)), 0)
    columns = {
        "kind": _some(KINDS, kind),
        "at": _instants(seconds),
        "recorded_at": _instants(seconds),
        "person_id": _some([None], np.zeros(len(lead), dtype=np.intp)),
        "lead_id": ids.to_numpy()[lead],
        "direction": _some(["outbound", None], (kind >= 2).astype(np.intp)),
        "disposition": _some([None, "reached", "no_answer"], answered),
        "duration_s": np.full(len(lead), np.nan),
    }
    return pd.DataFrame({name: columns[name] for name in ACTIVITY_COLUMNS})


def _some(words: object, places: npt.NDArray[np.intp]) -> Objects:
    return np.array(words, dtype=object)[places]


def _instants(seconds: npt.NDArray[np.intp]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(seconds.astype("datetime64[s]").astype("datetime64[us]"), tz="UTC")
