"""The jobs of the process that polls: from asking arXiv to composing digests, with what goes on beside these steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot import pipeline
from bot.decisions import polling
from bot.pipeline import Embedding, Rankings, WaitingChats
from bot.pipeline.poll import NeededArchives, poll_state
from bot.ports import Clock, Relevance, Store
from bot.service.app import App
from bot.service.one_pass import summarize
from bot.service.periodic_jobs import PeriodicJobs
from bot.service.promised_digests import PromisedDigests

if TYPE_CHECKING:
    from bot.service.hand_over import HandOver

POLL_SECONDS = 15
"""How often it is checked whether arXiv has to be asked; `bot.decisions.polling` decides that."""

READ_SECONDS = 10
# A digest whose time has come waits no longer than this.
COMPOSE_SECONDS = 3
# How soon a person who waits for a listing gets the digest; new announcements start this job at once.
PROMISED_SECONDS = 15
# How often papers that people like are compared with what is stored of them.
FOLLOW_UP_SECONDS = 900
SPREAD_SECONDS = 60
# How soon a new interest is embedded; new papers start this job at once.
EMBED_SECONDS = 30
# How soon a vote counts. Without new votes it asks the store once, by an index.
LEARN_SECONDS = 5
# How soon a paper can be searched for; new ones start this job at once. Without any it asks the store once.
INDEX_SECONDS = 30
# How often it is checked whether vectors of terms are due: about once a week.
VECTORS_SECONDS = 900
# What a worker that ended was doing is done by another after this time, on another machine `STALLED_SECONDS` later. A
# worker that starts, often in place of one that ended, starts this job at once.
TEND_SECONDS = 5
# How often it is checked whether the daily upkeep is due.
UPKEEP_SECONDS = 900

CHOOSE_EVERY = timedelta(minutes=10)
"""How long a chat's new language or size may have no effect on the wanted summaries if nothing is announced."""


class PollingJobs:
    """Each step starts the next one at once, so that a paper does not wait for the interval of every job.

    With `hand_over`, workers summarize, compose, embed and train; without it, this process does.
    """

    def __init__(self, app: App, jobs: PeriodicJobs, hand_over: HandOver | None) -> None:
        self._app, self._jobs, self._hand_over = app, jobs, hand_over
        self._needed = NeededArchives(app.store, app.clock)
        self._matching = MatchingJob(
            app.store, app.clock, app.rankings, app.relevance, app.embedding, has_model=app.has_model
        )
        self._waiting = WaitingChats()
        self._promised = PromisedDigests(app.store, app.clock, app.digest, app.renderers)
        self._learning, self._making = app.learning, app.vector_making

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the jobs inside this context."""
        jobs = self._jobs
        names = ("poll", "read", "spread", "compose", "embed", "index", "learn", "vectors", "tend", "upkeep")
        async with jobs.removed_at_end(*names, "promised", "follow up"):
            jobs.every(POLL_SECONDS, "poll", self._poll)
            jobs.every(READ_SECONDS, "read", self._read)
            jobs.every(SPREAD_SECONDS, "spread", self._spread)
            jobs.every(COMPOSE_SECONDS, "compose", self._compose)
            jobs.every(PROMISED_SECONDS, "promised", self._send_promised)
            jobs.every(FOLLOW_UP_SECONDS, "follow up", self._app.following_up.run)
            jobs.every(UPKEEP_SECONDS, "upkeep", self._app.upkeep_if_due)
            jobs.every(INDEX_SECONDS, "index", self._index)
            jobs.every(LEARN_SECONDS, "learn", self._learn)
            jobs.every(VECTORS_SECONDS, "vectors", self._make_vectors)
            if self._app.embedding is not None:
                jobs.every(EMBED_SECONDS, "embed", partial(self._embed, self._app.embedding))
            if self._hand_over is not None:
                jobs.every(TEND_SECONDS, "tend", partial(self._tend, self._hand_over))
            yield

    async def _poll(self) -> None:
        if await pipeline.poll(self._app.store, self._app.source, self._app.clock, self._needed):
            self._jobs.soon("read")
            self._jobs.soon("embed")
            self._jobs.soon("index")

    async def _read(self) -> None:
        await self._matching.run()
        self._jobs.soon("promised")
        if self._hand_over is not None:
            await self._hand_over.summaries()
        elif await summarize(self._app):
            self._jobs.soon("site")

    async def _spread(self) -> None:
        await pipeline.spread(self._app.store, self._app.loads, self._app.clock)

    async def _compose(self) -> None:
        if self._hand_over is not None:
            await self._hand_over.compose()
            return
        app = self._app
        is_missing = polling.is_listing_missing(await poll_state(app.store), app.clock.now())
        if await pipeline.compose(app.store, app.builder, app.clock, listing_owed=is_missing, waiting=self._waiting):
            app.send_now()

    async def _send_promised(self) -> None:
        if await self._promised.run():
            self._app.send_now()

    async def _embed(self, embedding: Embedding) -> None:
        if self._hand_over is not None:
            await self._hand_over.embed(embedding)
        elif await embedding.run():
            self._jobs.soon("read")  # interests may wait for these vectors

    async def _index(self) -> None:
        await pipeline.index_papers(self._app.store)

    async def _learn(self) -> None:
        if self._hand_over is not None:
            await self._hand_over.learn(self._learning)
        else:
            await self._learning.run()

    async def _make_vectors(self) -> None:
        if self._hand_over is not None:
            await self._hand_over.vectors(self._making)
        else:
            await self._making.run()

    async def _tend(self, hand_over: HandOver) -> None:
        if await hand_over.tend():
            self._jobs.soon("read")
            self._jobs.soon("compose")


class MatchingJob:
    """Matches what was announced, and chooses the summaries that the next digests need."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rankings: Rankings | None = None,
        relevance: Relevance | None = None,
        embedding: Embedding | None = None,
        *,
        has_model: bool = False,
    ) -> None:
        self._store, self._clock, self._relevance, self._embedding = store, clock, relevance, embedding
        self._chooser = pipeline.Chooser(store, rankings or Rankings(), has_model=has_model)
        self._chosen_at: datetime | None = None

    async def run(self) -> None:
        """Match, and choose if something matched or the last choice is old. Raises `StoreUnavailable`."""
        now = self._clock.now()
        # Forgotten until both steps have succeeded: matches are stored at once and would not be found a second time.
        chosen_at, self._chosen_at = self._chosen_at, None
        # What is chosen changes only with new matches or changed chats.
        found = await pipeline.match(self._store, self._relevance, self._embedding)
        if found or chosen_at is None or abs(now - chosen_at) >= CHOOSE_EVERY:
            await self._chooser.run(now)
            chosen_at = now
        self._chosen_at = chosen_at
