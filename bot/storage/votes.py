"""Votes on papers: written, counted, and moved with their chats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, DeliveryState, Vote, VoteCounts, VoteKind
from bot.storage import chat_models, row_mapping, tables
from bot.storage.chat_conditions import chat_id_of, is_chat, mark_changed
from bot.storage.engine import Database
from bot.storage.packed import unpack_papers

_votes, _chats = tables.votes, tables.chats
_OPPOSITES = {VoteKind.UP: VoteKind.DOWN, VoteKind.DOWN: VoteKind.UP}


class SqlVotes:
    """The methods of `bot.ports.Votes` about votes."""

    db: Database

    async def vote(self, ref: ChatRef, person: str, paper_ids: Collection[str], kind: VoteKind, now: datetime) -> int:
        async with self.db.write() as connection:
            # Locked: of a person's up and down at the same time, one must replace the other.
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is None:
                raise LookupError(f"{ref} is not in the store; add the chat before it votes.")
            await _check_papers(connection, paper_ids)
            count = 0
            for chunk in row_mapping.in_chunks(sorted(paper_ids)):
                if kind in _OPPOSITES:
                    opposite = _of_person(chat_id, person, _OPPOSITES[kind])
                    await connection.execute(delete(_votes).where(opposite, _votes.c.paper_id.in_(chunk)))
                row = {"chat_id": chat_id, "person": person, "kind": kind.value, "at": now}
                insert = self.db.insert(_votes).values([row | {"paper_id": paper_id} for paper_id in chunk])
                new = await connection.execute(insert.on_conflict_do_nothing().returning(_votes.c.id))
                count += len(new.all())
            if count:
                await chat_models.wait_to_learn(self.db, connection, chat_id, now)
        return count

    async def take_back(self, ref: ChatRef, person: str, paper_id: str, kind: VoteKind, now: datetime) -> bool:
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is None:
                return False
            taken = delete(_votes).where(_of_person(chat_id, person, kind), _votes.c.paper_id == paper_id)
            deleted: Any = await connection.execute(taken)
            if deleted.rowcount:
                await chat_models.wait_to_learn(self.db, connection, chat_id, now)
        return bool(deleted.rowcount)

    async def has_votes(self) -> bool:
        async with self.db.read() as connection:
            return (await connection.execute(select(_votes.c.id).limit(1))).first() is not None

    async def votes_of(self, ref: ChatRef, person: str | None = None) -> list[Vote]:
        query = select(_votes).join(_chats, _chats.c.id == _votes.c.chat_id).where(is_chat(ref))
        if person is not None:
            query = query.where(_votes.c.person == person)
        async with self.db.read() as connection:
            rows = await connection.execute(query.order_by(_votes.c.at, _votes.c.id))
            return [Vote(ref, row.person, row.paper_id, VoteKind(row.kind), row.at) for row in rows]

    async def votes_on(self, ref: ChatRef, person: str, paper_id: str) -> frozenset[VoteKind]:
        query = select(_votes.c.kind).join(_chats, _chats.c.id == _votes.c.chat_id)
        query = query.where(is_chat(ref), _votes.c.person == person, _votes.c.paper_id == paper_id)
        async with self.db.read() as connection:
            return frozenset(map(VoteKind, await connection.scalars(query)))

    async def vote_counts(self, paper_ids: Collection[str]) -> Mapping[str, VoteCounts]:
        found: dict[str, VoteCounts] = {}
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(paper_ids):
                of_chats = (
                    select(
                        _votes.c.paper_id,
                        (_count(VoteKind.UP) - _count(VoteKind.DOWN)).label("surplus"),
                        _count(VoteKind.SAVED).label("saved"),
                    )
                    .where(_votes.c.paper_id.in_(chunk))
                    .group_by(_votes.c.paper_id, _votes.c.chat_id)
                    .subquery()
                )
                columns = of_chats.c
                up, down, saved = (
                    _sum_if(condition) for condition in (columns.surplus > 0, columns.surplus < 0, columns.saved > 0)
                )
                query = select(columns.paper_id, up, down, saved).group_by(columns.paper_id)
                found.update({paper_id: VoteCounts(*counts) for paper_id, *counts in await connection.execute(query)})
        return {paper_id: counts for paper_id, counts in found.items() if counts != VoteCounts()}

    async def forget_votes(self, ref: ChatRef, now: datetime) -> int:
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is None:
                return 0
            deleted: Any = await connection.execute(delete(_votes).where(_votes.c.chat_id == chat_id))
            await connection.execute(delete(tables.chat_models).where(tables.chat_models.c.chat_id == chat_id))
            await mark_changed(connection, [chat_id], now)
        return int(deleted.rowcount)

    async def shown_papers(self, ref: ChatRef, limit: int) -> list[str]:
        digest, part = tables.digests, tables.deliveries
        was_sent = exists().where(part.c.digest_id == digest.c.id, part.c.state == DeliveryState.SENT.value)
        query = select(digest.c.shown).join(_chats, _chats.c.id == digest.c.chat_id)
        query = query.where(is_chat(ref), digest.c.shown.is_not(None), was_sent).order_by(digest.c.id.desc())
        async with self.db.read() as connection:
            # A digest has at least one paper, so that so many digests are enough.
            shown = await connection.scalars(query.limit(limit))
            papers = [paper_id for packed in shown for paper_id in sorted(unpack_papers(packed), reverse=True)]
        return list(dict.fromkeys(papers))[:limit]


async def join_votes(database: Database, connection: AsyncConnection, source: int, target: int, now: datetime) -> None:
    """Give a chat's votes to another one, and its model if that has none.

    Where a person has voted in both, the later vote for or against a paper counts.
    """
    both = select(_votes.c.id, _votes.c.chat_id, _votes.c.person, _votes.c.paper_id, _votes.c.kind)
    in_order = both.where(_votes.c.chat_id.in_((source, target))).order_by(_votes.c.at, _votes.c.id)
    rows = (await connection.execute(in_order)).all()
    if not any(row.chat_id == source for row in rows):
        return
    latest = {(row.person, row.paper_id, _subject(VoteKind(row.kind))): row.id for row in rows}
    replaced = {row.id for row in rows}.difference(latest.values())
    for chunk in row_mapping.in_chunks(replaced):
        await connection.execute(delete(_votes).where(_votes.c.id.in_(chunk)))
    await connection.execute(update(_votes).where(_votes.c.chat_id == source).values(chat_id=target))
    await chat_models.join_models(connection, source, target)
    await chat_models.wait_to_learn(database, connection, target, now)


def _subject(kind: VoteKind) -> frozenset[VoteKind]:
    """The kinds of which a person has at most one for a paper."""
    return frozenset((kind, _OPPOSITES.get(kind, kind)))


async def _check_papers(connection: AsyncConnection, paper_ids: Collection[str]) -> None:
    known: set[str] = set()
    for chunk in row_mapping.in_chunks(paper_ids):
        known.update(await connection.scalars(select(tables.papers.c.id).where(tables.papers.c.id.in_(chunk))))
    if unknown := sorted(set(paper_ids) - known):
        raise LookupError(f"{', '.join(unknown)} is not in the store; remember the paper before somebody votes on it.")


def _of_person(chat_id: int, person: str, kind: VoteKind) -> ColumnElement[bool]:
    return (_votes.c.chat_id == chat_id) & (_votes.c.person == person) & (_votes.c.kind == kind.value)


def _count(kind: VoteKind) -> ColumnElement[int]:
    return _sum_if(_votes.c.kind == kind.value)


def _sum_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group satisfy a condition."""
    return cast(func.sum(case((condition, 1), else_=0)), Integer)
