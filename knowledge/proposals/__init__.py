"""Proposals: changes of many owners that wait for a click, and what became of them.

- `store` makes and reads them, `deciding` approves, rejects and undoes, `appealing` is for who wanted a lead that went
  elsewhere; whatever a click writes is one transaction, and of two clicks at once one wins.
- `checking` finds what moved meanwhile; `history` is the ledger of all that was decided; `tables` keeps it all.
"""

from knowledge.proposals.appealing import Appeal, appeal, appeals, read_appeal, settle
from knowledge.proposals.deciding import UNDO_WITHIN, Undone, approve, reject, undo
from knowledge.proposals.history import Decision, decisions
from knowledge.proposals.store import (
    Arm,
    Move,
    Proposal,
    create,
    last_move,
    latest,
    pending,
    prices,
    prices_by_team,
    read,
)

__all__ = [
    "UNDO_WITHIN",
    "Appeal",
    "Arm",
    "Decision",
    "Move",
    "Proposal",
    "Undone",
    "appeal",
    "appeals",
    "approve",
    "create",
    "decisions",
    "last_move",
    "latest",
    "pending",
    "prices",
    "prices_by_team",
    "read",
    "read_appeal",
    "reject",
    "settle",
    "undo",
]
