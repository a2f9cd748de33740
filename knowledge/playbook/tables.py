"""The playbook's tables: where it comes from, its documents, their passages, and what people thought of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Table


class Source(Table):
    """A folder or file that was added, by its absolute path; `audience` is who its documents are for if they say not.

    `glossary` holds the company's synonyms from a file of that name in the folder.
    """

    __tablename__ = "playbook_sources"

    path: Mapped[str] = mapped_column(primary_key=True)
    added_at: Mapped[datetime]
    audience: Mapped[str]
    glossary: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DocumentRow(Table):
    """A document; its id is its path in its source without the ending, and stays when the file moves."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("playbook_sources.path", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    digest: Mapped[str]
    title: Mapped[str]
    owner: Mapped[str | None]
    audience: Mapped[str]
    status: Mapped[str]
    reviewed: Mapped[date | None] = mapped_column(Date)
    asked: Mapped[list[Any]] = mapped_column(default=list)
    url: Mapped[str | None]
    links: Mapped[list[Any]] = mapped_column(default=list)
    added_at: Mapped[datetime]


class PassageRow(Table):
    """A passage: a few paragraphs, a list or a table under one heading."""

    __tablename__ = "passages"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    section: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None]
    page: Mapped[int | None]
    is_table: Mapped[bool]


class Shelf(Table):
    """Which index serves: every change to the playbook makes the next generation. There is one row at most."""

    __tablename__ = "playbook_shelf"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    embedding: Mapped[str]
    place: Mapped[str]


class Mark(Table):
    """What a person thought of a passage; the last word counts."""

    __tablename__ = "passage_marks"
    __table_args__ = (UniqueConstraint("passage_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    passage_id: Mapped[str]
    document_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    verdict: Mapped[str]
    at: Mapped[datetime]


class Unanswered(Table):
    """A question that found nothing. It is a person's text, and can be erased."""

    __tablename__ = "unanswered_questions"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
