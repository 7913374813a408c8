"""What chats have learned from their votes, and which of them have votes that were not learned from."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Set
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatModel, ChatRef, ModelTerms, Vote
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import are_chats, chat_id_of, is_chat, lock_chats, mark_changed
from bot.storage.engine import Database

if TYPE_CHECKING:
    from bot.storage.row_mapping import AnyRow

_models, _chats, _votes = tables.chat_models, tables.chats, tables.votes
_Vote = tuple[str, str, str, datetime]
"""Person, paper, kind and time of a vote."""

_LEARNED = "learned"
"""In the body of a model, the fingerprint of the votes that it has learned from."""

_EMPTY: Mapping[str, Any] = {
    "version": 0,
    "trained_at": None,
    "votes": 0,
    "body": None,
    "weights": None,
    "vector": None,
}
"""The columns of a chat without a model."""


class SqlChatModels:
    """The methods of `bot.ports.Votes` about models."""

    db: Database

    async def chats_to_learn(self, limit: int) -> list[ChatRef]:
        query = select(_chats.c.platform, _chats.c.ident).join(_models, _models.c.chat_id == _chats.c.id)
        waiting = query.where(_models.c.waiting_since.is_not(None)).order_by(_models.c.waiting_since, _models.c.chat_id)
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(waiting.limit(limit))]

    async def has_votes_to_learn(self, ref: ChatRef) -> bool:
        async with self.db.read() as connection:
            query = select(_models.c.chat_id, _models.c.waiting_since, _models.c.body)
            of_chat = query.join(_chats, _models.c.chat_id == _chats.c.id).where(is_chat(ref))
            row = (await connection.execute(of_chat)).first()
            if row is None or row.waiting_since is None:
                return False
            learned = (row.body or {}).get(_LEARNED)
            return learned is None or learned != _fingerprint(await _stored_votes(connection, row.chat_id))

    async def save_model(self, ref: ChatRef, model: ChatModel | None, votes: Collection[Vote], now: datetime) -> bool:
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is None:
                return False
            learned = {(vote.person, vote.paper_id, vote.kind.value, vote.at) for vote in votes}
            stored = await _stored_votes(connection, chat_id)
            # What was forgotten while it was learned from must not come back.
            is_outdated = learned != stored if model is None else bool(learned) and learned.isdisjoint(stored)
            version = await connection.scalar(select(_models.c.version).where(_models.c.chat_id == chat_id)) or 0
            if is_outdated or (model is not None and model.version <= version):
                return False
            is_behind = learned != stored or (model is not None and await _has_newer_vectors(connection, model, now))
            # One that is behind its votes or the vectors of terms waits behind all others.
            waiting_since = now if is_behind else None
            values = {**(_EMPTY if model is None else _row(model, learned)), "waiting_since": waiting_since}
            insert = self.db.insert(_models).values(chat_id=chat_id, **values)
            await connection.execute(insert.on_conflict_do_update(index_elements=[_models.c.chat_id], set_=values))
            await mark_changed(connection, [chat_id], now)
        return True

    async def models_of(self, refs: Collection[ChatRef]) -> Mapping[ChatRef, ChatModel]:
        query = select(_chats.c.platform, _chats.c.ident, _models).join(_models, _models.c.chat_id == _chats.c.id)
        async with self.db.read() as connection:
            rows = await connection.execute(query.where(are_chats(refs), _models.c.body.is_not(None)))
        found: dict[ChatRef, ChatModel] = {}
        for row in rows:
            found[row_mapping.ref(row)] = _model(row)
            await asyncio.sleep(0)  # it takes a tenth of a millisecond for each: let answers and messages go between
        return found


async def wait_to_learn(database: Database, connection: AsyncConnection, chat_id: int, now: datetime) -> None:
    """Note that a chat's votes have changed; if it waits already, it keeps its place."""
    insert = database.insert(_models).values(chat_id=chat_id, waiting_since=now)
    waiting_since = func.coalesce(_models.c.waiting_since, insert.excluded.waiting_since)
    await connection.execute(
        insert.on_conflict_do_update(index_elements=[_models.c.chat_id], set_={"waiting_since": waiting_since})
    )


async def _has_newer_vectors(connection: AsyncConnection, model: ChatModel, now: datetime) -> bool:
    """Whether the vectors of terms were replaced while a model was trained."""
    made_at = await connection.scalar(select(tables.term_vectors.c.made_at))
    # A time in the future was written by a clock that ran ahead: no model would ever be newer.
    return made_at is not None and model.trained_at < made_at <= now


async def learn_anew(connection: AsyncConnection, now: datetime) -> None:
    """Let all models be trained anew; chats that wait already keep their place."""
    has_model = _models.c.body.is_not(None) & _models.c.waiting_since.is_(None)
    await lock_chats(connection, _chats.c.id.in_(select(_models.c.chat_id).where(has_model)))
    await connection.execute(update(_models).where(has_model).values(waiting_since=now))


async def join_models(connection: AsyncConnection, source: int, target: int) -> None:
    """Give a chat's model to another one, unless that has one."""
    has_model = (_models.c.chat_id == target) & _models.c.body.is_not(None)
    if await connection.scalar(select(_models.c.chat_id).where(has_model)) is None:
        await connection.execute(delete(_models).where(_models.c.chat_id == target))
        await connection.execute(update(_models).where(_models.c.chat_id == source).values(chat_id=target))


async def _stored_votes(connection: AsyncConnection, chat_id: int) -> set[_Vote]:
    query = select(_votes.c.person, _votes.c.paper_id, _votes.c.kind, _votes.c.at)
    rows = await connection.execute(query.where(_votes.c.chat_id == chat_id))
    return {(row.person, row.paper_id, row.kind, row.at) for row in rows}


def _fingerprint(votes: Set[_Vote]) -> str:
    """The same for the same votes; 16 hexadecimal digits."""
    lines = sorted(f"{person}\n{paper_id}\n{kind}\n{at.timestamp()}\n" for person, paper_id, kind, at in votes)
    return hashlib.blake2s("".join(lines).encode(), digest_size=8).hexdigest()


def _row(model: ChatModel, learned: Set[_Vote]) -> dict[str, Any]:
    body = {
        "terms": model.terms.surfaces,
        "bias": model.bias,
        "embedder": model.embedder,
        "liked": list(model.liked),
        _LEARNED: _fingerprint(learned),
    }
    return {
        "version": model.version,
        "trained_at": model.trained_at,
        "votes": model.votes,
        "body": body,
        "weights": model.terms.numbers,
        "vector": model.vector,
    }


def _model(row: AnyRow) -> ChatModel:
    return ChatModel(
        version=row.version,
        trained_at=row.trained_at,
        votes=row.votes,
        terms=ModelTerms(row.body["terms"], row.weights),
        bias=row.body["bias"],
        embedder=row.body["embedder"],
        vector=row.vector,
        liked=tuple(row.body["liked"]),
    )
