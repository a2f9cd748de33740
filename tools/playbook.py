"""What the company's own documents say, quoted, and what people think of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from knowledge import people
from knowledge.citations import Citation
from knowledge.errors import NotAllowed, UnknownPerson, UnknownRecord
from knowledge.people import Person
from knowledge.playbook import Document, Found, Hit, Passage, blocks, quoting
from tools import access, wording
from tools.base import Result, ToolContext, tool

SHOWN, A_DOCUMENT = 3, 2
SURE_UNASKED = 0.75
# Stands between the cells of a table's row.
CELLS = blocks.CELLS
Question = Annotated[str, Field(min_length=2, max_length=2_000, description="the question, in the asker's own words")]
PassageId = Annotated[str, Field(min_length=1, max_length=40)]
Verdict = Literal["useful", "outdated"]


class Quote(BaseModel):
    """A passage as it is shown: where it stands, and the part of it that answers."""

    model_config = ConfigDict(frozen=True)

    passage: str
    document: str
    title: str
    section: str
    place: str
    text: str
    is_table: bool
    reviewed: date | None
    status: str
    audience: str
    owner: str | None
    url: str | None


class PlaybookAnswer(Result):
    """What the playbook says to a question; the first quote answers it best, and `note` says how far it holds."""

    question: str
    sureness: float
    note: str
    quotes: tuple[Quote, ...]


class PassageNews(Result):
    """What somebody thinks of a passage of the asker's document."""

    quote: Quote
    verdict: Verdict


class Page(Result):
    """A document, whole, as far as its passages go; `opened` is the one that was asked for."""

    title: str
    passages: tuple[Quote, ...]
    opened: str


class Marked(Result):
    """What somebody thinks of a passage."""

    passage: str
    verdict: Verdict


@tool()
def search_playbook(ctx: ToolContext, *, question: Question) -> PlaybookAnswer:
    """Passages of the company's playbook that answer a question: objections, rivals, prices, policies, scripts.

    Use for "how do I handle …", "what is our policy on …", "battlecard for …", "what do I say when …", "template for".
    """
    found = look_up(ctx, question, limit=SHOWN * 2)
    if not found.is_sure:
        ctx.playbook.missed(question, person_id=ctx.asker.id, at=ctx.now)
        raise UnknownRecord(_nothing(ctx, found))
    hits = _spread(found.hits)
    quotes = tuple(quote(ctx, hit, found) for hit in hits)
    first, note = quotes[0], _standing(quotes[0])
    more = [f"See also {where(each)}: “{one_line(each.text)}”" for each in quotes[1:]]
    return PlaybookAnswer(
        text="\n".join([f"{where(first)}: “{first.text}”", note, *more]),
        citations=tuple(cite(each) for each in quotes),
        covers="the documents of the playbook that are for you",
        as_of=ctx.now,
        audiences=tuple(dict.fromkeys(hit.entry.document.audience for hit in hits)),
        question=question,
        sureness=found.sureness,
        note=note,
        quotes=quotes,
    )


@tool(offered=False)
def open_passage(ctx: ToolContext, *, passage: PassageId) -> Page:
    """The document of a passage, whole, for whoever may read it. Only by a click."""
    document, passages = _opened(ctx, passage)
    quotes = tuple(_quote(ctx, document, each, each.text) for each in passages)
    return Page(
        text="\n\n".join(f"{each.section}\n{each.text}" if each.section else each.text for each in quotes),
        citations=(cite(next(each for each in quotes if each.passage == passage)),),
        covers=f"one document, {document.title}",
        as_of=ctx.now,
        audiences=(document.audience,),
        names=(document.title,),
        title=document.title,
        passages=quotes,
        opened=passage,
    )


@tool(offered=False)
def mark_passage(ctx: ToolContext, *, passage: PassageId, verdict: Verdict) -> Marked:
    """Keeps what the asker thinks of a passage, and tells the document's owner. Only by a click."""
    document, passages = _opened(ctx, passage)
    owner = _owner(ctx, document)
    tells = owner is not None and owner.id != ctx.asker.id
    ctx.playbook.mark(
        passage, person_id=ctx.asker.id, verdict=verdict, at=ctx.now, tell=owner.id if owner and tells else None
    )
    thanks = f"Thank you: noted as {verdict}"
    heard = f", and {owner.name} will be told." if owner and tells else "."
    where = next(each for each in passages if each.id == passage)
    return Marked(
        text=f"{thanks}{heard}",
        citations=(cite(_quote(ctx, document, where, where.text)),),
        covers=f"one passage of {document.title}",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        passage=passage,
        verdict=verdict,
    )


@tool(offered=False)
def passage_news(ctx: ToolContext, *, passage: PassageId, verdict: Verdict, by: str) -> PassageNews:
    """What somebody thinks of a passage of the asker's document, for its owner."""
    document, passages = _opened(ctx, passage)
    owner = _owner(ctx, document)
    if owner is None or owner.id != ctx.asker.id:
        raise NotAllowed("That document is somebody else's to look after.")
    found = next(each for each in passages if each.id == passage)
    shown = _quote(ctx, document, found, quoting.quoted(found, ()))
    do = "Read it over and put it right" if verdict == "outdated" else "Nothing to do"
    return PassageNews(
        text=f"{do}: {ctx.roster.name(by)} found {where(shown)} {verdict}.",
        citations=(cite(shown),),
        covers=f"one passage of {document.title}",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        audiences=(document.audience,),
        quote=shown,
        verdict=verdict,
    )


def look_up(ctx: ToolContext, question: str, limit: int = 1) -> Found:
    """What the asker may read that answers a question."""
    return ctx.playbook.search(question, audiences=access.audiences(ctx.asker, ctx.roster), now=ctx.now, limit=limit)


def unasked(ctx: ToolContext, question: str) -> Found | None:
    """What surely answers a question that nobody put to the playbook; None where nothing does."""
    found = look_up(ctx, question)
    # One word is too little to go by: every playbook has a "second".
    return found if len(found.terms) > 1 and found.sureness >= SURE_UNASKED else None


def knows(ctx: ToolContext, question: str) -> bool:
    """Whether the playbook surely answers a question that nothing says is one for the playbook."""
    return unasked(ctx, question) is not None


def quote(ctx: ToolContext, hit: Hit, found: Found) -> Quote:
    """A passage with the part of it that answers."""
    passage = hit.entry.passage
    return _quote(ctx, hit.entry.document, passage, quoting.quoted(passage, found.terms))


def cite(shown: Quote) -> Citation:
    """A citation of a passage."""
    return Citation(
        kind="playbook",
        key=f"playbook/{shown.document}#{shown.passage}",
        label=f"{where(shown)}{f', {shown.place}' if shown.place else ''}",
        value=f"reviewed {shown.reviewed.isoformat()}" if shown.reviewed else "",
        url=shown.url,
    )


def _quote(ctx: ToolContext, document: Document, passage: Passage, text: str) -> Quote:
    place = f"page {passage.page}" if passage.page else f"line {passage.line}" if passage.line else ""
    return Quote(
        passage=passage.id,
        document=document.id,
        title=document.title,
        section=passage.section,
        place=place,
        text=text,
        is_table=passage.is_table,
        reviewed=document.reviewed,
        status=document.status,
        audience=document.audience,
        owner=document.owner,
        url=document.url if urlsplit(document.url or "").hostname in ctx.policy.link_hosts else None,
    )


def _spread(hits: tuple[Hit, ...]) -> list[Hit]:
    """The best hits, but no more than a few of one document."""
    counts: dict[str, int] = {}
    kept = []
    for hit in hits:
        counts[hit.entry.document.id] = counts.get(hit.entry.document.id, 0) + 1
        if counts[hit.entry.document.id] <= A_DOCUMENT:
            kept.append(hit)
    return kept[:SHOWN]


def _opened(ctx: ToolContext, passage: str) -> tuple[Document, list[Passage]]:
    """The document of a passage that the asker may read; of any other it is not said that there is one."""
    document, passages = ctx.playbook.opened(passage)
    if not access.may_read(ctx.asker, ctx.roster, [document.audience]):
        raise UnknownRecord("That passage has changed since; ask again.")
    return document, passages


def _owner(ctx: ToolContext, document: Document) -> Person | None:
    """Who answers for a document, if it names somebody who works here."""
    try:
        return people.find(ctx.roster, document.owner) if document.owner else None
    except UnknownPerson:
        return None


def where(shown: Quote) -> str:
    """Title and section."""
    return f"{shown.title} › {shown.section}" if shown.section else shown.title


def _standing(shown: Quote) -> str:
    """Whether the passage may be relied on: a draft is none, and an old one may be out of date."""
    reviewed = f"reviewed {wording.on(shown.reviewed)}" if shown.reviewed else "never reviewed"
    draft = "A draft, not approved yet; " if shown.status == "draft" else ""
    owner = f"; {shown.owner} looks after it" if shown.owner else ""
    told = f"{draft}{reviewed}{owner}."
    return f"{told[0].upper()}{told[1:]}"


def _nothing(ctx: ToolContext, found: Found) -> str:
    near = f" The nearest is {where(quote(ctx, found.hits[0], found))}." if found.hits else ""
    return f"That is not in the playbook.{near} Your question is kept for whoever writes it."


def one_line(text: str) -> str:
    """A quote in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159].rsplit(" ", 1)[0] + " …"
