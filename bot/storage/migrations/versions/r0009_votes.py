"""Store votes, what chats have learned from them, the counts of terms, and vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_votes()
    _create_chat_models()
    op.create_table(
        "term_counts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_term_counts"),
    )
    op.create_table(
        "vectors",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "version", "embedder", name="pk_vectors"),
    )


def _create_votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_votes_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_votes_paper_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint("chat_id", "paper_id", "person", "kind", name="uq_votes_chat_id_paper_id_person_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_votes_paper_id_chat_id_kind", "votes", ["paper_id", "chat_id", "kind"])


def _create_chat_models() -> None:
    op.create_table(
        "chat_models",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("waiting_since", _time),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("trained_at", _time),
        sa.Column("votes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("weights", sa.LargeBinary()),
        sa.Column("vector", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_chat_models_chat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_chat_models"),
    )
    is_waiting = sa.text("waiting_since IS NOT NULL")
    op.create_index(
        "ix_chat_models_waiting",
        "chat_models",
        ["waiting_since", "chat_id"],
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )


def downgrade() -> None:
    for name in ("vectors", "term_counts", "chat_models", "votes"):
        op.drop_table(name)
