"""Topics, what they match, and the numbers by which papers and topics are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Exists, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import matches
from bot.model import ARCHIVE, Announced, Candidate, ChatRef, TopicState
from bot.storage import match_rows, match_upkeep, row_mapping, tables
from bot.storage.engine import Database
from bot.storage.papers import announced_query


class SqlTopics:
    """The methods of `bot.ports.Topics` about topics and what they match."""

    db: Database

    async def archived_topics(self) -> list[str]:
        query = (
            select(tables.topics.c.query)
            .select_from(tables.topics)
            .join(tables.subscriptions, tables.subscriptions.c.topic_id == tables.topics.c.id)
            .join(tables.chats, tables.chats.c.id == tables.subscriptions.c.chat_id)
            .where(tables.chats.c.platform == ARCHIVE.platform.value, tables.chats.c.ident == ARCHIVE.id)
            .order_by(tables.topics.c.query)
        )
        async with self.db.read() as connection:
            return list(await connection.scalars(query))

    async def topics(self) -> list[TopicState]:
        table = tables.topics
        query = select(table.c.id, table.c.query, table.c.matched_seq).where(_is_followed()).order_by(table.c.id)
        async with self.db.read() as connection:
            return [TopicState(row.id, row.query, row.matched_seq) for row in await connection.execute(query)]

    async def followed_topics(self) -> int:
        async with self.db.read() as connection:
            count = select(func.count()).select_from(tables.topics).where(_is_followed())
            return await connection.scalar(count) or 0

    async def last_seq(self) -> int:
        async with self.db.read() as connection:
            return await connection.scalar(select(func.max(tables.announcements.c.seq))) or 0

    async def topics_behind(self, seq: int, after: int, limit: int) -> list[TopicState]:
        table = tables.topics
        query = (
            select(table.c.id, table.c.query, table.c.matched_seq)
            .where(table.c.id > after, table.c.matched_seq < seq, _is_followed())
            .order_by(table.c.id)
            .limit(limit)
        )
        async with self.db.read() as connection:
            return [TopicState(*row) for row in await connection.execute(query)]

    async def announcements_after(self, seq: int, limit: int) -> list[tuple[int, Announced]]:
        table = tables.announcements
        query = announced_query().where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
        async with self.db.read() as connection:
            return [(row.seq, row_mapping.announced(row)) for row in await connection.execute(query)]

    async def announced_on(self, day: date) -> list[tuple[int, Announced]]:
        table = tables.announcements
        query = announced_query().where(table.c.day == day).order_by(table.c.seq)
        async with self.db.read() as connection:
            return [(row.seq, row_mapping.announced(row)) for row in await connection.execute(query)]

    async def save_matches(
        self,
        found: Mapping[int, Sequence[int]],
        topic_ids: Collection[int],
        seq: int,
        *,
        after: int | None = None,
    ) -> None:
        table = tables.topics
        async with self.db.write() as connection:
            # One at a time: ids of batches then grow in the order of commits, so that no position passes over one.
            await self.db.serialize(connection, "topics")
            await match_rows.write(connection, found)
            for chunk in row_mapping.in_chunks(sorted(topic_ids)):
                advanced = update(table).where(table.c.id.in_(chunk), table.c.matched_seq < seq)
                if after is not None:
                    # A new subscription may have set the topic back meanwhile: it is matched again from there.
                    advanced = advanced.where(table.c.matched_seq >= after)
                await connection.execute(advanced.values(matched_seq=seq))

    async def matched_on(self, topic_ids: Collection[int], day: date) -> Mapping[int, frozenset[int]]:
        log = tables.announcements
        async with self.db.read() as connection:
            of_day = frozenset(await connection.scalars(select(log.c.seq).where(log.c.day == day)))
            if not of_day:
                return {}
            stored = await match_rows.stored_seqs(connection, topic_ids, min(of_day), max(of_day))
        return {topic_id: found for topic_id, seqs in stored.items() if (found := of_day & seqs)}

    async def matched(self, topic: str, first: date, last: date) -> list[Candidate]:
        log = tables.announcements
        ends = select(func.min(log.c.seq), func.max(log.c.seq)).where(log.c.day.between(first, last))
        async with self.db.read() as connection:
            topic_id = await connection.scalar(select(tables.topics.c.id).where(tables.topics.c.query == topic))
            first_seq, last_seq = (await connection.execute(ends)).one()
            if topic_id is None or first_seq is None:
                return []
            seqs = await match_rows.seqs_of(connection, topic_id, first_seq, last_seq)
            announced = await announced_by_seq(connection, seqs)
        # One candidate for each paper and day: a paper may be announced as new and as cross-listed on one day.
        by_day: dict[tuple[date, str], Announced] = {}
        for _, entry in sorted(announced.items()):
            if first <= entry.announcement.day <= last:
                by_day.setdefault((entry.announcement.day, entry.paper.id), entry)
        newest_first = sorted(by_day.values(), key=lambda entry: entry.announcement.day, reverse=True)
        return [Candidate(entry, (matches.match_of(topic, entry.paper),)) for entry in newest_first]

    async def announced_at(self, seqs: Collection[int]) -> Mapping[int, Announced]:
        async with self.db.read() as connection:
            return await announced_by_seq(connection, seqs)

    async def topic_queries(self, topic_ids: Collection[int]) -> Mapping[int, str]:
        async with self.db.read() as connection:
            return await queries_by_id(connection, topic_ids)

    async def last_match(self) -> int:
        async with self.db.read() as connection:
            return int(await connection.scalar(select(func.max(tables.match_batches.c.id))) or 0)

    async def chats_matched(self, after: int) -> list[ChatRef]:
        chat, subscription, topic = tables.chats, tables.subscriptions, tables.topics
        new = select(subscription.c.chat_id).join(topic).where(topic.c.last_match > after)
        query = select(chat.c.platform, chat.c.ident).where(chat.c.suspended.is_(None), chat.c.id.in_(new))
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query.order_by(chat.c.id))]

    async def tidy_matches(self, now: datetime, *, least_rows: int = 20) -> int:
        gone = 0
        for forgotten in (True, False):
            after = 0
            while (rows := await self._tidy_some(after, now, least_rows, forgotten=forgotten)) is not None:
                after, count = rows
                gone += count
        return gone

    async def _tidy_some(
        self, after: int, now: datetime, least_rows: int, *, forgotten: bool
    ) -> tuple[int, int] | None:
        """Tidy a few topics with greater ids than `after`: (the last id, rows that went); None if there are none."""
        async with self.db.write() as connection:
            await self.db.serialize(connection, "topics")
            if forgotten:
                topic_ids = await match_upkeep.forgotten_topics(connection, after)
                gone = await match_upkeep.drop(connection, topic_ids)
            else:
                # No chat is joined with another meanwhile: it would not be locked with the topics' subscribers.
                await self.db.serialize(connection, "move")
                last_seq = await match_upkeep.last_old_seq(connection, now)
                topic_ids = await match_upkeep.topics_in_many_rows(connection, after, last_seq, least_rows)
                gone = await match_upkeep.join_rows(connection, topic_ids, last_seq)
        return (topic_ids[-1], gone) if topic_ids else None

    async def counts(self, first: date, last: date) -> int:
        table = tables.announcements
        query = select(func.count(table.c.paper_id.distinct())).where(
            table.c.day.between(first, last), table.c.kind.in_(row_mapping.DELIVERING)
        )
        async with self.db.read() as connection:
            return await connection.scalar(query) or 0


def _is_followed() -> Exists:
    return exists().where(tables.subscriptions.c.topic_id == tables.topics.c.id)


async def announced_by_seq(connection: AsyncConnection, seqs: Collection[int]) -> dict[int, Announced]:
    found: dict[int, Announced] = {}
    for chunk in row_mapping.in_chunks(seqs):
        rows = await connection.execute(announced_query().where(tables.announcements.c.seq.in_(chunk)))
        found.update((row.seq, row_mapping.announced(row)) for row in rows)
    return found


async def queries_by_id(connection: AsyncConnection, topic_ids: Collection[int]) -> dict[int, str]:
    table = tables.topics
    found: dict[int, str] = {}
    for chunk in row_mapping.in_chunks(topic_ids):
        rows = await connection.execute(select(table.c.id, table.c.query).where(table.c.id.in_(chunk)))
        found.update((row.id, row.query) for row in rows)
    return found
