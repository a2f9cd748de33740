"""The books as a case for a plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from sqlalchemy import delete, update

from knowledge.database import Database
from knowledge.ledger import ModelVersion
from knowledge.scores import Score
from scoring.layout import Wanted, lay_out
from scoring.plans import plan
from scoring.registry import Registry
from tests.company import NOW


def test_leads_that_were_never_scored_can_be_placed_where_no_rep_is_said_to_be_better(
    company_file: Path, tmp_path: Path
) -> None:
    shutil.copy(company_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    with db.write() as session:
        session.execute(update(ModelVersion).where(ModelVersion.model == "matching").values(serves=False))
        session.execute(delete(Score))
    case = lay_out(db, Registry(db), Wanted("all"), now=NOW).case
    assert case.reps_are_alike
    assert (plan(case).rep[case.free & case.eligible.any(axis=1)] >= 0).all()
    assert (np.asarray(case.doubt) > 0).all()
    db.engine.dispose()
