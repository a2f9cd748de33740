"""A randomised e-mail test on real customers, loaded as a company would load its own books."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from knowledge.database import Database
from knowledge.imports import load_file
from scoring import training
from tests.company import NOW

SENT = NOW - timedelta(days=60)
MAILED, ALONE = "Womens E-Mail", "No E-Mail"
AFTERWARDS = ["segment", "visit", "conversion", "spend"]


@pytest.fixture(scope="module")
def mailing(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Customers as leads, an e-mail to those who were drawn for one, a page view of those who came by afterwards."""
    folder = tmp_path_factory.mktemp("mailing")
    rows = pd.read_csv(shared / "data/uplift/hillstrom_half_a.csv.gz")
    rows = rows[rows["segment"].isin([MAILED, ALONE])]
    rows.index = pd.Index([f"C-{i:06}" for i in range(len(rows))], name="id")
    came = np.random.default_rng(0).uniform(0.1, 13, len(rows))
    visits = rows.index[rows["visit"] == 1], [SENT + timedelta(days=d) for d in came[rows["visit"] == 1]]
    mails = rows.index[rows["segment"] == MAILED]
    activities = pd.concat(
        [
            pd.DataFrame({"lead_id": mails, "at": SENT, "kind": "email", "direction": "outbound"}),
            pd.DataFrame({"lead_id": visits[0], "at": visits[1], "kind": "page_view", "direction": "inbound"}),
        ],
        ignore_index=True,
    ).rename_axis("id")
    leads = rows.drop(columns=AFTERWARDS).assign(created_at=SENT - timedelta(days=30))
    leads.to_csv(folder / "leads.csv")
    activities.to_csv(folder / "activities.csv")
    db = Database(f"sqlite:///{folder}/callsheet.db")
    db.migrate()
    for table in ("leads", "activities"):
        load_file(db, folder / f"{table}.csv", table, now=NOW)
    return db


def test_who_comes_because_of_the_mail_is_found_among_customers_not_seen(mailing: Database) -> None:
    found = training.evaluate(mailing, "uplift", as_of=NOW).to_json()
    top, average = found["metrics"]["uplift_30"], found["metrics"]["average_effect"]
    assert found["refusal"] is None
    assert top["value"] >= 0.065
    assert average["low"] < 0.045 < average["high"]
    assert found["metrics"]["gain_30"]["low"] > 0
    assert top["value"] > found["baselines"]["likeliest"]["uplift_30"]["value"]
    assert found["metrics"]["effect_gap"]["value"] < 0.02
    assert [part["n"] > 0 for part in found["effects"]] == [True] * 5
