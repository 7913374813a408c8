"""What relevance keeps of the texts of papers: the counts and vectors of their terms, and their own vectors."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Paper, StoredVectors, TermCounts, VectorsOrigin
from bot.storage import row_mapping, tables
from bot.storage.chat_models import learn_anew
from bot.storage.column_types import compact_json, pack
from bot.storage.engine import Database
from bot.storage.log_index import last_seq_of, seq_before

_vectors, _papers, _log, _votes = tables.vectors, tables.papers, tables.announcements, tables.votes

_made = tables.term_vectors.c
_origin_columns = (_made.name, _made.papers, _made.counted, _made.made_at)
_ONLY_ROW = 1
AT_ONCE = 500
"""Papers whose vectors one transaction deletes."""


class SqlTerms:
    """The methods of `bot.ports.Terms`."""

    db: Database

    async def term_counts(self) -> TermCounts | None:
        async with self.db.read() as connection:
            row = (await connection.execute(select(tables.term_counts))).first()
        if row is None:
            return None
        # In a thread, as for the packing: a tenth of a second for a few hundred thousand terms.
        counts = await asyncio.to_thread(lambda: json.loads(zlib.decompress(row.counts)))
        return TermCounts(row.seq, row.papers, counts)

    async def save_term_counts(self, counts: TermCounts) -> bool:
        packed = await asyncio.to_thread(lambda: pack(compact_json(counts.counts).encode()))
        table = tables.term_counts
        values = {"seq": counts.seq, "papers": counts.papers, "counts": packed}
        insert = self.db.insert(table).values(id=_ONLY_ROW, **values)
        replace = insert.on_conflict_do_update(
            index_elements=[table.c.id], set_=values, where=table.c.seq < insert.excluded.seq
        )
        async with self.db.write() as connection:
            return (await connection.execute(replace.returning(table.c.id))).first() is not None

    async def counted_papers(self) -> int:
        async with self.db.read() as connection:
            return await connection.scalar(select(tables.term_counts.c.papers)) or 0

    async def term_vectors_origin(self) -> VectorsOrigin | None:
        async with self.db.read() as connection:
            row = (await connection.execute(select(*_origin_columns))).first()
        return None if row is None else VectorsOrigin(row.name, row.papers, row.counted, row.made_at)

    async def term_vectors(self) -> StoredVectors | None:
        async with self.db.read() as connection:
            row = (await connection.execute(select(tables.term_vectors))).first()
        if row is None:
            return None
        return StoredVectors(VectorsOrigin(row.name, row.papers, row.counted, row.made_at), row.data)

    async def save_term_vectors(self, vectors: StoredVectors) -> None:
        table, values = tables.term_vectors, {**asdict(vectors.origin), "data": vectors.data}
        insert = self.db.insert(table).values(id=_ONLY_ROW, **values)
        async with self.db.write() as connection:
            before = await connection.scalar(select(table.c.name))
            await connection.execute(insert.on_conflict_do_update(index_elements=[table.c.id], set_=values))
            if before != vectors.origin.name:
                await learn_anew(connection, vectors.origin.made_at)

    async def vectors(self, embedder: str, papers: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], bytes]:
        asked = set(papers)
        found: dict[tuple[str, int], bytes] = {}
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(paper_id for paper_id, _ in asked):
                query = select(_vectors.c.paper_id, _vectors.c.version, _vectors.c.vector)
                rows = await connection.execute(
                    query.where(_vectors.c.embedder == embedder, _vectors.c.paper_id.in_(chunk))
                )
                found.update({(row.paper_id, row.version): row.vector for row in rows})
        return {key: _as_float32(found[key]) for key in papers if key in found}

    async def save_vectors(self, embedder: str, vectors: Mapping[tuple[str, int], bytes]) -> None:
        # In one order: two transactions that store the same ones in different orders would deadlock.
        rows = [
            {"embedder": embedder, "paper_id": paper_id, "version": version, "vector": _as_float16(vector)}
            for (paper_id, version), vector in sorted(vectors.items())
        ]
        if not rows:
            return
        async with self.db.write() as connection:
            seq = await last_seq_of(connection)
            insert = self.db.insert(_vectors).on_conflict_do_nothing()
            await connection.execute(insert, [row | {"seq": seq} for row in rows])

    async def papers_without_vector(self, embedder: str, since: date, limit: int) -> list[Paper]:
        has_vector = _has_vector(embedder)
        announced = (
            select(_papers)
            .join(_log, _log.c.paper_id == _papers.c.id)
            .where(_log.c.day >= since, _log.c.kind.in_(row_mapping.DELIVERING), ~has_vector)
            .group_by(_papers.c.id)
            .order_by(func.max(_log.c.day).desc(), func.min(_log.c.seq))
        )
        has_vote = exists().where(_votes.c.paper_id == _papers.c.id)
        voted = select(_papers).where(has_vote, ~has_vector).order_by(_papers.c.seen_at.desc(), _papers.c.id)
        async with self.db.read() as connection:
            rows: Sequence[Any] = (await connection.execute(announced.limit(limit))).all()
            if len(rows) < limit:
                # Some may be among the first ones, so that as many more are asked for.
                rows = [*rows, *await connection.execute(voted.limit(limit))]
        papers = {row.id: row_mapping.paper(row) for row in rows}
        return list(papers.values())[:limit]

    async def vector_counts(self, embedder: str, since: date) -> tuple[int, int]:
        announced = (
            select(_log.c.paper_id)
            .where(_log.c.day >= since, _log.c.kind.in_(row_mapping.DELIVERING))
            .distinct()
            .subquery()
        )
        papers = select(func.count()).select_from(announced.join(_papers, _papers.c.id == announced.c.paper_id))
        async with self.db.read() as connection:
            embedded = await connection.scalar(papers.where(_has_vector(embedder)))
            return embedded or 0, await connection.scalar(papers) or 0

    async def forget_vectors(self, before: date) -> int:
        async with self.db.read() as connection:
            ids = await _forgettable(connection, before)
        count = 0
        for chunk in row_mapping.in_chunks(ids, AT_ONCE):
            count += await self.db.write_statement(delete(_vectors).where(_vectors.c.paper_id.in_(chunk)))
        return count


def _has_vector(embedder: str) -> ColumnElement[bool]:
    """Whether a paper has a vector of its stored version."""
    return exists().where(
        _vectors.c.paper_id == _papers.c.id, _vectors.c.version == _papers.c.version, _vectors.c.embedder == embedder
    )


async def _forgettable(connection: AsyncConnection, before: date) -> Sequence[str]:
    last_seq = await seq_before(connection, before)
    is_recent = exists().where(_log.c.paper_id == _vectors.c.paper_id, _log.c.seq > last_seq)
    has_vote = exists().where(_votes.c.paper_id == _vectors.c.paper_id)
    query = select(_vectors.c.paper_id).where(_vectors.c.seq <= last_seq, ~is_recent, ~has_vote)
    return (await connection.scalars(query.distinct())).all()


# numpy is imported when it is needed: most commands need no vectors.
def _as_float16(vector: bytes) -> bytes:
    import numpy as np

    return np.frombuffer(vector, "<f4").astype("<f2").tobytes()


def _as_float32(vector: bytes) -> bytes:
    import numpy as np

    return np.frombuffer(vector, "<f2").astype("<f4").tobytes()
