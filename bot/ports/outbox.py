"""Digests and deliveries as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.model import (
    ChatRef,
    Delivery,
    DeliveryState,
    NewDigest,
    PastDigest,
    Platform,
    RankedPapers,
    SendingProgress,
    Settlement,
)


class Outbox(Protocol):
    """Digests and deliveries."""

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        """Write, in one transaction, the digest, its parts as waiting deliveries, its papers as taken, and the chat's
        next due time.

        Returns False, and writes nothing, if the chat is gone or has got another digest since `position` was read; also
        if the slot is there already, and then it sets the next due time only. `next_due_at` None leaves the due time as
        it is, and so does a due time that is no longer `due_at`; without parts there is nothing to send.
        """

    async def write_digests(self, digests: Sequence[NewDigest], now: datetime) -> list[bool]:
        """`write_digest` of each, in one transaction: where it fails, none is written."""

    async def lease(
        self,
        owner: str,
        platforms: Collection[Platform],
        now: datetime,
        until: datetime,
        limit: int,
        *,
        bots: Collection[str] | None = None,
    ) -> list[Delivery]:
        """Lease deliveries that may be sent, ordered by priority, then by the time when it became the part's turn.

        Those are waiting or to be verified, and due; or leased with the lease expired. Of each chat only the first part
        that is not settled is leased, and none for suspended chats. A part that has to be verified keeps that place for
        its first attempts only; later it is leased when nothing else of its chat is left. With `bots`, only chats that
        these bots serve (`Chat.bot`).
        """

    async def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        """Mark as being sent, right before the request, and count an attempt; False if the lease was lost."""

    async def settle(
        self, delivery_id: int, settlement: Settlement, now: datetime, *, owner: str | None = None
    ) -> None:
        """Write the end of an attempt and end the lease. A delivery that was sent stays sent; with `owner`, one that
        another owner has leased meanwhile stays as it is, unless it was sent."""

    async def reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        """Let a delivery that was given up, is in doubt or waits to be verified be sent now.

        It is verified first, and sent even if that does not tell whether it arrived. Returns False for any other
        delivery, and for one already reopened.
        """

    async def hasten(self, ref: ChatRef, now: datetime) -> int:
        """Give a chat's due deliveries the priority of a waiting person; returns how many are on their way.

        0 if the chat is suspended, or if the first delivery has to wait, and so all that follow it."""

    async def orphaned(self, now: datetime, *, bots: Collection[str] | None = None) -> list[Delivery]:
        """Deliveries left in SENDING by a process that has ended (its lease has expired); with `bots`, only of chats
        that these bots serve."""

    async def deliveries(
        self, *, chat: ChatRef | None = None, states: Collection[DeliveryState] = (), limit: int = 100
    ) -> list[Delivery]:
        """Deliveries, newest first; in all states if none is given."""

    async def chats_in_doubt(self) -> set[ChatRef]:
        """Chats with deliveries in doubt."""

    async def delivery(self, delivery_id: int) -> Delivery | None: ...

    async def taken(self, ref: ChatRef, paper_ids: Collection[str]) -> set[str]:
        """Those of the papers that some digest of the chat has taken."""

    async def past_digests(self, ref: ChatRef, since: date) -> list[PastDigest]:
        """The digests with papers that were written for a chat on its date `since` or later, newest first; for as long
        as digests are kept."""

    async def sent_digests(self, ref: ChatRef, first: int, count: int) -> tuple[list[PastDigest], int]:
        """`count` digests with papers of which a part was sent to the chat, newest first, from number `first` on; and
        how many there are, for as long as digests are kept."""

    async def ranked_papers(self, ref: ChatRef, slot: str, first: int, count: int) -> RankedPapers | None:
        """`count` papers of a chat's digest in its order, from number `first` on (the best is 0); fewer at the end.

        None if the chat has no digest in that slot, or if it is older than digests are kept."""

    async def outbox_counts(self) -> Mapping[tuple[Platform, DeliveryState], int]:
        """How many deliveries are in each state; those that `tidy` deleted count too, those of forgotten chats do
        not."""

    async def oldest_waiting(self, platforms: Collection[Platform] | None = None) -> datetime | None:
        """When the oldest digest was written of which a part is still to be sent; of these platforms, without suspended
        chats, parts to be verified, parts that fail by themselves, and parts that wait behind one of those."""

    async def progress(self, platforms: Collection[Platform], now: datetime) -> SendingProgress:
        """How much may be sent now, and when a part was last sent."""

    async def tidy(self, now: datetime, *, payload_days: int = 7, history_days: int) -> int:
        """Delete what need not be kept, in small transactions; returns how many payloads and digests went.

        The payloads of parts that were sent go `payload_days` after their digest. Digests whose parts are all settled
        go `history_days` after they were written, a week at the least; sums of them stay.
        """
