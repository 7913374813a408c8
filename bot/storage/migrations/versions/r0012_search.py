"""A full-text index of papers, and what chats received in digests that are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE paper_words USING fts5(title, authors, text, content='', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co M*' tokenchars '+#*&.^_'\")",
)
_POSTGRES = (
    "CREATE TABLE paper_words (id INTEGER PRIMARY KEY REFERENCES indexed_parts (id) ON DELETE CASCADE, "
    "words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_paper_words_words ON paper_words USING gin (words)",
)


def upgrade() -> None:
    op.create_table(
        "indexed_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_indexed_parts"),
        sa.UniqueConstraint("paper_id", "part", name="uq_indexed_parts_paper_id_part"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unindexed",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name="pk_unindexed"),
    )
    op.create_table(
        "received",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("papers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_received_chat_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_received"),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(sa.text(statement))
    # The service indexes them after its start: 200,000 papers take minutes, for which no migration should wait.
    op.execute("INSERT INTO unindexed (paper_id, changes) SELECT id, 0 FROM papers")


def downgrade() -> None:
    op.drop_table("paper_words")
    for name in ("received", "unindexed", "indexed_parts"):
        op.drop_table(name)
