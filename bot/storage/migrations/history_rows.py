"""Revision 0007's rows: what topics match packed, what chats have had as positions and single papers, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.decisions.matches import match_of
from bot.model import Paper
from bot.storage.packed import pack_papers, pack_seqs, unpack_papers, unpack_seqs

SPAN = timedelta(days=30)
"""The latest days have a row each, as positions lie among them; earlier ones share a row for a month."""

TOPICS, CHATS, DIGESTS, ANNOUNCEMENTS, IDS = 200, 100, 500, 2_000, 5_000
"""How many of each are worked on at a time; `IDS` fit one statement's parameters."""

_log = sa.table("announcements", *map(sa.column, ("seq", "paper_id", "kind")), sa.column("day", sa.Date()))
_matches = sa.table(
    "matches", *map(sa.column, ("topic_id", "paper_id")), sa.column("day", sa.Date()), sa.column("because", sa.JSON())
)
_batches = sa.table("match_batches", *map(sa.column, ("id", "topic_id", "first_seq", "last_seq", "seqs")))
_spans = sa.table(
    "match_spans",
    *map(sa.column, ("batch_id", "topic_id")),
    sa.column("first_day", sa.Date()),
    sa.column("last_day", sa.Date()),
)
_topics = sa.table("topics", *map(sa.column, ("id", "query")))
_follows = sa.table(
    "subscriptions", *map(sa.column, ("chat_id", "topic_id", "seen_match")), sa.column("since", sa.Date())
)
_taken = sa.table("taken", *map(sa.column, ("chat_id", "paper_id", "digest_id")))
_had = sa.table("had_papers", *map(sa.column, ("chat_id", "papers")))
_digests = sa.table(
    "digests",
    *map(sa.column, ("id", "chat_id", "slot", "shown")),
    *(sa.column(name, sa.Date()) for name in ("day", "first_day", "last_day")),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
_papers = sa.table(
    "papers",
    *map(sa.column, ("id", "version", "title", "abstract", "comment")),
    sa.column("authors", sa.JSON()),
    sa.column("categories", sa.JSON()),
)
_delivers = _log.c.kind.in_(("new", "cross"))


# ── to packed rows ──


def pack(connection: Connection) -> None:
    """Fill the new tables and columns from `matches`, `taken` and `seen_match`."""
    for statement in _MARKS:
        connection.execute(sa.text(statement))
    connection.execute(
        sa.text(
            "CREATE TEMPORARY TABLE match_spans "
            "(batch_id INTEGER PRIMARY KEY, topic_id INTEGER, first_day DATE, last_day DATE)"
        )
    )
    _pack_matches(connection)
    connection.execute(sa.text("CREATE INDEX ix_match_spans ON match_spans (topic_id, first_day)"))
    for statement in (_SET_LAST_MATCH, _SET_SEEN_MATCH, _SET_SEEN_SEQ):
        connection.execute(sa.text(statement))
    _store_singly(connection)
    _store_shown(connection)
    connection.execute(sa.text("DROP TABLE match_spans"))
    if connection.dialect.name == "postgresql":  # ids that are given explicitly do not count there
        last = "SELECT setval(pg_get_serial_sequence('match_batches', 'id'), max(id)) FROM match_batches"
        connection.execute(sa.text(last))


def _pack_matches(connection: Connection) -> None:
    latest = connection.execute(sa.select(sa.func.max(_log.c.day))).scalar()
    if latest is None:
        return
    batch_id = 0
    is_that = (_log.c.paper_id == _matches.c.paper_id) & (_log.c.day == _matches.c.day) & _delivers
    joined = sa.select(_matches.c.topic_id, _log.c.seq, _log.c.day).join(_log, is_that)
    for first in _ranges(connection, _topics.c.id, TOPICS):
        some = joined.where(_matches.c.topic_id.between(first, first + TOPICS - 1))
        rows = connection.execute(some.order_by(_matches.c.topic_id, _log.c.day, _log.c.seq)).all()
        batches, spans = [], []
        for (topic_id, _), group in groupby(rows, lambda row: (row.topic_id, _span(row.day, latest))):
            entries = list(group)
            seqs = sorted(row.seq for row in entries)
            batch_id += 1
            packed = {"first_seq": seqs[0], "last_seq": seqs[-1], "seqs": pack_seqs(seqs)}
            batches.append({"id": batch_id, "topic_id": topic_id, **packed})
            ends = {"first_day": entries[0].day, "last_day": entries[-1].day}
            spans.append({"batch_id": batch_id, "topic_id": topic_id, **ends})
        _insert(connection, _batches, batches)
        _insert(connection, _spans, spans)


def _span(day: date, latest: date) -> tuple[int, ...]:
    return (day.year, day.month) if day < latest - SPAN else (day.year, day.month, day.day)


def _store_singly(connection: Connection) -> None:
    """Store the papers that chats have had and that no position covers."""
    for first in _ranges(connection, _taken.c.chat_id, CHATS):
        rows = connection.execute(sa.text(_NOT_COVERED), {"first": first, "last": first + CHATS - 1})
        by_chat = groupby(rows.all(), lambda row: row.chat_id)
        single = [
            {"chat_id": chat_id, "papers": pack_papers([row.paper_id for row in group])} for chat_id, group in by_chat
        ]
        _insert(connection, _had, single)


def _store_shown(connection: Connection) -> None:
    """Until now, a digest took exactly the papers that it showed."""
    for first in _ranges(connection, _taken.c.digest_id, DIGESTS):
        some = sa.select(_taken).where(_taken.c.digest_id.between(first, first + DIGESTS - 1))
        by_digest = groupby(connection.execute(some.order_by(_taken.c.digest_id)).all(), lambda row: row.digest_id)
        shown = [{"key": key, "packed": pack_papers([row.paper_id for row in group])} for key, group in by_digest]
        if shown:
            packed = _digests.update().where(_digests.c.id == sa.bindparam("key"))
            connection.execute(packed.values(shown=sa.bindparam("packed", type_=sa.LargeBinary())), shown)


# ── back to rows ──


def unpack(connection: Connection) -> None:
    """Fill `matches` and `taken` from the packed rows; `seen_match` begins anew, and advances with the next digests."""
    for first in _ranges(connection, _log.c.seq, ANNOUNCEMENTS):
        _unpack_matches(connection, first, first + ANNOUNCEMENTS - 1)
    chat_ids = sa.union(sa.select(_follows.c.chat_id), sa.select(_had.c.chat_id)).subquery()
    for chat_id in connection.execute(sa.select(chat_ids.c.chat_id)).scalars().all():
        _unpack_taken(connection, chat_id)
    connection.execute(_follows.update().values(seen_match=0))


def _unpack_matches(connection: Connection, first: int, last: int) -> None:
    """Write the matches of these announcements, with their reasons."""
    columns = (_log.c.seq, _log.c.day, *_papers.c)
    papers = sa.select(*columns).join(_papers, _papers.c.id == _log.c.paper_id).where(_log.c.seq.between(first, last))
    announced = {row.seq: row for row in connection.execute(papers)}
    overlapping = _batches.c.first_seq.between(0, last) & (_batches.c.last_seq >= first)
    query = sa.select(_batches, _topics.c.query).join(_topics, _topics.c.id == _batches.c.topic_id).where(overlapping)
    found: dict[tuple[int, date, str], list[str]] = {}
    for batch in connection.execute(query.order_by(_batches.c.topic_id, _batches.c.id)):
        for seq in unpack_seqs(batch.first_seq, batch.seqs):
            if row := announced.get(seq):
                key = (batch.topic_id, row.day, row.id)
                if key not in found:
                    found[key] = list(match_of(batch.query, _paper(row)).because)
    rows = [
        {"topic_id": topic_id, "day": day, "paper_id": paper_id, "because": because}
        for (topic_id, day, paper_id), because in found.items()
    ]
    if rows:  # a paper may be announced twice on one day, in two of these ranges
        connection.execute(_upsert(connection, _matches).on_conflict_do_nothing(), rows)


def _unpack_taken(connection: Connection, chat_id: int) -> None:
    digests = sa.select(_digests.c.id, _digests.c.shown).where(_digests.c.chat_id == chat_id)
    shown_by: dict[str, int] = {}
    latest = None
    for digest in connection.execute(digests.order_by(_digests.c.id)).all():
        latest = digest.id
        shown_by.update(dict.fromkeys(unpack_papers(digest.shown), digest.id))
    papers = unpack_papers(connection.execute(sa.select(_had.c.papers).where(_had.c.chat_id == chat_id)).scalar())
    for follow in connection.execute(sa.select(_follows).where(_follows.c.chat_id == chat_id)).all():
        papers.update(_covered(connection, follow))
    if papers and latest is None:
        latest = _placeholder(connection, chat_id)
    rows = [{"chat_id": chat_id, "paper_id": each, "digest_id": shown_by.get(each, latest)} for each in sorted(papers)]
    _insert(connection, _taken, rows)


def _covered(connection: Connection, follow: Any) -> Iterator[str]:
    """The papers that a position covers."""
    is_had = (_batches.c.topic_id == follow.topic_id) & (_batches.c.id <= follow.seen_match)
    batches = connection.execute(sa.select(_batches.c.first_seq, _batches.c.seqs).where(is_had)).all()
    seqs = [seq for batch in batches for seq in unpack_seqs(batch.first_seq, batch.seqs)]
    for start in range(0, len(seqs), IDS):
        some = sa.select(_log.c.paper_id).where(_log.c.seq.in_(seqs[start : start + IDS]), _log.c.day >= follow.since)
        yield from connection.execute(some).scalars()


def _placeholder(connection: Connection, chat_id: int) -> int:
    """A digest for papers whose own digests are deleted."""
    now = datetime.now(UTC)
    stored = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    days = dict.fromkeys(("day", "first_day", "last_day"), now.date())
    new = _digests.insert().values(chat_id=chat_id, slot="earlier digests", created_at=stored, **days)
    return int(connection.execute(new.returning(_digests.c.id)).scalar_one())


def _paper(row: Any) -> Paper:
    return Paper(
        row.id,
        row.version,
        title=row.title,
        authors=tuple(row.authors),
        abstract=row.abstract,
        categories=tuple(row.categories),
        comment=row.comment,
    )


def _ranges(connection: Connection, key: sa.ColumnClause[Any], size: int) -> Iterable[int]:
    """The first numbers of ranges of this size in which the values of a column lie."""
    first, last = connection.execute(sa.select(sa.func.min(key), sa.func.max(key))).one()
    return () if first is None else range(first, last + 1, size)


def _insert(connection: Connection, table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), rows)


def _upsert(connection: Connection, table: sa.TableClause) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


_MARKS = (
    """
    UPDATE announcements SET matched = TRUE WHERE kind IN ('new', 'cross') AND EXISTS
        (SELECT 1 FROM matches m WHERE m.paper_id = announcements.paper_id AND m.day = announcements.day)
    """,
    """
    UPDATE announcements SET chosen = TRUE WHERE EXISTS
        (SELECT 1 FROM taken t WHERE t.paper_id = announcements.paper_id)
    """,
    """
    UPDATE announcements SET sent = TRUE WHERE chosen AND EXISTS
        (SELECT 1 FROM taken t WHERE t.paper_id = announcements.paper_id AND NOT EXISTS
            (SELECT 1 FROM deliveries d WHERE d.digest_id = t.digest_id AND d.state <> 'sent'))
    """,
)

_SET_LAST_MATCH = """
    UPDATE topics SET
        last_match = COALESCE((SELECT max(id) FROM match_batches b WHERE b.topic_id = topics.id), 0),
        last_seq = COALESCE((SELECT max(last_seq) FROM match_batches b WHERE b.topic_id = topics.id), 0)
"""

_SET_SEEN_MATCH = """
    UPDATE subscriptions SET seen_match = COALESCE(
        (SELECT min(s.batch_id) - 1 FROM matches m
            JOIN match_spans s ON s.topic_id = m.topic_id AND m.day BETWEEN s.first_day AND s.last_day
            WHERE m.topic_id = subscriptions.topic_id AND m.id > subscriptions.seen_match
                AND m.day >= subscriptions.since AND NOT EXISTS
                (SELECT 1 FROM taken t WHERE t.chat_id = subscriptions.chat_id AND t.paper_id = m.paper_id)),
        (SELECT max(s.batch_id) FROM match_spans s WHERE s.topic_id = subscriptions.topic_id), 0)
"""
"""To the row before the first one with a paper that the chat has not had; up to the old `seen_match` it has had all."""

_SET_SEEN_SEQ = "UPDATE subscriptions SET seen_seq = COALESCE((SELECT max(seq) FROM announcements), 0)"

_NOT_COVERED = """
    SELECT t.chat_id, t.paper_id FROM taken t WHERE t.chat_id BETWEEN :first AND :last AND NOT EXISTS
        (SELECT 1 FROM subscriptions f
            JOIN matches m ON m.topic_id = f.topic_id AND m.paper_id = t.paper_id AND m.day >= f.since
            JOIN match_spans s ON s.topic_id = m.topic_id AND m.day BETWEEN s.first_day AND s.last_day
            WHERE f.chat_id = t.chat_id AND s.batch_id <= f.seen_match)
    ORDER BY t.chat_id
"""
