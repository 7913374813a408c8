"""Deliveries that are due → messages. The row's state is the truth: it is moved before and after every request.

    lease ─▶ look for it (a second try may follow a first that arrived) ─▶ wait for a turn ─▶ begin ─▶ send ─▶ settle

Whoever is killed before `begin` has sent nothing; after it, nobody knows, and the row says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.decisions import delivery_policy, due_times
from bot.decisions.delivery_policy import Move, Settle, Suspend
from bot.errors import CannotTell, RetryLater, StoreUnavailable
from bot.model import (
    ChatGone,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    NotSentCause,
    Outcome,
    Platform,
    Sent,
    Settlement,
    Unknown,
)
from bot.ports import Clock, Sender, Store

log = structlog.get_logger()

AT_ONCE = 64
"""Deliveries of one platform in hand at once, each to another chat: more than a platform takes in a second, for a
chat that gets several parts waits a second between them."""

REFILL = 8
"""So many places have to be free before more is leased, while there is work in hand."""

WRITE_AGAIN = (0.2, 1.0, 5.0, 20.0)
"""Seconds between the tries to write what came of a request, while the database does not serve."""

WARN_SECONDS = 20.0
"""How long telling a chat's managers that it will be left alone may take."""

LOOK_AGAIN = 3.0
"""Seconds after which there is a look for new work although nothing in hand has landed: one request may hang for long.
"""


@dataclass(frozen=True, slots=True)
class PlatformHold:
    """A whole platform has to wait (a global limit, no connection, a bad token). Set by a clock that ran ahead, it does
    not count."""

    since: datetime
    until: datetime

    def seconds(self, now: datetime) -> float:
        """How long it lasts yet; 0 where it does not hold."""
        return (self.until - now).total_seconds() if self.since - due_times.SKEW <= now < self.until else 0.0


class DeliveryWorker:
    """Takes deliveries that are due and sends them, under the name `owner`.

    A wait that a platform names for all chats is kept in the store too: whoever sends next, after a restart or in a
    pass of its own, obeys what was said to the one before.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[Platform, Sender],
        clock: Clock,
        owner: str,
        *,
        resend_unknown: bool = False,
        look_again: float = LOOK_AGAIN,
    ) -> None:
        self.store, self.senders, self.clock, self.owner = store, senders, clock, owner
        self.resend_unknown = resend_unknown
        self.look_again = look_again
        self._held: dict[Platform, PlatformHold] | None = None
        self._waiting: set[asyncio.Task[bool]] = set()
        self._stopping = False

    async def deliver(self, platforms: Collection[Platform] | None = None) -> int:
        """Work off everything of these platforms (None: of all) that may go now; returns how many parts were accepted.

        It ends when nothing may go any more, so a service has one for each platform. Raises `StoreUnavailable`.
        """
        chosen = [platform for platform in self.senders if platforms is None or platform in platforms]
        if self._held is None:
            recalled = await self._recalled()
            self._held = recalled if self._held is None else self._held
        await self._take_over(chosen)
        works = [asyncio.create_task(self._work_off(platform)) for platform in chosen]
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
                landed, flights = await asyncio.wait(
                    flights, timeout=self.look_again, return_when=asyncio.FIRST_COMPLETED
                )
                sent += _accepted(landed)
        finally:
            await self._land(flights)

    async def _take_off(self, platform: Platform, most: int) -> set[asyncio.Task[bool]]:
        now = self.clock.now()
        if self._stopping or self._hold(platform, now):
            return set()
        leased = await self.store.lease(self.owner, [platform], now, now + delivery_policy.LEASE, most)
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

    async def _take_over(self, platforms: Collection[Platform]) -> None:
        """Deliveries whose process died in mid-request: nobody knows their fate, except where the platform can tell."""
        now = self.clock.now()
        for delivery in await self.store.orphaned(now):
            platform = delivery.chat.platform
            if platform not in platforms:
                continue
            log.warning("delivery interrupted", delivery=delivery.id, chat=str(delivery.chat))
            settlement = delivery_policy.after_interruption(may_repeat=self._may_repeat(platform))
            await self.store.settle(delivery.id, settlement, now)

    def _may_repeat(self, platform: Platform) -> bool:
        """Whether an attempt of unknown outcome may be followed by another."""
        return self.resend_unknown or self.senders[platform].can_verify

    # ── one delivery ──

    async def _carry(self, delivery: Delivery) -> bool:
        structlog.contextvars.bind_contextvars(delivery=delivery.id)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        try:
            outcome = await self._found(delivery) or await self._sent(delivery, task)
            begun = task not in self._waiting
        finally:
            self._waiting.discard(task)
        if outcome is None:
            return False
        newly_gone = isinstance(outcome, ChatGone) and await self._is_served(delivery.chat)
        await self._surely(lambda: self._settle(delivery, outcome, begun))
        if isinstance(outcome, ChatGone) and newly_gone:
            await self._warn(delivery.chat, outcome.why)
        return isinstance(outcome, Sent)

    async def _found(self, delivery: Delivery) -> Outcome | None:
        """A second try may follow a first one that arrived after all: look before sending again."""
        if not delivery.must_verify:
            return None
        try:
            found = await self.senders[delivery.chat.platform].find(
                delivery.chat, delivery.part, key_of(delivery), delivery.written_at
            )
        except RetryLater as error:
            return NotSent(str(error), error.retry_after)
        except CannotTell as error:
            return None if delivery.forced or self.resend_unknown else Unknown(str(error), final=True)
        except Exception as error:  # a sender's mistake must not keep the others from going
            log.exception("looking failed")
            return NotSent(f"looking for it failed: {type(error).__name__}")
        return Sent(found) if found else None

    async def _sent(self, delivery: Delivery, task: asyncio.Task[bool]) -> Outcome | None:
        """Send it in its turn; None where somebody else has it meanwhile."""
        sender = self.senders[delivery.chat.platform]
        async with sender.turn(delivery.chat, delivery.part, delivery.priority) as wait:
            now = self.clock.now()
            if wait is not None:
                return wait
            if held := self._hold(delivery.chat.platform, now):
                return NotSent("the whole platform has to wait", held)
            self._waiting.discard(task)
            if not await self.store.begin(delivery.id, self.owner, now):
                return None
            try:
                return await sender.send(delivery.chat, delivery.part, key_of(delivery))
            except Exception as error:  # a sender's mistake must not leave the row without an outcome
                log.exception("sender failed")
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

    async def _settle(self, delivery: Delivery, outcome: Outcome, begun: bool) -> None:
        now = self.clock.now()
        may_repeat = self._may_repeat(delivery.chat.platform)
        match delivery_policy.after_sending(outcome, delivery, now, may_repeat=may_repeat, begun=begun):
            case Suspend(why):
                await self.store.suspend(delivery.chat, why)  # first, so that nobody takes the part again
                await self._put_back(delivery, why, now)
                log.warning("chat suspended", chat=str(delivery.chat), why=why)
            case Move(to):
                await self._put_back(delivery, f"the chat is {to} now", now)
                await self.store.move_chat(delivery.chat, to)
                log.info("chat moved", chat=str(delivery.chat), to=str(to))
            case Settle(settlement, hold_until):
                if hold_until is not None:
                    limit = isinstance(outcome, NotSent) and outcome.cause is NotSentCause.LIMIT
                    await self._keep_hold(delivery.chat.platform, PlatformHold(now, hold_until), for_others=limit)
                await self.store.settle(delivery.id, settlement, now, owner=self.owner)
                log.info(
                    "delivery settled",
                    chat=str(delivery.chat),
                    part=f"{delivery.number}/{delivery.of}",
                    state=str(settlement.state),
                    why=settlement.why,
                )

    async def _put_back(self, delivery: Delivery, why: str, now: datetime) -> None:
        await self.store.settle(delivery.id, Settlement(DeliveryState.WAITING, why), now, owner=self.owner)

    async def _is_served(self, ref: ChatRef) -> bool:
        """Whether a chat is not suspended yet: its managers are told once, however many of its parts find it gone."""
        try:
            chat = await self.store.chat(ref)
        except StoreUnavailable:
            return False
        return chat is not None and chat.suspended is None

    async def _warn(self, ref: ChatRef, why: str) -> None:
        try:
            async with asyncio.timeout(WARN_SECONDS):
                await self.senders[ref.platform].warn(ref, why)
        except Exception:  # whatever happens there, the chat is suspended
            log.exception("warning failed", chat=str(ref))

    # ── holds ──

    def _hold(self, platform: Platform, now: datetime) -> float:
        """Seconds that a whole platform has to wait yet."""
        hold = (self._held or {}).get(platform)
        return hold.seconds(now) if hold is not None else 0.0

    async def _keep_hold(self, platform: Platform, hold: PlatformHold, *, for_others: bool) -> None:
        """A limit goes for every process; that a platform is not reached, or a token not taken, may be over after a
        restart."""
        held = self._held if self._held is not None else {}
        if hold.seconds(hold.since) <= self._hold(platform, hold.since):
            return
        self._held = held | {platform: hold}
        if for_others:
            value = {"since": hold.since.isoformat(), "until": hold.until.isoformat()}
            await self.store.remember_value(_hold_name(platform), value)

    async def _recalled(self) -> dict[Platform, PlatformHold]:
        held = {}
        for platform in self.senders:
            if value := await self.store.value(_hold_name(platform)):
                since, until = (datetime.fromisoformat(str(value[name])) for name in ("since", "until"))
                held[platform] = PlatformHold(since, until)
        return held


def _hold_name(platform: Platform) -> str:
    return f"hold of {platform}"


def _accepted(landed: Collection[asyncio.Task[bool]]) -> int:
    """How many of these were accepted; raises the first failure among them."""
    done = [task for task in landed if not task.cancelled()]
    if failures := [error for task in done if (error := task.exception())]:
        raise failures[0]
    return sum(task.result() for task in done)


def key_of(delivery: Delivery) -> str:
    """What names a part for ever, across restarts and processes."""
    return f"{delivery.chat}|{delivery.slot}|{delivery.number}"
