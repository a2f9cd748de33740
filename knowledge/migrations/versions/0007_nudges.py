"""Nudges: what was considered and what came of it, what people wish; notices for a channel, or for a while only"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant, Json

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("to", sa.String(), nullable=True))
    op.add_column("notices", sa.Column("good_until", Instant(), nullable=True))
    op.add_column("notices", sa.Column("skipped_at", Instant(), nullable=True))
    op.create_table(
        "nudge_settings",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("max_per_day", sa.Integer(), nullable=False),
        sa.Column("daily_at", sa.String(), nullable=False),
        sa.Column("quiet_from", sa.String(), nullable=False),
        sa.Column("quiet_to", sa.String(), nullable=False),
        sa.Column("mute_until", Instant(), nullable=True),
        sa.Column("muted", Json, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "nudges",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("gain", sa.Double(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("response", sa.String(), nullable=True),
        sa.Column("responded_at", Instant(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("followed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_nudges_person_decided", "nudges", ["person_id", "decided_at"], unique=False)
    op.create_index("ix_nudges_at", "nudges", ["at"], unique=False)
    op.create_index("ix_nudges_record", "nudges", ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("nudges")
    op.drop_table("nudge_settings")
    for column in ("skipped_at", "good_until", "to"):
        op.drop_column("notices", column)
