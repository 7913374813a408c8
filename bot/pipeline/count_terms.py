"""New announcements → counts of their terms, by which closeness tells rare words from common ones."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Announced, Kind, Paper
from bot.ports import Relevance, Store

PAPERS_AT_ONCE = 200
"""Announcements read from the store at once."""

PAPERS_COUNTED_AT_ONCE = 4_000
"""Announcements after which the counts are stored: they are read and written as a whole."""


async def count_terms(store: Store, relevance: Relevance) -> int:
    """Count the terms of the papers announced since the last count, each once; returns how many papers."""
    last_seq, total = await store.last_seq(), 0
    while (seq := await relevance.counted_upto(last_seq)) < last_seq:
        papers: list[Paper] = []
        read = 0
        while read < PAPERS_COUNTED_AT_ONCE and (page := await store.announcements_after(seq, PAPERS_AT_ONCE)):
            papers += await _newly_announced(store, [entry for _, entry in page])
            seq, read = page[-1][0], read + len(page)
        if not read:
            break
        await relevance.count(list({paper.id: paper for paper in papers}.values()), seq)
        total += len(papers)
    return total


async def _newly_announced(store: Store, announced: Sequence[Announced]) -> list[Paper]:
    """The papers of which these are the first announcements."""
    crossed = [entry for entry in announced if entry.announcement.kind is Kind.CROSS]
    days = {entry.announcement.day for entry in crossed}
    known = {
        day: await store.announced_ids([each.paper.id for each in crossed if each.announcement.day == day], before=day)
        for day in days
    }
    return [
        entry.paper
        for entry in announced
        if entry.announcement.kind.delivers and entry.paper.id not in known.get(entry.announcement.day, ())
    ]
