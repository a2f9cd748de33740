"""Which version served when, what people rated otherwise, reports kept, and marks on stale leads"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant, Json

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "servings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_servings_model_at", "servings", ["model", "at"], unique=False)
    # What serves has done so since it was trained, as far as anybody knows.
    op.execute(
        "INSERT INTO servings (model, version, at) SELECT model, version, trained_at FROM model_versions "
        "WHERE serves ORDER BY trained_at"
    )
    op.create_table(
        "overrides",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("shift", sa.Double(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_overrides_lead_id", "overrides", ["lead_id"], unique=False)
    op.create_index("ix_overrides_until", "overrides", ["until"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reports_kind_key_at", "reports", ["kind", "key", "at"], unique=False)
    op.add_column("stale_leads", sa.Column("mark", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_scores_version", "scores", ["model", "version"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_scores_version", table_name="scores")
    op.drop_column("stale_leads", "mark")
    op.drop_table("reports")
    op.drop_table("overrides")
    op.drop_table("servings")
