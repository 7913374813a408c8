"""Mornings of chats: papers of a few subjects are announced and sent as digests, by every real step of the pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot import pipeline
from bot.model import Announced, Announcement, ChatRef, Kind, Platform
from bot.pipeline import DeliveryWorker, DigestBuilder, Learning, Rankings
from bot.ports import Renderer, Sender
from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.relevance.papers import SUBJECTS, paper

OTHERS = 40
"""Papers a day that no chat here is sent, as nearly all papers are."""

_ELSEWHERE = ("Crystals under pressure", "Phase transitions of crystals are measured under pressure.")

TITLES = [title for title, _ in SUBJECTS]


class Mornings:
    """What the service does each day for the chats of one platform. `open_mornings` makes them."""

    def __init__(self, store: SqlStore, clock: FakeClock, relevance: PaperRelevance, worker: DeliveryWorker) -> None:
        self._store, self._clock, self._relevance, self._worker = store, clock, relevance, worker
        self._makers, self._rankings = FakeMakers(clock), Rankings(relevance)

    async def announce(self) -> dict[str, str]:
        """Announce one paper of each subject the next morning (returns ids by title), and many of another field."""
        now = (self._clock.now() + timedelta(days=1)).replace(hour=4)
        self._clock.set(now)
        ids = {title: f"{now:%y%m}.{now.day:02}{number:03}" for number, title in enumerate(TITLES, 1)}
        papers = [paper(ids[text[0]], text) for text in SUBJECTS]
        papers += [paper(f"{now:%y%m}.{now.day:02}{100 + n}", _ELSEWHERE, "cond-mat.mtrl-sci") for n in range(OTHERS)]
        await self._store.ingest(
            [Announced(each, Announcement(each.id, 1, now.date(), Kind.NEW)) for each in papers], now
        )
        return ids

    async def send(self, renderer: Renderer, *chats: ChatRef) -> None:
        """Send these chats their next digests, at the hour when the last one is due."""
        found = (await self._store.chats_of(chats)).values()
        self._clock.set(max(self._clock.now(), *(chat.next_due_at for chat in found if chat.next_due_at)))
        await pipeline.match(self._store, self._relevance)
        await pipeline.choose(self._store, self._clock.now(), self._rankings)
        await pipeline.summarize(self._store, self._makers, AbstractReader(), self._clock)
        await pipeline.index_papers(self._store)
        renderers = {chat.platform: renderer for chat in chats}
        builder = DigestBuilder(renderers, self._makers, AbstractReader(), self._rankings)
        assert await pipeline.compose(self._store, builder, self._clock) == len(chats)
        await self._worker.deliver()

    async def learn(self) -> int:
        """Train the models of the chats that voted; returns how many changed."""
        return await Learning(self._store, self._relevance, self._clock).run()


@asynccontextmanager
async def open_mornings(
    store: SqlStore, clock: FakeClock, platform: Platform, sender: Sender
) -> AsyncIterator[Mornings]:
    relevance = PaperRelevance(store)
    try:
        yield Mornings(store, clock, relevance, DeliveryWorker(store, {platform: sender}, clock, "host/1/a"))
    finally:
        await relevance.close_parts()


def order_in(text: str) -> list[str]:
    """The titles of a digest's papers in the order in which it shows them."""
    return sorted(TITLES, key=text.index)
