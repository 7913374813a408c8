"""The papers that each chat will see next → the summaries that are wanted, and by when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.decisions import ranking
from bot.decisions.digest_content import SummaryOptions
from bot.model import ARCHIVE, Candidate, SummaryKey, WantedSummary
from bot.pipeline.announcement_log import candidates_of
from bot.ports import Store

ARCHIVE_DAYS = 7
"""Summaries for the archive are wanted for papers of this many past days."""

ARCHIVE_DUE_AFTER = timedelta(hours=24)
"""The archive has no digest time: the summaries that chats wait for are made first."""

OVERDUE_FOR = timedelta(days=2)
"""How long after its due time a summary that no model could make is still wanted."""

MOST_WANTED = 10_000
"""Wanted summaries that are read back; far more than a day's budget of any model."""

BATCH = 20
"""Chats whose candidates are read in one query."""


async def choose(store: Store, now: datetime) -> int:
    """Replace the set of wanted summaries by those that the next digests need; returns its size."""
    wanted: dict[SummaryKey, WantedSummary] = {}
    with_candidates = await store.chats_with_candidates()
    chats = {chat.ref: chat for chat in await store.chats()}
    # A chat may be forgotten, or get another id, between the two queries; it is then left out until the next round.
    # The archive's papers are those of the last days, whether a digest has taken them or not.
    refs = [ref for ref in with_candidates if ref in chats and ref != ARCHIVE]
    for batch in (refs[at : at + BATCH] for at in range(0, len(refs), BATCH)):
        for ref, candidates in (await candidates_of(store, batch)).items():
            chat = chats[ref]
            shown = ranking.rank(candidates, chat.size, now).shown
            # Title lines need no summary, so only the papers that get cards count.
            _add(wanted, shown, SummaryOptions(chat.language, chat.depth), chat.next_due_at or now)
            await asyncio.sleep(0)  # ranking never waits by itself: let answers and messages go between two chats
    if archive := chats.get(ARCHIVE):
        options = SummaryOptions(archive.language, archive.depth)
        _add(wanted, await _archive_candidates(store), options, now + ARCHIVE_DUE_AFTER)
    # Last, so that a key that a chat still waits for keeps its due time and its number of chats.
    for overdue in await _overdue(store, now):
        wanted.setdefault(overdue.key, overdue)
    await store.want(list(wanted.values()))
    return len(wanted)


async def _overdue(store: Store, now: datetime) -> list[WantedSummary]:
    """Summaries whose digest went out without them. They are still made later, for the archive and for requests."""
    # Only a summary that was postponed has a reason. The others are wanted by no digest any more.
    known = (*await store.wanted(now, MOST_WANTED), *await store.postponed(now))
    return [wanted for wanted in known if wanted.why is not None and wanted.due_at > now - OVERDUE_FOR]


async def _archive_candidates(store: Store) -> list[Candidate]:
    last = await store.latest_day()
    if last is None:
        return []
    first = last - timedelta(days=ARCHIVE_DAYS)
    by_paper: dict[str, Candidate] = {}
    for topic in await store.archived_topics():
        for candidate in await store.matched(topic, first, last):
            by_paper.setdefault(candidate.announced.paper.id, candidate)
    return list(by_paper.values())


def _add(
    wanted: dict[SummaryKey, WantedSummary], shown: Sequence[Candidate], options: SummaryOptions, due_at: datetime
) -> None:
    """Count one more chat for each summary, and keep the earliest due time."""
    for candidate in shown:
        key = options.key(candidate.announced.paper)
        known = wanted.get(key)
        chats = 1 + (known.chats if known else 0)
        wanted[key] = WantedSummary(key, chats, min(due_at, known.due_at) if known else due_at)
