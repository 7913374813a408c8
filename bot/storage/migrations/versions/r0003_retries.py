"""Count a delivery's failures, store when its row was last written, and until when a chat's digest is put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_deliveries = sa.table("deliveries", sa.column("state"), sa.column("attempts"), sa.column("again", sa.Boolean()))


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("deliveries", sa.Column("touched_at", sa.DateTime(timezone=True)))
    op.add_column("chats", sa.Column("not_before", sa.DateTime(timezone=True)))
    # Before this revision, a delivery that waited after an attempt may have arrived: it has to be verified.
    tried = _deliveries.update().where(_deliveries.c.state == "waiting", _deliveries.c.attempts > 0)
    op.execute(tried.values(again=True))


def downgrade() -> None:
    # An older version does not retry an unknown delivery by itself, only a waiting one.
    looked_for = _deliveries.update().where(_deliveries.c.state == "unknown", _deliveries.c.again)
    op.execute(looked_for.values(state="waiting"))
    op.drop_column("chats", "not_before")
    for name in ("touched_at", "asked", "again", "failures"):
        op.drop_column("deliveries", name)
