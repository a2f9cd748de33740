"""What is known of a document beside its text: title, owner, who it is for, whether it still holds."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from knowledge.errors import BadFile
from knowledge.playbook.blocks import clean, heading, is_seen

EVERYONE, REP, MANAGER, TEAM = "everyone", "rep", "manager", "team: "
APPROVED, DRAFT, RETIRED = "approved", "draft", "retired"
MAX_TITLE, MOST_ASKED = 200, 200
# What Slack takes for the address of a link.
MAX_URL = 2_000
# More links than any document has.
MAX_LINKS = 1_000


@dataclass(frozen=True)
class Document:
    """A document of the playbook.

    Attributes
    ----------
    id : its path in its source without the ending, such as `policies/discounts`
    owner : who answers for it, by name; None where nobody is named
    audience : "everyone", "rep" (who sells, and their managers), "manager", or "team: NAME"
    status : "approved", "draft" (found after the others) or "retired" (listed, but never quoted)
    reviewed : when somebody last read it over
    asked : how people ask for it, in words that it does not use itself
    url : where it lives, if it says so
    links : the files that it links to, by their paths in its source
    """

    id: str
    source: str
    path: str
    digest: str
    title: str
    owner: str | None
    audience: str
    status: str
    reviewed: date | None
    asked: tuple[str, ...]
    url: str | None
    links: tuple[str, ...]
    added_at: datetime


def described(path: str, facts: Mapping[str, Any], audience: str) -> dict[str, Any]:
    """Title, owner, audience, status, review and address of a file in its source, from what it says of itself.

    Raises
    ------
    BadFile
        When it says something that means nothing; who may read a document is never guessed.
    """
    return {
        "title": (heading(str(facts.get("title") or "")) or _title(path))[:MAX_TITLE],
        "owner": heading(_list(facts.get("owner"))) or None,
        "audience": audience_of(str(facts.get("audience") or audience)),
        "status": _status(str(facts.get("status") or APPROVED)),
        "reviewed": _day(facts.get("reviewed") or facts.get("date")),
        "asked": _asked(facts.get("asked")),
        "url": _url(facts.get("url")),
    }


def _list(said: object) -> str:
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said or "")


def _asked(said: object) -> tuple[str, ...]:
    """The phrasings of a list, or of a text that has them between bars."""
    each = said if isinstance(said, list) else str(said or "").split("|")
    return tuple(text for part in each[:MOST_ASKED] if (text := clean(str(part))[:MAX_TITLE]))


def _title(path: str) -> str:
    """What a file is called by its name and folder: `security/answers.csv` is "Security: answers"."""
    file = PurePosixPath(path)
    words = [part.replace("-", " ").replace("_", " ") for part in (file.parent.name, file.stem) if part]
    return ": ".join(words).capitalize()


def audience_of(words: str) -> str:
    """An audience as it is kept.

    Raises
    ------
    BadFile
        When it is none.
    """
    said = heading(words)
    if said.casefold() in (EVERYONE, REP, MANAGER):
        return said.casefold()
    kind, _, team = said.partition(":")
    if kind.strip().casefold() == "team" and team.strip():
        return f"{TEAM}{team.strip()}"
    raise BadFile(f'its audience is "{said}"; write everyone, rep, manager or "team: NAME"')


def inside(path: str, links: Iterable[str]) -> tuple[str, ...]:
    """The links of a document that lead to files of its source, by their paths there."""
    here = posixpath.dirname(path)
    # A link that begins with a slash counts from the source's own folder.
    paths = (posixpath.normpath(posixpath.join(here, each)).lstrip("/") for each in map(_target, links) if each)
    within = (each for each in paths if each not in (".", "..") and not each.startswith("../"))
    return tuple(itertools.islice(dict.fromkeys(within), MAX_LINKS))


def _target(link: str) -> str:
    """The path of a link to another file; nothing for any other link."""
    try:
        parts = urlsplit(link)
        path = "" if parts.scheme or parts.netloc else unquote(parts.path, errors="strict")
    except ValueError:
        return ""
    return path if all(map(is_seen, path)) else ""


def _status(words: str) -> str:
    status = words.strip().casefold()
    if status not in (APPROVED, DRAFT, RETIRED):
        raise BadFile(f'its status is "{heading(words)}"; write approved, draft or retired')
    return status


def _day(said: object) -> date | None:
    if said is None:
        return None
    if isinstance(said, datetime):
        return said.date()
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said).strip()[:10])
    except ValueError as error:
        raise BadFile(f'it says it was reviewed on "{heading(str(said))}"; write a date such as 2026-03-18') from error


def _url(said: object) -> str | None:
    if not said:
        return None
    words = str(said).strip()
    try:
        parts = urlsplit(words)
        good = parts.scheme == "https" and parts.hostname and not parts.username and all(map(is_seen, words))
    except ValueError:
        good = False
    if not good or len(words) > MAX_URL:
        raise BadFile(f'its address is "{heading(words)}"; write one that begins with https://')
    return parts.geturl()
