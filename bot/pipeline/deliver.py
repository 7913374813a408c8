"""Deliveries that are due → messages. The row's state is the truth: it is moved before and after every request.

    lease ─▶ look for it (a second try may follow a first that arrived) ─▶ wait for a turn ─▶ begin ─▶ send ─▶ settle

Whoever is killed before `begin` has sent nothing; after it, nobody knows, and the row says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

import structlog

from bot import cadence
from bot.cadence import Move, Settle, Suspend
from bot.errors import CannotTell, RetryLater, StoreUnavailable
from bot.model import Delivery, DeliveryState, NotSent, Outcome, Platform, Sent, Unknown
from bot.ports import Clock, Sender, Store

log = structlog.get_logger()

AT_ONCE = 64
"""Deliveries of one platform in hand at once, each to another chat: more than a platform takes in a second, for a
chat that gets several parts waits a second between them."""

REFILL = 8
"""So many places have to be free before more is leased, while there is work in hand."""

WRITE_AGAIN = (0.2, 1.0, 5.0, 20.0)
"""Seconds between the tries to write what came of a request, while the database does not serve."""


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
        self._waiting: set[asyncio.Task[bool]] = set()
        self._stopping = False

    async def deliver(self) -> int:
        """Work off everything that may go now; returns how many parts were accepted. Raises `StoreUnavailable`."""
        await self._take_over()
        works = [asyncio.create_task(self._work_off(platform)) for platform in self.senders]
        try:
            done = await asyncio.gather(*works, return_exceptions=True)
        except asyncio.CancelledError:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            raise
        for each in done:
            if isinstance(each, BaseException):
                raise each
        return sum(each for each in done if isinstance(each, int))

    def stop(self) -> None:
        """Take nothing more, and let go of what has not begun; `deliver` ends with the requests under way."""
        self._stopping = True
        for task in self._waiting:
            task.cancel()

    # ── what is in hand ──

    async def _work_off(self, platform: Platform) -> int:
        """Keep places filled, each with another chat's next part, until nothing of this platform may go."""
        flights: set[asyncio.Task[bool]] = set()
        sent = 0
        try:
            while True:
                if AT_ONCE - len(flights) >= REFILL or not flights:
                    flights |= await self._take_off(platform, AT_ONCE - len(flights))
                if not flights:
                    return sent
                landed, flights = await asyncio.wait(flights, return_when=asyncio.FIRST_COMPLETED)
                sent += _accepted(landed)
        finally:
            await self._land(flights)

    async def _take_off(self, platform: Platform, most: int) -> set[asyncio.Task[bool]]:
        now = self.clock.now()
        if self._stopping or self._held.get(platform, now) > now:
            return set()
        leased = await self.store.lease(self.owner, [platform], now, now + cadence.LEASE, most)
        flights = {asyncio.create_task(self._carry(each), name=f"delivery {each.id}") for each in leased}
        self._waiting |= flights
        if self._stopping:  # meanwhile
            self.stop()
        return flights

    async def _land(self, flights: set[asyncio.Task[bool]]) -> None:
        """After a failure, or when cancelled: let go of what waits, and see the rest to its end."""
        for task in flights & self._waiting:
            task.cancel()
        try:
            await asyncio.gather(*flights, return_exceptions=True)
        except asyncio.CancelledError:
            for task in flights:
                task.cancel()
            await asyncio.gather(*flights, return_exceptions=True)
            raise

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

    # ── one delivery ──

    async def _carry(self, delivery: Delivery) -> bool:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        try:
            outcome = await self._found(delivery) or await self._sent(delivery, task)
        finally:
            self._waiting.discard(task)
        if outcome is None:
            return False
        await self._surely(lambda: self._settle(delivery, outcome))
        return isinstance(outcome, Sent)

    async def _found(self, delivery: Delivery) -> Outcome | None:
        """A second try may follow a first one that arrived after all: look before sending again."""
        if not delivery.attempts:
            return None
        try:
            since = delivery.written_at or delivery.next_attempt_at
            found = await self.senders[delivery.chat.platform].find(
                delivery.chat, delivery.part, key_of(delivery), since
            )
        except RetryLater as error:
            return NotSent(str(error), error.retry_after or cadence.backoff(delivery.attempts))
        except CannotTell as error:
            return Unknown(str(error))
        return Sent(found) if found else None

    async def _sent(self, delivery: Delivery, task: asyncio.Task[bool]) -> Outcome | None:
        """Send it in its turn; None where somebody else has it meanwhile."""
        sender = self.senders[delivery.chat.platform]
        async with sender.turn(delivery.chat, delivery.part) as wait:
            now = self.clock.now()
            held = self._held.get(delivery.chat.platform, now)
            if wait is not None:
                return wait
            if held > now:
                return NotSent("the whole platform has to wait", (held - now).total_seconds())
            self._waiting.discard(task)
            if not await self.store.begin(delivery.id, self.owner, now):
                return None
            try:
                return await sender.send(delivery.chat, delivery.part, key_of(delivery))
            except Exception as error:  # a sender's mistake must not leave the row without an outcome
                log.exception("sender failed", delivery=delivery.id)
                return Unknown(f"the sender failed: {type(error).__name__}")

    async def _surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write what came of a request, if it can be done before the lease ends: nobody else knows it."""
        for pause in WRITE_AGAIN:
            try:
                return await write()
            except StoreUnavailable as error:
                log.warning("outcome not written yet", why=str(error))
                await self.clock.sleep(pause)
        return await write()

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        now = self.clock.now()
        attempts, platform = delivery.attempts + 1, delivery.chat.platform
        match cadence.after_sending(outcome, platform, attempts, now, resend_unknown=self.resend_unknown):
            case Suspend(why):
                await self._put_back(delivery, why, now)
                await self.store.suspend(delivery.chat, why)
                log.warning("chat suspended", chat=str(delivery.chat), why=why)
            case Move(to):
                await self._put_back(delivery, f"the chat is {to} now", now)
                await self.store.move_chat(delivery.chat, to)
                log.info("chat moved", chat=str(delivery.chat), to=str(to))
            case Settle(state, why, message_id, next_attempt_at, hold):
                if hold is not None:
                    self._held[platform] = max(hold, self._held.get(platform, hold))
                await self.store.settle(
                    delivery.id, state, now, message_id=message_id, next_attempt_at=next_attempt_at, why=why
                )
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


def _accepted(landed: Collection[asyncio.Task[bool]]) -> int:
    """How many of these were accepted; raises the first failure among them."""
    done = [task for task in landed if not task.cancelled()]
    if failures := [error for task in done if (error := task.exception())]:
        raise failures[0]
    return sum(task.result() for task in done)


def key_of(delivery: Delivery) -> str:
    """What names a part for ever, across restarts and processes."""
    return f"{delivery.chat}|{delivery.slot}|{delivery.number}"
