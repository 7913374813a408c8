"""What a delivery's tries were, when its row was last written, and when a chat's digest is tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("touched_at", sa.DateTime(timezone=True)))
    op.add_column("chats", sa.Column("not_before", sa.DateTime(timezone=True)))


def downgrade() -> None:
    # An older version knows no unknown delivery that is tried again by itself, only ones that wait.
    op.execute(sa.text("UPDATE deliveries SET state = 'waiting' WHERE state = 'unknown' AND again"))
    op.drop_column("chats", "not_before")
    for name in ("touched_at", "again", "failures"):
        op.drop_column("deliveries", name)
