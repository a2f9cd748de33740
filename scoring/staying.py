"""Why customers stay: what marks those who are still there after their first months, beyond chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring import columns, personas
from scoring.features import ATTRIBUTE
from scoring.personas import Mark

STAYED, LEFT = "stayed", "left"


@dataclass(frozen=True)
class Staying:
    """Customers of whom it is known whether they stayed, how many did, and what marks either kind."""

    n: int = 0
    stayed: int = 0
    marks: tuple[Mark, ...] = ()


def learn(customers: pd.DataFrame) -> Staying:
    """What marks customers who stayed and those who left; `customers` as `knowledge.customers.read` gives them."""
    if customers.empty:
        return Staying()
    stayed = customers["stayed"].to_numpy(dtype=bool)
    frame = customers.drop(columns="stayed").add_prefix(ATTRIBUTE).reset_index(drop=True)
    known = columns.learn(frame)
    of = np.where(stayed, STAYED, LEFT).astype(object)
    tried = personas.find(known.clean(frame), known, of, topic="why they stay")
    return Staying(len(customers), int(stayed.sum()), personas.proven(tried))
