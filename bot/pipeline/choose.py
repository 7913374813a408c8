"""What each chat will see next → the summaries that are wanted, and by when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.decisions import ranking
from bot.decisions.digest_content import SummaryOptions
from bot.model import ARCHIVE, Candidate, Platform, SummaryKey, WantedSummary
from bot.ports import Store

ARCHIVE_DAYS = 7
"""Listing days for which the archive goes on asking for summaries."""

OWED_FOR = timedelta(days=2)
"""For how long after its time a summary that no model could make is still asked for."""

MOST = 10_000

TOGETHER = 20
"""Chats whose candidates are read at once."""


async def choose(store: Store, now: datetime) -> int:
    """Write the wanted set anew from what chats have coming to them; returns its size."""
    wanted: dict[SummaryKey, WantedSummary] = {}
    chats = {chat.ref: chat for chat in await store.chats()}
    waiting = [ref for ref in await store.chats_with_candidates() if ref.platform is not Platform.SITE]
    for refs in (waiting[at : at + TOGETHER] for at in range(0, len(waiting), TOGETHER)):
        for ref, candidates in (await store.candidates_of(refs)).items():
            chat = chats[ref]
            shown = ranking.rank(candidates, chat.size, now).shown
            _add(wanted, shown, SummaryOptions(chat.language, chat.depth), chat.next_due_at or now)
            await asyncio.sleep(0)  # ranking waits for nothing: let answers and messages go between
    if archive := chats.get(ARCHIVE):
        # The archive has no hour of its own: what chats wait for goes first.
        _add(wanted, await _archived(store), SummaryOptions(archive.language, archive.depth), now + timedelta(hours=24))
    for one in await _owed(store, now):
        wanted.setdefault(one.key, one)
    await store.want(list(wanted.values()))
    return len(wanted)


async def _owed(store: Store, now: datetime) -> list[WantedSummary]:
    """What went out without its model's summary: it is made when that can be, for the archive and for who asks."""
    waiting = (*await store.wanted(now, MOST), *await store.postponed(now))
    return [one for one in waiting if one.why is not None and one.due_at > now - OWED_FOR]


async def _archived(store: Store) -> list[Candidate]:
    last = await store.latest_day()
    if last is None:
        return []
    first = last - timedelta(days=ARCHIVE_DAYS)
    seen: dict[str, Candidate] = {}
    for topic in await store.archived_topics():
        for candidate in await store.matched(topic, first, last):
            seen.setdefault(candidate.announced.paper.id, candidate)
    return list(seen.values())


def _add(
    wanted: dict[SummaryKey, WantedSummary], shown: Sequence[Candidate], options: SummaryOptions, due_at: datetime
) -> None:
    for candidate in shown:
        key = options.key(candidate.announced.paper)
        known = wanted.get(key)
        chats = 1 + (known.chats if known else 0)
        wanted[key] = WantedSummary(key, chats, min(due_at, known.due_at) if known else due_at)
