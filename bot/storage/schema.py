"""What all tables share: their metadata with the names of constraints, and columns and indexes of a common form."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, MetaData, text

# Every constraint has a name, because migrations can change only constraints whose names they know.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def chat_column() -> Column[int]:
    """A column for the chat that a row belongs to; the row is deleted with the chat."""
    return Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False)


def partial_index(name: str, condition: str, *columns: str) -> Index:
    """An index of the rows that satisfy a condition."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))
