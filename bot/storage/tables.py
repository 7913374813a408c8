"""The tables as the code uses them. `migrations/` builds the same ones; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
)

from bot.storage.column_types import ForeignText, Moment, PackedJSON
from bot.storage.outbox_tables import (
    OPEN,
    UNUSUAL,
    deliveries,
    delivery_counts,
    digests,
    past_deliveries,
    payloads,
    updates,
)
from bot.storage.relevance_tables import (
    chat_models,
    follow_ups,
    term_counts,
    term_vectors,
    vectors,
    votes,
    watched_papers,
)
from bot.storage.schema import metadata
from bot.storage.search_tables import indexed_parts, received, unindexed

REVISION = "0013"
"""The newest migration, which results in these tables."""

__all__ = [
    "OPEN",
    "REVISION",
    "UNUSUAL",
    "announcements",
    "chat_models",
    "chats",
    "claims",
    "deliveries",
    "delivery_counts",
    "digests",
    "follow_ups",
    "had_papers",
    "indexed_parts",
    "kept",
    "leases",
    "listings",
    "malformed",
    "managers",
    "match_batches",
    "metadata",
    "papers",
    "past_deliveries",
    "pauses",
    "payloads",
    "received",
    "requests",
    "state",
    "subscriptions",
    "summaries",
    "term_counts",
    "term_vectors",
    "topics",
    "unindexed",
    "updates",
    "usage",
    "vectors",
    "votes",
    "wanted",
    "watched_papers",
]

# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────

papers = Table(
    "papers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title", ForeignText, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("abstract", ForeignText, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("comment", ForeignText),
    Column("published", Moment),
    Column("updated", Moment),
    Column("license", ForeignText),
    Column("doi", ForeignText),
    Column("journal_ref", ForeignText),
    Column("withdrawn", Boolean, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("completed_version", Integer),  # the version that the API has completed
    Column("seen_at", Moment, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    # Grows in the order of commits, so that a reader who remembers a number misses nothing (see `SqlPapers.ingest`).
    # AUTOINCREMENT, here and below: otherwise SQLite gives the number of a deleted last row to the next one.
    Column("seq", Integer, primary_key=True),
    Column("paper_id", ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("inferred", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # What has become of it, for the ledger: some topic matches it, some digest shows it, some part with it was sent.
    Column("matched", Boolean, nullable=False, server_default=false()),
    Column("chosen", Boolean, nullable=False, server_default=false()),
    Column("sent", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("paper_id", "day", "kind"),
    Index(None, "day", "seq"),
    sqlite_autoincrement=True,
)

malformed = Table(
    "malformed",
    metadata,
    Column("hash", Text, primary_key=True),  # of source and text: each poll brings the same entry again
    Column("source", ForeignText, nullable=False),
    Column("raw", ForeignText, nullable=False),
    Column("why", ForeignText, nullable=False),
    Column("day", Date),
    Column("seen_at", Moment, nullable=False, index=True),
)

listings = Table(
    "listings",
    metadata,
    Column("day", Date, primary_key=True),
    Column("archive", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("announced", Integer, nullable=False),
    Column("malformed", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("checked_at", Moment, nullable=False),
    Column("why", ForeignText),
)

# ── chats ─────────────────────────────────────────────────────────────────────────────────────────────────────────

chats = Table(
    "chats",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("ident", Text, nullable=False),  # `ChatRef.id`, with the forum topic of a Telegram group
    Column("title", ForeignText, nullable=False),
    Column("language", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("digest_time", Time, nullable=False),
    Column("size", Integer, nullable=False),
    Column("style", Text, nullable=False),
    Column("depth", Text, nullable=False),
    Column("next_due_at", Moment, index=True),
    Column("suspended", ForeignText),
    Column("created_at", Moment),
    # A digest that could not be made is not tried again before this time.
    Column("not_before", Moment),
    # Counts the changes of what the chat has had: a digest that was composed before the last one is refused.
    Column("version", Integer, nullable=False, server_default="1"),
    # When its settings, subscriptions or suspension last changed.
    Column("changed_at", Moment, index=True),
    Column("bot", Text, nullable=False, server_default=""),  # `Chat.bot`
    Column("kind", Text, nullable=False, server_default=""),
    Column("days", Text, nullable=False, server_default="0123456"),  # of the week, 0 is Monday
    Column("paused_until", Moment),
    Column("quiet", Text),  # "22:00-07:00"
    Column("opens_in", Text, nullable=False, server_default="private"),
    Column("has_own_language", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("platform", "ident"),
    sqlite_autoincrement=True,
)

# Telegram forum topics count as the chat that they belong to. A chat may have managers before it is in `chats`: a
# channel is bound to a person when the bot becomes its admin, before anything is subscribed there.
managers = Table(
    "managers",
    metadata,
    Column("id", Integer, primary_key=True),  # grows in the order in which people were remembered
    Column("platform", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("person", Text, nullable=False),
    # The chat's title, if the chat is offered to this person in their private chat.
    Column("title", ForeignText),
    Column("since", Moment),
    UniqueConstraint("platform", "place", "person"),
    Index(None, "platform", "person"),
    sqlite_autoincrement=True,
)

# ── topics ────────────────────────────────────────────────────────────────────────────────────────────────────────

topics = Table(
    "topics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query", Text, nullable=False, unique=True),
    # Every announcement after `from_seq` and up to `matched_seq` has been matched with this topic.
    Column("from_seq", Integer, nullable=False),
    Column("matched_seq", Integer, nullable=False),
    # The greatest id of its `match_batches`, and the greatest sequence number in them; 0 if there are none.
    Column("last_match", Integer, nullable=False, server_default="0"),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", Date, nullable=False),
    Column("created_at", Moment, nullable=False),
    # The chat has had everything that the topic's `match_batches` up to this id name, from the day `since` on.
    Column("seen_match", Integer, nullable=False, server_default="0"),
    # No announcement that the chat has had by `seen_match` has a greater sequence number than this.
    Column("seen_seq", Integer, nullable=False, server_default="0"),
)

# What a topic matches, for each batch of announcements that was matched with it. A row is not changed, except when old
# ones are joined; if a topic is matched again, another row names what it did not match before.
match_batches = Table(
    "match_batches",
    metadata,
    Column("id", Integer, primary_key=True),  # grows in the order of commits; see `save_matches`
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("seqs", LargeBinary, nullable=False),  # `packed.pack_seqs`
    Index(None, "topic_id", "id"),
    sqlite_autoincrement=True,
)

# The papers that a chat has had and that its subscriptions' positions do not cover: a digest up to an earlier day, a
# topic that it no longer follows, a chat that was joined with it.
had_papers = Table(
    "had_papers",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True),
    Column("papers", LargeBinary, nullable=False),  # `packed.pack_papers`
)

# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────────────────

summaries = Table(
    "summaries",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("depth", Text, primary_key=True),
    Column("model", ForeignText, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("body", PackedJSON, nullable=False),
)

wanted = Table(
    "wanted",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("depth", Text, primary_key=True),
    Column("chats", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment),
    Column("why", ForeignText),
)

usage = Table(
    "usage",
    metadata,
    Column("model", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
)

# Summaries that somebody makes now, so that nobody else asks a model for them. Apart from `wanted`, because what a
# person asks for is claimed as well, and because a new round of choosing replaces what is wanted.
claims = Table(
    "claims",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("depth", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

# The requests of the last minute, if there is a limit per minute.
requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("asked_at", Moment, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("model", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", ForeignText, nullable=False),
    Column("failures", Integer, nullable=False),
)

# What is remembered for a while of chats, which need not be in `chats`. See `bot.model.Kept`.
kept = Table(
    "kept",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("ident", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Index(None, "kind"),  # few kinds are read of all chats
)

# ── operations ────────────────────────────────────────────────────────────────────────────────────────────────────

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

state = Table(
    "state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)
