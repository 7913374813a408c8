"""Sends the digests that people were promised, as soon as what they wait for is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.conversation import DigestNow
from bot.conversation.awaited_digests import AwaitedDigests, Promise
from bot.decisions.due_times import local_date
from bot.errors import RetryLater
from bot.locales import _, using
from bot.model import Chat, NewDigest, NothingToSend, Platform, Priority
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
        for promise in await self._awaited.promised():
            try:
                answered += await self._keep(promise)
            except RetryLater as error:
                log.info("promised digest waits", chat=str(promise.chat), why=str(error))
            except Exception:
                # A fault in one chat's papers must not keep the others waiting; the promise ends with its time.
                log.exception("promised digest not made", chat=str(promise.chat))
        return answered

    async def _keep(self, promise: Promise) -> bool:
        result = await self._digest(promise.chat)
        if isinstance(result, NothingToSend) and not await self._is_answered(promise, result):
            return False
        # Last: a process that ends before this tries once more, and finds the digest or the answer written.
        await self._awaited.kept_promise(promise.chat)
        return True

    async def _is_answered(self, promise: Promise, result: NothingToSend) -> bool:
        """Whether a chat has its answer: a digest since the promise, or else now that there is nothing for it."""
        chat = await self._store.chat(promise.chat)
        if chat is None:
            return True
        if result.awaited is not None or result.is_under_way:
            return False
        # A digest that was moved past midnight bears the day before.
        since = local_date(chat, promise.made_at) - timedelta(days=1)
        if all(digest.created_at < promise.made_at for digest in await self._store.past_digests(chat.ref, since)):
            await self._tell(chat, promise)
        return True

    async def _tell(self, chat: Chat, promise: Promise) -> None:
        """Say that the listing came and has nothing for this chat: somebody waits for an answer."""
        renderer = self._renderers.get(chat.ref.platform)
        if renderer is None:
            return
        with using(chat.language):
            part = renderer.notice([_("Today’s list is in. Nothing in it is new for this chat.")])
        now = self._clock.now()
        day = local_date(chat, now)
        # Named by the promise, so that one promise is never answered twice.
        slot = f"answer {promise.made_at:%Y%m%dT%H%M%S%f}"
        new = NewDigest(chat.ref, slot, day, day, day, (), (part,), None, priority=Priority.PERSON_WAITING)
        await self._store.write_digest(new, now)
