"""Publishes the archive: what its topics matched, with the summaries that exist, as files below DATA_DIR/site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
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


Order = Callable[[Sequence[Candidate]], Awaitable[Sequence[Candidate]]]
"""Papers of one listing day, with all topics that match each, best first."""


async def publish(store: Store, settings: Settings, order: Order) -> list[Path]:
    """Write the pages that changed and return them; within a day, papers come in this order. Raises `StoreUnavailable`,
    and `OSError` if the disk is full."""
    archive = await store.chat(ARCHIVE)
    options = (
        digest_content.SummaryOptions(archive.language, archive.depth)
        if archive
        else digest_content.SummaryOptions(settings.language, Depth.BRIEF)
    )
    matched = {topic: await _matched(store, topic) for topic in await store.archived_topics()}
    topics = {topic: await _cards(store, candidates, order, options) for topic, candidates in matched.items()}
    everything = await _cards(store, _joined(chain.from_iterable(matched.values())), order, options)
    # In a thread: rendering and writing hundreds of pages would delay the answers to chats.
    return await asyncio.to_thread(
        write_archive,
        site_dir(settings),
        days=_by_day(everything),
        topics=topics,
        language=options.language,
        site_url=settings.site_url,
        data_dir=settings.data_dir,
    )


async def _matched(store: Store, topic: str) -> list[Candidate]:
    """What a topic matched. The days count back from the latest listing, not from today: arXiv may pause."""
    last = await store.latest_day()
    return await store.matched(topic, last - timedelta(days=DAYS), last) if last else []


def _joined(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each paper once a day, with all topics that match it."""
    joined: dict[tuple[date, str], Candidate] = {}
    for candidate in candidates:
        key = candidate.announced.announcement.day, candidate.announced.paper.id
        matches = joined[key].matches if key in joined else ()
        joined[key] = replace(candidate, matches=(*matches, *candidate.matches))
    return list(joined.values())


async def _cards(
    store: Store, candidates: Sequence[Candidate], order: Order, options: digest_content.SummaryOptions
) -> list[Card]:
    """The cards of these papers: newest day first, and in order within a day."""
    by_day: dict[date, list[Candidate]] = {}
    for candidate in candidates:
        by_day.setdefault(candidate.announced.announcement.day, []).append(candidate)
    ordered = [candidate for day in sorted(by_day, reverse=True) for candidate in await order(by_day[day])]
    keys = [options.key(candidate.announced.paper) for candidate in ordered]
    return list(digest_content.cards(ordered, await store.summaries(keys), options))


def _by_day(cards: Sequence[Card]) -> dict[date, list[Card]]:
    days: dict[date, list[Card]] = {}
    for card in cards:
        if card.announcement is not None:
            days.setdefault(card.announcement.day, []).append(card)
    return days
