"""Papers, announcements and the ledger of listings."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import paper_merge
from bot.model import Announced, Announcement, Ingested, ListingRecord, Malformed, Paper
from bot.storage import row_mapping, tables
from bot.storage.engine import Database
from bot.storage.search_index import wait_for_index

_WRITING_PAPERS = "papers"
_AHEAD = timedelta(days=2)
"""No announcement is written longer than this before its day. If one seems to be, its day or the clock was wrong."""


class SqlPapers:
    """The methods of `bot.ports.Papers`."""

    db: Database

    async def ingest(self, announced: Sequence[Announced], now: datetime) -> Ingested:
        async with self.db.write() as connection:
            # One at a time also keeps sequence numbers in the order of commits. Otherwise a reader could go past a
            # number that is committed later, and never match that announcement.
            await self.db.serialize(connection, _WRITING_PAPERS)
            known = await _known(connection, [entry.paper.id for entry in announced])
            merged = paper_merge.merge_all({paper_id: paper for paper_id, (paper, _) in known.items()}, announced)
            # Most papers of a poll are stored already, and unchanged: they are not written again.
            changed = {
                paper_id: paper
                for paper_id, paper in merged.items()
                if paper_id not in known or paper != known[paper_id][0]
            }
            await self._write(connection, changed, known, now)
            unseen = await _unseen(connection, [entry.announcement for entry in announced])
            if unseen:
                await connection.execute(
                    tables.announcements.insert(), [_announcement_row(announcement, now) for announcement in unseen]
                )
        new = sum(paper_id not in known for paper_id in changed)
        updated = sum(
            paper_id in known and paper.version > known[paper_id][0].version for paper_id, paper in changed.items()
        )
        return Ingested(papers=new, updated=updated, announcements=len(unseen))

    async def remember(self, papers: Sequence[Paper], now: datetime) -> None:
        async with self.db.write() as connection:
            await self.db.serialize(connection, _WRITING_PAPERS)
            known = await _known(connection, [paper.id for paper in papers])
            changed: dict[str, Paper] = {}
            completed: dict[str, int] = {}
            for paper in papers:
                # The same paper may occur twice, for example in two versions.
                before = changed.get(paper.id) or (known[paper.id][0] if paper.id in known else None)
                changed[paper.id] = paper if before is None else paper_merge.complete(before, paper)
                completed[paper.id] = max(paper.version, completed.get(paper.id, 0))
            await self._write(connection, changed, known, now, completed)

    async def paper(self, paper_id: str) -> Paper | None:
        return (await self.papers([paper_id])).get(paper_id)

    async def papers(self, paper_ids: Collection[str]) -> Mapping[str, Paper]:
        async with self.db.read() as connection:
            return {paper_id: paper for paper_id, (paper, _) in (await _known(connection, paper_ids)).items()}

    async def papers_titled(self, words: Collection[str], most: int = 20) -> list[Paper]:
        table = tables.papers
        holds = [table.c.title.icontains(word, autoescape=True) for word in words]
        query = select(table.c.id).where(*holds).order_by(table.c.seen_at.desc(), table.c.id).limit(most)
        async with self.db.read() as connection:
            found = [row.id for row in await connection.execute(query)]
            known = await _known(connection, found)
            return [known[paper_id][0] for paper_id in found if paper_id in known]

    async def latest_texts(self, limit: int) -> list[str]:
        table = tables.papers
        query = select(table.c.title, table.c.abstract).order_by(table.c.seen_at.desc(), table.c.id).limit(limit)
        async with self.db.read() as connection:
            return [f"{row.title}\n\n{row.abstract}" for row in await connection.execute(query)]

    async def announced_ids(
        self, paper_ids: Collection[str], before: date | None = None, since: date | None = None
    ) -> set[str]:
        table = tables.announcements
        query = select(table.c.paper_id).distinct()
        if before is not None:
            query = query.where(table.c.day < before)
        if since is not None:
            query = query.where(table.c.day >= since)
        announced: set[str] = set()
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(paper_ids):
                announced.update(await connection.scalars(query.where(table.c.paper_id.in_(chunk))))
        return announced

    async def incomplete(self, since: date) -> list[str]:
        table, paper = tables.announcements, tables.papers
        query = (
            select(paper.c.id)
            .join(table, table.c.paper_id == paper.c.id)
            .where(
                table.c.day >= since,
                or_(paper.c.completed_version.is_(None), paper.c.completed_version < paper.c.version),
            )
            .group_by(paper.c.id)
            .order_by(func.min(table.c.seq))
        )
        async with self.db.read() as connection:
            return list(await connection.scalars(query))

    async def announcements(self, first: date, last: date) -> list[Announced]:
        table = tables.announcements
        query = announced_query().where(table.c.day.between(first, last)).order_by(table.c.day, table.c.seq)
        async with self.db.read() as connection:
            return [row_mapping.announced(row) for row in await connection.execute(query)]

    async def announcement_of(self, paper_id: str) -> Announced | None:
        table = tables.announcements
        is_replacement = case((table.c.kind.in_(row_mapping.DELIVERING), 0), else_=1)
        query = (
            announced_query()
            .where(table.c.paper_id == paper_id)
            .order_by(is_replacement, table.c.day, table.c.seq)
            .limit(1)
        )
        async with self.db.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else row_mapping.announced(row)

    async def announcements_of(self, paper_id: str) -> list[Announced]:
        table = tables.announcements
        query = announced_query().where(table.c.paper_id == paper_id).order_by(table.c.day, table.c.seq)
        async with self.db.read() as connection:
            return [row_mapping.announced(row) for row in await connection.execute(query)]

    async def set_aside(self, entries: Sequence[Malformed], now: datetime) -> None:
        if not entries:
            return
        rows = [
            {
                "hash": _fingerprint(entry),
                "source": entry.source,
                "raw": entry.raw,
                "why": entry.why,
                "day": entry.day,
                "seen_at": now,
            }
            for entry in entries
        ]
        async with self.db.write() as connection:
            await connection.execute(self.db.insert(tables.malformed).on_conflict_do_nothing(), rows)

    async def malformed(self, limit: int = 100, since: date | None = None) -> list[Malformed]:
        table = tables.malformed
        query = select(table).order_by(table.c.seen_at.desc(), table.c.hash).limit(limit)
        if since is not None:
            query = query.where(table.c.day >= since)
        async with self.db.read() as connection:
            return [Malformed(row.source, row.raw, row.why, row.day) for row in await connection.execute(query)]

    async def record_listing(self, records: Sequence[ListingRecord]) -> None:
        if not records:
            return
        table = tables.listings
        insert = self.db.insert(table)
        fields = [column.name for column in table.c if not column.primary_key]
        upsert = insert.on_conflict_do_update(
            index_elements=[table.c.day, table.c.archive],
            set_={name: insert.excluded[name] for name in fields},
            # A later poll may meet a feed that is stale again; what was read completely stays so.
            where=or_(insert.excluded.complete, ~table.c.complete),
        )
        # Sorted: two transactions that write the same rows in different orders would deadlock.
        rows = [asdict(record) for record in sorted(records, key=lambda record: (record.day, record.archive))]
        async with self.db.write() as connection:
            await connection.execute(upsert, rows)

    async def listings(self, since: date) -> list[ListingRecord]:
        table = tables.listings
        query = select(table).where(table.c.day >= since).order_by(table.c.day, table.c.archive)
        async with self.db.read() as connection:
            return [ListingRecord(**row._mapping) for row in await connection.execute(query)]

    async def latest_day(self) -> date | None:
        table = tables.announcements
        async with self.db.read() as connection:
            written = await connection.scalar(select(table.c.seen_at).order_by(table.c.seq.desc()).limit(1))
            if written is None:
                return None
            is_plausible = table.c.day <= written.date() + _AHEAD
            latest: date | None = await connection.scalar(select(func.max(table.c.day)).where(is_plausible))
            # If the clock was slow enough, no day is plausible.
            return latest or await connection.scalar(select(func.max(table.c.day)))

    async def _write(
        self,
        connection: AsyncConnection,
        changed: Mapping[str, Paper],
        known: Mapping[str, tuple[Paper, int | None]],
        now: datetime,
        completed: Mapping[str, int] | None = None,
    ) -> None:
        rows = []
        for paper_id, paper in changed.items():
            versions = (known.get(paper_id, (None, None))[1], (completed or {}).get(paper_id))
            completed_version = max((version for version in versions if version is not None), default=None)
            rows.append(row_mapping.paper_row(paper, completed_version, now))
        if not rows:
            return
        insert = self.db.insert(tables.papers)
        # `seen_at` is the time when the paper was first stored.
        fields = [name for name in rows[0] if name not in ("id", "seen_at")]
        upsert = insert.on_conflict_do_update(
            index_elements=[tables.papers.c.id], set_={name: insert.excluded[name] for name in fields}
        )
        await connection.execute(upsert, rows)
        await wait_for_index(self.db, connection, changed)


def announced_query() -> Select[Any]:
    """Announcements with their papers, as `row_mapping.announced` reads them."""
    return select(*row_mapping.ANNOUNCED).join(
        tables.announcements, tables.announcements.c.paper_id == tables.papers.c.id
    )


async def _known(connection: AsyncConnection, paper_ids: Collection[str]) -> dict[str, tuple[Paper, int | None]]:
    """Stored papers by id, each with the version that the API has completed (None: none yet)."""
    known: dict[str, tuple[Paper, int | None]] = {}
    for chunk in row_mapping.in_chunks(paper_ids):
        rows = await connection.execute(select(tables.papers).where(tables.papers.c.id.in_(chunk)))
        known.update({row.id: (row_mapping.paper(row), row.completed_version) for row in rows})
    return known


async def _unseen(connection: AsyncConnection, announcements: Sequence[Announcement]) -> list[Announcement]:
    """Those announcements that are not stored yet, without duplicates."""
    table = tables.announcements
    seen: set[tuple[str, date, str]] = set()
    for chunk in row_mapping.in_chunks(announcement.paper_id for announcement in announcements):
        rows = await connection.execute(
            select(table.c.paper_id, table.c.day, table.c.kind).where(table.c.paper_id.in_(chunk))
        )
        seen.update((row.paper_id, row.day, row.kind) for row in rows)
    unseen = []
    for announcement in announcements:
        key = (announcement.paper_id, announcement.day, announcement.kind.value)
        if key not in seen:
            seen.add(key)
            unseen.append(announcement)
    return unseen


def _announcement_row(announcement: Announcement, now: datetime) -> dict[str, Any]:
    return {
        "paper_id": announcement.paper_id,
        "version": announcement.version,
        "day": announcement.day,
        "kind": announcement.kind.value,
        "inferred": announcement.inferred,
        "seen_at": now,
    }


def _fingerprint(entry: Malformed) -> str:
    # Every poll brings the same unreadable entry again; its hash lets it be stored once. UTF-8 cannot hold a lone
    # surrogate, which an unreadable entry may well contain.
    return hashlib.sha256(f"{entry.source}\0{entry.raw}".encode("utf-8", "replace")).hexdigest()
