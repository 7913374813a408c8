"""Topics, their matches, and the matched papers that no digest of a chat has taken yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, Row, Select, Update, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import matches
from bot.model import ARCHIVE, Announced, Candidate, ChatPosition, ChatRef, Match, TopicState, Unseen
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import are_chats
from bot.storage.engine import Database
from bot.storage.papers import announced_query


class SqlTopics:
    """The methods of `bot.ports.Topics`."""

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
        is_followed = exists().where(tables.subscriptions.c.topic_id == table.c.id)
        query = select(table.c.id, table.c.query, table.c.matched_seq).where(is_followed).order_by(table.c.id)
        async with self.db.read() as connection:
            return [TopicState(row.id, row.query, row.matched_seq) for row in await connection.execute(query)]

    async def announcements_after(self, seq: int, limit: int) -> list[tuple[int, Announced]]:
        table = tables.announcements
        query = announced_query().where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
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
            # One at a time: ids of matches then grow in the order of commits, so that `seen_match` passes over none.
            await self.db.serialize(connection, "topics")
            known = {row.id: row.query for row in await connection.execute(select(table.c.id, table.c.query))}
            announced = await _announced_by_seq(connection, {seq for seqs in found.values() for seq in seqs})
            rows = [
                {
                    "topic_id": topic_id,
                    "paper_id": announced[seq].paper.id,
                    "day": announced[seq].announcement.day,
                    "because": list(matches.match_of(known[topic_id], announced[seq].paper).because),
                }
                for topic_id, seqs in sorted(found.items())
                for seq in seqs
                if topic_id in known
            ]
            if rows:
                await connection.execute(self.db.insert(tables.matches).on_conflict_do_nothing(), rows)
            for chunk in row_mapping.in_chunks(sorted(known.keys() & set(topic_ids))):
                advanced = update(table).where(table.c.id.in_(chunk), table.c.matched_seq < seq)
                if after is not None:
                    # A new subscription may have set the topic back meanwhile: it is matched again from there.
                    advanced = advanced.where(table.c.matched_seq >= after)
                await connection.execute(advanced.values(matched_seq=seq))

    async def matches(self, paper_ids: Collection[str], topics: Collection[str]) -> Mapping[str, tuple[Match, ...]]:
        table = tables.matches
        found: dict[str, dict[str, Match]] = {}
        # Filtered here: topics and papers together could be more than the parameters of one statement.
        wanted = set(topics)
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(paper_ids):
                query = (
                    select(table.c.paper_id, tables.topics.c.query, table.c.because)
                    .join(tables.topics)
                    .where(table.c.paper_id.in_(chunk))
                    .order_by(table.c.day, tables.topics.c.query)
                )
                for row in await connection.execute(query):
                    if row.query in wanted:
                        found.setdefault(row.paper_id, {}).setdefault(row.query, Match(row.query, tuple(row.because)))
        return {paper_id: tuple(by_topic.values()) for paper_id, by_topic in found.items()}

    async def matched(self, topic: str, first: date, last: date) -> list[Candidate]:
        table, match = tables.announcements, tables.matches
        query = (
            _matched_announcements()
            .where(tables.topics.c.query == topic, match.c.day.between(first, last))
            .order_by(table.c.day.desc(), table.c.seq)
        )
        async with self.db.read() as connection:
            return _candidates_by_day(await connection.execute(query))

    async def candidates(self, chat: ChatRef, upto: date | None = None) -> list[Candidate]:
        found = (await self.unseen_of([chat], upto))[chat].found
        announced = await self.announced_at([seq for seq, _ in found])
        queries = await self.topic_queries({topic_id for _, topic_ids in found for topic_id in topic_ids})
        return [
            Candidate(
                announced[seq],
                tuple(matches.match_of(query, announced[seq].paper) for query in sorted(queries[at] for at in ids)),
            )
            for seq, ids in found
        ]

    async def announced_at(self, seqs: Collection[int]) -> Mapping[int, Announced]:
        async with self.db.read() as connection:
            return await _announced_by_seq(connection, seqs)

    async def topic_queries(self, topic_ids: Collection[int]) -> Mapping[int, str]:
        table = tables.topics
        found: dict[int, str] = {}
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(topic_ids):
                rows = await connection.execute(select(table.c.id, table.c.query).where(table.c.id.in_(chunk)))
                found.update((row.id, row.query) for row in rows)
        return found

    async def unseen_of(self, chats: Collection[ChatRef], upto: date | None = None) -> Mapping[ChatRef, Unseen]:
        query = _untaken_matches().where(are_chats(chats))
        if upto is not None:
            query = query.where(tables.matches.c.day <= upto)
        # Of a paper announced twice (new, then cross-listed), the first announcement counts.
        first_seq: dict[ChatRef, dict[str, int]] = {chat: {} for chat in chats}
        topic_ids: dict[ChatRef, dict[str, set[int]]] = {chat: {} for chat in chats}
        async with self.db.read() as connection:
            for row in await connection.execute(query):
                chat = row_mapping.ref(row)
                first_seq[chat].setdefault(row.paper_id, row.seq)
                topic_ids[chat].setdefault(row.paper_id, set()).add(row.topic_id)
        return {
            chat: Unseen(
                tuple((seq, tuple(sorted(topic_ids[chat][paper_id]))) for paper_id, seq in papers.items()),
                ChatPosition(papers=tuple(papers)),
            )
            for chat, papers in first_seq.items()
        }

    async def matched_seq(self) -> int:
        table = tables.topics
        is_followed = exists().where(tables.subscriptions.c.topic_id == table.c.id)
        async with self.db.read() as connection:
            matched = await connection.scalar(select(func.min(table.c.matched_seq)).where(is_followed))
            if matched is None:
                matched = await connection.scalar(select(func.max(tables.announcements.c.seq)))
        return int(matched or 0)

    async def chats_matched(self, after: int) -> list[ChatRef]:
        chat, match, subscription = tables.chats, tables.matches, tables.subscriptions
        new = (
            select(match.c.topic_id)
            .join(tables.announcements, _is_announced_that_day())
            .where(tables.announcements.c.seq > after)
        )
        follows = exists().where(subscription.c.chat_id == chat.c.id, subscription.c.topic_id.in_(new))
        query = select(chat.c.platform, chat.c.ident).where(chat.c.suspended.is_(None), follows)
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query.order_by(chat.c.id))]

    async def chats_changed(self, since: datetime) -> list[ChatRef]:  # noqa: ARG002
        async with self.db.read() as connection:
            rows = await connection.execute(select(tables.chats.c.platform, tables.chats.c.ident))
            return [row_mapping.ref(row) for row in rows]

    async def chats_with_candidates(self) -> list[ChatRef]:
        chat, match, subscription = tables.chats, tables.matches, tables.subscriptions
        candidates = (
            select(1)
            .select_from(subscription)
            .join(match, _is_in_window())
            .where(subscription.c.chat_id == chat.c.id, ~_is_taken(subscription.c.chat_id))
        )
        query = select(chat.c.platform, chat.c.ident).where(chat.c.suspended.is_(None), candidates.exists())
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query.order_by(chat.c.id))]

    async def counts(self, first: date, last: date) -> int:
        table = tables.announcements
        query = select(func.count(table.c.paper_id.distinct())).where(
            table.c.day.between(first, last), table.c.kind.in_(row_mapping.DELIVERING)
        )
        async with self.db.read() as connection:
            return await connection.scalar(query) or 0


def _untaken_matches() -> Select[Any]:
    """Matches that subscriptions cover and no digest of the chat has taken, oldest announcement first."""
    table, match, subscription = tables.announcements, tables.matches, tables.subscriptions
    return (
        select(
            tables.chats.c.platform,
            tables.chats.c.ident,
            match.c.paper_id,
            table.c.seq,
            match.c.topic_id,
        )
        .select_from(subscription)
        .join(tables.chats, tables.chats.c.id == subscription.c.chat_id)
        .join(match, _is_in_window())
        .join(tables.topics, tables.topics.c.id == match.c.topic_id)
        .join(table, _is_announced_that_day())
        .where(~_is_taken(subscription.c.chat_id))
        .order_by(table.c.day, table.c.seq, tables.topics.c.query)
    )


async def _announced_by_seq(connection: AsyncConnection, seqs: Collection[int]) -> dict[int, Announced]:
    found: dict[int, Announced] = {}
    for chunk in row_mapping.in_chunks(seqs):
        rows = await connection.execute(announced_query().where(tables.announcements.c.seq.in_(chunk)))
        found.update((row.seq, row_mapping.announced(row)) for row in rows)
    return found


def _is_announced_that_day() -> ColumnElement[bool]:
    # A replacement on the same day delivers nothing, so it does not count.
    table, match = tables.announcements, tables.matches
    return (
        (table.c.paper_id == match.c.paper_id) & (table.c.day == match.c.day) & table.c.kind.in_(row_mapping.DELIVERING)
    )


def _is_in_window() -> ColumnElement[bool]:
    """Whether a subscription covers a match. Matches up to `seen_match` are known to be taken, and not read again."""
    match, subscription = tables.matches, tables.subscriptions
    return (
        (match.c.topic_id == subscription.c.topic_id)
        & (match.c.day >= subscription.c.since)
        & (match.c.id > subscription.c.seen_match)
    )


def _is_taken(chat_id: ColumnElement[int] | int) -> Exists:
    """Whether a digest of that chat has taken the matched paper."""
    return exists().where(tables.taken.c.chat_id == chat_id, tables.taken.c.paper_id == tables.matches.c.paper_id)


def advance_seen_match(chat_id: int) -> Update:
    """Advance `seen_match` of a chat's subscriptions to the last match before the first one that is not taken yet.

    Without it, every query for candidates would read a topic's whole history.
    """
    match, subscription = tables.matches, tables.subscriptions
    waiting = select(func.min(match.c.id) - 1).where(_is_in_window(), ~_is_taken(chat_id)).scalar_subquery()
    last = select(func.max(match.c.id)).where(match.c.topic_id == subscription.c.topic_id).scalar_subquery()
    seen = func.coalesce(waiting, last, subscription.c.seen_match)
    return update(subscription).where(subscription.c.chat_id == chat_id).values(seen_match=seen)


def _matched_announcements() -> Select[Any]:
    """Delivering announcements with the topics that match them."""
    match = tables.matches
    return (
        select(*row_mapping.ANNOUNCED, tables.topics.c.query, match.c.because)
        .select_from(match)
        .join(tables.topics, tables.topics.c.id == match.c.topic_id)
        .join(tables.announcements, _is_announced_that_day())
        .join(tables.papers, tables.papers.c.id == match.c.paper_id)
    )


def _candidates_by_day(rows: Iterable[Row[Any]]) -> list[Candidate]:
    """One candidate for each paper and day, in the order of the rows, without duplicate topics."""
    first_rows: dict[tuple[str, date], Row[Any]] = {}
    matches: dict[tuple[str, date], dict[str, Match]] = {}
    for row in rows:
        key = (row.id, row.day)
        first_rows.setdefault(key, row)
        matches.setdefault(key, {}).setdefault(row.query, Match(row.query, tuple(row.because)))
    return [Candidate(row_mapping.announced(row), tuple(matches[key].values())) for key, row in first_rows.items()]
