"""What is new about papers that people liked or saved → follow-ups, which chats are told with their next digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.decisions import follow_ups
from bot.model import PaperRef, PaperState
from bot.ports import Clock, PaperSource, Store

log = structlog.get_logger()

BATCH = 500
"""Papers that are compared in one transaction."""

ASKED_AT_ONCE = 200
"""Papers that arXiv is asked for with one request: more ids make the request too long."""

ASKED_EVERY = timedelta(days=7)
"""How often arXiv is asked for a watched paper alone: a journal reference is announced by no listing."""


@dataclass(frozen=True, slots=True)
class FollowingUp:
    """Compares watched papers with what is stored of them now."""

    store: Store
    source: PaperSource
    clock: Clock

    async def run(self) -> int:
        """Ask arXiv for some papers if it is time, and write the follow-ups of all that changed; returns how many.

        Raises `StoreUnavailable`, and `SourceUnavailable` after the papers that changed anyway.
        """
        written = await self._find()
        if await self._ask():
            written += await self._find()
        return written

    async def _find(self) -> int:
        written = 0
        while changed := await self.store.changed_papers(BATCH):
            with_news = {
                each.paper.id
                for each in changed
                if each.before and follow_ups.news(each.before, PaperState.of(each.paper))
            }
            written += await self.store.watch(changed, with_news, self.clock.now())
            if len(changed) < BATCH:
                break
        if written:
            log.info("follow-ups found", count=written)
        return written

    async def _ask(self) -> bool:
        """Ask for the papers that arXiv was not asked for lately; returns whether there were any."""
        now = self.clock.now()
        wanted = await self.store.papers_to_ask(now - ASKED_EVERY, ASKED_AT_ONCE)
        if not wanted:
            return False
        found = await self.source.papers([PaperRef(paper_id) for paper_id in wanted])
        await self.store.remember(list(found.values()), now)
        # Those that arXiv does not know any more too, or they would be asked for again and again.
        await self.store.note_asked(wanted, now)
        return True
