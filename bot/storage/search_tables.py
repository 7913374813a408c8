"""The tables of the full-text search. Use them by `tables`.

The words themselves are in `paper_words`, which each database has in its own form: a virtual table of SQLite's FTS5
(its `rowid` is the `id` here), or a table with a `tsvector` and a GIN index. It is not a part of the metadata.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint, event

from bot.storage.schema import metadata

# Texts about papers whose words are in the index. A text that has changed gets a new row: FTS5 cannot delete words
# without the texts that they came from, and words without a row here are never found.
indexed_parts = Table(
    "indexed_parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paper_id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of the words
    UniqueConstraint("paper_id", "part"),
    sqlite_autoincrement=True,
)

# Papers whose texts have changed since they were indexed; `changes` counts that.
unindexed = Table(
    "unindexed",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("changes", Integer, nullable=False),
)

# What chats have received in digests that are not kept any more.
received = Table(
    "received",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("papers", LargeBinary, nullable=False),  # `packed.pack_papers`
)

# Words come as `bot.topics.search_words` writes them, and must not be divided or changed once more.
_SQLITE = (
    "CREATE VIRTUAL TABLE paper_words USING fts5(title, authors, text, content='', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co M*' tokenchars '+#*&.^_'\")",
)
_POSTGRES = (
    "CREATE TABLE paper_words (id INTEGER PRIMARY KEY REFERENCES indexed_parts (id) ON DELETE CASCADE, "
    "words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_paper_words_words ON paper_words USING gin (words)",
)
for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRES)):
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call] # SQLAlchemy gives it no types
        event.listen(indexed_parts, "after_create", _ddl.execute_if(dialect=_dialect))
