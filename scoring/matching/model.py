"""What each rep adds to the chance of a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from knowledge import languages
from knowledge.errors import NotTrained, UnknownRecord
from knowledge.frames import History
from scoring.base import Model, Progress, silent
from scoring.evaluation import Evaluation, Split
from scoring.explanations import Explanation, Reason
from scoring.features import UNKNOWN
from scoring.leaks import Report
from scoring.matching import decided, expected, hierarchy, interplay, trial
from scoring.matching.decided import Decided
from scoring.matching.effects import Effects
from scoring.matching.interplay import Interplay
from scoring.matching.table import LANGUAGE, LOAD, Table
from scoring.preferences import NONE_SET, Preferences
from scoring.reps import Reps

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
# Chances closer to 0 or 1 than this are not claimed.
SURE = 1e-6
INTERVAL = (5.0, 95.0)


class Matching(Model[History]):
    """Chance that a lead is won if a given rep works it: what the lead's own chance is, and what the rep adds.

    What a rep adds is learnt from decided leads, beside what their own features let expect, and shrunk to the team's
    mean by how little is known of the rep. A rep changes over time: how fast is learnt too, and old evidence counts
    the less. How far reps lie apart is not taken for known, so that intervals are as wide as that leaves them.
    On top come how many open leads the rep has, beside the usual number, and whether the rep speaks the lead's
    language, each shrunk to nothing as far as it may be chance and never with the wrong sign. Whether it depends on
    the kind of lead is tested on later leads; if not, that is said and nothing is used.

    Parameters
    ----------
    seed : decides random choices

    Assumptions
    -----------
    1. Among leads that look alike, who got which was not decided by what only people saw in them.
    2. What a rep added to leads so far, the rep adds to the next.

    References
    ----------
    Efron & Morris (1975), "Data analysis using Stein's estimator and its generalizations", JASA 70; Morris (1983),
    "Parametric empirical Bayes inference", JASA 78; Gelman & Hill (2007), "Data analysis using regression and
    multilevel/hierarchical models".
    """

    name: ClassVar[str] = "matching"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.members: tuple[str, ...] = ()
        self.teams: tuple[str, ...] = ()
        self.found: Effects | None = None
        self.usual_load = np.empty(0)
        self.usually_spoken = 1.0
        self.load_slope = self.language_effect = 0.0
        self.rate = float("nan")
        self.evidence = self.won = self.expected = np.empty(0)
        self.by_kind = Interplay()

    @property
    def feature_names(self) -> tuple[str, ...]:
        return ("rep", "open_leads", "language")

    @property
    def interplay(self) -> str:
        """Whether what a rep adds depends on the kind of lead, in a sentence."""
        return self.by_kind.told()

    @property
    def has_interplay(self) -> bool:
        """Whether it does."""
        return self.by_kind.holds

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        return self.learn(decided.gather(history, as_of=as_of, guard=guard), _teams(history))

    def learn(self, rows: Decided, team_of: Mapping[str, str]) -> Self:
        """The model itself, having learnt from decided leads; `team_of` says which team each person is of.

        Raises
        ------
        NotTrained
            When they are too few.
        """
        if refusal := trial.too_few(rows):
            raise NotTrained(refusal)
        unseen = expected.log_odds(rows.frame, rows.won, seed=self.seed)[0]
        table = Table.of(rows, unseen, team_of)
        found = self.found = hierarchy.learn(table.cases)
        self.members, self.teams = table.members, table.teams
        self.usual_load, self.usually_spoken = table.usual_load, table.usually_spoken
        self.load_slope = _shrunk(found.covariates[LOAD], found.errors[LOAD], sign=-1)
        self.language_effect = _shrunk(found.covariates[LANGUAGE], found.errors[LANGUAGE], sign=1)
        self.rate = float(rows.won.mean())
        member, alone = table.cases.member, table.cases.covariates @ found.covariates
        self.evidence, self.won, self.expected = (
            np.asarray(np.bincount(member, each), dtype=np.float64)
            for each in (np.ones(len(rows)), rows.won, expit(alone))
        )
        self.by_kind = interplay.find(rows, member, expit(alone + found.mean[member]))
        return self

    def effects(self) -> pd.DataFrame:
        """What each rep adds on the log-odds, indexed by person id.

        `value` with its 90 % interval `low`, `high`, its standard deviation `sd`, and on how many decided leads it
        rests (`evidence`).
        """
        found = self._found
        low, high = np.percentile(found.drawn, INTERVAL, axis=0)
        columns = {
            "value": found.mean,
            "low": low,
            "high": high,
            "evidence": self.evidence,
            "sd": found.drawn.std(axis=0),
        }
        return pd.DataFrame(columns, index=pd.Index(self.members, name="id"))

    def chances(self, p: pd.Series, leads: pd.DataFrame, reps: Reps) -> Matrix:
        """The chance of each lead with each rep, as busy as the reps are now, of shape (n_leads, n_reps).

        Parameters
        ----------
        p : the chance of each lead whoever works it, indexed by id
        leads : rows of `Snapshot.leads`, for those ids at least
        """
        base = logit(np.clip(p.to_numpy(dtype=np.float64), SURE, 1 - SURE))
        leads = leads.reindex(p.index)
        parts = self._of_lead(leads, reps)
        return np.asarray(expit(base[:, None] + self.adds(reps) + sum(parts.values())))

    def adds(self, reps: Reps) -> Vector:
        """What each rep adds to any lead, as busy as the rep is now (n_reps,): 0 and the team's for who is new."""
        return self._mean(reps) + self._busy(reps)

    def draws(self, rep_ids: Sequence[str], n: int, seed: int = 0, *, teams: Sequence[str | None] = ()) -> Matrix:
        """What each rep may truly add: joint draws of shape (n, n_reps), around what `adds` says but for the load."""
        places = self._places(rep_ids)
        new = np.flatnonzero(places < 0)
        of_team = [self._team(teams[i] if i < len(teams) else None) for i in new.tolist()]
        drawn = self._found.draws(n, seed, strangers=of_team)
        places[new] = len(self.members) + np.arange(len(new))
        return np.asarray(drawn[:, places])

    def load_discount(self, reps: Reps) -> Vector:
        """The share by which each next lead of a rep is worth less than the one before (n_reps,).

        Twice what a lead loses when its rep has one open lead more, since those given before it lose as well.
        """
        self._found  # noqa: B018 - an untrained model knows no load
        return np.full(len(reps), -np.expm1(2 * self.load_slope * (1 - self.rate)))

    def explain(self, lead_id: str, rep_id: str, *, p: pd.Series, leads: pd.DataFrame, reps: Reps) -> Explanation:
        """Why a lead has its chance with a rep: the lead's own chance as a base, and what the rep adds to it.

        Raises
        ------
        UnknownRecord
            When the rep is not among `reps`, or the lead has no chance in `p`.
        """
        if rep_id not in reps.ids or lead_id not in p.index:
            raise UnknownRecord(f"Rep {rep_id} or lead {lead_id} is not among those to be matched.")
        rep = reps.take([reps.ids.index(rep_id)])
        lead = leads.reindex([lead_id])
        parts = {name: float(each[0, 0]) for name, each in self._of_lead(lead, rep).items()}
        reasons = [
            self._record(rep),
            Reason("open_leads", *self._told_load(rep)),
            Reason("language", *_told_language(lead, rep, parts["language"])),
        ]
        if self.has_interplay:
            reasons.append(_told_kind(self.by_kind, lead, parts["kind"]))
        base = float(logit(np.clip(p[lead_id], SURE, 1 - SURE)))
        return Explanation(base, tuple(sorted(reasons, key=lambda each: (-abs(each.effect), each.feature))))

    @classmethod
    def evaluate(
        cls,
        history: History,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        progress("back-testing", 0.0)
        guard = cls.suspected(history, as_of=as_of)
        rows = decided.gather(history, as_of=as_of, guard=guard)
        return replace(trial.run(rows, _teams(history), progress), leaks=guard)

    @classmethod
    def suspected(cls, history: History, *, as_of: datetime) -> Report:
        return decided.inspected(history, as_of=as_of)

    @property
    def _found(self) -> Effects:
        if self.found is None:
            raise NotTrained
        return self.found

    def _places(self, ids: Sequence[str]) -> npt.NDArray[np.intp]:
        return np.asarray(pd.Index(self.members, dtype=object).get_indexer(pd.Index(ids, dtype=object)), dtype=np.intp)

    def _team(self, team: str | None) -> int:
        """The code of a team that has a mean of its own, else -1."""
        has_mean = team in self.teams and len(self.teams) > 1
        return self.teams.index(str(team)) if has_mean else -1

    def _mean(self, reps: Reps) -> Vector:
        found, places = self._found, self._places(reps.ids)
        strangers = np.array([found.stranger(self._team(team)) for team in reps.team])
        return np.where(places < 0, strangers, found.mean[places])

    def _busy(self, reps: Reps) -> Vector:
        """What each rep's open leads add, beside the usual number."""
        return np.asarray(self.load_slope * (reps.load - self._usual(reps)))

    def _usual(self, reps: Reps) -> Vector:
        places = self._places(reps.ids)
        return np.where(places < 0, self.usual_load.mean(), self.usual_load[places])

    def _of_lead(self, leads: pd.DataFrame, reps: Reps) -> dict[str, Matrix]:
        """What depends on the lead and the rep: the language, and the kind of lead if that holds."""
        parts = {"language": self.language_effect * self._speaks(leads, reps)}
        if self.by_kind.holds:
            parts["kind"] = _by_kind(self.by_kind, leads, self._places(reps.ids))
        return parts

    def _speaks(self, leads: pd.DataFrame, reps: Reps) -> Matrix:
        """Whether each rep speaks each lead's language, beside how often that is so; 0 where it is not known."""
        wanted = [languages.code(each) if isinstance(each, str) else None for each in leads["language"]]
        kinds = {code: self._speak(code, reps) for code in set(wanted)}
        return np.array([kinds[code] for code in wanted], dtype=np.float64).reshape(len(leads), len(reps))

    def _speak(self, code: str | None, reps: Reps) -> list[float]:
        return [float(code in spoken) - self.usually_spoken if code and spoken else 0.0 for spoken in reps.languages]

    def _record(self, rep: Reps) -> Reason:
        place, effect = int(self._places(rep.ids)[0]), float(self._mean(rep)[0])
        if place < 0:
            return Reason("rep", "has no decided leads yet, so that the team's mean stands in", effect, UNKNOWN, "")
        won, n, usual = self.won[place], self.evidence[place], self.expected[place]
        text = f"won {won:,.0f} of {n:,.0f} decided leads; {usual:,.0f} are usual for such leads"
        return Reason("rep", text, effect, f"{won:,.0f} of {n:,.0f}", f"{usual:,.0f}")

    def _told_load(self, rep: Reps) -> tuple[str, float, str, str]:
        load, usual = rep.load[0], self._usual(rep)[0]
        text = f"has {load:,.0f} open leads; usual is {usual:,.0f}"
        return text, float(self._busy(rep)[0]), f"{load:,.0f}", f"{usual:,.0f}"


def _teams(history: History) -> dict[str, str]:
    return {str(id_): str(team) for id_, team in history.people["team_id"].dropna().items()}


def _shrunk(effect: float, error: float, *, sign: int) -> float:
    """An effect shrunk as far as it may be chance (James and Stein's positive part); none if it has the wrong sign."""
    return float(effect) * max(0.0, 1 - error**2 / max(effect**2, 1e-18)) if effect * sign > 0 else 0.0


def _by_kind(found: Interplay, leads: pd.DataFrame, places: npt.NDArray[np.intp]) -> Matrix:
    assert found.added is not None
    if found.column not in leads:
        return np.zeros((len(leads), len(places)))
    added = np.vstack([found.added, np.zeros(found.added.shape[1])])
    return added[places][:, interplay.code_of(leads[found.column], found.levels)].T


def _told_language(leads: pd.DataFrame, rep: Reps, effect: float) -> tuple[str, float, str, str]:
    said = leads["language"].iloc[0]
    code = languages.code(said) if isinstance(said, str) else None
    if not code or not rep.languages[0]:
        return "whether it is the lead's language is not known", effect, UNKNOWN, ""
    speaks = code in rep.languages[0]
    return f"{'speaks' if speaks else 'does not speak'} the lead's language", effect, "yes" if speaks else "no", ""


def _told_kind(found: Interplay, leads: pd.DataFrame, effect: float) -> Reason:
    value = str(leads[found.column].iloc[0]) if found.column in leads else UNKNOWN
    doing = "better" if effect >= 0 else "worse"
    return Reason(found.column, f"does {doing} than usual with leads of this kind ({value})", effect, value, "")
