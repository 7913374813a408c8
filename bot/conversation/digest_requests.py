"""Digests that people ask for: one now, or a message of one that may not have arrived."""

from __future__ import annotations

import asyncio

import structlog

from bot.conversation.awaited_digests import AwaitedDigests
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import DigestNow
from bot.conversation.put_off import why_put_off
from bot.conversation.results import Busy, DigestComing, NotAllowed, NothingNow, Requester, Resent, Stale
from bot.conversation.service_results import DigestPromised
from bot.errors import RetryLater
from bot.model import ChatRef, DeliveryState, NothingToSend
from bot.ports import Clock, Store

log = structlog.get_logger()


class DigestRequests:
    """Writes them into the outbox; the delivery sends them."""

    def __init__(self, store: Store, clock: Clock, digest: DigestNow, chats: ChatRecords) -> None:
        self._store, self._clock, self._digest, self._chats = store, clock, digest, chats
        self._awaited = AwaitedDigests(store, clock)
        self._resending = asyncio.Lock()

    async def now(
        self, requester: Requester, ref: ChatRef
    ) -> DigestComing | DigestPromised | NothingNow | Busy | NotAllowed:
        """Write a digest of the papers that are new to the chat; they count as delivered.

        Where something is still missing that will bring papers, the digest is promised, and sent when it is there.
        """
        if not requester.is_admin:
            return NotAllowed()
        await self._chats.known(ref, manages=True)
        # Checked first: without a topic, "nothing is new" would be a misleading answer.
        following = len(await self._store.subscriptions(ref))
        if not following:
            return NothingNow("", 0)
        try:
            digest = await self._digest(ref)
        except RetryLater as error:
            log.warning("digest not composed", chat=str(ref), why=str(error))
            return Busy(why_put_off(error), error.retry_after)
        if isinstance(digest, NothingToSend) and digest.awaited is not None:
            return await self._awaited.promise(ref, digest.awaited)
        if isinstance(digest, NothingToSend):
            return NothingNow(digest.why, following)
        return DigestComing(len(digest.cards), len(digest.also))

    async def resend(self, requester: Requester, ref: ChatRef, number: str) -> Resent | NotAllowed | Stale:
        """Send again a message that may not have arrived. It must be one of this chat, and is sent only once more."""
        if not requester.is_admin:
            return NotAllowed()
        async with self._resending:  # otherwise two presses at once could both find it in doubt
            # 18 digits fit the database's integer; more would raise there.
            is_number = number.isascii() and number.isdecimal() and len(number) <= 18
            delivery = await self._store.delivery(int(number)) if is_number else None
            if delivery is None or delivery.chat != ref or delivery.state is not DeliveryState.IN_DOUBT:
                return Stale()
            if not await self._store.reopen(delivery.id, self._clock.now(), "asked for again"):
                return Stale()
        log.info("delivery asked for again", delivery=delivery.id, chat=str(ref))
        return Resent()
