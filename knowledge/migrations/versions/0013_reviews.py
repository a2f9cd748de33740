"""Answers that somebody found bad, to be looked at"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant

revision: str = "0013"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("audit_id", sa.String(), nullable=True))
    op.create_index("ix_turns_audit_id", "turns", ["audit_id"], unique=False)
    op.add_column("feedback", sa.Column("settled_at", Instant(), nullable=True))
    op.add_column("feedback", sa.Column("settled_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("feedback", "settled_by")
    op.drop_column("feedback", "settled_at")
    op.drop_index("ix_turns_audit_id", table_name="turns")
    op.drop_column("turns", "audit_id")
