"""Number the matches; each subscription stores the number up to which its chat's digests have taken all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_matches_paper_id_topic_id": ["paper_id", "topic_id"],
    "ix_matches_day_paper_id": ["day", "paper_id"],
}


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("seen_match", sa.Integer(), nullable=False, server_default="0"))
    _rebuild(
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matches"),
        sa.UniqueConstraint("topic_id", "paper_id", "day", name="uq_matches_topic_id_paper_id_day"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_matches_topic_id_id", "matches", ["topic_id", "id"])


def downgrade() -> None:
    _rebuild(sa.PrimaryKeyConstraint("topic_id", "day", "paper_id", name="pk_matches"))
    op.drop_column("subscriptions", "seen_match")


def _rebuild(*keys: sa.schema.SchemaItem, sqlite_autoincrement: bool = False) -> None:
    """Create the table again with other keys and the same rows; no other table refers to it."""
    # SQLite cannot change a primary key in place.
    op.execute("CREATE TABLE matches_before AS SELECT topic_id, day, paper_id, because FROM matches")
    op.drop_table("matches")
    op.create_table(
        "matches",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_matches_topic_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["paper_id"], ["papers.id"], name="fk_matches_paper_id", ondelete="CASCADE"),
        *keys,
        sqlite_autoincrement=sqlite_autoincrement,
    )
    op.execute(
        "INSERT INTO matches (topic_id, day, paper_id, because) "
        "SELECT topic_id, day, paper_id, because FROM matches_before ORDER BY day, topic_id, paper_id"
    )
    op.execute("DROP TABLE matches_before")
    for name, columns in _INDEXES.items():
        op.create_index(name, "matches", columns)
