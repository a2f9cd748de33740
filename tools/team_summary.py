"""What happened in a team: results, who is ahead and who needs help, the pipeline, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from knowledge import changes, metrics
from knowledge import team_posts as kept
from knowledge.citations import Citation, record
from knowledge.errors import NotAllowed
from tools import access, projections, standings, team_actions, team_figures, team_picture, team_posts, teams
from tools.base import Column, PeriodWords, Result, ToolContext, tool
from tools.standings import Seller, Standings
from tools.team_actions import Action
from tools.team_facts import Facts, TeamLine
from tools.team_figures import Aim, Figure, Moved, Nudged, Waiting
from tools.team_parts import Parts
from tools.team_posts import Posted, PostId
from tools.team_words import Words
from tools.teams import Group, Stretch, TeamName


class TeamTotals(Result):
    """A team's results, quota and pipeline: nothing of any single person in it, nor of a deal."""

    parts: Parts
    label: str
    period: str
    before: str
    currency: str
    figures: tuple[Figure, ...]
    aim: Aim | None
    pipeline: Moved
    waiting: Waiting
    nudged: Nudged


class TeamSummary(TeamTotals):
    """A team's results with who is ahead, who needs help and what to do; `lines` are those of each team, where it is
    about all of them. People are named in it, so a channel gets the totals alone, as a post."""

    for_one: bool = True
    team: str | None
    sellers: tuple[Seller, ...]
    standings: Standings
    actions: tuple[Action, ...]
    lines: tuple[TeamLine, ...]
    posts: tuple[Posted, ...]
    addable = (Column("standings.ahead", "by_quota.booked"), Column("standings.help", "by_quota.booked"))


@tool(
    roles=("manager", "admin"),
)
def team_summary(ctx: ToolContext, *, team: TeamName | None = None, period: PeriodWords = "this week") -> TeamSummary:
    """What happened in a team: results against quota and the period before, who is ahead, who needs help, what to do.

    Use for "team summary", "how is my team doing", "who needs help", "what happened last week".
    """
    asked, stretch = teams.group(ctx, team), teams.stretch(ctx, period)
    facts = gathered(ctx, asked, stretch)
    sellers = standings.sellers(ctx, asked, stretch)
    found = standings.standings(ctx, sellers, stretch)
    words = Words.of(facts)
    why = {each.person_id: words.short(each) for each in found.help}
    actions = team_actions.suggested(ctx, asked, facts.leads, found, why)
    lines = _lines(ctx, asked, stretch)
    parts = words.summary(facts, found, actions, lines, len(asked.reps))
    return TeamSummary(
        text=str(parts),
        parts=parts,
        citations=(*(cite for each in actions for cite in each.evidence), *_cited(ctx, facts)),
        covers=f"{asked.scope.label} records, {stretch.span}",
        as_of=ctx.now,
        owners=_owners(ctx, asked),
        files=(team_picture.picture(ctx, facts, with_forecast=True),),
        team=None if asked.is_company or team is None else asked.label,
        posts=team_posts.of(ctx),
        sellers=sellers,
        standings=found,
        actions=actions,
        lines=lines,
        **facts.fields,
    )


@tool(offered=False)
def posted_totals(ctx: ToolContext, *, post: PostId, period: PeriodWords = "last week") -> TeamTotals:
    """What a summary says in the channel that it is posted to: totals of the team, for everyone in it.

    Raises
    ------
    NotAllowed
        When it goes to no channel, its person no longer leads the team, or the asker has nothing to do with it.
    """
    held = kept.read(ctx.db, post)
    author = ctx.roster.get(held.person_id)
    if held.to is None or author is None or not author.active or author.role == "rep":
        raise NotAllowed(access.BEYOND)
    theirs = replace(ctx, asker=author)
    asked = teams.group(theirs, held.team_id)
    is_theirs = asked.is_company or ctx.asker.team_id in dict(asked.teams)
    if not (is_theirs or ctx.asker.id == author.id or ctx.asker.role == "admin") or not asked.may_be_named:
        raise NotAllowed(access.BEYOND)
    return totals(theirs, asked, teams.stretch(theirs, period))


def totals(ctx: ToolContext, asked: Group, stretch: Stretch) -> TeamTotals:
    """The team's own figures, for everyone in it to see: no forecast, no name."""
    facts = gathered(ctx, asked, stretch)
    parts = Words.of(facts).totals(facts)
    aim = facts.aim and facts.aim.model_copy(update=dict.fromkeys(("chance", "p10", "p50", "p90")))
    return TeamTotals(
        text=str(parts),
        parts=parts,
        citations=_reports(facts),
        covers=f"{asked.label}, {stretch.span}, in totals",
        as_of=ctx.now,
        files=(team_picture.picture(ctx, facts, with_forecast=False),),
        **facts.fields | {"aim": aim},
    )


def gathered(ctx: ToolContext, asked: Group, stretch: Stretch) -> Facts:
    """The figures of a stretch of a team's results."""
    owners, history = asked.scope.owner_ids, projections.forecaster(ctx).history
    leads = team_figures.untouched(ctx, owners)
    return Facts(
        asked,
        stretch,
        metrics.currency(ctx.db),
        team_figures.results(ctx, owners, stretch),
        team_figures.aim(ctx, owners, stretch),
        team_figures.moved(changes.changes(history, owners, stretch.span.start, stretch.until)),
        team_figures.waiting(ctx, leads[leads["owner_id"].notna() & leads["worth"].notna()]),
        team_figures.nudged(ctx, owners, stretch),
        leads,
    )


def _lines(ctx: ToolContext, asked: Group, stretch: Stretch) -> tuple[TeamLine, ...]:
    if not asked.is_company:
        return ()
    groups = [(id_, name, teams.of(ctx, {id_: name}).scope.owner_ids) for id_, name in asked.teams]
    return tuple(
        TeamLine(
            team_id=id_,
            name=name,
            booked=team_figures.results(ctx, owners, stretch)[0],
            aim=team_figures.aim(ctx, owners, stretch),
        )
        for id_, name, owners in groups
    )


def _owners(ctx: ToolContext, asked: Group) -> tuple[str | None, ...]:
    """Whose records are in it; of everyone's, all that there are."""
    owners = asked.scope.owner_ids
    return tuple(person.id for person in ctx.roster.people) if owners is None else tuple(owners)


def _reports(facts: Facts) -> tuple[Citation, ...]:
    span, team = facts.stretch.span, facts.asked.label
    return tuple(
        record("reports", f"{each.metric}?period={span}&team={team}", f"{each.noun}, {span}", each.shown)
        for each in facts.figures
    )


def _cited(ctx: ToolContext, facts: Facts) -> tuple[Citation, ...]:
    """The reports behind the figures, and the forecast if one is told."""
    served = projections.forecaster(ctx)
    if facts.aim is None or facts.aim.p50 is None:
        return _reports(facts)
    key = f"forecast@{served.version}" if served.card else "forecast#stage_conversion"
    told = Citation(kind="model", key=key, label="forecast", value=Words.of(facts).money(facts.aim.p50))
    return (*_reports(facts), told)
