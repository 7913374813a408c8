"""Full-text search: the terms as each database asks for them, over all announced papers or over those of one chat."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, Integer, Text, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, FoundPaper, SearchTerm
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import is_chat
from bot.storage.engine import Database
from bot.storage.packed import unpack_order, unpack_papers
from bot.storage.search_index import SqlSearchIndex, quoted

# bm25() is negative, and smaller for a better match; the numbers are the weights of the columns.
_SQLITE = """
    SELECT part.paper_id, -bm25(paper_words, 8.0, 4.0, 1.0) AS match
    FROM paper_words CROSS JOIN indexed_parts AS part ON part.id = paper_words.rowid
    WHERE paper_words MATCH :wanted
"""
_SQLITE_EXCLUDED = """
    AND part.paper_id NOT IN (
        SELECT part.paper_id FROM paper_words CROSS JOIN indexed_parts AS part ON part.id = paper_words.rowid
        WHERE paper_words MATCH :unwanted
    )
"""
_SQLITE_RECEIVED = """
    AND part.paper_id IN (
        SELECT value FROM json_each(:ids)
        UNION ALL
        SELECT log.paper_id FROM json_each(:seqs) AS one CROSS JOIN announcements AS log ON log.seq = one.value
    )
"""
_POSTGRES = """
    SELECT part.paper_id, ts_rank('{0.1, 0.2, 0.5, 1.0}', indexed.words, CAST(:wanted AS tsquery), 1) AS match
    FROM paper_words AS indexed JOIN indexed_parts AS part ON part.id = indexed.id
    WHERE indexed.words @@ CAST(:wanted AS tsquery)
"""
_POSTGRES_EXCLUDED = """
    AND part.paper_id NOT IN (
        SELECT part.paper_id FROM paper_words AS indexed JOIN indexed_parts AS part ON part.id = indexed.id
        WHERE indexed.words @@ CAST(:unwanted AS tsquery)
    )
"""
_POSTGRES_RECEIVED = """
    AND part.paper_id IN (
        SELECT unnest(:ids)
        UNION ALL
        SELECT log.paper_id FROM announcements AS log WHERE log.seq = ANY(:seqs)
    )
"""
_ANNOUNCED = " AND EXISTS (SELECT 1 FROM announcements AS log WHERE log.paper_id = part.paper_id)"


class SqlSearch(SqlSearchIndex):
    """The methods of `bot.ports.TextSearch`."""

    db: Database

    async def search(self, terms: Sequence[SearchTerm], limit: int) -> list[FoundPaper]:
        best = text(f"{self._statement(terms)}{_ANNOUNCED} ORDER BY match DESC LIMIT :most")
        async with self.db.read() as connection:
            # A paper may be found in several languages, so that more rows are read.
            rows = (await connection.execute(best, {**self._asked(terms), "most": 3 * limit})).all()
            return await _with_days(connection, _best(rows)[:limit])

    async def search_received(
        self, ref: ChatRef, person: str, terms: Sequence[SearchTerm], limit: int
    ) -> tuple[list[FoundPaper], int]:
        async with self.db.read() as connection:
            ids, seqs = await _received(connection, ref, person)
            given: dict[str, Any] = {"ids": sorted(ids), "seqs": sorted(seqs)}
            if self.db.is_sqlite:
                statement = text(self._statement(terms) + _SQLITE_RECEIVED)
                given = {name: json.dumps(value) for name, value in given.items()}
            else:
                statement = text(self._statement(terms) + _POSTGRES_RECEIVED).bindparams(
                    bindparam("ids", type_=ARRAY(Text)), bindparam("seqs", type_=ARRAY(Integer))
                )
            found = _best((await connection.execute(statement, {**self._asked(terms), **given})).all())
            return await _with_days(connection, found[:limit]), len(found)

    def _statement(self, terms: Sequence[SearchTerm]) -> str:
        wanted, excluded = (_SQLITE, _SQLITE_EXCLUDED) if self.db.is_sqlite else (_POSTGRES, _POSTGRES_EXCLUDED)
        return wanted + (excluded if any(term.is_excluded for term in terms) else "")

    def _asked(self, terms: Sequence[SearchTerm]) -> dict[str, str]:
        written = _for_sqlite if self.db.is_sqlite else _for_postgres
        both, either = (" AND ", " OR ") if self.db.is_sqlite else (" & ", " | ")
        asked = {"wanted": both.join(written(term) for term in terms if not term.is_excluded)}
        if unwanted := either.join(written(term) for term in terms if term.is_excluded):
            asked["unwanted"] = unwanted
        return asked


async def _received(connection: AsyncConnection, ref: ChatRef, person: str) -> tuple[set[str], set[int]]:
    """What a chat has received, as paper ids and as sequence numbers of announcements."""
    digests, chats, votes, old = tables.digests, tables.chats, tables.votes, tables.received
    of_chat = select(digests.c.shown, digests.c.ranked).join(chats, chats.c.id == digests.c.chat_id)
    ids: set[str] = set()
    seqs: set[int] = set()
    for row in await connection.execute(of_chat.where(is_chat(ref))):
        ids |= unpack_papers(row.shown)
        seqs.update(unpack_order(row.ranked).seqs)
    before = await connection.scalar(select(old.c.papers).join(chats, chats.c.id == old.c.chat_id).where(is_chat(ref)))
    voted = select(votes.c.paper_id).join(chats, chats.c.id == votes.c.chat_id)
    # What others have saved is shown to nobody; "" is the chat itself.
    own = await connection.scalars(voted.where(is_chat(ref), votes.c.person.in_({person, ""})))
    return ids | unpack_papers(before) | set(own), seqs


def _best(rows: Iterable[Any]) -> list[tuple[str, float]]:
    """Each paper once, with the match of its best part; the best first."""
    found: dict[str, float] = {}
    for paper_id, match in rows:
        found[paper_id] = max(match, found.get(paper_id, match))
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


async def _with_days(connection: AsyncConnection, found: Collection[tuple[str, float]]) -> list[FoundPaper]:
    log = tables.announcements
    latest = select(log.c.paper_id, func.max(log.c.day).label("day")).group_by(log.c.paper_id)
    ids = [paper_id for paper_id, _ in found]
    brought = latest.where(log.c.paper_id.in_(ids), log.c.kind.in_(row_mapping.DELIVERING))
    days = {row.paper_id: row.day for row in await connection.execute(brought)}
    return [FoundPaper(paper_id, match, days.get(paper_id)) for paper_id, match in found]


# ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _for_sqlite(term: SearchTerm) -> str:
    star = "*" if term.is_prefix else ""
    ways = [f"({{title text}} : {_string(' '.join(phrase))}{star})" for phrase in term.phrases]
    if term.names:
        ways.append("(authors : (" + " AND ".join(f"{_string(name)}{star}" for name in term.names) + "))")
    return f"({' OR '.join(ways)})"


def _string(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _for_postgres(term: SearchTerm) -> str:
    # Words of the text have the weight D, as all that were given none.
    star = "*" if term.is_prefix else ""
    ways = []
    for *before, last in term.phrases:
        words = [*(f"{quoted(word)}:AD" for word in before), f"{quoted(last)}:{star}AD"]
        ways.append(f"({' <-> '.join(words)})")
    if term.names:
        ways.append("(" + " & ".join(f"{quoted(name)}:{star}B" for name in term.names) + ")")
    return f"({' | '.join(ways)})"
