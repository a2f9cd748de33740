"""The ranking on real leads, loaded as a company would load its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.database import Database
from knowledge.imports import load_file
from scoring import training
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
