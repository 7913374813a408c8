"""Which papers wait to be indexed, and writing their words into the index."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import PaperWords, Summary, UnindexedPaper, WordsOfPart
from bot.storage import row_mapping, tables
from bot.storage.engine import Database

LANGUAGE_OF_PAPERS = "en"
"""Summaries in this language have hardly a word that their papers have not, and are not indexed."""

_LAST_POSITION, _MOST_POSITIONS = 16_383, 255
"""What a `tsvector` keeps: later words have no place, and one word has so many places."""

_SQLITE = text("INSERT INTO paper_words (rowid, title, authors, text) VALUES (:id, :title, :authors, :text)")
_POSTGRES = text("INSERT INTO paper_words (id, words) VALUES (:id, CAST(:words AS tsvector))")


class SqlSearchIndex:
    """The methods of `bot.ports.TextSearch` that write the index."""

    db: Database

    async def unindexed(self, limit: int) -> list[UnindexedPaper]:
        queue, table = tables.unindexed, tables.summaries
        async with self.db.read() as connection:
            waiting = await connection.execute(select(queue).limit(limit))
            changes = {row.paper_id: row.changes for row in waiting}
            found = await connection.execute(select(tables.papers).where(tables.papers.c.id.in_(changes)))
            papers = [row_mapping.paper(row) for row in found]
            query = select(table.c.paper_id, table.c.body).where(table.c.paper_id.in_(changes))
            others = query.where(table.c.language != LANGUAGE_OF_PAPERS).order_by(table.c.version, table.c.depth)
            summaries: dict[str, list[Summary]] = defaultdict(list)
            for row in await connection.execute(others):
                summaries[row.paper_id].append(row_mapping.summary(row.body))
        return [UnindexedPaper(paper, tuple(summaries[paper.id]), changes[paper.id]) for paper in papers]

    async def save_words(self, words: Sequence[PaperWords]) -> None:
        queue, table = tables.unindexed, tables.indexed_parts
        given = {(each.paper_id, part.part): part for each in words for part in each.parts}
        hashes = {key: _hash(part) for key, part in given.items()}
        async with self.db.write() as connection:
            # One at a time, so that two processes never write a part of the same paper each.
            await self.db.serialize(connection, "search index")
            found = await connection.execute(
                select(table).where(table.c.paper_id.in_([each.paper_id for each in words]))
            )
            known = {(row.paper_id, row.part): row.hash for row in found}
            changed = [key for key in given if hashes[key] != known.get(key)]
            replaced = [{"paper": key[0], "of": key[1]} for key in known if key in changed or key not in given]
            if replaced:
                is_same = (table.c.paper_id == bindparam("paper")) & (table.c.part == bindparam("of"))
                await connection.execute(delete(table).where(is_same), replaced)
            if changed:
                rows = [{"paper_id": key[0], "part": key[1], "hash": hashes[key]} for key in changed]
                new = insert(table).returning(table.c.id, table.c.paper_id, table.c.part)
                inserted = (await connection.execute(new, rows)).all()
                await self._write_words(connection, [(row.id, given[row.paper_id, row.part]) for row in inserted])
            # A paper that was changed after its words were made has counted that, and goes on waiting.
            done = delete(queue).where(queue.c.paper_id == bindparam("paper"), queue.c.changes == bindparam("count"))
            await connection.execute(done, [{"paper": each.paper_id, "count": each.changes} for each in words])

    async def _write_words(self, connection: AsyncConnection, parts: Iterable[tuple[int, WordsOfPart]]) -> None:
        if not self.db.is_sqlite:
            await connection.execute(_POSTGRES, [{"id": number, "words": _tsvector(part)} for number, part in parts])
            return
        rows = [
            {"id": number, "title": _joined(part.title), "authors": _joined(part.authors), "text": _joined(part.text)}
            for number, part in parts
        ]
        await connection.execute(_SQLITE, rows)


async def wait_for_index(database: Database, connection: AsyncConnection, paper_ids: Collection[str]) -> None:
    """Let papers wait to be indexed (again)."""
    table = tables.unindexed
    new = database.insert(table)
    counted = new.on_conflict_do_update(index_elements=[table.c.paper_id], set_={"changes": table.c.changes + 1})
    # In one order for all: two transactions could otherwise each wait for the other.
    rows = [{"paper_id": paper_id, "changes": 0} for paper_id in sorted(set(paper_ids))]
    if rows:
        await connection.execute(counted, rows)


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)


def _hash(part: WordsOfPart) -> bytes:
    return hashlib.blake2s(json.dumps([part.title, part.authors, part.text]).encode(), digest_size=8).digest()


def _tsvector(part: WordsOfPart) -> str:
    """The words as PostgreSQL writes a `tsvector`: those of the title have the weight A, those of authors B."""
    places: dict[str, list[str]] = defaultdict(list)
    position = 0
    for words, weight in ((part.title, "A"), (part.authors, "B"), (part.text, "")):
        for word in words:
            position += 1
            if position <= _LAST_POSITION and len(places[word]) < _MOST_POSITIONS:
                places[word].append(f"{position}{weight}")
        position += 1  # no phrase goes over from one to the next
    return " ".join(f"{quoted(word)}:{','.join(found)}" for word, found in places.items() if found)


def quoted(word: str) -> str:
    """A word as PostgreSQL takes it in the text of a `tsvector` or a `tsquery`."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
