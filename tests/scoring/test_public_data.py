"""Chances on real leads and deals, loaded as a company would load its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from knowledge.database import Database
from knowledge.imports import load_file
from scoring import training
from scoring.chance import HORIZON
from scoring.deals import Win
from scoring.windows import FOLDS, Rows
from tests.company import NOW

# Typed after the outcome or read at the end of a lead's life; a person who knows the data leaves them out.
LATE = [
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
]  # fmt: skip
MAPPING = f"""
table: leads
columns:
  id: Lead Number
  outcome: {{from: Converted, values: {{"1": won, "0": lost, "": open}}}}
  source: Lead Source
  country: Country
missing: ["Select", ""]
ignore: {["Prospect ID", *LATE]}
order: Lead Number
"""
DEALS = """
table: deals
columns:
  id: {row: true}
  name: {value: deal}
  outcome: {from: Status, values: {Won: won, Lost: lost}}
"""
DRAWS = 8


@pytest.fixture(scope="module")
def leads(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("x")
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    load_file(db, shared / "data/lead_scoring/x_education_80.csv.gz", "leads", mapping=folder / "map.yaml", now=NOW)
    return db


@pytest.mark.usefixtures("in_earnest")
def test_leads_without_dates_are_ranked_forward_in_their_order(leads: Database) -> None:
    found = training.evaluate(leads, "ranking", as_of=NOW).to_json()
    assert found["split"] == "time"
    assert found["metrics"]["auc"]["value"] >= 0.865
    assert found["metrics"]["ece"]["value"] <= 0.03
    assert found["metrics"]["auc"]["low"] > found["baselines"]["newest"]["auc"]["high"]


@pytest.fixture(scope="module")
def few_deals(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("few")
    (folder / "map.yaml").write_text(DEALS, encoding="utf-8")
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    load_file(db, shared / "data/deal_win/salvirt_b2b_dedup.csv", "deals", mapping=folder / "map.yaml", now=NOW)
    return Win.labelled(training.learn_from(db, NOW, "deals"), as_of=NOW, horizon=HORIZON)


def test_a_few_hundred_deals_are_told_apart_better_than_by_logistic_regression(few_deals: Rows) -> None:
    """By the mean AUC of single folds over several draws of them, for one draw of so few deals is off by .005."""
    own, plain = zip(*(aucs(few_deals, draw) for draw in range(DRAWS)), strict=True)
    assert np.mean(own) >= 0.84
    assert np.mean(own) > np.mean(plain) + 0.01


def aucs(rows: Rows, draw: int) -> tuple[float, float]:
    """Of the model and of a plain logistic regression, the mean over the folds of one draw."""
    folds, found = rows.folds(draw), []
    answers = rows.frame.filter(like="attributes.").astype(str)
    for k in range(FOLDS):
        unseen, won = folds == k, rows.won
        said = Win().attempt(rows.take(~unseen), rows.take(unseen), leave_out=frozenset())["blend"].value
        plain = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression(max_iter=1000))
        beside = plain.fit(answers[~unseen], won[~unseen]).predict_proba(answers[unseen])[:, 1]
        found.append([roc_auc_score(won[unseen], each) for each in (said, beside)])
    own, plain_auc = np.mean(found, axis=0)
    return float(own), float(plain_auc)
