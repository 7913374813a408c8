"""A message of the operators to all chats: first what would be sent and to how many, then the deliveries."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bot.conversation.dependencies import Operators
from bot.conversation.results import Incomplete, NotOperator, Requester
from bot.conversation.service_results import BroadcastPlan, BroadcastSent, BroadcastTooLong
from bot.conversation.topic_results import OfferExpired, topic_key
from bot.decisions.due_times import local_date
from bot.model import Chat, ChatRef, Kept, NewDigest, Part, Platform
from bot.ports import Clock, Renderer, Store

log = structlog.get_logger()

LASTS = timedelta(hours=1)
"""How long a prepared message can be sent. Sending it once more within that time reaches only chats without it."""

BATCH = 200
"""Chats whose deliveries are written in one transaction."""

MOST_CHARACTERS = 1500
"""Characters of a message: it fits one message on every platform."""

_KIND = "broadcast"


class Broadcasts:
    """For operators, in a private chat. `renderers` make the message of each platform."""

    def __init__(
        self, store: Store, clock: Clock, operators: Operators | None, renderers: Mapping[Platform, Renderer]
    ) -> None:
        self._store, self._clock, self._operators, self._renderers = store, clock, operators, renderers

    async def plan(
        self, requester: Requester, ref: ChatRef, text: str
    ) -> BroadcastPlan | BroadcastTooLong | NotOperator | Incomplete:
        """What would be sent to whom; nothing is sent."""
        if not self._may(requester, ref):
            return NotOperator()
        text = text.strip()
        if not text:
            return Incomplete("broadcast")
        if len(text) > MOST_CHARACTERS:
            return BroadcastTooLong(len(text), MOST_CHARACTERS)
        now, key = self._clock.now(), topic_key(f"{self._clock.now().isoformat()} {text}")
        await self._store.keep(Kept(ref, _KIND, key, {"text": text}, now + LASTS), now)
        counts = Counter(chat.ref.platform for chat in await self._receivers())
        return BroadcastPlan(paragraphs(text), counts, key)

    async def send(self, requester: Requester, ref: ChatRef, key: str) -> BroadcastSent | NotOperator | OfferExpired:
        """Write the deliveries of a planned message. After a crash half-way, the same button writes the others."""
        if not self._may(requester, ref):
            return NotOperator()
        kept = await self._store.kept(ref, _KIND, key, self._clock.now())
        if kept is None:
            return OfferExpired()
        return await self.write(str(kept.value["text"]), f"broadcast {key}")

    async def write(self, text: str, slot: str) -> BroadcastSent:
        """Write a message for all chats; a chat gets one message under a `slot`."""
        parts = {platform: renderer.notice(paragraphs(text)) for platform, renderer in self._renderers.items()}
        chats, written = await self._receivers(), 0
        for at in range(0, len(chats), BATCH):
            batch = [self._message(chat, slot, parts[chat.ref.platform]) for chat in chats[at : at + BATCH]]
            written += sum(await self._store.write_digests(batch, self._clock.now()))
            await asyncio.sleep(0)  # commands and messages get their turn
        log.info("broadcast written", slot=slot, chats=written)
        return BroadcastSent(written, len(chats) - written)

    def _message(self, chat: Chat, slot: str, part: Part) -> NewDigest:
        day = local_date(chat, self._clock.now())
        return NewDigest(chat.ref, slot, day, day, day, (), (part,), next_due_at=None)

    async def _receivers(self) -> Sequence[Chat]:
        """Every chat that follows something and can be reached."""
        following = {subscription.chat for subscription in await self._store.subscriptions()}
        return [
            chat
            for chat in await self._store.chats()
            if chat.ref in following and chat.suspended is None and chat.ref.platform in self._renderers
        ]

    def _may(self, requester: Requester, ref: ChatRef) -> bool:
        return (
            self._operators is not None
            and not ref.is_group
            and f"{ref.platform}:{requester.user_id}" in self._operators.user_ids
        )


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: what stands between empty lines."""
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())
