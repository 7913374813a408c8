"""Sends the digests that people were promised, as soon as what they wait for is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from bot.conversation import DigestNow
from bot.conversation.awaited_digests import AwaitedDigests
from bot.decisions.due_times import local_date
from bot.errors import RetryLater
from bot.locales import _, using
from bot.model import ChatRef, NewDigest, NothingToSend, Platform, Priority
from bot.ports import Clock, Renderer, Store

log = structlog.get_logger()


class PromisedDigests:
    """`digest` writes a chat's digest if there is anything in it; `renderers` make the message that says otherwise."""

    def __init__(self, store: Store, clock: Clock, digest: DigestNow, renderers: Mapping[Platform, Renderer]) -> None:
        self._store, self._clock, self._digest, self._renderers = store, clock, digest, renderers
        self._awaited = AwaitedDigests(store, clock)

    async def run(self) -> int:
        """Write the promised digests that can be written now; returns how many chats got an answer."""
        answered = 0
        for ref in await self._awaited.promised():
            try:
                result = await self._digest(ref)
            except RetryLater as error:
                log.info("promised digest waits", chat=str(ref), why=str(error))
                continue
            if isinstance(result, NothingToSend) and result.awaited is not None:
                continue
            if isinstance(result, NothingToSend):
                await self._tell(ref, self._clock.now())
            # Last: a process that ends before this tries once more, and the papers are taken by then.
            await self._awaited.kept_promise(ref)
            answered += 1
        return answered

    async def _tell(self, ref: ChatRef, now: datetime) -> None:
        """Say that the listing came and has nothing for this chat: somebody waits for an answer."""
        chat = await self._store.chat(ref)
        renderer = self._renderers.get(ref.platform)
        if chat is None or renderer is None:
            return
        with using(chat.language):
            part = renderer.notice([_("Today’s list is in. Nothing in it is new for this chat.")])
        day = local_date(chat, now)
        slot = f"answer {now:%Y%m%dT%H%M%S%f}"
        new = NewDigest(ref, slot, day, day, day, (), (part,), None, priority=Priority.PERSON_WAITING)
        await self._store.write_digest(new, now)
