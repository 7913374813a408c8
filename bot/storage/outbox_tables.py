"""The tables of digests, of the messages that carry them, and of updates from platforms. Use them by `tables`."""

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
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.model import Priority
from bot.storage.column_types import ForeignText, Moment, PackedJSON
from bot.storage.schema import chat_column, metadata, partial_index

digests = Table(
    "digests",
    metadata,
    Column("id", Integer, primary_key=True),
    chat_column(),
    Column("slot", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("shown", LargeBinary),  # the papers that its parts name, `packed.pack_papers`
    # The papers that were new to the chat, best first, `packed.pack_order`; None for older digests.
    Column("ranked", LargeBinary),
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
    chat_column(),
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
    partial_index("ix_deliveries_open", OPEN, "chat_id", "id"),
    partial_index("ix_deliveries_unusual", UNUSUAL, "state", "id"),
    partial_index("ix_deliveries_turn", "turn_at IS NOT NULL", "platform", "bot", "priority", "turn_at", "id"),
    partial_index("ix_deliveries_next", "turn_at IS NOT NULL", "id"),
    # Finds what a clock that ran ahead has postponed.
    partial_index("ix_deliveries_touched", "turn_at IS NOT NULL", "touched_at"),
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
    partial_index("ix_updates_pending", "body IS NOT NULL", "bot", "number"),
    Index(None, "received_at"),
)
