"""The archive: what its topics matched, with the summaries there are, as pages and feeds below DATA_DIR/site."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from bot.decisions import digest_content
from bot.model import ARCHIVE, Candidate, Card, Depth
from bot.ports import Store
from bot.settings import Settings
from bot.site.writer import build

DAYS = 30
"""How far back pages are written anew; older ones stay as they are."""


def site_dir(settings: Settings) -> Path:
    return settings.data_dir / "site"


async def publish(store: Store, settings: Settings) -> list[Path]:
    """Write the pages that changed and return them. Raises `StoreUnavailable`, and OSError where the disk is full."""
    archive = await store.chat(ARCHIVE)
    options = (
        digest_content.SummaryOptions(archive.language, archive.depth)
        if archive
        else digest_content.SummaryOptions(settings.language, Depth.BRIEF)
    )
    topics = {topic: await _cards(store, topic, options) for topic in await store.archived_topics()}
    return await asyncio.to_thread(
        build,
        site_dir(settings),
        days=_by_day(topics.values()),
        topics=topics,
        language=options.language,
        site_url=settings.site_url,
        data_dir=settings.data_dir,
    )


async def _cards(store: Store, topic: str, options: digest_content.SummaryOptions) -> list[Card]:
    last = await store.latest_day()
    found: list[Candidate] = await store.matched(topic, last - timedelta(days=DAYS), last) if last else []
    keys = [options.key(candidate.announced.paper) for candidate in found]
    return list(digest_content.cards(found, await store.summaries(keys), options))


def _by_day(groups: Iterable[Sequence[Card]]) -> dict[date, list[Card]]:
    days: dict[date, dict[str, Card]] = {}
    for cards in groups:
        for card in cards:
            if card.announcement is not None:
                days.setdefault(card.announcement.day, {}).setdefault(card.paper.id, card)
    return {day: list(papers.values()) for day, papers in days.items()}
