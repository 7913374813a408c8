"""Add claims of summaries, the times of requests to models, and pauses of models."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("depth", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", _time, nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "version", "language", "depth", name="pk_claims"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
    )
    op.create_table(
        "pauses",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("since", _time, nullable=False),
        sa.Column("until", _time, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("model", name="pk_pauses"),
    )


def downgrade() -> None:
    # What an older version does not know ends by itself within minutes, so that nothing is lost.
    for name in ("pauses", "requests", "claims"):
        op.drop_table(name)
