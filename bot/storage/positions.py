"""What chats have had: read, checked before a digest is written, and brought forward with it.

That is what their positions in their topics cover, and the papers that are stored singly (`had_papers`). Both are
changed only while their chat is locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import unseen
from bot.decisions.unseen import Position
from bot.model import NewDigest, TopicStep
from bot.storage import log_index, match_rows, row_mapping, tables
from bot.storage.packed import pack_papers, unpack_papers, unpack_seqs

_chats, _subscriptions, _had = tables.chats, tables.subscriptions, tables.had_papers
_log = tables.announcements


@dataclass(frozen=True, slots=True)
class _Change:
    """What a digest changes for its chat: positions, and papers that are stored singly."""

    chat_id: int
    steps: tuple[TopicStep, ...]
    last_seq: int
    kept: frozenset[str]
    dropped: frozenset[str]
    covers_all: bool
    """Whether the steps are those of all its subscriptions, and lead to one place."""


async def outdated(connection: AsyncConnection, digests: Mapping[int, NewDigest]) -> set[int]:
    """Those of the chats, by key, for which some other digest was written since theirs was composed.

    A digest without a position is outdated if its chat has had one of its papers. The chats are locked by the caller.
    """
    found = set()
    for chunk in row_mapping.in_chunks(digests):
        versions = await connection.execute(select(_chats.c.id, _chats.c.version).where(_chats.c.id.in_(chunk)))
        for row in versions:
            position = digests[row.id].position
            if position.version and (position.chat_key, position.version) != (row.id, row.version):
                found.add(row.id)
    shown = {key: digest.paper_ids for key, digest in digests.items() if not digest.position.version}
    return found | {key for key, papers in (await had_of(connection, shown)).items() if papers}


async def bring_forward(connection: AsyncConnection, written: Sequence[tuple[int, int, NewDigest]]) -> None:
    """Let chats have had what these digests (key of the chat, key of the digest, digest) show and lie behind."""
    stored = await positions_of(connection, [chat_id for chat_id, _, _ in written])
    changes = [_change(chat_id, digest, stored.get(chat_id, ())) for chat_id, _, digest in written]
    await _move(connection, changes)
    await _store_singly(
        connection, {each.chat_id: (each.kept, each.dropped) for each in changes if each.kept or each.dropped}
    )
    await count_changes(connection, [key for key, _, digest in written if digest.paper_ids or digest.position.papers])
    shown = [{"key": key, "packed": pack_papers(digest.paper_ids)} for _, key, digest in written if digest.paper_ids]
    if shown:
        table = tables.digests
        packed = update(table).where(table.c.id == bindparam("key")).values(shown=bindparam("packed"))
        await connection.execute(packed, shown)
    papers = set[str]().union(*(digest.paper_ids for _, _, digest in written))
    await log_index.mark_papers(connection, _log.c.chosen, papers)


def _change(chat_id: int, digest: NewDigest, stored: Sequence[Position]) -> _Change:
    position = digest.position
    others = set(digest.paper_ids).difference(position.papers)
    if not unseen.is_current(position, stored):
        # A subscription ended or began anew since: what the digest takes is stored singly, whatever covers it later.
        return _Change(chat_id, (), 0, frozenset(others.union(position.papers)), frozenset(), covers_all=False)
    covers_all = len(position.steps) == len(stored) and len({step.next_match for step in position.steps}) == 1
    return _Change(
        chat_id,
        position.steps,
        position.last_seq,
        frozenset(others.union(position.kept)),
        frozenset(position.dropped),
        covers_all,
    )


async def _move(connection: AsyncConnection, changes: Iterable[_Change]) -> None:
    table = _subscriptions
    together: dict[tuple[int, int], list[int]] = {}
    single = []
    for change in changes:
        if change.covers_all:
            together.setdefault((change.steps[0].next_match, change.last_seq), []).append(change.chat_id)
        else:
            single += [
                {"chat": change.chat_id, "topic": step.topic_id, "match": step.next_match, "seq": change.last_seq}
                for step in change.steps
            ]
    for (next_match, last_seq), chat_ids in together.items():
        for chunk in row_mapping.in_chunks(chat_ids):
            moved = update(table).where(table.c.chat_id.in_(chunk))
            await connection.execute(moved.values(seen_match=next_match, seen_seq=last_seq))
    if single:
        is_row = (table.c.chat_id == bindparam("chat")) & (table.c.topic_id == bindparam("topic"))
        values: dict[str, Any] = {"seen_match": bindparam("match"), "seen_seq": bindparam("seq")}
        await connection.execute(update(table).where(is_row).values(values), single)


async def count_changes(connection: AsyncConnection, chat_ids: Collection[int]) -> None:
    """Raise the versions of chats, so that digests which were composed before are refused."""
    for chunk in row_mapping.in_chunks(chat_ids):
        await connection.execute(update(_chats).where(_chats.c.id.in_(chunk)).values(version=_chats.c.version + 1))


async def positions_of(connection: AsyncConnection, chat_ids: Collection[int]) -> dict[int, list[Position]]:
    """The positions of chats in the topics that they follow."""
    table = _subscriptions
    found: dict[int, list[Position]] = {}
    for chunk in row_mapping.in_chunks(chat_ids):
        for row in await connection.execute(select(table).where(table.c.chat_id.in_(chunk))):
            position = Position(row.topic_id, row.since, row.seen_match, row.seen_seq)
            found.setdefault(row.chat_id, []).append(position)
    return found


async def had_of(connection: AsyncConnection, wanted: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
    """Which of these papers chats have had, by key; every chat asked for has an entry."""
    entries = await log_index.entries_of(connection, {paper_id for ids in wanted.values() for paper_id in ids})
    positions = await positions_of(connection, wanted)
    single = await stored_singly(connection, wanted)
    places = {
        place
        for chat_id, ids in wanted.items()
        for place in unseen.places_to_look_up(positions.get(chat_id, ()), ids, entries)
    }
    batch_at = await match_rows.batches_at(connection, places)
    return {
        chat_id: unpack_papers(single.get(chat_id)).intersection(ids)
        | unseen.covered(positions.get(chat_id, ()), ids, entries, batch_at)
        for chat_id, ids in wanted.items()
    }


async def stored_singly(connection: AsyncConnection, chat_ids: Collection[int]) -> dict[int, bytes]:
    """The papers of chats that are stored singly, packed."""
    found: dict[int, bytes] = {}
    for chunk in row_mapping.in_chunks(chat_ids):
        rows = await connection.execute(select(_had).where(_had.c.chat_id.in_(chunk)))
        found.update((row.chat_id, row.papers) for row in rows)
    return found


async def covered_papers(connection: AsyncConnection, position: Position) -> set[str]:
    """All papers that a position covers."""
    table = tables.match_batches
    query = select(table).where(table.c.topic_id == position.topic_id, table.c.id <= position.seen_match)
    seqs = [seq for row in await connection.execute(query) for seq in unpack_seqs(row.first_seq, row.seqs)]
    found: set[str] = set()
    for chunk in row_mapping.in_chunks(seqs):
        papers = select(_log.c.paper_id).where(_log.c.seq.in_(chunk), _log.c.day >= position.since)
        found.update(await connection.scalars(papers))
    return found


async def last_match_before(connection: AsyncConnection, topic_id: int, seq: int) -> int:
    """The id of a topic's last batch before the first one that names an announcement after `seq`; 0 if there is none.

    A subscription that begins after `seq` begins there: the batches up to it are outside its window.
    """
    table = tables.match_batches
    first = select(func.min(table.c.id)).where(table.c.topic_id == topic_id, table.c.last_seq > seq)
    if (batch_id := await connection.scalar(first)) is not None:
        return int(batch_id) - 1
    return int(await connection.scalar(select(func.max(table.c.id)).where(table.c.topic_id == topic_id)) or 0)


async def begin_earlier(connection: AsyncConnection, chat_id: int, topic_id: int, since: date, seq: int) -> None:
    """Let a subscription begin on an earlier day, whose first announcement comes after `seq`.

    Its position covered a later window only, so what it covered is stored singly, and the position begins anew.
    """
    table = _subscriptions
    await store_covered(connection, chat_id, chat_id, [topic_id])
    seen = await last_match_before(connection, topic_id, seq)
    row = update(table).where(table.c.chat_id == chat_id, table.c.topic_id == topic_id)
    await connection.execute(row.values(since=since, seen_match=seen, seen_seq=0))


async def store_covered(connection: AsyncConnection, source: int, target: int, topic_ids: Collection[int]) -> None:
    """Store singly for chat `target` what the positions of chat `source` in these topics cover."""
    papers: set[str] = set()
    for position in (await positions_of(connection, [source])).get(source, ()):
        if position.topic_id in topic_ids:
            papers |= await covered_papers(connection, position)
    await store_singly(connection, target, papers)


async def store_singly(connection: AsyncConnection, chat_id: int, papers: Collection[str]) -> None:
    """Let a chat have had these papers."""
    if papers:
        await _store_singly(connection, {chat_id: (frozenset(papers), frozenset())})


async def _store_singly(
    connection: AsyncConnection, changes: Mapping[int, tuple[frozenset[str], frozenset[str]]]
) -> None:
    """Add and remove papers that chats have had, by key."""
    stored = await stored_singly(connection, changes)
    rows = []
    for chat_id, (added, removed) in changes.items():
        if papers := unpack_papers(stored.get(chat_id)).difference(removed) | added:
            rows.append({"chat_id": chat_id, "papers": pack_papers(papers)})
    for chunk in row_mapping.in_chunks(changes):
        await connection.execute(delete(_had).where(_had.c.chat_id.in_(chunk)))
    if rows:
        await connection.execute(insert(_had), rows)
