"""A public event log as deals: stages are the states of an application and of its offers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from knowledge.pipeline import DEAL_CHANGE_COLUMNS, DEAL_COLUMNS, DealHistory

WON = ("A_ACTIVATED", "A_APPROVED", "A_REGISTERED")
LOST = ("A_DECLINED", "A_CANCELLED")
INSTANT = "datetime64[us, UTC]"


def loans(shared: Path) -> DealHistory:
    """The loan applications of the public log, as deals with their moves."""
    log = pd.read_csv(shared / "data/pipeline/bpi2012_until_cut.csv.gz")
    log = log.assign(at=pd.to_datetime(log["timestamp"], utc=True).astype(INSTANT), deal_id=log["case"].astype(str))
    log = log[log["lifecycle"] == "COMPLETE"].sort_values("at", kind="stable")
    cases = log.groupby("deal_id")
    ends = {name: log[log["activity"].isin(names)].groupby("deal_id")["at"].min() for name, names in _ENDS.items()}
    moves = log[log["activity"].str.startswith(("A_", "O_")) & ~log["activity"].isin([*WON, *LOST])]
    moves = moves.assign(old=moves.groupby("deal_id")["activity"].shift(), new=moves["activity"], field="stage")
    deals = pd.DataFrame(dict.fromkeys((*DEAL_COLUMNS[1:], "source", "country")), index=cases["at"].min().index)
    closed = pd.DataFrame(ends).reindex(deals.index).min(axis=1).astype(INSTANT)
    won = ends["won"].reindex(deals.index).notna()
    deals = deals.assign(
        amount=cases["amount_req"].first().astype(float),
        stage=moves.groupby("deal_id")["activity"].last(),
        opened_at=cases["at"].min(),
        expected_close=pd.Series(pd.NaT, index=deals.index, dtype=INSTANT),
        closed_at=closed,
        outcome=np.where(closed.isna(), "open", np.where(won, "won", "lost")),
        rate_opened=1.0,
        rate_closed=1.0,
    )
    edits = moves.loc[moves["old"].notna(), list(DEAL_CHANGE_COLUMNS)].reset_index(drop=True)
    done = pd.DataFrame({"deal_id": [], "kind": [], "at": [], "recorded_at": []}).astype(
        {"deal_id": object, "kind": object, "at": INSTANT, "recorded_at": INSTANT}
    )
    until = log["at"].max().to_pydatetime()
    return DealHistory(until, deals, pd.DataFrame(index=deals.index), done, edits, (), {}, pd.DataFrame(), {})


_ENDS = {"won": WON, "lost": LOST}
