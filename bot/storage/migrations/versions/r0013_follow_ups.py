"""Watch papers that people liked or saved, and keep what chats are to be told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watched_papers",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("journal_ref", sa.Text()),
        sa.Column("doi", sa.Text()),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_watched_papers_paper_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper_id", name="pk_watched_papers"),
    )
    op.create_index("ix_watched_papers_asked_at", "watched_papers", ["asked_at"])
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_follow_ups_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_follow_ups_paper_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_follow_ups_chat_id_paper_id", "follow_ups", ["chat_id", "paper_id"])
    op.create_index("ix_follow_ups_found_at", "follow_ups", ["found_at"])
    waiting = sa.text("told_at IS NULL")
    op.create_index(
        "ix_follow_ups_waiting", "follow_ups", ["chat_id", "id"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    op.drop_table("follow_ups")
    op.drop_table("watched_papers")
