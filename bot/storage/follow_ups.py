"""Watched papers, and what chats are to be told of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatKind, ChatRef, FollowUp, PaperState, VoteKind, WatchedPaper
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import are_chats, is_chat
from bot.storage.engine import Database

if TYPE_CHECKING:
    from bot.storage.row_mapping import AnyRow

_papers, _watched, _votes, _found = tables.papers, tables.watched_papers, tables.votes, tables.follow_ups

_FIELDS = ("version", "title", "abstract", "comment", "journal_ref", "doi", "withdrawn")
"""The fields of `PaperState`."""


class SqlFollowUps:
    """The methods of `bot.ports.FollowUps`."""

    db: Database

    async def changed_papers(self, limit: int) -> list[WatchedPaper]:
        is_other = or_(*(_papers.c[name].is_distinct_from(_watched.c[name]) for name in _FIELDS))
        query = (
            select(*_papers.c, *(_watched.c[name].label(f"before_{name}") for name in _FIELDS))
            .join(_watched, _watched.c.paper_id == _papers.c.id, isouter=True)
            .where(or_(_watched.c.paper_id.is_(None), is_other), _is_liked())
            .order_by(_papers.c.id)
            .limit(limit)
        )
        async with self.db.read() as connection:
            return [
                WatchedPaper(row_mapping.paper(row), None if row.before_version is None else _state(row, "before_"))
                for row in await connection.execute(query)
            ]

    async def watch(self, papers: Sequence[WatchedPaper], with_news: Collection[str], now: datetime) -> int:
        if not papers:
            return 0
        rows = [_state_row(PaperState.of(each.paper)) | {"paper_id": each.paper.id} for each in papers]
        new = self.db.insert(_watched)
        known = new.on_conflict_do_update(
            index_elements=[_watched.c.paper_id], set_={name: new.excluded[name] for name in _FIELDS}
        )
        async with self.db.write() as connection:
            # One at a time: two processes that find the same change would write it twice.
            await self.db.serialize(connection, "follow-ups")
            await connection.execute(known, sorted(rows, key=lambda row: str(row["paper_id"])))
            before = {each.paper.id: each.before for each in papers if each.before is not None}
            return await self._tell(connection, {key: before[key] for key in with_news if key in before}, now)

    async def _tell(self, connection: AsyncConnection, before: Mapping[str, PaperState], now: datetime) -> int:
        chats = select(_votes.c.chat_id, _votes.c.paper_id).join(tables.chats, tables.chats.c.id == _votes.c.chat_id)
        chats = chats.where(_votes.c.paper_id.in_(before), _is_told_of_votes()).distinct()
        told = select(_found.c.chat_id, _found.c.paper_id).where(
            _found.c.paper_id.in_(before), _found.c.told_at.is_(None)
        )
        waiting = {tuple(row) for row in await connection.execute(told)}
        rows = [
            {"chat_id": chat_id, "paper_id": paper_id, "found_at": now, "before": _state_row(before[paper_id])}
            for chat_id, paper_id in await connection.execute(chats.order_by(_votes.c.chat_id, _votes.c.paper_id))
            if (chat_id, paper_id) not in waiting
        ]
        if rows:
            await connection.execute(_found.insert(), rows)
        return len(rows)

    async def follow_ups(self, refs: Collection[ChatRef], *, limit: int) -> Mapping[ChatRef, list[FollowUp]]:
        found: defaultdict[ChatRef, list[FollowUp]] = defaultdict(list)
        place = func.row_number().over(partition_by=_found.c.chat_id, order_by=_found.c.id).label("place")
        # Somebody may have taken back the vote since.
        is_liked = exists().where(
            _votes.c.chat_id == _found.c.chat_id, _votes.c.paper_id == _found.c.paper_id, _is_told_of_votes()
        )
        waiting = (
            select(_found.c.id, place)
            .join(tables.chats, tables.chats.c.id == _found.c.chat_id)
            .where(are_chats(refs), _found.c.told_at.is_(None), is_liked)
            .subquery()
        )
        query = _follow_ups().join(waiting, waiting.c.id == _found.c.id)
        query = query.where(waiting.c.place <= limit).order_by(_found.c.id)
        async with self.db.read() as connection:
            # Most mornings nothing waits for anybody: then this is all that is read.
            if (
                await connection.execute(select(_found.c.id).where(_found.c.told_at.is_(None)).limit(1))
            ).first() is None:
                return {}
            for row in await connection.execute(query):
                found[row_mapping.ref(row)].append(_follow_up(row))
        return dict(found)

    async def last_follow_up(self, ref: ChatRef, paper_id: str) -> FollowUp | None:
        query = _follow_ups().where(is_chat(ref), _found.c.paper_id == paper_id).order_by(_found.c.id.desc()).limit(1)
        async with self.db.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _follow_up(row)

    async def papers_to_ask(self, asked_before: datetime, limit: int) -> list[str]:
        is_old = or_(_watched.c.asked_at.is_(None), _watched.c.asked_at < asked_before)
        query = select(_watched.c.paper_id).where(is_old).order_by(_watched.c.asked_at.nulls_first(), "paper_id")
        async with self.db.read() as connection:
            return list(await connection.scalars(query.limit(limit)))

    async def note_asked(self, paper_ids: Collection[str], now: datetime) -> None:
        async with self.db.write() as connection:
            for chunk in row_mapping.in_chunks(sorted(paper_ids)):
                noted = update(_watched).where(_watched.c.paper_id.in_(chunk))
                await connection.execute(noted.values(asked_at=now))

    async def forget_follow_ups(self, before: datetime) -> int:
        is_liked = exists().where(_votes.c.paper_id == _watched.c.paper_id, _is_positive())
        async with self.db.write() as connection:
            await self.db.serialize(connection, "follow-ups")
            old: Any = await connection.execute(delete(_found).where(_found.c.found_at < before))
            await connection.execute(delete(_watched).where(~is_liked))
        return int(old.rowcount)


async def mark_told(connection: AsyncConnection, told: Collection[int], now: datetime) -> None:
    """Note that chats are told of these follow-ups, in the transaction that writes their digests."""
    for chunk in row_mapping.in_chunks(told):
        await connection.execute(update(_found).where(_found.c.id.in_(chunk)).values(told_at=now))


async def join_follow_ups(connection: AsyncConnection, source: int, target: int) -> None:
    """Give a chat's follow-ups to another one, but none of a paper of which that one waits to be told."""
    waiting = select(_found.c.paper_id).where(_found.c.chat_id == target, _found.c.told_at.is_(None))
    is_new = or_(_found.c.told_at.is_not(None), _found.c.paper_id.not_in(waiting))
    await connection.execute(update(_found).where(_found.c.chat_id == source, is_new).values(chat_id=target))


def _is_positive() -> ColumnElement[bool]:
    return _votes.c.kind.in_((VoteKind.UP.value, VoteKind.SAVED.value))


def _is_liked() -> ColumnElement[bool]:
    return exists().where(_votes.c.paper_id == _papers.c.id, _is_positive())


def _is_told_of_votes() -> ColumnElement[bool]:
    # What one person has saved in a group is nobody else's affair; what they like shapes the group's digests anyway.
    chat = tables.chats.c
    is_person = (chat.kind == ChatKind.UNKNOWN.value) & (chat.platform == "telegram") & ~chat.ident.startswith("-")
    is_private = (chat.kind == ChatKind.PRIVATE.value) | is_person
    is_up = _votes.c.kind == VoteKind.UP.value
    return or_(is_up, and_(_votes.c.kind == VoteKind.SAVED.value, is_private))


def _follow_ups() -> Select[Any]:
    columns = (_found.c.id.label("follow_up"), _found.c.before, _found.c.found_at)
    return (
        select(*_papers.c.values(), *columns, tables.chats.c.platform, tables.chats.c.ident)
        .select_from(_found)
        .join(_papers, _papers.c.id == _found.c.paper_id)
        .join(tables.chats, tables.chats.c.id == _found.c.chat_id)
    )


def _follow_up(row: AnyRow) -> FollowUp:
    before = PaperState(**row.before)
    return FollowUp(row.follow_up, row_mapping.ref(row), row_mapping.paper(row), before, row.found_at)


def _state(row: AnyRow, prefix: str) -> PaperState:
    return PaperState(**{name: getattr(row, prefix + name) for name in _FIELDS})


def _state_row(state: PaperState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _FIELDS}
