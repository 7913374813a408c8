"""Store the updates that a platform has posted until they are handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "updates",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bot", "number", name="pk_updates"),
    )
    pending = sa.text("body IS NOT NULL")
    op.create_index("ix_updates_pending", "updates", ["bot", "number"], sqlite_where=pending, postgresql_where=pending)
    op.create_index("ix_updates_received_at", "updates", ["received_at"])


def downgrade() -> None:
    op.drop_table("updates")
