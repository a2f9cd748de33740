"""Summaries of a team that are posted on their own"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "team_posts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_team_posts_person_id", "team_posts", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("team_posts")
