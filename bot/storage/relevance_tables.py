"""The tables of votes, of what is learned from them, and of what relevance keeps of papers. Use them by `tables`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from bot.storage.column_types import ForeignText, Moment, PackedJSON
from bot.storage.schema import chat_column, metadata, partial_index

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    chat_column(),
    Column("person", Text, nullable=False),
    Column("paper_id", ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("chat_id", "paper_id", "person", "kind"),
    # Holds all that `vote_counts` reads, so that the rows themselves are not read.
    Index(None, "paper_id", "chat_id", "kind"),
    sqlite_autoincrement=True,
)

# Papers that somebody likes or has saved, as they were when chats were last told of them: `bot.model.PaperState`.
watched_papers = Table(
    "watched_papers",
    metadata,
    Column("paper_id", ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title", ForeignText, nullable=False),
    Column("abstract", ForeignText, nullable=False),
    Column("comment", ForeignText),
    Column("journal_ref", ForeignText),
    Column("doi", ForeignText),
    Column("withdrawn", Boolean, nullable=False),
    Column("asked_at", Moment, index=True),  # when arXiv was last asked for it alone
)

# What is new about such papers, for each chat.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Integer, primary_key=True),
    chat_column(),
    Column("paper_id", ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Column("before", PackedJSON, nullable=False),
    Column("found_at", Moment, nullable=False, index=True),
    Column("told_at", Moment),
    Index(None, "chat_id", "paper_id"),
    partial_index("ix_follow_ups_waiting", "told_at IS NULL", "chat_id", "id"),
    sqlite_autoincrement=True,
)

# One row for each chat with votes. It has no model until enough was learned.
chat_models = Table(
    "chat_models",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    # Since when there are changes of the chat's votes that no model was learned from.
    Column("waiting_since", Moment),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("trained_at", Moment),
    Column("votes", Integer, nullable=False, server_default="0"),
    Column("body", PackedJSON),
    Column("weights", LargeBinary),  # `ModelTerms.numbers` of the terms in `body`
    Column("vector", LargeBinary),
    partial_index("ix_chat_models_waiting", "waiting_since IS NOT NULL", "waiting_since", "chat_id"),
)

# A single row, because the counts are only read and replaced as a whole.
term_counts = Table(
    "term_counts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("counts", LargeBinary, nullable=False),  # JSON of counts by term, compressed
)

# A single row, too.
term_vectors = Table(
    "term_vectors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("data", LargeBinary, nullable=False),  # compressed
)

# No foreign key: the vector of a text that is no paper is stored here too, under a name that is no paper's id.
vectors = Table(
    "vectors",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("embedder", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little endian
    # The last announcement when it was stored, which tells its age whatever the clocks of the processes say.
    Column("seq", Integer, nullable=False),
)
