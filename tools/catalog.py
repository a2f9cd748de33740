"""Every tool there is, written out: what is not in here does not exist."""

from __future__ import annotations

from tools.base import Tool
from tools.calls import leads_to_call
from tools.customers import ideal_customer
from tools.leads import explain_lead, show_lead
from tools.models import decide_column, model_report
from tools.movement import score_change
from tools.pipeline import pipeline_report
from tools.ratings import rate_lead
from tools.retro import retro_report

TOOLS: tuple[Tool, ...] = (
    leads_to_call,
    explain_lead,
    show_lead,
    score_change,
    rate_lead,
    pipeline_report,
    model_report,
    decide_column,
    retro_report,
    ideal_customer,
)
