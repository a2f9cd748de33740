"""A team's summary as blocks: how it stands, what to do, who is ahead and who needs help, and where it is posted."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks, buttons, forms
from bot.views.blocks import Block
from bot.views.forms import Form
from tools import team_words, wording
from tools.advice import next_step
from tools.base import Result, Tool
from tools.calls import leads_to_call
from tools.deals import deals_at_risk
from tools.plans import plan_allocation
from tools.standings import Seller
from tools.team_actions import Action
from tools.team_facts import TeamLine
from tools.team_figures import Aim, Figure
from tools.team_parts import Section
from tools.team_posts import EVERY, Posted, PostSwitched, post_summary, stop_summary
from tools.team_summary import TeamSummary, TeamTotals, team_summary

# What an action may ask next.
FOLLOW_UPS: dict[str, Tool] = {each.name: each for each in (next_step, leads_to_call, deals_at_risk, plan_allocation)}
# Slack takes fifty blocks in a message; the actions and the posts want some.
ROWS_SHOWN = 30


def _fields(shown: Result | None) -> Sequence[Block]:
    return (
        forms.choice(
            "cadence",
            "How often",
            {"weekly": "Every week, on its first working day", "daily": "Every working day"},
            initial="weekly",
        ),
        forms.clock("time", "At what time, on your clock", initial="08:30"),
        forms.conversation(
            "to",
            "In which channel",
            hint="Leave this empty and it comes to you alone, with names. To a channel go team totals only; "
            "invite me there first.",
        ),
    )


POST = Form("post_summary", post_summary, "Post this summary", "Switch on", "asks", _fields)


@blocks.drawn.register
def summary(found: TeamSummary) -> list[Block]:
    """The result, what to do with a button each, the people or the teams, the pipeline, and the posts."""
    told = found.parts
    rows = _sellers(found) or _lines(found)
    return [
        *_results(found),
        *([blocks.markdown("*To do*")] if found.actions else []),
        *(_action(place, each, found) for place, each in enumerate(found.actions, 1)),
        *(_standing(each) for each in told.people),
        *rows,
        blocks.context(blocks.escaped("\n".join(told.small))),
        *_posts(found),
    ]


def in_short(found: TeamSummary) -> list[Block]:
    """How the quota stands and what to do about it, with the way to all the rest."""
    return [
        blocks.section(found.parts.aim),
        *(_action(place, each, found) for place, each in enumerate(found.actions, 1)),
        buttons.row(buttons.asks("The whole summary", team_summary)),
    ]


@blocks.drawn.register
def totals(found: TeamTotals) -> list[Block]:
    """The result and the pipeline."""
    return [*_results(found), blocks.context(blocks.escaped("\n".join(found.parts.small)))]


@blocks.drawn.register
def switched(found: PostSwitched) -> list[Block]:
    """What holds from now on, with a button that ends it."""
    stop = buttons.decides("Stop", stop_summary, post=found.post.id) if found.is_on else None
    return [blocks.section(found.text, stop)]


def _results(found: TeamTotals) -> list[Block]:
    """A header, how the quota stands, and each figure with its change."""
    return [
        blocks.header(found.parts.title),
        blocks.section(found.parts.aim),
        {"type": "section", "fields": [_figure(each) for each in found.figures]},
        blocks.context(f"{team_words.UP} {team_words.DOWN} against {blocks.escaped(found.before.removeprefix('at '))}"),
    ]


def _figure(figure: Figure) -> Block:
    noun = figure.noun[0].upper() + figure.noun[1:]
    sign = team_words.sign(figure)
    change = "the same" if sign == team_words.SAME else f"{sign} from {figure.shown_before}"
    return {"type": "mrkdwn", "text": f"*{noun}*\n{figure.shown}   {change}"}


def _action(place: int, action: Action, found: TeamSummary) -> Block:
    stake = wording.money(round(action.stake), found.currency)
    why = f"\n{blocks.escaped(wording.sentence(action.why))}" if action.why else ""
    button = buttons.asks(action.button, FOLLOW_UPS[action.tool], **action.arguments)
    return blocks.markdown(f"{place}. {blocks.bold(action.what)} · {stake} at stake{why}", button)


def _standing(told: Section) -> Block:
    lines = [f"• {blocks.bold(name)}: {blocks.escaped(why)}" for name, why in told.lines]
    return blocks.markdown(
        "\n".join([f"*{blocks.escaped(told.head)}*" if lines else blocks.escaped(told.head), *lines])
    )


def _sellers(found: TeamSummary) -> list[Block]:
    if not found.sellers:
        return []
    rows = [_seller(each, found.currency) for each in found.sellers[:ROWS_SHOWN]]
    return [blocks.table(("Rep", "Booked", "Won", "Calls", "Quota met", "Will meet"), rows)]


def _seller(each: Seller, currency: str) -> tuple[str, ...]:
    name = f"{each.name} (away)" if each.is_away else each.name
    return (name, wording.money(round(each.booked), currency), f"{each.won:,}", f"{each.calls:,}", *_quota(each.aim))


def _lines(found: TeamSummary) -> list[Block]:
    if not found.lines:
        return []
    rows = [_line(each, found.currency) for each in found.lines[:ROWS_SHOWN]]
    return [blocks.table(("Team", "Booked", "Before", "Quota", "Quota met", "Will meet"), rows)]


def _line(each: TeamLine, currency: str) -> tuple[str, ...]:
    quota = wording.money(round(each.aim.amount), currency) if each.aim else ""
    return (each.name, each.booked.shown, each.booked.shown_before, quota, *_quota(each.aim))


def _quota(aim: Aim | None) -> tuple[str, str]:
    """What part of a quota is met, and the chance to meet all of it."""
    if aim is None:
        return "", ""
    chance = "" if aim.chance is None else team_words.chance(aim.chance)
    short = chance.replace("more than", ">").replace("less than", "<")
    return wording.percent(aim.booked / aim.amount), short


def _posts(found: TeamSummary) -> list[Block]:
    """The posts that are on, each with a button that ends it, and the button that opens the form for another."""
    team = {} if found.team is None else {"team": found.team}
    return [*map(_post, found.posts), buttons.row(forms.opens("Post this regularly…", POST, **team))]


def _post(post: Posted) -> Block:
    where = f"in <#{post.to}>, in totals" if post.to else "to you"
    text = f"{blocks.bold(post.label)} is posted {EVERY[post.cadence]} at {post.time} {where}."
    return blocks.markdown(text, buttons.decides("Stop", stop_summary, post=post.id))
