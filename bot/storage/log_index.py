"""Which paper each announcement delivers, and on which day: read once, and kept in memory while it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions.unseen import LogEntry
from bot.storage import row_mapping, tables

MOST_ENTRIES = 50_000
"""Entries that are kept, those of more than a month; about 10 MB."""

_table = tables.announcements
_columns = (_table.c.seq, _table.c.day, _table.c.paper_id)
_delivers = _table.c.kind.in_(row_mapping.DELIVERING)


@dataclass(frozen=True, slots=True)
class LogPart:
    """Entries by sequence number, all entries of their papers, and the greatest sequence number of the whole log."""

    entries: Mapping[int, LogEntry]
    of_paper: Mapping[str, tuple[LogEntry, ...]]
    last_seq: int


class LogIndex:
    """The announcements that deliver. Rows of the log are only added, never changed."""

    def __init__(self) -> None:
        self._entries: dict[int, LogEntry] = {}
        self._of_paper: dict[str, tuple[LogEntry, ...]] = {}
        self._last_seq = 0

    async def part(self, connection: AsyncConnection, seqs: Collection[int], last_seq: int) -> LogPart:
        """Return the entries with these sequence numbers, leaving out those that deliver nothing.

        `last_seq` is the greatest sequence number of the log; the entries of the papers are complete up to it.
        """
        await self._forget_repeated(connection, last_seq)
        # Another task may make room meanwhile: these dictionaries stay whole for this one.
        entries, of_paper = self._entries, self._of_paper
        for chunk in row_mapping.in_chunks(seq for seq in seqs if seq not in entries):
            rows = await connection.execute(select(*_columns).where(_table.c.seq.in_(chunk), _delivers))
            entries.update((row.seq, _entry(row)) for row in rows)
        found = {seq: entries[seq] for seq in seqs if seq in entries}
        paper_ids = {entry.paper_id for entry in found.values()}
        known = {paper_id: of_paper[paper_id] for paper_id in paper_ids if paper_id in of_paper}
        read = await entries_of(connection, paper_ids - known.keys())
        if self._last_seq == last_seq:  # otherwise another task knows of later entries, which may be missing here
            of_paper.update(read)
        part = LogPart(found, known | read, last_seq)
        if len(entries) > MOST_ENTRIES or len(of_paper) > MOST_ENTRIES:
            self._entries, self._of_paper = {}, {}
        return part

    async def _forget_repeated(self, connection: AsyncConnection, last_seq: int) -> None:
        """Forget the entries of papers that have been announced again since the last call."""
        known_seq, of_paper = self._last_seq, self._of_paper
        if known_seq < last_seq and of_paper:
            newer = await connection.scalars(select(_table.c.paper_id).where(_table.c.seq > known_seq))
            for paper_id in newer:
                of_paper.pop(paper_id, None)
        self._last_seq = max(self._last_seq, last_seq)


async def last_seq_of(connection: AsyncConnection) -> int:
    """The greatest sequence number of the log; 0 if it is empty."""
    return int(await connection.scalar(select(func.max(_table.c.seq))) or 0)


async def seq_before(connection: AsyncConnection, since: date) -> int:
    """The sequence number before the first announcement from `since` on."""
    first = await connection.scalar(select(func.min(_table.c.seq)).where(_table.c.day >= since))
    if first is not None:
        return int(first) - 1
    return await last_seq_of(connection)


async def entries_of(connection: AsyncConnection, paper_ids: Collection[str]) -> dict[str, tuple[LogEntry, ...]]:
    """All entries of these papers, in order of their sequence numbers. A paper that was not announced has none."""
    found: dict[str, list[LogEntry]] = {}
    for chunk in row_mapping.in_chunks(paper_ids):
        query = select(*_columns).where(_table.c.paper_id.in_(chunk), _delivers).order_by(_table.c.seq)
        for row in await connection.execute(query):
            found.setdefault(row.paper_id, []).append(_entry(row))
    return {paper_id: tuple(entries) for paper_id, entries in found.items()}


async def mark_papers(connection: AsyncConnection, flag: Column[bool], paper_ids: Collection[str]) -> None:
    """Set a flag of the announcements of these papers."""
    await mark(connection, flag, _table.c.paper_id, paper_ids)


async def mark(connection: AsyncConnection, flag: Column[bool], key: Column[Any], values: Collection[Any]) -> None:
    """Set a flag of the announcements with one of these values of a column."""
    for chunk in row_mapping.in_chunks(values):
        # Locked in one order: two transactions that mark the same rows in different orders would deadlock.
        unmarked = select(_table.c.seq).where(key.in_(chunk), ~flag).order_by(_table.c.seq).with_for_update()
        if seqs := list(await connection.scalars(unmarked)):
            await connection.execute(update(_table).where(_table.c.seq.in_(seqs)).values({flag: True}))


def _entry(row: Row[int, date, str]) -> LogEntry:
    return LogEntry(row.day, row.seq, row.paper_id)
