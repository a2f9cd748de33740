"""Who said when a column is known, so that an import does not undo a click"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("column_rules", sa.Column("decided_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("column_rules", "decided_by")
