"""Publishes the archive: what its topics matched, with the summaries that exist, as files below DATA_DIR/site."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from bot.decisions import digest_content
from bot.model import ARCHIVE, Candidate, Card, Depth
from bot.ports import Store
from bot.settings import Settings
from bot.site.writer import write_archive

DAYS = 30
"""The days of which pages are written; older pages stay on disk as they are."""


def site_dir(settings: Settings) -> Path:
    """Return the directory that is served as the archive."""
    return settings.data_dir / "site"


async def publish(store: Store, settings: Settings) -> list[Path]:
    """Write the pages that changed and return them. Raises `StoreUnavailable`, and `OSError` if the disk is full."""
    archive = await store.chat(ARCHIVE)
    options = (
        digest_content.SummaryOptions(archive.language, archive.depth)
        if archive
        else digest_content.SummaryOptions(settings.language, Depth.BRIEF)
    )
    topics = {topic: await _cards(store, topic, options) for topic in await store.archived_topics()}
    # In a thread: rendering and writing hundreds of pages would delay the answers to chats.
    return await asyncio.to_thread(
        write_archive,
        site_dir(settings),
        days=_by_day(topics.values()),
        topics=topics,
        language=options.language,
        site_url=settings.site_url,
        data_dir=settings.data_dir,
    )


async def _cards(store: Store, topic: str, options: digest_content.SummaryOptions) -> list[Card]:
    """Return the cards of a topic. The days count back from the latest listing, not from today: arXiv may pause."""
    last = await store.latest_day()
    candidates: list[Candidate] = await store.matched(topic, last - timedelta(days=DAYS), last) if last else []
    keys = [options.key(candidate.announced.paper) for candidate in candidates]
    return list(digest_content.cards(candidates, await store.summaries(keys), options))


def _by_day(groups: Iterable[Sequence[Card]]) -> dict[date, list[Card]]:
    """Group the cards by listing day; a paper that matched several topics appears once on its day."""
    days: dict[date, dict[str, Card]] = {}
    for cards in groups:
        for card in cards:
            if card.announcement is not None:
                days.setdefault(card.announcement.day, {}).setdefault(card.paper.id, card)
    return {day: list(papers.values()) for day, papers in days.items()}
