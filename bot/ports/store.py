"""The store as ports, one for each subject. Implemented by `bot.storage`.

Every method raises `StoreUnavailable` if the database does not answer; other errors are named with each method.
All times are UTC and aware.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, Unpack

from bot.model import (
    JSON,
    Announced,
    Bot,
    Budget,
    Candidate,
    Chat,
    ChatChanges,
    ChatRef,
    Delivery,
    DeliveryState,
    Ingested,
    LedgerLine,
    ListingRecord,
    Malformed,
    MinuteIsFull,
    ModelPause,
    NewDigest,
    OverBudget,
    Paper,
    Platform,
    Reservation,
    SendingProgress,
    Settlement,
    SubscribeResult,
    Subscription,
    Summary,
    SummaryKey,
    TopicState,
    Unseen,
    Usage,
    WantedSummary,
)
from bot.ports.inbox import Inbox
from bot.ports.upkeep import StatusCounts, Upkeep


class PaperTexts(Protocol):
    """The texts of many papers, to count words over them."""

    async def latest_texts(self, limit: int) -> list[str]:
        """Title and abstract, with an empty line between them, of the papers that were stored last, newest first.

        Raises `StoreUnavailable`.
        """


class Papers(PaperTexts, Protocol):
    """Papers, announcements and the ledger of listings."""

    async def ingest(self, announced: Sequence[Announced], now: datetime) -> Ingested:
        """Write papers and announcements in one transaction; announcements that are stored already stay.

        A newer version updates a paper, an older one never does. Fields that the new record lacks (comment, dates,
        licence) keep their value, and categories are joined (the primary one stays first).
        """

    async def remember(self, papers: Sequence[Paper], now: datetime) -> None:
        """Write papers from the API's records, or complete stored ones, without announcing them."""

    async def paper(self, paper_id: str) -> Paper | None: ...

    async def papers(self, paper_ids: Collection[str]) -> Mapping[str, Paper]: ...

    async def announced_ids(
        self, paper_ids: Collection[str], before: date | None = None, since: date | None = None
    ) -> set[str]:
        """Those of the ids that an announcement names; if given, on a day before `before`, and on `since` or later."""

    async def incomplete(self, since: date) -> list[str]:
        """Ids announced on that day or later whose record the API has not completed."""

    async def announcements(self, first: date, last: date) -> list[Announced]:
        """All announcements of these days (both included), oldest first."""

    async def announcement_of(self, paper_id: str) -> Announced | None:
        """The first announcement of a paper as new or cross-listed; if there is none, its first announcement."""

    async def set_aside(self, entries: Sequence[Malformed], now: datetime) -> None:
        """Store malformed entries; an entry that is stored already is not stored again."""

    async def malformed(self, limit: int = 100, since: date | None = None) -> list[Malformed]:
        """Stored malformed entries, newest first; with `since`, only those of listings from that day on."""

    async def record_listing(self, records: Sequence[ListingRecord]) -> None:
        """Write lines of the ledger. A line for the same day and archive is replaced, but never a complete line by an
        incomplete one."""

    async def listings(self, since: date) -> list[ListingRecord]: ...

    async def latest_day(self) -> date | None:
        """The latest listing day with an announcement. Days that were in the future when the newest announcement was
        written are ignored, unless there are no others."""


class Topics(Protocol):
    """Topics, their matches, and the candidates of chats."""

    async def archived_topics(self) -> list[str]:
        """The topics that the archive itself follows."""

    async def topics(self) -> list[TopicState]:
        """Topics that at least one chat follows."""

    async def followed_topics(self) -> int:
        """How many topics `topics` returns."""

    async def last_seq(self) -> int:
        """The sequence number of the newest announcement; 0 if there is none."""

    async def topics_behind(self, seq: int, after: int, limit: int) -> list[TopicState]:
        """Followed topics with an id greater than `after` that were not matched up to that announcement, by id."""

    async def announcements_after(self, seq: int, limit: int) -> list[tuple[int, Announced]]:
        """(sequence number, announcement) of those with a greater sequence number, in order."""

    async def save_matches(
        self,
        found: Mapping[int, Sequence[int]],
        topic_ids: Collection[int],
        seq: int,
        *,
        after: int | None = None,
    ) -> None:
        """Write what topics match (topic id → sequence numbers of announcements that deliver, ascending), and bring
        the `matched_seq` of `topic_ids` to `seq`.

        `after` is the sequence number after which the matching began. A topic that a new subscriber has set back below
        it meanwhile keeps its `matched_seq`, so that it is matched again from there. A deleted topic is skipped, and so
        is what a topic is known to match.
        """

    async def matched(self, topic: str, first: date, last: date) -> list[Candidate]:
        """Delivering announcements that a topic matches, newest day first (for the archive)."""

    async def candidates(self, chat: ChatRef, upto: date | None = None) -> list[Candidate]:
        """The papers that a chat's topics match and none of its digests has taken; one candidate per paper, oldest
        first. They were announced as new or cross-listed since the subscription began, and not after `upto`."""

    async def unseen_of(self, chats: Collection[ChatRef], upto: date | None = None) -> Mapping[ChatRef, Unseen]:
        """The same papers as `candidates` for several chats at once, by number only; every chat asked for has an
        entry.

        At most as many chats as one statement may name; some hundred at once cost the least for each."""

    async def announced_at(self, seqs: Collection[int]) -> Mapping[int, Announced]:
        """The announcements with these sequence numbers."""

    async def topic_queries(self, topic_ids: Collection[int]) -> Mapping[int, str]:
        """The normalized queries of topics by id."""

    async def chats_with_candidates(self) -> list[ChatRef]:
        """Chats (not suspended) for which `candidates` may not be empty. A chat whose topics match only papers that it
        has taken may be among them."""

    async def last_match(self) -> int:
        """A number that grows with each `save_matches` that finds something."""

    async def chats_matched(self, after: int) -> list[ChatRef]:
        """Chats (not suspended) with a topic for which matches were written since `last_match` was `after`."""

    async def chats_changed(self, since: datetime) -> list[ChatRef]:
        """Chats whose settings, subscriptions or suspension changed at that time or later."""

    async def tidy_matches(self, now: datetime, *, least_rows: int = 20) -> int:
        """Delete the matches of topics that nobody follows, and join older rows of the others where a topic has so
        many of them; returns how many rows went. In small transactions: other writes go on in between."""

    async def counts(self, first: date, last: date) -> int:
        """How many papers were announced as new or cross-listed on these days."""


class UsageStore(Protocol):
    """The usage of models by UTC day, their budget and their pauses, shared by all processes."""

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        """Count a request that is about to be sent, and its estimated tokens, as used on the day of `now`.

        Whoever reserves next sees it, so that all processes together stay inside the budget. Nothing is counted unless
        it fits."""

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        """Put what was used in the place of a reservation; 0 requests if nothing was sent."""

    async def usage(self, day: date) -> list[Usage]: ...

    async def pause_model(self, pause: ModelPause) -> ModelPause:
        """Write a pause. Of two pauses of a model, the one that ends later stays and is returned."""

    async def end_pause(self, model: str, until: datetime) -> None:
        """Forget the pause of a model that ended at `until`. A pause that ends later stays."""

    async def model_pause(self, model: str) -> ModelPause | None:
        """The latest pause of a model, over or not, unless the model has answered since."""


class Summaries(UsageStore, Protocol):
    """Summaries that exist, those that are wanted, and those that somebody makes now."""

    async def want(self, wanted: Sequence[WantedSummary]) -> None:
        """Replace the set of wanted summaries; keys that stay keep their attempts and waiting times, and keys that
        are claimed stay."""

    async def wanted(
        self, now: datetime, limit: int, keys: Collection[SummaryKey] | None = None
    ) -> list[WantedSummary]:
        """Wanted summaries that are neither made nor postponed nor claimed, by due time, then by number of chats, most
        first; with `keys`, only those of them."""

    async def postponed(self, now: datetime) -> list[WantedSummary]:
        """Wanted summaries that are not made, and postponed to a later time."""

    async def postpone(self, key: SummaryKey, until: datetime, why: str) -> None:
        """Count an attempt, and do not return the key from `wanted` before `until`."""

    async def claim(
        self,
        keys: Collection[SummaryKey],
        owner: str,
        now: datetime,
        until: datetime,
        *,
        even_postponed: bool = False,
    ) -> set[SummaryKey]:
        """Claim summaries for `owner` until a time; returns the keys that are the owner's now.

        Not among them are those that are made, those that another owner has claimed until after `now`, and unless
        `even_postponed` those that are postponed. Claiming again renews."""

    async def unclaim(self, keys: Collection[SummaryKey], owner: str) -> None:
        """End the owner's claims of these keys."""

    async def claimants(self, now: datetime) -> set[str]:
        """The owners of claims that have not expired."""

    async def end_claims(self, owners: Collection[str]) -> int:
        """End all claims of these owners, which have ended themselves; returns how many there were."""

    async def save_summary(self, summary: Summary) -> Summary:
        """Write a summary; if one with its key is stored already, that one is kept and returned."""

    async def save_summaries(self, summaries: Sequence[Summary]) -> list[Summary]:
        """Write several summaries like `save_summary`; returns the stored ones in the same order."""

    async def forget_extractive(self, keys: Collection[SummaryKey] | None = None) -> int:
        """Remove those of these summaries (None: of the wanted ones) that were made while no model was configured, so
        that a model makes them; returns how many there were. What every model refused stays."""

    async def summary(self, key: SummaryKey) -> Summary | None: ...

    async def summaries(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]: ...


class Chats(Protocol):
    """Chats, their subscriptions, and the people who manage them."""

    async def chat(self, ref: ChatRef) -> Chat | None: ...

    async def chats(self) -> list[Chat]: ...

    async def chats_of(self, refs: Collection[ChatRef]) -> Mapping[ChatRef, Chat]:
        """Those of the chats that are stored, in the order of `refs`; at most as many as one statement may name."""

    async def add_chat(self, chat: Chat) -> Chat:
        """Write a new chat and return it; a chat that is there already stays as it is and is returned instead."""

    async def change_chat(self, ref: ChatRef, now: datetime, **changes: Unpack[ChatChanges]) -> Chat | None:
        """Write these fields of a chat and no others, and return the chat; None if there is no such chat.

        A changed digest time or time zone also changes the next due time, in the same transaction; so does any
        change of a chat that has no due time.
        """

    async def subscribe(
        self, ref: ChatRef, topic: str, since: date, now: datetime, *, limit: int | None = None
    ) -> SubscribeResult:
        """Let a chat follow a topic (its normalized query), unless it follows `limit` topics already.

        A new topic is matched from `since` on. Raises `LookupError` if there is no such chat.
        """

    async def unsubscribe(self, ref: ChatRef, topic: str, now: datetime) -> bool:
        """Let a chat follow a topic no longer. Returns whether it followed it until now."""

    async def subscriptions(self, ref: ChatRef | None = None) -> list[Subscription]:
        """The subscriptions of one chat, or of all, in the order in which they were made."""

    async def begin_by(self, day: date, now: datetime) -> int:
        """Let subscriptions that would begin after that listing day begin on it; returns how many did."""

    async def bind_bot(self, ref: ChatRef, bot: str) -> None:
        """Let the bot with this id serve a chat, and send what is still to be sent there. "" names no bot.

        What another bot has leased waits again, so that only one of them sends it."""

    async def chats_by_bot(self) -> Mapping[tuple[Platform, str], int]:
        """How many chats each bot serves that are not suspended, by `Chat.bot`."""

    async def suspend(self, ref: ChatRef, why: str, now: datetime) -> None: ...

    async def resume(self, ref: ChatRef, next_due_at: datetime | None, now: datetime) -> None:
        """Send to the chat again; None leaves the due time as it is."""

    async def move_chat(self, old: ChatRef, new: ChatRef, now: datetime) -> None:
        """Rewrite a chat's id everywhere, its forum topics and managers too, in one transaction; joins with `new` if
        that is there."""

    async def due_chats(
        self,
        now: datetime,
        *,
        among: Collection[ChatRef] | None = None,
        limit: int | None = None,
        after: Chat | None = None,
    ) -> list[Chat]:
        """Chats whose digest is due and that are not suspended; with them those due more than `due_times.AHEAD` from
        now, whose due time was set by a clock that ran ahead.

        By due time; at most `limit`, and with `after` only those behind this chat, as it was returned, in that order.
        With `among`, only these, which are at most as many as one statement may name.
        """

    async def coming_chats(self, now: datetime, until: datetime, *, limit: int, after: Chat | None) -> list[Chat]:
        """Chats whose digest is due after `now` and not after `until`; otherwise as `due_chats`."""

    async def due_counts(self, now: datetime, until: datetime) -> Mapping[tuple[Platform, str], Mapping[datetime, int]]:
        """How many chats (not suspended) are due after `now` and not after `until`: by platform and bot, then by due
        time."""

    async def chats_due_at(self, due_at: datetime, platform: Platform, bot: str) -> list[ChatRef]:
        """The chats of a bot that are due at exactly this time."""

    async def move_due(self, refs: Sequence[ChatRef], due_at: datetime, to: datetime) -> None:
        """Let those of the chats that are due at `due_at` be due at another time."""

    async def put_off(self, ref: ChatRef, until: datetime) -> None:
        """Let `due_chats` leave this chat out until then, or until a digest of it is written."""

    async def set_due(self, ref: ChatRef, next_due_at: datetime | None) -> None: ...

    async def forget(self, ref: ChatRef) -> None:
        """Delete a chat with everything about it (when its people ask for that): who manages it, if no forum topic of
        it is left, and, if it is a person's private chat, what that person manages."""

    async def remember_manager(self, ref: ChatRef, person: str, now: datetime, *, title: str | None = None) -> None:
        """Keep that a person (the platform's user id) manages a chat, so that they can be told of trouble there.

        With its `title`, the chat is also offered to the person in their private chat. Forum topics count as the chat
        they belong to. At most `MOST_MANAGERS` of a chat and `MOST_MANAGED_CHATS` of a person are kept, the latest.
        """

    async def managers(self, ref: ChatRef) -> list[str]:
        """The people who manage a chat, by user id, oldest first."""

    async def managed_chats(self, platform: Platform, person: str) -> dict[ChatRef, str]:
        """The chats that are offered to a person, with their titles, oldest first."""


class Outbox(Protocol):
    """Digests and deliveries."""

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        """Write, in one transaction, the digest, its parts as waiting deliveries, its papers as taken, and the chat's
        next due time.

        Returns False, and writes nothing, if the slot is there already, one of the papers has been taken meanwhile, or
        the chat is gone. `next_due_at` None leaves the due time as it is, and so does a due time
        that is no longer `due_at`; without parts there is nothing to send.
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


class ValueStore(Protocol):
    """Small JSON values by name that outlive the process: when arXiv was last asked, counts, hashes."""

    async def value(self, name: str) -> JSON | None:
        """The value kept under this name; None if there is none. Raises `StoreUnavailable`."""

    async def remember_value(self, name: str, value: JSON) -> None:
        """Keep a value under this name, in place of an earlier one. Raises `StoreUnavailable`."""


class Operations(ValueStore, Protocol):
    """The store for operating a service."""

    async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or extend a named lease; False while another owner holds it."""

    async def release(self, name: str, owner: str) -> None: ...

    async def holder(self, name: str) -> str | None:
        """The owner of a named lease, or its last owner."""

    async def live_leases(self, now: datetime) -> Mapping[str, str]:
        """The owners of the leases that have not expired, by the leases' names."""

    async def expire_leases(self, owner: str, now: datetime, bot: Bot | None = None) -> int:
        """End the delivery leases of every other owner now; returns how many. With `bot`, only those of chats that this
        bot serves. Only for the process that alone sends for it, or for all bots."""

    async def ledger(self, since: date, *, by_category: bool = False) -> list[LedgerLine]:
        """Listing days from `since` on, oldest first. `announced` is what the listings name, read or unread; without a
        listing, what was ingested. Every number counts a paper once a day.

        `ingested` counts all kinds; the rest only new papers and cross-lists: matched by a topic, shown by a digest,
        summarized in that version, and shown by a part of a digest that is sent.

        `by_category` gives a line for each day and primary category, by name. Entries that could not be read have the
        `category` "unread", so that a day's lines add up to its total.
        """

    async def backup(self, path: Path) -> None:
        """Copy the database to a new file while it is in use (SQLite). Raises `TellUser` if that is impossible."""

    async def check_writable(self, now: datetime, within: float) -> None:
        """Make a small write. Raises `StoreUnavailable` if the database does not accept it within `within` seconds.

        A longer write of this process that is in its way is no fault."""

    async def ping(self) -> None:
        """Raises `StoreUnavailable` unless the database answers a query."""

    async def close(self) -> None: ...


class Store(Papers, Topics, Summaries, Chats, Outbox, Inbox, Operations, StatusCounts, Upkeep, Protocol):
    """The whole store."""
