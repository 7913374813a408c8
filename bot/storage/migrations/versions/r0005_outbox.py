"""Store which bot serves a chat, and repeat it with the platform on every delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("bot", sa.Text(), nullable=False, server_default=""))
    for name in ("platform", "bot"):
        op.add_column("deliveries", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE deliveries SET platform = (SELECT chats.platform FROM chats WHERE chats.id = deliveries.chat_id)"
    )


def downgrade() -> None:
    for name in ("platform", "bot"):
        op.drop_column("deliveries", name)
    op.drop_column("chats", "bot")
