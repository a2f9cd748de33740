"""What a sentence rests on: a row of the books, a figure of a model, or a passage of the playbook."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["crm", "model", "playbook"]


class Citation(BaseModel):
    """One piece of evidence behind an answer.

    `key` names it for machines (`leads/L-17`, `ranking@3#days_since_touch`), `label` for people,
    `value` is what was read there and `url` where a person can look at it.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    key: str
    label: str
    value: str = ""
    url: str | None = None


def record(table: str, id_: str, label: str, value: str = "") -> Citation:
    """A citation of one row of the books."""
    return Citation(kind="crm", key=f"{table}/{id_}", label=label, value=value)
