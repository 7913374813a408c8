"""Deliveries that are due → messages. The row's state is the truth: it is written before and after every request.

    lease ─▶ verify (where an earlier attempt may have arrived) ─▶ wait for a turn ─▶ begin ─▶ send ─▶ settle

A process that ends before `begin` has sent nothing. If it ends after that, it is unknown whether the message
arrived, and the row's state says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

import structlog

from bot.decisions import delivery_policy
from bot.decisions.delivery_policy import Move, Settle, Suspend
from bot.errors import CannotTell, RetryLater, StoreUnavailable
from bot.model import (
    Bot,
    ChatGone,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    NotSentCause,
    Outcome,
    Part,
    Platform,
    Sent,
    Settlement,
    Unknown,
)
from bot.pipeline.platform_holds import PlatformHold, PlatformHolds
from bot.ports import Clock, Sender, Store

log = structlog.get_logger()

AT_ONCE = 64
"""More than a platform accepts in a second, because a chat that gets several parts waits a second between them."""

REFILL = 8
"""Free places that are needed before more deliveries are leased, so that one transaction leases several."""

SETTLE_RETRY_SECONDS = (0.2, 1.0, 5.0, 20.0)
"""Pauses between attempts to write an outcome while the database is unavailable; together shorter than a lease."""

WARN_TIMEOUT_SECONDS = 20.0
"""A warning that takes longer is given up: it occupies a place that another delivery could have."""

POLL_SECONDS = 3.0
"""How often new deliveries are looked for while no delivery ends: a single request may hang for long."""


class DeliveryWorker:
    """Leases deliveries that are due and sends them, under the name `owner`.

    With `bot` it sends only to the chats that this bot serves, and `senders` has the one sender of that bot.
    `at_once`: deliveries of one platform that are processed at the same time, each to another chat. `resend_unknown`:
    the operator prefers a repeated message to a missing one, also where a platform cannot verify whether it arrived.
    `poll_seconds` as `POLL_SECONDS`.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[Platform, Sender],
        clock: Clock,
        owner: str,
        *,
        bot: Bot | None = None,
        at_once: int = AT_ONCE,
        resend_unknown: bool = False,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.store, self.senders, self.clock, self.owner = store, senders, clock, owner
        self.resend_unknown = resend_unknown
        self.poll_seconds = poll_seconds
        self._bots = None if bot is None else bot.served
        self._at_once = at_once
        self._holds = PlatformHolds(store, bot.id if bot is not None else "")
        self._not_begun: set[asyncio.Task[bool]] = set()
        self._stopping = False

    async def deliver(self, platforms: Collection[Platform] | None = None) -> int:
        """Send everything for these platforms (None: all) that may be sent now; returns how many parts were accepted.

        It returns when nothing is left for any of them, so a service makes one call for each platform. Raises
        `StoreUnavailable`.
        """
        chosen = [platform for platform in self.senders if platforms is None or platform in platforms]
        await self._holds.load(list(self.senders))
        await self._settle_orphans(chosen)
        runs = [asyncio.create_task(self._deliver_platform(platform)) for platform in chosen]
        try:
            results = await asyncio.gather(*runs, return_exceptions=True)
        except asyncio.CancelledError:
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)
            raise
        # Only now: a failure on one platform must not stop the deliveries of the others.
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return sum(result for result in results if isinstance(result, int))

    def stop(self) -> None:
        """Lease nothing more and drop what has not begun; `deliver` ends with the requests under way."""
        self._stopping = True
        for task in self._not_begun:
            task.cancel()

    # ── the tasks of one platform ──

    async def _deliver_platform(self, platform: Platform) -> int:
        """Keep `at_once` places filled, each with another chat's next part, until nothing is left to send."""
        tasks: set[asyncio.Task[bool]] = set()
        accepted = 0
        try:
            while True:
                if self._at_once - len(tasks) >= REFILL or not tasks:
                    tasks |= await self._lease(platform, self._at_once - len(tasks))
                if not tasks:
                    return accepted
                done, tasks = await asyncio.wait(tasks, timeout=self.poll_seconds, return_when=asyncio.FIRST_COMPLETED)
                accepted += _count_accepted(done)
        finally:
            await self._finish(tasks)

    async def _lease(self, platform: Platform, limit: int) -> set[asyncio.Task[bool]]:
        now = self.clock.now()
        if self._stopping or self._holds.seconds(platform, now):
            return set()
        until = now + delivery_policy.LEASE
        leased = await self.store.lease(self.owner, [platform], now, until, limit, bots=self._bots)
        tasks = {
            asyncio.create_task(self._deliver_one(delivery), name=f"delivery {delivery.id}") for delivery in leased
        }
        self._not_begun |= tasks
        if self._stopping:  # `stop` was called during the lease, and could not cancel these
            self.stop()
        return tasks

    async def _finish(self, tasks: set[asyncio.Task[bool]]) -> None:
        """After a failure or a cancellation, cancel the tasks that have not begun; let the requests under way end."""
        for task in tasks & self._not_begun:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        except asyncio.CancelledError:  # cancelled a second time: the requests under way are not waited for
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    async def _settle_orphans(self, platforms: Collection[Platform]) -> None:
        """Settle the deliveries whose process ended while the request was under way."""
        # Without an owner: the row still has the name of the process that ended.
        now = self.clock.now()
        for delivery in await self.store.orphaned(now, bots=self._bots):
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

    async def _deliver_one(self, delivery: Delivery) -> bool:
        """Whether the part was accepted, now or in an earlier attempt."""
        structlog.contextvars.bind_contextvars(delivery=delivery.id)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        try:
            outcome = await self._verify(delivery) or await self._send(delivery, task)
            begun = task not in self._not_begun
        finally:
            self._not_begun.discard(task)
        if outcome is None:
            return False
        # Read before `_settle` suspends the chat: its managers are warned once, however many parts find it gone.
        is_newly_gone = isinstance(outcome, ChatGone) and await self._is_served(delivery.chat)
        await self._retry_write(lambda: self._settle(delivery, outcome, begun))
        if isinstance(outcome, ChatGone) and is_newly_gone:
            await self._warn(delivery.chat, outcome.why)
        return isinstance(outcome, Sent)

    async def _verify(self, delivery: Delivery) -> Outcome | None:
        """Look for an earlier attempt that may have arrived; None if the part has to be sent."""
        if not delivery.must_verify:
            return None
        try:
            message_id = await self.senders[delivery.chat.platform].find(
                delivery.chat, delivery.part, key_of(delivery), delivery.written_at
            )
        except RetryLater as error:
            return NotSent(str(error), error.retry_after)
        except CannotTell as error:
            return None if delivery.forced or self.resend_unknown else Unknown(str(error), final=True)
        except Exception as error:  # a programming error in one sender must not stop the other deliveries
            log.exception("verifying failed")
            return NotSent(f"looking for it failed: {type(error).__name__}")
        return Sent(message_id) if message_id else None

    async def _send(self, delivery: Delivery, task: asyncio.Task[bool]) -> Outcome | None:
        """Send the part in its turn; None if another process has leased it meanwhile."""
        sender = self.senders[delivery.chat.platform]
        async with sender.turn(delivery.chat, delivery.part, delivery.priority) as not_now:
            now = self.clock.now()
            if not_now is not None:
                return not_now
            # Another delivery may have met the platform's limit while this one waited for its turn.
            if hold_seconds := self._holds.seconds(delivery.chat.platform, now):
                return NotSent("the whole platform has to wait", hold_seconds)
            # From here on the task is not cancelled by `stop`: a request that begins is seen to its end.
            self._not_begun.discard(task)
            if not await self.store.begin(delivery.id, self.owner, now):
                return None
            part = silenced(delivery.part) if delivery_policy.is_silent(delivery, now) else delivery.part
            try:
                return await sender.send(delivery.chat, part, key_of(delivery))
            except Exception as error:  # a programming error in the sender must not leave the row without an outcome
                log.exception("sender failed")
                return Unknown(f"the sender failed: {type(error).__name__}")

    async def _retry_write(self, write: Callable[[], Awaitable[None]]) -> None:
        """Try to write an outcome as long as the lease lasts: it is known to this process alone."""
        for pause in SETTLE_RETRY_SECONDS:
            try:
                return await write()
            except StoreUnavailable as error:
                log.warning("outcome not written yet", why=str(error))
                await self.clock.sleep(pause)
        return await write()

    async def _settle(self, delivery: Delivery, outcome: Outcome, begun: bool) -> None:
        now, platform = self.clock.now(), delivery.chat.platform
        may_repeat = self._may_repeat(platform)
        match delivery_policy.after_sending(outcome, delivery, now, may_repeat=may_repeat, begun=begun):
            case Suspend(why):
                # The chat first: otherwise another process could lease the part again in between.
                await self.store.suspend(delivery.chat, why, now)
                await self._put_back(delivery, why)
                log.warning("chat suspended", chat=str(delivery.chat), why=why)
            case Move(to):
                # Put back first: joining with the new chat may give the part up, and that has to stay.
                await self._put_back(delivery, f"the chat is {to} now")
                await self.store.move_chat(delivery.chat, to, now)
                log.info("chat moved", chat=str(delivery.chat), to=str(to))
            case Settle(settlement, hold_until):
                if hold_until is not None:
                    is_limit = isinstance(outcome, NotSent) and outcome.cause is NotSentCause.LIMIT
                    await self._holds.add(platform, PlatformHold(now, hold_until), is_limit=is_limit)
                await self.store.settle(delivery.id, settlement, now, owner=self.owner)
                _log_settled(delivery, settlement)

    async def _put_back(self, delivery: Delivery, why: str) -> None:
        """Let the part wait again. Its request was surely refused, so it need not be verified."""
        settlement = Settlement(DeliveryState.WAITING, why)
        await self.store.settle(delivery.id, settlement, self.clock.now(), owner=self.owner)

    async def _is_served(self, ref: ChatRef) -> bool:
        """Whether the chat is not suspended yet. False if the database is unavailable: a warning may be left out."""
        try:
            chat = await self.store.chat(ref)
        except StoreUnavailable:
            return False
        return chat is not None and chat.suspended is None

    async def _warn(self, ref: ChatRef, why: str) -> None:
        """Tell a chat's managers; if that fails, the chat is suspended all the same."""
        try:
            async with asyncio.timeout(WARN_TIMEOUT_SECONDS):
                await self.senders[ref.platform].warn(ref, why)
        except Exception:
            log.exception("warning failed", chat=str(ref))


def key_of(delivery: Delivery) -> str:
    """Identifies a part across restarts and processes. Nonces derive from it, so its form must never change."""
    return f"{delivery.chat}|{delivery.slot}|{delivery.number}"


def silenced(part: Part) -> Part:
    """The part as a message that makes no sound."""
    return replace(part, payload={**part.payload, "silent": True})


def _count_accepted(done: Collection[asyncio.Task[bool]]) -> int:
    """How many of these tasks had their part accepted. Raises the first failure among them."""
    ended = [task for task in done if not task.cancelled()]
    if failures := [error for task in ended if (error := task.exception())]:
        raise failures[0]
    return sum(task.result() for task in ended)


def _log_settled(delivery: Delivery, settlement: Settlement) -> None:
    log.info(
        "delivery settled",
        chat=str(delivery.chat),
        part=f"{delivery.number}/{delivery.of}",
        state=str(settlement.state),
        why=settlement.why,
    )
