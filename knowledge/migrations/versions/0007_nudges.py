"""Nudges: notices that go to a channel, or that are good for a while only"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("to", sa.String(), nullable=True))
    op.add_column("notices", sa.Column("good_until", Instant(), nullable=True))
    op.add_column("notices", sa.Column("skipped_at", Instant(), nullable=True))


def downgrade() -> None:
    for column in ("skipped_at", "good_until", "to"):
        op.drop_column("notices", column)
