"""Every tool there is, written out: what is not in here does not exist."""

from __future__ import annotations

from tools.accuracy import forecast_accuracy
from tools.advice import next_step
from tools.allocation import best_rep, explain_assignment
from tools.appeals import appeal_assignment, appeal_news, decide_appeal
from tools.arrivals import arrivals_news
from tools.base import Tool
from tools.briefing import daily_brief, morning_brief
from tools.calls import leads_to_call
from tools.customers import ideal_customer
from tools.deals import deals_at_risk, explain_deal
from tools.decisions import adjust_proposal, decide_proposal
from tools.forecasts import forecast_sales
from tools.leads import explain_lead, show_lead
from tools.lift import lift_report
from tools.models import decide_column, model_report
from tools.movement import score_change
from tools.news import assignment_news, plan_news
from tools.nudge_settings import keep_nudge_settings, nudge_settings
from tools.nudges import dismiss_nudge, done_nudge, held_nudges, mute_nudge, nudge
from tools.outcomes import log_message, log_outcome, undo_outcome, write_outcome
from tools.pipeline import pipeline_report
from tools.plans import plan_allocation
from tools.playbook import mark_passage, open_passage, passage_news, search_playbook
from tools.ratings import rate_lead
from tools.retro import retro_report
from tools.reviews import bad_answers, settle_answer
from tools.snoozes import end_snooze, snooze_lead, write_snooze
from tools.standing import standing_rule, standing_rules
from tools.team_posts import post_summary, stop_summary
from tools.team_summary import posted_totals, team_summary
from tools.terms import plan_terms, renew_proposal
from tools.waiting import waiting_decisions

TOOLS: tuple[Tool, ...] = (
    leads_to_call,
    explain_lead,
    show_lead,
    score_change,
    rate_lead,
    pipeline_report,
    deals_at_risk,
    explain_deal,
    next_step,
    forecast_sales,
    forecast_accuracy,
    team_summary,
    model_report,
    decide_column,
    retro_report,
    ideal_customer,
    search_playbook,
    open_passage,
    mark_passage,
    passage_news,
    best_rep,
    plan_allocation,
    explain_assignment,
    lift_report,
    decide_proposal,
    adjust_proposal,
    plan_news,
    assignment_news,
    appeal_assignment,
    decide_appeal,
    appeal_news,
    standing_rule,
    standing_rules,
    plan_terms,
    renew_proposal,
    post_summary,
    stop_summary,
    posted_totals,
    arrivals_news,
    log_outcome,
    write_outcome,
    undo_outcome,
    log_message,
    snooze_lead,
    write_snooze,
    end_snooze,
    waiting_decisions,
    bad_answers,
    settle_answer,
    daily_brief,
    morning_brief,
    nudge_settings,
    keep_nudge_settings,
    held_nudges,
    nudge,
    done_nudge,
    dismiss_nudge,
    mute_nudge,
)
