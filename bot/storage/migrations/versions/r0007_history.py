"""Pack what topics match, and keep what chats have had as positions in it; mark what became of each announcement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.migrations import history_rows

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

_FLAGS = ("matched", "chosen", "sent")
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in _FLAGS:
        op.add_column("announcements", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("chats", sa.Column("changed_at", _moment))
    op.create_index("ix_chats_changed_at", "chats", ["changed_at"])
    for name in ("last_match", "last_seq"):
        op.add_column("topics", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("subscriptions", sa.Column("seen_seq", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("digests", sa.Column("shown", sa.LargeBinary()))
    op.create_table(
        "match_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("seqs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_match_batches_topic_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_match_batches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_match_batches_topic_id_id", "match_batches", ["topic_id", "id"])
    op.create_table(
        "had_papers",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("papers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_had_papers_chat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_had_papers"),
    )
    history_rows.pack(op.get_bind())
    op.drop_table("taken")
    op.drop_table("matches")


def downgrade() -> None:
    op.create_table(
        "matches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_matches_topic_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_matches_paper_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
        sa.UniqueConstraint("topic_id", "paper_id", "day", name="uq_matches_topic_id_paper_id_day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "taken",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_taken_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name="fk_taken_digest_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "paper_id", name="pk_taken"),
    )
    history_rows.unpack(op.get_bind())
    op.create_index("ix_matches_topic_id_id", "matches", ["topic_id", "id"])
    op.create_index("ix_matches_paper_id_topic_id", "matches", ["paper_id", "topic_id"])
    op.create_index("ix_matches_day_paper_id", "matches", ["day", "paper_id"])
    op.create_index("ix_taken_paper_id", "taken", ["paper_id"])
    op.create_index("ix_taken_digest_id", "taken", ["digest_id"])
    op.drop_table("had_papers")
    op.drop_table("match_batches")
    op.drop_column("digests", "shown")
    op.drop_column("subscriptions", "seen_seq")
    for name in ("last_seq", "last_match"):
        op.drop_column("topics", name)
    op.drop_index("ix_chats_changed_at", "chats")
    for name in ("changed_at", "version"):
        op.drop_column("chats", name)
    for name in reversed(_FLAGS):
        op.drop_column("announcements", name)
