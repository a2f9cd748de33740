"""Every tool there is, written out: what is not in here does not exist."""

from __future__ import annotations

from tools.base import Tool
from tools.calls import leads_to_call
from tools.leads import explain_lead, show_lead
from tools.pipeline import pipeline_report

TOOLS: tuple[Tool, ...] = (leads_to_call, explain_lead, show_lead, pipeline_report)
