"""Deliveries that are due → messages. The row's state is the truth: it is moved before and after every request."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

import structlog

from bot import cadence
from bot.cadence import Move, Settle, Suspend
from bot.model import Delivery, DeliveryState, Outcome, Platform, Sent, Unknown
from bot.ports import Clock, Sender, Store

log = structlog.get_logger()

BATCH = 40
"""Deliveries taken at once; each goes to another chat."""


class Courier:
    """Takes deliveries that are due and sends them, under the name `owner`.

    Holds of a whole platform (a global limit, no connection, a bad token) live here, in this process: the store's
    rows say when each delivery may go, and the platform itself says it again to every process.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[Platform, Sender],
        clock: Clock,
        owner: str,
        *,
        resend_unknown: bool = False,
    ) -> None:
        self.store, self.senders, self.clock, self.owner = store, senders, clock, owner
        self.resend_unknown = resend_unknown
        self._held: dict[Platform, datetime] = {}

    async def deliver(self) -> int:
        """Work off everything that may go now; returns how many parts were accepted."""
        await self._take_over()
        sent = 0
        while platforms := self._open():
            now = self.clock.now()
            batch = await self.store.lease(self.owner, platforms, now, now + cadence.LEASE, BATCH)
            if not batch:
                break
            sent += sum(await asyncio.gather(*(self._carry(delivery) for delivery in batch)))
        return sent

    def _open(self) -> list[Platform]:
        now = self.clock.now()
        return [platform for platform in self.senders if self._held.get(platform, now) <= now]

    async def _take_over(self) -> None:
        """Deliveries whose process died in mid-request: nobody knows their fate, except where the platform can tell."""
        now = self.clock.now()
        for delivery in await self.store.orphaned(now):
            platform = delivery.chat.platform
            if platform not in self.senders:
                continue
            log.warning("delivery interrupted", delivery=delivery.id, chat=str(delivery.chat))
            if platform is Platform.DISCORD or self.resend_unknown:
                why = "interrupted while it was being sent"
                await self.store.settle(delivery.id, DeliveryState.WAITING, now, next_attempt_at=now, why=why)
            else:
                why = "interrupted while it was being sent; nobody can know whether it arrived"
                await self.store.settle(delivery.id, DeliveryState.UNKNOWN, now, why=why)

    async def _carry(self, delivery: Delivery) -> bool:
        sender = self.senders[delivery.chat.platform]
        held = self._held.get(delivery.chat.platform)
        if held is not None and held > self.clock.now():
            await self._put_back(delivery, "the whole platform has to wait", held)
            return False
        if not await self.store.begin(delivery.id, self.owner, self.clock.now()):
            return False
        outcome = await self._outcome(sender, delivery)
        attempts = delivery.attempts + 1
        decision = cadence.after_sending(
            outcome, sender.platform, attempts, self.clock.now(), resend_unknown=self.resend_unknown
        )
        await self._settle(delivery, decision)
        return isinstance(outcome, Sent)

    async def _outcome(self, sender: Sender, delivery: Delivery) -> Outcome:
        key = key_of(delivery)
        # A second try may follow a first one that arrived after all: look before sending again.
        if delivery.attempts and (found := await sender.find(delivery.chat, delivery.part, key)):
            return Sent(found)
        try:
            return await sender.send(delivery.chat, delivery.part, key)
        except Exception as error:  # a sender's mistake must not leave the row without an outcome
            log.exception("sender failed", delivery=delivery.id)
            return Unknown(f"the sender failed: {type(error).__name__}")

    async def _settle(self, delivery: Delivery, decision: Settle | Suspend | Move) -> None:
        now = self.clock.now()
        match decision:
            case Suspend(why):
                await self._put_back(delivery, why, now)
                await self.store.suspend(delivery.chat, why)
                log.warning("chat suspended", chat=str(delivery.chat), why=why)
            case Move(to):
                await self._put_back(delivery, f"the chat is {to} now", now)
                await self.store.move_chat(delivery.chat, to)
                log.info("chat moved", chat=str(delivery.chat), to=str(to))
            case Settle(state, why, message_id, next_attempt_at, hold):
                await self.store.settle(
                    delivery.id, state, now, message_id=message_id, next_attempt_at=next_attempt_at, why=why
                )
                if hold is not None:
                    self._held[delivery.chat.platform] = hold
                log.info(
                    "delivery settled",
                    delivery=delivery.id,
                    chat=str(delivery.chat),
                    part=f"{delivery.number}/{delivery.of}",
                    state=str(state),
                    why=why,
                )

    async def _put_back(self, delivery: Delivery, why: str, until: datetime) -> None:
        await self.store.settle(delivery.id, DeliveryState.WAITING, self.clock.now(), next_attempt_at=until, why=why)


def key_of(delivery: Delivery) -> str:
    """What names a part for ever, across restarts and processes."""
    return f"{delivery.chat}|{delivery.slot}|{delivery.number}"
