"""The inbox as a queue: when an event is due, and which wait for one another"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from knowledge.database import Instant, Json

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_inbox_leased_until", table_name="inbox")
    for column in (sa.Column("lane", sa.String()), sa.Column("due_at", Instant())):
        op.add_column("inbox", column)
    # What is on its way has nobody to wait for and is due at once; until now there were only questions.
    columns = ("key", "lane", "due_at", "received_at", "done_at")
    inbox = sa.table("inbox", *map(sa.column, columns), sa.column("payload", Json))
    op.execute(inbox.update().values(lane=inbox.c.key, due_at=inbox.c.received_at))
    open_ = sa.select(inbox.c.key, inbox.c.payload).where(inbox.c.done_at.is_(None))
    for key, facts in op.get_bind().execute(open_).all():
        told = {"kind": "question", "facts": facts}
        op.execute(inbox.update().where(inbox.c.key == key).values(payload=told))
    with op.batch_alter_table("inbox") as batch:
        batch.alter_column("lane", existing_type=sa.String(), nullable=False)
        batch.alter_column("due_at", existing_type=Instant(), nullable=False)
    op.create_index(op.f("ix_inbox_done_at"), "inbox", ["done_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_inbox_done_at"), table_name="inbox")
    op.drop_column("inbox", "due_at")
    op.drop_column("inbox", "lane")
    op.create_index("ix_inbox_leased_until", "inbox", ["leased_until"], unique=False)
