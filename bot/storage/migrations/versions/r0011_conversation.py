"""Chats get kinds, days, pauses and quiet hours; digests keep the order of their papers; small values expire."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = ("kind", "days", "paused_until", "quiet", "opens_in", "has_own_language")


def upgrade() -> None:
    op.add_column("chats", sa.Column("kind", sa.Text(), nullable=False, server_default=""))
    op.add_column("chats", sa.Column("days", sa.Text(), nullable=False, server_default="0123456"))
    op.add_column("chats", sa.Column("paused_until", sa.DateTime(timezone=True)))
    op.add_column("chats", sa.Column("quiet", sa.Text()))
    op.add_column("chats", sa.Column("opens_in", sa.Text(), nullable=False, server_default="private"))
    op.add_column("chats", sa.Column("has_own_language", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("digests", sa.Column("ranked", sa.LargeBinary()))
    op.execute("UPDATE chats SET style = 'titles' WHERE style = 'compact'")
    op.create_table(
        "kept",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("ident", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "ident", "kind", "key", name="pk_kept"),
    )
    op.create_index("ix_kept_until", "kept", ["until"])
    op.create_index("ix_kept_kind", "kept", ["kind"])


def downgrade() -> None:
    op.drop_table("kept")
    op.execute("UPDATE chats SET style = 'compact' WHERE style = 'titles'")
    op.execute("UPDATE chats SET style = 'cards' WHERE style = 'list'")
    op.drop_column("digests", "ranked")
    for name in reversed(_COLUMNS):
        op.drop_column("chats", name)
