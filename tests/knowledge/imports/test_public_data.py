"""Exports of real systems, through nothing but a mapping file each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from knowledge.crm import Deal, Lead, Team
from knowledge.database import Database
from knowledge.imports import ImportReport, load_file

MAPS = Path(__file__).parents[2] / "data" / "maps"


def load(db: Database, shared: Path, name: str, table: str, map_: str, now: datetime, tmp_path: Path) -> ImportReport:
    return load_file(
        db,
        shared / "data" / name,
        table,
        mapping=MAPS / f"{map_}.yaml",
        now=now,
        rejects=tmp_path / "rejects.csv",
    )


@dataclass(frozen=True)
class Export:
    """A file of a real system, and what becomes of its rows."""

    name: str
    table: str
    map_: str
    added: int
    rejected: int = 0

    def goes_in_whole_and_again(self, db: Database, shared: Path, now: datetime, tmp_path: Path) -> None:
        first, version = load(db, shared, self.name, self.table, self.map_, now, tmp_path), db.version()
        again = load(db, shared, self.name, self.table, self.map_, now, tmp_path)
        assert (first.added, first.rejected) == (self.added, self.rejected)
        assert (again.added, again.changed, again.unchanged, db.version()) == (0, 0, self.added, version)


@pytest.mark.parametrize(
    "export",
    [
        Export("lead_scoring/x_education_80.csv.gz", "leads", "x_education", 7344),
        Export("lead_scoring/bank_additional_full.csv.gz", "leads", "bank", 41188),
        # 38 bids name no category.
        Export("matching/it_bids_2011_2016.csv.gz", "deals", "it_bids", 5921, 38),
        Export("churn/telco_ibm_SYNTHETIC.csv", "accounts", "telco", 7043),
    ],
    ids=lambda export: export.map_,
)
def test_an_export_goes_in_whole_and_again_without_a_change(
    db: Database, shared: Path, now: datetime, tmp_path: Path, export: Export
) -> None:
    export.goes_in_whole_and_again(db, shared, now, tmp_path)


def test_rows_that_repeat_a_number_are_left_out_of_the_longest_export(
    sqlite_db: Database, shared: Path, now: datetime, tmp_path: Path
) -> None:
    longest = Export("deal_win/ibm_win_loss_70.csv.gz", "deals", "ibm_deals", 54478, 94)
    longest.goes_in_whole_and_again(sqlite_db, shared, now, tmp_path)


def test_the_leads_of_a_school_keep_their_outcomes_order_and_attributes(
    db: Database, shared: Path, now: datetime, tmp_path: Path
) -> None:
    load(db, shared, "lead_scoring/x_education_80.csv.gz", "leads", "x_education", now, tmp_path)
    with db.read() as session:
        lead: Any = session.get(Lead, "660737")
        won = session.scalar(select(func.count()).where(Lead.outcome == "won")) or 0
    assert won / 7344 == pytest.approx(0.38, abs=0.01)
    assert (lead.sequence, lead.source, lead.do_not_call, lead.outcome) == (660737, "Olark Chat", False, "lost")
    assert lead.attributes["TotalVisits"] == 0
    assert "Specialization" not in lead.attributes
    assert "Prospect ID" not in lead.attributes


def test_a_crm_of_four_files_fits_together(db: Database, shared: Path, now: datetime, tmp_path: Path) -> None:
    for name, table, map_ in (
        ("maven_sales_teams.csv", "people", "maven_people"),
        ("maven_accounts.csv", "accounts", "maven_accounts"),
        ("maven_products.csv", "products", "maven_products"),
        ("maven_sales_pipeline.csv", "deals", "maven_deals"),
    ):
        assert load(db, shared, f"schema_demo_SYNTHETIC/{name}", table, map_, now, tmp_path).rejected == 0
    with db.read() as session:
        by_outcome = select(Deal.outcome, func.count()).group_by(Deal.outcome)
        counts = {row[0]: row[1] for row in session.execute(by_outcome)}
        teams = list(session.scalars(select(Team.name).order_by(Team.name)))
    assert counts == {"won": 4238, "lost": 2473, "open": 2089}
    assert teams == ["Central", "East", "West"]


def test_invoices_go_in_from_parquet(db: Database, shared: Path, now: datetime, tmp_path: Path) -> None:
    source = shared / "data/ltv_segmentation/online_retail_y1_2009-12_2010-11.parquet"
    invoices, rejects = tmp_path / "invoices.parquet", tmp_path / "rejects.csv"
    pq.write_table(pq.read_table(source).slice(0, 20_000), invoices)
    accounts = load_file(db, invoices, "accounts", mapping=MAPS / "retail_accounts.yaml", now=now, rejects=rejects)
    orders = load_file(db, invoices, "orders", mapping=MAPS / "retail_orders.yaml", now=now, rejects=rejects)
    nameless = sum(customer is None for customer in pq.read_table(invoices)["CustomerID"].to_pylist())
    assert (accounts.added + accounts.rejected, orders.rejected) == (20_000, nameless)
    assert orders.added == 20_000 - nameless
