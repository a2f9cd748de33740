"""Who may be given which lead, and how many more: the rules that plans and the assignment of new leads share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge import languages

# Fewer of a country's leads than this went to a team by chance or by mistake.
TERRITORY_SHARE = 0.05

Mask = npt.NDArray[np.bool_]


def eligible(leads: pd.DataFrame, reps: pd.DataFrame, territories: pd.DataFrame) -> Mask:
    """Whether each rep may be given each lead, of shape (n_leads, n_reps).

    A lead goes to a team that got its country's leads so far, to any team where none did; within a team to who speaks
    its language, if anyone there does; and never to who is away. Whether there is room is `room`'s to say.

    Parameters
    ----------
    leads : `country` and `language`, as `Snapshot.leads` has them
    reps : as `staff.reps` has them
    territories : as `staff.territories` has them
    """
    # Leads of one country and language are all alike, and there are few kinds of them.
    kinds = list(zip(_texts(leads["country"]), _texts(leads["language"]), strict=True))
    masks = {kind: _of_kind(*kind, reps, territories) for kind in set(kinds)}
    return np.array([masks[kind] for kind in kinds], bool).reshape(len(leads), len(reps))


def room(reps: pd.DataFrame, most: int, held: pd.Series | None = None) -> npt.NDArray[np.int64]:
    """How many more leads each rep can take, of shape (n_reps,); at most `most`, which is who has no limit.

    Parameters
    ----------
    held : open leads that stay with each rep, by id; by default all that the rep has now
    """
    kept = reps["open_leads"] if held is None else held.reindex(reps.index, fill_value=0)
    free = reps["max_leads"].to_numpy(np.float64) - kept.to_numpy(np.float64)
    free[np.isnan(free)] = most
    return np.where(reps["away"].to_numpy(bool), 0, free.clip(0, most)).astype(np.int64)


def _of_kind(country: str | None, language: str | None, reps: pd.DataFrame, territories: pd.DataFrame) -> Mask:
    here, teams, wanted = _teams(country, territories), reps["team_id"].to_list(), languages.code(language)
    may = np.array([not here or team in here for team in teams], bool) & ~reps["away"].to_numpy()
    speaks = np.array([wanted in spoken for spoken in reps["languages"]], bool)
    # Only a team in which somebody speaks it can leave it to them.
    settled = {team for team, yes in zip(teams, speaks & may, strict=True) if yes}
    found: Mask = may & (speaks | np.array([team not in settled for team in teams], bool))
    return found


def _teams(country: str | None, territories: pd.DataFrame) -> frozenset[str]:
    """The teams whose territory a country is; none where it is nobody's."""
    here = (territories["country"] == country).to_numpy()
    teams, leads = territories["team_id"].to_numpy()[here], territories["leads"].to_numpy()[here]
    return frozenset(teams[leads >= TERRITORY_SHARE * leads.sum()])


def _texts(values: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in values]
