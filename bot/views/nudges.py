"""Nudges, the brief, what was held back, and their settings as blocks."""

from __future__ import annotations

from typing import Any

from bot.views import blocks, buttons, forms, outcomes
from bot.views.blocks import Block
from bot.views.forms import Form
from tools.advice import next_step
from tools.appeals import appeal_news
from tools.base import Result
from tools.briefing import Brief, Due, daily_brief
from tools.deals import explain_deal
from tools.leads import show_lead
from tools.moments import MOMENTS
from tools.nudge_settings import NudgeSettings, keep_nudge_settings, most, nudge_settings
from tools.nudges import (
    Held,
    HeldNudges,
    NudgeSettled,
    NudgeTold,
    dismiss_nudge,
    done_nudge,
    held_nudges,
    mute_nudge,
)

DUE_SHOWN, HELD_FIRST = 8, 3


@blocks.drawn.register
def nudge_told(found: NudgeTold) -> list[Block]:
    """What to do, why, and the buttons that do it or say what to think of it."""
    return [
        blocks.markdown(f"*{blocks.escaped(found.do).replace('*', '∗')}*\n{blocks.escaped(found.why)}"),
        *([blocks.context(blocks.escaped(found.standing))] if found.standing else []),
        *([buttons.row(*_doing(found))] if _doing(found) else []),
        buttons.row(
            buttons.decides("Done", done_nudge, nudge=found.nudge),
            forms.opens("Not useful…", USELESS, nudge=found.nudge),
            buttons.sure(
                buttons.decides("Mute this kind", mute_nudge, nudge=found.nudge),
                "No more of these?",
                f"{found.title}: you will get no nudge of this kind until you allow it in your nudge settings.",
            ),
        ),
    ]


@blocks.drawn.register
def nudge_settled(found: NudgeSettled) -> list[Block]:
    """What the click came to."""
    return [blocks.context(blocks.escaped(found.text))]


@blocks.drawn.register
def nudges_held(found: HeldNudges) -> list[Block]:
    """What was held back, each with a way to look at it."""
    head, *_ = found.text.split("\n")
    settings = buttons.row(forms.opens("Change my nudges…", SETTINGS))
    return [blocks.section(head), *(_held(each) for each in found.held), settings]


def first_held(found: HeldNudges) -> list[Block]:
    """The few most worthy of what was held back, and the way to the rest."""
    head, *_ = found.text.split("\n")
    rest = [buttons.row(buttons.asks("Show all", held_nudges))] if found.count > HELD_FIRST else []
    return [blocks.section(head), *(_held(each) for each in found.held[:HELD_FIRST]), *rest]


@blocks.drawn.register
def brief(found: Brief) -> list[Block]:
    """The day: calls first, then what was promised, what slipped, and what was learnt."""
    late = "\n".join(f"• {blocks.bold(each.name)} {blocks.data(each.what)}" for each in found.late)
    due = "\n".join(f"• {_due(each)}" for each in found.due[:DUE_SHOWN])
    parts = [
        blocks.header(found.greeting),
        *(blocks.drawn(found.calls) if found.calls else []),
        *([blocks.markdown(f"*Due today*\n{due}")] if due else []),
        *([blocks.markdown(f"*Slipped*\n{late}")] if late else []),
        *(blocks.section(each) for each in (found.waiting, found.learned) if each),
        *([blocks.context(blocks.escaped(found.skipped))] if found.skipped else []),
    ]
    if found.is_empty:
        parts.append(blocks.section("Nothing is due, and nothing has slipped."))
    ask = buttons.asks("What did you not tell me?", held_nudges)
    return [*parts, buttons.row(ask, forms.opens("Change my nudges…", SETTINGS))]


@blocks.drawn.register
def settings(found: NudgeSettings) -> list[Block]:
    """What is wished of nudges; where it is only proposed, with the button that keeps it."""
    change = forms.opens("Change…", SETTINGS)
    if not found.proposed:
        # What was just changed takes the place of the text alone, and the other buttons still stand below it.
        return [blocks.section(found.text, change), *([] if found.changed else [_more()])]
    return [
        blocks.section(found.text),
        buttons.row(buttons.renews("Yes, change it", keep_nudge_settings, **_kept(found)), change),
    ]


def _more() -> Block:
    """What can be asked about nudges besides."""
    brief = buttons.asks("Send me my brief now", daily_brief)
    return buttons.row(brief, buttons.asks("What did you not tell me?", held_nudges))


def _doing(found: NudgeTold) -> list[Block]:
    """The buttons that do what a nudge says."""
    if found.lead_id:
        lead = f"leads/{found.lead_id}"
        snooze = forms.opens("Snooze…", outcomes.SNOOZE, lead=lead)
        return [outcomes.log(lead), snooze, buttons.why(found.lead_id)]
    if found.deal_id:
        step = buttons.asks("Next step?", next_step, record=found.deal_id)
        return [outcomes.log(f"deals/{found.deal_id}"), step, buttons.asks("Why?", explain_deal, deal=found.deal_id)]
    return [buttons.asks("Show it", appeal_news, appeal=found.appeal)] if found.appeal else []


def _held(each: Held) -> Block:
    at_stake = f" · {blocks.data(each.gain)} at stake" if each.gain else ""
    told = f"{blocks.bold(each.name)}{at_stake}\n{blocks.escaped(each.title)}. Held back: {blocks.escaped(each.why)}."
    if each.lead_id:
        return blocks.markdown(told, buttons.asks("Show", show_lead, lead=each.lead_id))
    return blocks.markdown(told, buttons.asks("Show", explain_deal, deal=each.deal_id) if each.deal_id else None)


def _due(each: Due) -> str:
    about = f"{blocks.bold(each.name)}: " if each.name else ""
    return f"{about}{blocks.data(each.text)}{'' if each.when == 'today' else f' ({blocks.escaped(each.when)})'}"


def _kept(found: NudgeSettings) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "max_per_day": found.max_per_day,
        "daily_at": found.daily_at,
        "quiet_from": found.quiet_from,
        "quiet_to": found.quiet_to,
        "muted": list(found.muted),
    }
    return kept | ({"mute_until": found.mute_until.isoformat()} if found.mute_until else {})


def _fields(shown: Result | None) -> list[Block]:
    now = shown if isinstance(shown, NudgeSettings) else None
    until = now.mute_until.date().isoformat() if now and now.mute_until else None
    kinds = {"Nudges": {name: moment.title for name, moment in MOMENTS.items()}}
    return [
        forms.number(
            "max_per_day",
            "Nudges a day at most",
            initial=now.max_per_day if now else None,
            hint="0 for none; the brief comes all the same.",
        ),
        forms.clock(
            "daily_at", "Daily brief at", initial=now.daily_at if now else None, hint="On working days, by your clock."
        ),
        forms.clock("quiet_from", "Quiet from", initial=now.quiet_from if now else None),
        forms.clock("quiet_to", "Quiet to", initial=now.quiet_to if now else None),
        forms.day("mute_until", "Nothing at all before", hint="Leave it empty to hear from me.", initial=until),
        forms.choices("muted", "Kinds that never come", kinds, initial=now.muted if now else ()),
    ]


def _reason(shown: Result | None) -> list[Block]:
    return [forms.words("reason", "What was wrong with it?", hint="Fewer of its kind will come.")]


SETTINGS = Form(
    "nudge_settings",
    keep_nudge_settings,
    "My nudges",
    "Save",
    "decides",
    _fields,
    nudge_settings,
    {"max_per_day": most},
)
USELESS = Form("useless_nudge", dismiss_nudge, "Not useful", "Send", "decides", _reason)
