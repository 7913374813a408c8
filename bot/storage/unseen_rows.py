"""Which matched papers chats have not had, for many chats in a few statements."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import matches, unseen
from bot.decisions.unseen import MatchBatch, Place, Position, Reading
from bot.model import Candidate, ChatRef, Unseen
from bot.storage import match_rows, positions, row_mapping, tables
from bot.storage.chat_conditions import are_chats
from bot.storage.engine import Database
from bot.storage.log_index import LogIndex, last_seq_of
from bot.storage.packed import unpack_papers, unpack_seqs
from bot.storage.topics import announced_by_seq, queries_by_id

_chats, _subscriptions, _batches = tables.chats, tables.subscriptions, tables.match_batches


@dataclass(frozen=True, slots=True)
class _Chat:
    """What is stored of a chat: the key, the version, and the positions."""

    key: int
    version: int
    positions: tuple[Position, ...]


class SqlUnseen:
    """The methods of `bot.ports.Topics` about what chats have not had."""

    db: Database
    log_index: LogIndex

    async def candidates(self, chat: ChatRef, upto: date | None = None) -> list[Candidate]:
        found = (await self.unseen_of([chat], upto))[chat].found
        async with self.db.read() as connection:
            announced = await announced_by_seq(connection, [seq for seq, _ in found])
            queries = await queries_by_id(connection, {topic_id for _, topic_ids in found for topic_id in topic_ids})
        return [
            Candidate(
                announced[seq],
                tuple(matches.match_of(query, announced[seq].paper) for query in sorted(queries[at] for at in ids)),
            )
            for seq, ids in found
        ]

    async def unseen_of(self, chats: Collection[ChatRef], upto: date | None = None) -> Mapping[ChatRef, Unseen]:
        found = dict.fromkeys(chats, Unseen())
        async with self.db.read() as connection:
            # The versions first: a digest that is written while the rest is read makes this reading outdated.
            stored = await _stored_chats(connection, chats)
            reading = await self._reading(connection, stored.values())
            single = await positions.stored_singly(connection, [chat.key for chat in stored.values()])
            # Chats with equal subscriptions, positions and exceptions share one result.
            shared: dict[tuple[object, ...], Unseen] = {}
            places = {chat.positions: unseen.places_of(chat.positions, reading) for chat in stored.values()}
            batch_at = await match_rows.batches_at(connection, set[Place]().union(*places.values()))
        for ref, chat in stored.items():
            had = single.get(chat.key)
            alike = (chat.version, chat.positions, had)
            if alike not in shared:
                shared[alike] = unseen.unseen(chat.version, chat.positions, reading, unpack_papers(had), batch_at, upto)
                await asyncio.sleep(0)  # it never waits by itself: let answers and messages go between two chats
            result = shared[alike]
            found[ref] = replace(result, position=replace(result.position, chat_key=chat.key))
        return found

    async def chats_with_candidates(self) -> list[ChatRef]:
        table, topic = _subscriptions, tables.topics
        # A topic with a batch after the position; whether it names a paper that the chat has not had is not read here.
        waiting = select(table.c.chat_id).join(topic, topic.c.id == table.c.topic_id)
        waiting = waiting.where(topic.c.last_match > table.c.seen_match)
        query = select(_chats.c.platform, _chats.c.ident).where(_chats.c.suspended.is_(None), _chats.c.id.in_(waiting))
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query.order_by(_chats.c.id))]

    async def _reading(self, connection: AsyncConnection, chats: Collection[_Chat]) -> Reading:
        last_match = await connection.scalar(select(func.max(_batches.c.id))) or 0
        # After it, so that no batch up to `last_match` names a greater sequence number.
        last_seq = await last_seq_of(connection)
        rows = await _batch_rows(connection, chats, last_match)
        seqs_of = {row.id: unpack_seqs(row.first_seq, row.seqs) for row in rows}
        part = await self.log_index.part(connection, set[int]().union(*seqs_of.values()), last_seq)
        batches: dict[int, list[MatchBatch]] = {}
        for row in rows:
            entries = sorted(part.entries[seq] for seq in seqs_of[row.id] if seq in part.entries)
            batches.setdefault(row.topic_id, []).append(MatchBatch(row.id, tuple(entries)))
        followed = [position for chat in chats for position in chat.positions]
        return Reading(batches, unseen.announced_before(followed, part.of_paper), last_match, last_seq)


async def _stored_chats(connection: AsyncConnection, refs: Collection[ChatRef]) -> dict[ChatRef, _Chat]:
    """Those of the chats that are stored."""
    table = _subscriptions
    columns = (_chats.c.id, _chats.c.platform, _chats.c.ident, _chats.c.version)
    query = select(*columns, table.c.topic_id, table.c.since, table.c.seen_match, table.c.seen_seq)
    joined = query.select_from(_chats).outerjoin(table, table.c.chat_id == _chats.c.id)
    found: dict[ChatRef, _Chat] = {}
    followed: dict[ChatRef, list[Position]] = {}
    for row in await connection.execute(joined.where(are_chats(refs)).order_by(_chats.c.id, table.c.topic_id)):
        ref = row_mapping.ref(row)
        found[ref] = _Chat(row.id, row.version, ())
        if row.topic_id is not None:
            position = Position(row.topic_id, row.since, row.seen_match, row.seen_seq)
            followed.setdefault(ref, []).append(position)
    return {ref: _Chat(chat.key, chat.version, tuple(followed.get(ref, ()))) for ref, chat in found.items()}


async def _batch_rows(connection: AsyncConnection, chats: Collection[_Chat], last_match: int) -> Sequence[Any]:
    """The batches after the positions of these chats, in order of their ids.

    In each topic they begin after the chat that is farthest behind.
    """
    rows: dict[int, Any] = {}
    for chunk in row_mapping.in_chunks(chat.key for chat in chats):
        least = func.min(_subscriptions.c.seen_match).label("seen_match")
        followed = (
            select(_subscriptions.c.topic_id, least)
            .where(_subscriptions.c.chat_id.in_(chunk))
            .group_by(_subscriptions.c.topic_id)
            .subquery()
        )
        is_after = (_batches.c.topic_id == followed.c.topic_id) & (_batches.c.id > followed.c.seen_match)
        query = select(_batches).join(followed, is_after).where(_batches.c.id <= last_match)
        rows |= {row.id: row for row in await connection.execute(query)}
    return [rows[batch_id] for batch_id in sorted(rows)]
