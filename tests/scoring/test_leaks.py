from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from knowledge import frames
from knowledge.database import Database
from knowledge.frames import History
from knowledge.imports import load_file
from scoring import leaks
from scoring.leaks import Report
from scoring.windows import labelled
from tests.company import NOW

HORIZON = timedelta(days=90)
# From what became of each lead (1 won, 0 lost, NaN open) and a source of chance: a column.
Column = Callable[[np.ndarray, np.random.Generator], object]


def inspected(history: History, as_of: datetime) -> Report:
    return leaks.inspect(history, labelled(history, as_of=as_of, horizon=HORIZON), as_of=as_of)


def with_columns(history: History, columns: Mapping[str, Column], rules: Mapping[str, str] | None = None) -> History:
    known = history.leads["outcome"].map({"won": 1.0, "lost": 0.0}).to_numpy(dtype=np.float64)
    random = np.random.default_rng(5)
    added = {name: pd.Series(make(known, random), index=history.leads.index) for name, make in columns.items()}
    return replace(history, attributes=history.attributes.assign(**added), rules=dict(rules or {}))


def verdicts(report: Report) -> dict[str, str]:
    return {flag.column: flag.verdict for flag in report.flags}


def when_closed(known: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Typed in for nine closed leads in ten, and right about the outcome somewhat more often than not."""
    said = np.where(random.random(len(known)) < 0.65, known == 1, known == 0)
    typed = ~np.isnan(known) & (random.random(len(known)) < 0.9)
    return pd.Series(np.where(said, "keen", "cool"), dtype=object).where(typed, None).to_numpy()


def length_of_call(known: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Seconds: nobody buys in a short call, and most of those who do not buy hang up early."""
    lost = random.lognormal(4, 1, len(known))
    return np.where(known == 1, 200 + random.lognormal(5, 1, len(known)), lost).round()


def hint(known: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A number that tells a little."""
    return np.round(np.nan_to_num(known, nan=0.4) + random.normal(0, 1.5, len(known)), 1)


def noise(known: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return random.choice(["A", "B", "C"], len(known))


def test_what_is_filled_in_only_when_a_lead_is_closed_is_dropped(company: History, as_of: datetime) -> None:
    report = inspected(with_columns(company, {"mood": when_closed}), as_of)
    (flag,) = report.flags
    assert (flag.column, flag.verdict) == ("mood", "dropped")
    assert flag.filled_open == 0.0
    assert 0.85 < flag.filled_closed < 0.95
    assert flag.beside is not None
    assert flag.without is not None
    assert flag.beside > flag.without + 0.02
    assert report.leave_out == {"mood", "attributes.mood"}
    assert "0% of open ones" in flag.evidence


def test_what_gives_the_outcome_away_is_dropped(dateless: History, as_of: datetime) -> None:
    copied = with_columns(dateless, {"code": lambda known, random: np.where(known == 1, "x", "y")})
    assert verdicts(inspected(copied, as_of)) == {"code": "dropped"}


def test_a_value_of_the_record_that_only_winners_have_is_dropped(dateless: History, as_of: datetime) -> None:
    leads = dateless.leads.assign(value=dateless.leads["value"].where(dateless.leads["outcome"] == "won", 0.0))
    assert verdicts(inspected(replace(dateless, leads=leads), as_of)) == {"value": "dropped"}


def test_a_column_by_whose_values_hardly_anyone_wins_is_doubtful_whatever_its_name(
    dateless: History, as_of: datetime
) -> None:
    assert verdicts(inspected(with_columns(dateless, {"z9": length_of_call}), as_of)) == {"z9": "doubtful"}


def test_a_column_that_open_leads_all_have_at_zero_is_dropped(dateless: History, as_of: datetime) -> None:
    column = with_columns(dateless, {"z9": lambda known, random: np.where(np.isnan(known), -1.0, hint(known, random))})
    assert verdicts(inspected(column, as_of)) == {"z9": "dropped"}
    unordered = replace(column, leads=column.leads.assign(sequence=np.nan))
    assert verdicts(inspected(unordered, as_of)) == {"z9": "doubtful"}


def test_a_column_that_drifts_with_time_is_left_alone(dateless: History, as_of: datetime) -> None:
    def rate_of_the_month(known: np.ndarray, random: np.random.Generator) -> np.ndarray:
        months: np.ndarray = np.round(dateless.leads["sequence"].to_numpy() / 40)
        return months + np.nan_to_num(known) * 2

    assert inspected(with_columns(dateless, {"rate": rate_of_the_month}), as_of).flags == ()


@pytest.mark.parametrize("name", ["Days in stage", "lastContactScore", "CLOSING_QUALITY"])
def test_a_name_that_sounds_late_is_doubtful_if_it_tells_anything(
    dateless: History, as_of: datetime, name: str
) -> None:
    assert verdicts(inspected(with_columns(dateless, {name: hint}), as_of)) == {name: "doubtful"}
    assert inspected(with_columns(dateless, {name: noise}), as_of).flags == ()
    assert inspected(with_columns(dateless, {"Floor space": hint}), as_of).flags == ()


def test_edits_on_record_say_when_a_value_came_better_than_its_name(company: History, as_of: datetime) -> None:
    scored = with_columns(company, {"score": hint})
    typed = pd.DataFrame(
        {
            "lead_id": company.leads.index,
            "at": (company.leads["created_at"] + pd.Timedelta(hours=1)).reset_index(drop=True),
            "field": "attributes.score",
            "old": None,
            "new": "1",
        }
    ).astype({"at": "datetime64[us, UTC]"})
    assert verdicts(inspected(scored, as_of)) == {"score": "doubtful"}
    assert inspected(replace(scored, changes=typed), as_of).flags == ()


def test_what_an_admin_keeps_is_not_asked_about_again(dateless: History, as_of: datetime) -> None:
    columns = {"Days in stage": hint, "z9": length_of_call}
    assert set(verdicts(inspected(with_columns(dateless, columns), as_of))) == {"Days in stage", "z9"}
    kept = with_columns(dateless, columns, {"Days in stage": "keep"})
    assert set(verdicts(inspected(kept, as_of))) == {"z9"}


@pytest.mark.parametrize("books", ["company", "dateless", "noise"])
def test_honest_columns_are_left_alone(books: str, as_of: datetime, request: pytest.FixtureRequest) -> None:
    assert inspected(request.getfixturevalue(books), as_of).flags == ()


def test_the_order_of_the_rows_and_what_comes_later_change_nothing(company: History, as_of: datetime) -> None:
    leaky = with_columns(company, {"mood": when_closed, "Last rating": hint})
    order = np.random.default_rng(0).permutation(len(leaky.leads))
    shuffled = replace(leaky, leads=leaky.leads.iloc[order], attributes=leaky.attributes.iloc[order])
    assert inspected(shuffled, as_of) == inspected(leaky, as_of)
    past = as_of - timedelta(days=100)
    there = leaky.leads["created_at"] <= pd.Timestamp(past)
    early = replace(leaky, leads=leaky.leads[there], attributes=leaky.attributes[there])
    assert inspected(early, past) == inspected(leaky, past)


def test_too_few_leads_say_nothing(make_company: Callable[..., History], as_of: datetime) -> None:
    assert inspected(with_columns(make_company(40, seed=3), {"mood": when_closed}), as_of) == Report()


X_EDUCATION = """
table: leads
columns:
  id: Lead Number
  outcome: {from: Converted, values: {"1": won, "0": lost, "": open}}
  source: Lead Source
missing: ["Select", ""]
ignore: [Prospect ID]
order: Lead Number
"""
BANK = """
table: leads
columns:
  id: {row: true}
  outcome: {from: y, values: {"yes": won, "no": lost, "1": won, "0": lost}}
missing: [unknown]
order: file
"""
IBM = """
table: leads
columns:
  id: Opportunity Number
  outcome: {from: Opportunity Result, values: {Won: won, Loss: lost}}
  value: Opportunity Amount USD
order: file
"""


def loaded(folder: Path, mapping: str, file: Path) -> History:
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    load_file(db, file, "leads", mapping=folder / "map.yaml", now=NOW)
    history = frames.load(db, until=NOW)
    db.engine.dispose()
    return history


def test_real_leads_whose_late_fields_are_still_empty_give_those_away(shared: Path, tmp_path: Path) -> None:
    whole = pd.read_csv(shared / "data/lead_scoring/x_education_80.csv.gz", dtype=str).sort_values("Lead Number")
    late = ["Tags", "Lead Quality", "Lead Profile"]
    whole.loc[whole.index[-700:], ["Converted", *late]] = ""
    whole.to_csv(tmp_path / "leads.csv", index=False)
    report = inspected(loaded(tmp_path, X_EDUCATION, tmp_path / "leads.csv"), NOW)
    found = verdicts(report)
    assert {name for name, verdict in found.items() if verdict == "dropped"} == set(late)
    assert {name for name, verdict in found.items() if verdict == "doubtful"} == {
        "Last Activity",
        "Last Notable Activity",
        "Asymmetrique Activity Index",
        "Asymmetrique Activity Score",
        "Asymmetrique Profile Index",
        "Asymmetrique Profile Score",
    }
    assert report.with_all is not None
    assert report.without_flagged is not None
    assert report.with_all > 0.97
    assert 0.84 < report.without_flagged < 0.93


def test_the_length_of_a_real_sales_call_is_doubtful_and_nothing_else(shared: Path, tmp_path: Path) -> None:
    history = loaded(tmp_path, BANK, shared / "data/lead_scoring/bank_additional_full.csv.gz")
    assert verdicts(inspected(history, NOW)) == {"duration": "doubtful"}


def test_the_timing_of_stages_of_real_deals_is_doubtful_and_nothing_else(shared: Path, tmp_path: Path) -> None:
    history = loaded(tmp_path, IBM, shared / "data/deal_win/ibm_win_loss_70.csv.gz")
    found = verdicts(inspected(history, NOW))
    assert set(found) == {name for name in map(str, history.attributes) if "Days" in name or "Stage" in name}
    assert set(found.values()) == {"doubtful"}
