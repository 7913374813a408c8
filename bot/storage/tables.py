"""The tables as the code uses them. `migrations/` builds the same ones; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    text,
)

from bot.model import Priority
from bot.storage.column_types import ForeignText, Moment, PackedJSON

REVISION = "0008"
"""The newest migration, which results in these tables."""

# Every constraint has a name, because migrations can change only constraints whose names they know.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _chat() -> Column[int]:
    return Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False)


def _partial(name: str, condition: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


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

# ── the outbox ────────────────────────────────────────────────────────────────────────────────────────────────────

digests = Table(
    "digests",
    metadata,
    Column("id", Integer, primary_key=True),
    _chat(),
    Column("slot", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("shown", LargeBinary),  # the papers of its cards and title lines, `packed.pack_papers`
    UniqueConstraint("chat_id", "slot"),  # one digest a day, even if the clock is set back
    sqlite_autoincrement=True,
)

# What deliveries send. Equal payloads, of chats with equal digests, are stored once.
payloads = Table(
    "payloads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),  # of the JSON before it is compressed
    Column("body", PackedJSON, nullable=False),
    # A delivery was written with it at this time, or up to a day later.
    Column("used_at", Moment, nullable=False, index=True),
    sqlite_autoincrement=True,
)

OPEN = "state NOT IN ('sent', 'in doubt', 'given up')"
UNUSUAL = "state NOT IN ('waiting', 'sent')"
"""Conditions of partial indexes. A database uses such an index only for a query that repeats its condition with the
same constants; see `outbox_queue.is_open` and `is_unusual`."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    _chat(),
    Column("digest_id", ForeignKey("digests.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    # No foreign key: the payload of a part that was sent is deleted after a while, and nothing else changes then.
    Column("payload_id", Integer),
    Column("paper_ids", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    # The process that holds the lease, and until when; another may take the delivery over after that.
    Column("owner", Text),
    Column("leased_until", Moment),
    Column("message_id", Text),
    Column("why", ForeignText),
    # Attempts that failed because of this message or its chat, not because of the whole platform.
    Column("failures", Integer, nullable=False, server_default="0"),
    # `bot.model.Priority`: the smaller number is leased first.
    Column("priority", Integer, nullable=False, server_default=str(Priority.DIGEST.value)),
    # Somebody wants it sent even if an earlier attempt may have arrived.
    Column("forced", Boolean, nullable=False, server_default=false()),
    # When the row was last written. A time after now shows that the clock ran ahead then.
    Column("touched_at", Moment),
    # The chat's, repeated here so that an index can tell the parts of one bot.
    Column("platform", Text, nullable=False, server_default=""),
    Column("bot", Text, nullable=False, server_default=""),
    # Set only for the next part of each chat that is not suspended: it may be leased from this time on, and those with
    # the earliest time come first. See `outbox_queue.appoint`.
    Column("turn_at", Moment),
    UniqueConstraint("digest_id", "number"),
    Index(None, "chat_id", "id"),
    _partial("ix_deliveries_open", OPEN, "chat_id", "id"),
    _partial("ix_deliveries_unusual", UNUSUAL, "state", "id"),
    _partial("ix_deliveries_turn", "turn_at IS NOT NULL", "platform", "bot", "priority", "turn_at", "id"),
    _partial("ix_deliveries_next", "turn_at IS NOT NULL", "id"),
    # Finds what a clock that ran ahead has postponed.
    _partial("ix_deliveries_touched", "turn_at IS NOT NULL", "touched_at"),
    sqlite_autoincrement=True,
    # Room for new versions of rows beside the old ones, and early cleaning: every row is written several times in a
    # short while, and the entries that indexes keep of old versions would otherwise be read by every lease.
    postgresql_with={
        "fillfactor": 80,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_vacuum_insert_scale_factor": 0.05,
        "autovacuum_analyze_scale_factor": 0.02,
    },
)

# How many deliveries were written ("written") and how many are in each settled state, so that nobody has to count them.
# The sum over the shards counts: each process writes its own, so that none waits for another.
delivery_counts = Table(
    "delivery_counts",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("grown_at", Moment),
)

# Digests that were deleted because of their age, and their parts, summed up.
past_deliveries = Table(
    "past_deliveries",
    metadata,
    Column("day", Date, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("digests", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("papers", Integer, nullable=False),
)

# What a platform has posted to the service's web server, until it is handled. After that the number stays for some days
# without the body, because a platform posts again what it saw no answer to.
updates = Table(
    "updates",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", PackedJSON),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("received_at", Moment, nullable=False),
    _partial("ix_updates_pending", "body IS NOT NULL", "bot", "number"),
    Index(None, "received_at"),
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
