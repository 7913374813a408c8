"""Store payloads and bodies of summaries compressed, equal payloads once; store whose turn it is, counts, and the bot
of each chat."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
"""Rows that are in memory at the same time."""

ORDERED_FAILURES = 3

_time = sa.DateTime(timezone=True)
_deliveries = sa.table(
    "deliveries",
    sa.column("id", sa.Integer()),
    sa.column("digest_id", sa.Integer()),
    sa.column("payload", sa.JSON()),
    sa.column("payload_id", sa.Integer()),
)
_digests = sa.table("digests", sa.column("id"), sa.column("created_at", _time))
_payloads = sa.table(
    "payloads",
    sa.column("id", sa.Integer()),
    sa.column("hash", sa.LargeBinary()),
    sa.column("body", sa.LargeBinary()),
    sa.column("used_at", _time),
)
_KEY = ("paper_id", "version", "language", "depth")

OPEN = "state NOT IN ('sent', 'in doubt', 'given up')"
_PARTIAL = {
    "ix_deliveries_open": (OPEN, ["chat_id", "id"]),
    "ix_deliveries_unusual": ("state NOT IN ('waiting', 'sent')", ["state", "id"]),
    "ix_deliveries_turn": ("turn_at IS NOT NULL", ["platform", "bot", "priority", "turn_at", "id"]),
    "ix_deliveries_next": ("turn_at IS NOT NULL", ["id"]),
    "ix_deliveries_touched": ("turn_at IS NOT NULL", ["touched_at"]),
}

_STORAGE = {
    "fillfactor": "80",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
}


def upgrade() -> None:
    _create_tables()
    op.add_column("chats", sa.Column("bot", sa.Text(), nullable=False, server_default=""))
    for name in ("platform", "bot"):
        op.add_column("deliveries", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("payload_id", sa.Integer()))
    op.add_column("deliveries", sa.Column("turn_at", _time))
    _payloads_up()
    op.drop_column("deliveries", "payload")
    op.execute(
        "UPDATE deliveries SET platform = (SELECT chats.platform FROM chats WHERE chats.id = deliveries.chat_id)"
    )
    op.drop_index("ix_deliveries_state_chat_id_id", "deliveries")
    for name, (condition, columns) in _PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)
    _turns_up()
    _counts_up()
    if op.get_bind().dialect.name == "postgresql":
        values = ", ".join(f"{name} = {value}" for name, value in _STORAGE.items())
        op.execute(f"ALTER TABLE deliveries SET ({values})")
    _change_bodies(sa.LargeBinary(), lambda body: _pack(_encoded(body)))


def downgrade() -> None:
    _change_bodies(sa.JSON(), _unpack)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE deliveries RESET ({', '.join(_STORAGE)})")
    for name in _PARTIAL:
        op.drop_index(name, "deliveries")
    # The payloads of parts that were sent long ago are gone; an older release shows them nowhere.
    op.add_column("deliveries", sa.Column("payload", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    _payloads_down()
    for name in ("turn_at", "payload_id", "bot", "platform"):
        op.drop_column("deliveries", name)
    op.create_index("ix_deliveries_state_chat_id_id", "deliveries", ["state", "chat_id", "id"])
    op.drop_column("chats", "bot")
    for name in ("past_deliveries", "delivery_counts", "payloads"):
        op.drop_table(name)


def _create_tables() -> None:
    op.create_table(
        "payloads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", _time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payloads"),
        sa.UniqueConstraint("hash", name="uq_payloads_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_payloads_used_at", "payloads", ["used_at"])
    op.create_table(
        "delivery_counts",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("grown_at", _time, nullable=True),
        sa.PrimaryKeyConstraint("platform", "state", "shard", name="pk_delivery_counts"),
    )
    op.create_table(
        "past_deliveries",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digests", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "platform", "state", name="pk_past_deliveries"),
    )


# ── payloads ──


def _payloads_up() -> None:
    connection, table = op.get_bind(), _deliveries
    query = sa.select(table.c.id, table.c.payload, _digests.c.created_at)
    query = query.join_from(table, _digests, _digests.c.id == table.c.digest_id)
    changed = table.update().where(table.c.id == sa.bindparam("delivery")).values(payload_id=sa.bindparam("key"))
    for rows in _in_chunks(query, table.c.id):
        encoded = {row.id: _encoded(row.payload) for row in rows}
        # The latest use counts, and rows come in the order of time.
        used_at = {_hash(encoded[row.id]): row.created_at for row in rows}
        known = _stored(used_at)
        bodies = {_hash(each): each for each in encoded.values()}
        new = [
            {"hash": digest, "body": _pack(bodies[digest]), "used_at": moment}
            for digest, moment in used_at.items()
            if digest not in known
        ]
        if new:
            connection.execute(_payloads.insert(), new)
            known |= _stored({row["hash"]: None for row in new})
        used = _payloads.update().where(_payloads.c.hash == sa.bindparam("key"))
        moments = [{"key": digest, "moment": moment} for digest, moment in used_at.items()]
        connection.execute(used.values(used_at=sa.bindparam("moment")), moments)
        ids = [{"delivery": key, "key": known[_hash(each)]} for key, each in encoded.items()]
        connection.execute(changed, ids)


def _stored(hashes: dict[bytes, Any]) -> dict[bytes, int]:
    query = sa.select(_payloads.c.hash, _payloads.c.id).where(_payloads.c.hash.in_(list(hashes)))
    return {bytes(row.hash): row.id for row in op.get_bind().execute(query)}


def _payloads_down() -> None:
    connection, table = op.get_bind(), _deliveries
    query = sa.select(table.c.id, _payloads.c.body).join_from(table, _payloads, _payloads.c.id == table.c.payload_id)
    changed = table.update().where(table.c.id == sa.bindparam("delivery")).values(payload=sa.bindparam("json"))
    for rows in _in_chunks(query, table.c.id):
        connection.execute(changed, [{"delivery": row.id, "json": _unpack(row.body)} for row in rows])


def _in_chunks(query: sa.Select[Any], key: sa.ColumnElement[int]) -> Iterator[list[Any]]:
    last = 0
    while rows := op.get_bind().execute(query.where(key > last).order_by(key).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield list(rows)


# ── turns and counts ──


def _turns_up() -> None:
    unverified = f"(d.state = 'verify first' AND d.failures >= {ORDERED_FAILURES})"
    first = f"SELECT min(d.id) FROM deliveries d WHERE d.chat_id = chats.id AND d.{OPEN}"  # noqa: S608 - constants
    head = f"coalesce(({first} AND NOT {unverified}), ({first} AND {unverified}))"
    heads = f"SELECT {head} FROM chats WHERE chats.suspended IS NULL"  # noqa: S608 - constants
    op.execute(f"UPDATE deliveries SET turn_at = next_attempt_at WHERE id IN ({heads})")  # noqa: S608 - constants


def _counts_up() -> None:
    op.execute(
        "INSERT INTO delivery_counts (platform, state, shard, count, grown_at) "
        "SELECT platform, 'written', 0, count(*), max(touched_at) FROM deliveries GROUP BY platform UNION ALL "
        "SELECT platform, state, 0, count(*), max(touched_at) FROM deliveries "
        "WHERE state IN ('sent', 'in doubt', 'given up') GROUP BY platform, state"
    )


# ── bodies of summaries ──


def _change_bodies(kind: sa.types.TypeEngine[Any], changed: Callable[[Any], Any]) -> None:
    """Give the column another type. `changed` turns a body from its old form into the new one."""
    connection = op.get_bind()
    is_packing = isinstance(kind, sa.LargeBinary)
    table = sa.table(
        "summaries",
        *(sa.column(name) for name in _KEY),
        sa.column("body", sa.JSON() if is_packing else sa.LargeBinary()),
        sa.column("new_body", kind),
    )
    op.add_column("summaries", sa.Column("new_body", kind))
    last = ""
    # In the order of papers, all summaries of one at a time.
    papers = sa.select(table.c.paper_id).distinct().order_by(table.c.paper_id).limit(AT_ONCE)
    write = table.update().where(*(table.c[name] == sa.bindparam(f"key_{name}") for name in _KEY))
    while chosen := list(connection.scalars(papers.where(table.c.paper_id > last))):
        query = sa.select(*(table.c[name] for name in _KEY), table.c.body)
        rows = connection.execute(query.where(table.c.paper_id > last, table.c.paper_id <= chosen[-1])).all()
        new = [{f"key_{name}": getattr(row, name) for name in _KEY} | {"new": changed(row.body)} for row in rows]
        connection.execute(write.values(new_body=sa.bindparam("new")), new)
        last = chosen[-1]
    with op.batch_alter_table("summaries") as batch:
        batch.drop_column("body")
        batch.alter_column("new_body", new_column_name="body", existing_type=kind, nullable=False)


def _encoded(value: Any) -> bytes:
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return compact.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _hash(encoded: bytes) -> bytes:
    return hashlib.blake2b(encoded, digest_size=16).digest()


def _pack(encoded: bytes) -> bytes:
    return zlib.compress(encoded, 6)


def _unpack(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))
