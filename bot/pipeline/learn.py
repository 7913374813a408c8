"""Votes → a model for each chat, which the next choosing uses. Trained in another process, see `Relevance.learn`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta

import structlog

from bot.decisions.examples import MOST_PASSED_OVER, examples_of, in_sample_order, kinds_by_paper
from bot.errors import GiveUp, RetryLater, StoreUnavailable
from bot.model import ChatRef, Paper
from bot.ports import Clock, Relevance, Store

log = structlog.get_logger()

CHATS_AT_ONCE = 50
"""Chats that are asked for at once; the others follow."""

TRY_AGAIN_AFTER = timedelta(minutes=10)
"""Time until a chat whose model could not be trained is tried again."""

LATEST = 2_000
"""The last announcements, of which some papers stand for what a chat was not shown: about one day."""

PAPERS_AT_ONCE = 200

MOST_PAPERS = 5_000
"""Papers kept while models are trained: about 20 MB."""


class Learning:
    """Trains the models of chats whose votes have changed, one after another."""

    def __init__(self, store: Store, relevance: Relevance, clock: Clock) -> None:
        self._store, self._relevance, self._clock = store, relevance, clock
        self._failed_at: dict[ChatRef, datetime] = {}
        self._announced: list[Paper] | None = None
        self._papers: dict[str, Paper] = {}
        """Voted and shown papers: many chats have the same ones. Both are forgotten when nothing waits any more."""

    async def run(self, until: datetime | None = None) -> int:
        """Train what waits, but begin nothing after `until`; returns how many models changed. Raises
        `StoreUnavailable`."""
        changed = 0
        try:
            while chats := await self.pending(CHATS_AT_ONCE):
                newly_changed = await self._learn_all(chats, until)
                changed += newly_changed
                if not newly_changed or (until is not None and self._clock.now() >= until):
                    break
        finally:
            self._forget_papers()
        return changed

    async def pending(self, limit: int) -> list[ChatRef]:
        """The chats whose models should be trained now, those waiting longest first."""
        now = self._clock.now()
        # `abs`: after the clock was set back, nothing would be tried for as long as it was set back.
        self._failed_at = {ref: at for ref, at in self._failed_at.items() if abs(now - at) < TRY_AGAIN_AFTER}
        found = await self._store.chats_to_learn(limit + len(self._failed_at))
        return [ref for ref in found if ref not in self._failed_at][:limit]

    async def these(self, chats: Sequence[ChatRef]) -> int:
        """Train the models of these chats; returns how many changed. Raises `StoreUnavailable`."""
        try:
            return await self._learn_all(chats)
        finally:
            self._forget_papers()

    async def _learn_all(self, chats: Sequence[ChatRef], until: datetime | None = None) -> int:
        """A chat that fails does not stop the others."""
        changed = 0
        for ref in chats:
            if until is not None and self._clock.now() >= until:
                break
            try:
                changed += await self._learn(ref)
            except StoreUnavailable:
                raise
            except (RetryLater, GiveUp) as error:
                self._failed_at[ref] = self._clock.now()
                log.warning("nothing learned", chat=str(ref), reason=str(error))
        if changed:
            log.info("learned", chats=changed)
        return changed

    def _forget_papers(self) -> None:
        self._announced = None
        self._papers.clear()

    async def _learn(self, ref: ChatRef) -> bool:
        votes = await self._store.votes_of(ref)
        kinds = kinds_by_paper(votes)
        shown = await self._store.shown_papers(ref, MOST_PASSED_OVER)
        papers = await self._papers_of({*kinds, *shown})
        topics = [subscription.topic for subscription in await self._store.subscriptions(ref)]
        examples = examples_of(kinds, shown, papers, await self._latest(), topics)
        known, now = (await self._store.models_of([ref])).get(ref), self._clock.now()
        version = known.version + 1 if known else 1
        model = await self._relevance.learn(examples, now, version) if examples.votes else None
        return await self._store.save_model(ref, model, votes, now)

    async def _papers_of(self, paper_ids: Set[str]) -> Mapping[str, Paper]:
        if len(self._papers) > MOST_PAPERS:
            self._papers.clear()
        if missing := paper_ids - self._papers.keys():
            self._papers |= await self._store.papers(missing)
        return self._papers

    async def _latest(self) -> list[Paper]:
        """The papers of the last announcements, read once for all chats."""
        if self._announced is None:
            found: list[Paper] = []
            seq = max(await self._store.last_seq() - LATEST, 0)
            while page := await self._store.announcements_after(seq, PAPERS_AT_ONCE):
                found += [entry.paper for _, entry in page if entry.announcement.kind.delivers]
                seq = page[-1][0]
            self._announced = in_sample_order(found)
        return self._announced
