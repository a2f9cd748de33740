"""What people call things, turned into records: exact names first, then near misses among what the asker may see.

A name beyond the asker's sight is answered like a name that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

from rapidfuzz import fuzz, process, utils

from knowledge import records
from knowledge.errors import BadInput, NotAllowed, UnknownRecord
from knowledge.records import Kind, Named
from tools import access, superlatives
from tools.base import ToolContext

# More visible names than this are not compared one by one: near misses then share their first letters.
COMPARED = 5_000
CLOSE_ENOUGH_TO_TAKE = 86
# So many are offered where several fit.
CHOICES = 4
SOURCES_NAMED = 12
WORD = re.compile(r"[^\s,;:!?()\"“”]+")
# Words of many questions that are also a first name or a part of a company's name.
COMMON = frozenset((files(__package__) / "common.txt").read_text(encoding="utf-8").split())


def lead(ctx: ToolContext, name: str) -> Named:
    """The lead of that name, if the asker may see it; raises what `seen` does."""
    return seen(ctx, "lead", name)


def deal(ctx: ToolContext, name: str) -> Named:
    """The deal of that name, if the asker may see it; raises what `seen` does."""
    return seen(ctx, "deal", name)


def source(ctx: ToolContext, name: str) -> str:
    """The source that leads came from by that name or nearly.

    Raises
    ------
    BadInput
        When no lead has ever come from there; the sentence names those that there are.
    """
    known = ctx.keep("sources", lambda: records.sources(ctx.db))
    near = process.extractOne(name, known, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=CLOSE_ENOUGH_TO_TAKE)
    if near:
        return near[0]
    raise BadInput(f'No lead has come from "{name[:60]}"; sources are {", ".join(known[:SOURCES_NAMED])}.')


def one_of(ctx: ToolContext, kinds: Sequence[Kind], name: str) -> Named:
    """The record of that name, of whichever kind; raises what `seen` does. Exact names go before near misses."""
    kinds = [kind for kind in kinds if name.startswith(_key(kind))] or kinds
    exact = [kind for kind in kinds if records.by_name(ctx.db, kind, [name])]
    for kind in exact or kinds[:-1]:
        try:
            return seen(ctx, kind, name)
        except UnknownRecord:
            continue
    return seen(ctx, kinds[-1], name)


def seen(ctx: ToolContext, kind: Kind, name: str) -> Named:
    """The record of that name, or of a key such as `leads/7`, if the asker may see it.

    Raises
    ------
    UnknownRecord
        When no visible one or more than one is called so; the sentence names the nearest.
    NotAllowed
        When it belongs to somebody of the asker's own team and is not the asker's to see.
    """
    if name.startswith(_key(kind)):
        return _of_key(ctx, kind, name.removeprefix(_key(kind)))
    found = records.by_name(ctx.db, kind, [name])
    by_sight = {how: [one for one in found if sight(ctx, one) == how] for how in ("all", "name")}
    if not by_sight["all"] and by_sight["name"]:
        owner = ctx.roster.name(by_sight["name"][0].owner_id)
        raise NotAllowed(f"{by_sight['name'][0].name} is {owner}'s {kind}, and not yours to see.")
    if by_sight["all"]:
        return _only(by_sight["all"], name)
    return superlatives.record(ctx, kind, name) or _nearest(ctx, kind, name)


def heard(ctx: ToolContext, name: str) -> Named:
    """The lead of that name, if the asker may at least hear whose it is.

    Raises
    ------
    UnknownRecord
        When no such lead or more than one is called so; the sentence names the nearest.
    """
    audible = [one for one in records.by_name(ctx.db, "lead", [name]) if sight(ctx, one) != "nothing"]
    return _only(audible, name) if audible else _nearest(ctx, "lead", name)


def _key(kind: Kind) -> str:
    return f"{kind}s/"


def _of_key(ctx: ToolContext, kind: Kind, id_: str) -> Named:
    """The very record that a button was made for; here a near miss would be another one."""
    found = next((one for one in records.by_name(ctx.db, kind, [id_]) if one.id == id_), None)
    if found is None or sight(ctx, found) != "all":
        raise UnknownRecord(f"That {kind} is gone, or not yours to see.")
    return found


def _only(found: Sequence[Named], name: str) -> Named:
    if len(found) == 1:
        return found[0]
    told = " or ".join(f"{one.name} ({one.company or one.id})" for one in found[:CHOICES])
    # Of one name only their keys tell them apart.
    apart = len({one.name for one in found}) == len(found)
    choices = [one.name if apart else f"{_key(one.kind)}{one.id}" for one in found[:CHOICES]]
    raise UnknownRecord(f'Which "{name[:80]}" do you mean: {told}?', choices=choices)


def _nearest(ctx: ToolContext, kind: Kind, name: str) -> Named:
    known = {one.name: one for one in near(ctx, kind, name) if sight(ctx, one) == "all"}
    companies = {one.company: one for one in known.values() if one.company}
    close = process.extract(
        name, [*known, *companies], scorer=fuzz.WRatio, processor=utils.default_process, limit=CHOICES
    )
    found = [(known.get(text) or companies[text], score) for text, score, _ in close]
    if sure := {one.id: one for one, score in found if score >= CLOSE_ENOUGH_TO_TAKE}:
        return _only([*sure.values()], name)
    nearest = ", ".join(dict.fromkeys(one.name for one, score in found if score >= 50))
    raise UnknownRecord(
        f'I know no {kind} called "{name[:80]}" that you may see.{f" Nearest: {nearest}." if nearest else ""}'
    )


def near(ctx: ToolContext, kind: Kind, text: str) -> Sequence[Named]:
    """Records that a misspelt name may mean: all the asker may hear of, or in a big book those that start alike."""
    everyone = _audible(ctx, kind)
    if len(everyone) < COMPARED:
        return everyone
    starts = {word[:3] for word in WORD.findall(text) if len(word) > 3 and word.casefold() not in COMMON}
    return [*records.starting_with(ctx.db, kind, sorted(starts)[:12])]


def matching(ctx: ToolContext, text: str, *, limit: int) -> list[Named]:
    """Open leads and deals with a text in their name or company that the asker may see in full, leads first."""
    owners, wanted = access.visible(ctx.asker, ctx.roster), " ".join(text.split())
    found = records.matching(ctx.db, "lead", wanted, owners, limit=limit)
    return [*found, *records.matching(ctx.db, "deal", wanted, owners, limit=limit - len(found))]


def _audible(ctx: ToolContext, kind: Kind) -> Sequence[Named]:
    """Open records whose names the asker may hear: the own team's and nobody's."""
    teams = ctx.roster.teams_of(ctx.asker)
    people = ctx.roster.people if ctx.asker.role == "admin" else [ctx.asker, *ctx.roster.members(teams)]
    owners = [None, *sorted({person.id for person in people})]
    return ctx.keep(("names", kind, tuple(owners)), lambda: records.owned_by(ctx.db, kind, owners, limit=COMPARED))


def sight(ctx: ToolContext, one: Named) -> access.Sight:
    return access.sight(ctx.asker, ctx.roster, one.owner_id)
