"""The playbook: its documents, their passages, and what people thought of them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant, Json

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "playbook_sources",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("glossary", Json, nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reviewed", sa.Date(), nullable=True),
        sa.Column("asked", Json, nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("links", Json, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["playbook_sources.path"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_documents_source", "documents", ["source"], unique=False)
    op.create_table(
        "passages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("is_table", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passages_document_id", "passages", ["document_id"], unique=False)
    op.create_table(
        "playbook_shelf",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("embedding", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "passage_marks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("passage_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("passage_id", "person_id"),
    )
    op.create_index("ix_passage_marks_document_id", "passage_marks", ["document_id"], unique=False)
    op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unanswered_questions_at", "unanswered_questions", ["at"], unique=False)


def downgrade() -> None:
    for table in (
        "unanswered_questions",
        "passage_marks",
        "playbook_shelf",
        "passages",
        "documents",
        "playbook_sources",
    ):
        op.drop_table(table)
