"""What is kept, in domain verbs by subject. Implemented by `bot.storage`.

Every method raises `StoreUnavailable` where the database does not answer; other errors are named with each method.
All times are UTC and aware.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from bot.model import (
    JSON,
    Announced,
    Candidate,
    Chat,
    ChatRef,
    Delivery,
    DeliveryState,
    Ingested,
    LedgerLine,
    ListingRecord,
    Malformed,
    Match,
    NewDigest,
    Paper,
    Platform,
    Subscription,
    Summary,
    SummaryKey,
    TopicState,
    Usage,
    WantedSummary,
)


class Papers(Protocol):
    """Papers, announcements and the ledger of listings."""

    async def ingest(self, announced: Sequence[Announced], now: datetime) -> Ingested:
        """Write papers and announcements in one transaction; those already there stay. A newer version updates a
        paper, an older one never does; fields that the new record lacks (comment, dates, licence) keep their value,
        and categories are joined (the primary one stays first)."""

    async def remember(self, papers: Sequence[Paper], now: datetime) -> None:
        """Write or complete papers from the API, without announcing them; marks them as completed."""

    async def paper(self, paper_id: str) -> Paper | None: ...

    async def papers(self, paper_ids: Collection[str]) -> Mapping[str, Paper]: ...

    async def announced_ids(
        self, paper_ids: Collection[str], before: date | None = None, since: date | None = None
    ) -> set[str]:
        """Those of the ids that some announcement has named: on a day before `before`, not before `since`, if given."""

    async def incomplete(self, since: date) -> list[str]:
        """Ids announced since that day whose record the API has not completed."""

    async def announcements(self, first: date, last: date) -> list[Announced]:
        """All announcements of these days (both included), oldest first."""

    async def announcement_of(self, paper_id: str) -> Announced | None:
        """The announcement that brought a paper: its earliest one that delivers, else its earliest."""

    async def set_aside(self, entries: Sequence[Malformed], now: datetime) -> None:
        """Keep malformed entries; one that is already kept stays one."""

    async def malformed(self, limit: int = 100, since: date | None = None) -> list[Malformed]:
        """What was set aside, newest first; with `since`, only entries of listings from that day on."""

    async def record_listing(self, records: Sequence[ListingRecord]) -> None:
        """Write the ledger's lines; one for the same day and archive is replaced, never complete by incomplete."""

    async def listings(self, since: date) -> list[ListingRecord]: ...

    async def latest_day(self) -> date | None:
        """The latest listing day with an announcement; days that lay ahead of the clock when the newest announcement
        was written are passed over, unless there are no others."""


class Topics(Protocol):
    """Topics, matches, and what is wanted of them."""

    async def archived_topics(self) -> list[str]:
        """The topics that the archive itself follows."""

    async def topics(self) -> list[TopicState]:
        """Topics that at least one chat follows."""

    async def announcements_after(self, seq: int, limit: int) -> list[tuple[int, Announced]]:
        """Announcements with a greater sequence number, in order."""

    async def save_matches(
        self,
        matches: Sequence[tuple[int, str, date, tuple[str, ...]]],
        topic_ids: Collection[int],
        seq: int,
        *,
        after: int | None = None,
    ) -> None:
        """Write (topic id, paper id, listing day, because) rows and bring these topics' `matched_seq` to `seq`.

        Rows are kept only where the paper was announced as new or cross-listed on that day.

        `after` is the sequence number the matching began after: a topic that a new subscriber has set back below it
        meanwhile stays where it is, so that it is matched again from there. A topic that is gone is passed over.
        """

    async def matches(self, paper_ids: Collection[str], topics: Collection[str]) -> Mapping[str, tuple[Match, ...]]: ...

    async def matched(self, topic: str, first: date, last: date) -> list[Candidate]:
        """Delivering announcements that a topic matches, newest day first (for the archive)."""

    async def candidates(self, chat: ChatRef, upto: date | None = None) -> list[Candidate]:
        """What a chat's topics match, since each subscription began and not after `upto`, that it has not had; oldest
        first, one per paper, replacements left out."""

    async def candidates_of(
        self, chats: Collection[ChatRef], upto: date | None = None
    ) -> Mapping[ChatRef, list[Candidate]]:
        """`candidates` of several chats at once; every chat asked for has an entry."""

    async def chats_with_candidates(self) -> list[ChatRef]:
        """Chats (not suspended) for which `candidates` would not be empty."""

    async def counts(self, first: date, last: date) -> int:
        """How many papers were announced as new or cross-listed on these days."""


class Summaries(Protocol):
    """Summaries and what is wanted."""

    async def want(self, wanted: Sequence[WantedSummary]) -> None:
        """Replace what is wanted by this; attempts and waiting times of keys that stay are kept."""

    async def wanted(self, now: datetime, limit: int) -> list[WantedSummary]:
        """Wanted, not made, not waiting for a later time: first due first, then by number of chats."""

    async def postponed(self, now: datetime) -> list[WantedSummary]:
        """Wanted, not made, and waiting for a later time."""

    async def postpone(self, key: SummaryKey, until: datetime, why: str) -> None:
        """Count an attempt and do not offer the key before `until`."""

    async def save_summary(self, summary: Summary, *, replace: bool = False) -> Summary:
        """Write a summary, or, where one with that key is there and `replace` is false, return that one."""

    async def summary(self, key: SummaryKey) -> Summary | None: ...

    async def summaries(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]: ...

    async def record_usage(self, model: str, day: date, requests: int, tokens: int) -> None: ...

    async def usage(self, day: date) -> list[Usage]: ...


class Chats(Protocol):
    """Chats and subscriptions."""

    async def chat(self, ref: ChatRef) -> Chat | None: ...

    async def chats(self) -> list[Chat]: ...

    async def save_chat(self, chat: Chat) -> None:
        """Write a chat's settings, all of them, whether it is new or not; `created_at` None keeps the first one."""

    async def subscribe(self, ref: ChatRef, topic: str, since: date, now: datetime) -> bool:
        """Let a chat (which must be there) follow a topic; False if it does. A new topic is matched from `since` on."""

    async def unsubscribe(self, ref: ChatRef, topic: str) -> bool: ...

    async def subscriptions(self, ref: ChatRef | None = None) -> list[Subscription]: ...

    async def begin_by(self, day: date) -> int:
        """Let subscriptions that would begin after that listing day begin on it; how many did."""

    async def suspend(self, ref: ChatRef, why: str) -> None: ...

    async def resume(self, ref: ChatRef, next_due_at: datetime | None) -> None:
        """Send to it again; None leaves the due time as it is."""

    async def move_chat(self, old: ChatRef, new: ChatRef) -> None:
        """Rewrite a chat's id everywhere, its forum topics too, in one transaction; joins with `new` if there."""

    async def due_chats(self, now: datetime) -> list[Chat]:
        """Chats whose digest is due and that are not suspended; with them those due more than `cadence.AHEAD` from
        now, whose time was set by a clock that ran ahead."""

    async def put_off(self, ref: ChatRef, until: datetime) -> None:
        """Let `due_chats` leave this chat out until then, or until a digest of it is written."""

    async def set_due(self, ref: ChatRef, next_due_at: datetime | None) -> None: ...

    async def forget(self, ref: ChatRef) -> None:
        """Delete a chat with everything about it (when its people ask for that)."""


class Outbox(Protocol):
    """Digests and deliveries."""

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        """One transaction: the digest, its delivery parts (waiting), its papers taken, the chat's next due time.
        False, and nothing written, if the slot is there already, one of the papers has been taken meanwhile, or the
        chat is gone. `next_due_at` None leaves the due time as it is; no parts means nothing to send."""

    async def write_digests(self, digests: Sequence[NewDigest], now: datetime) -> list[bool]:
        """`write_digest` of each, in one transaction: where it fails, none is written."""

    async def lease(
        self, owner: str, platforms: Collection[Platform], now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Take deliveries that may go: waiting and due, or leased with the lease expired; of each digest only the
        first part that is neither sent, unknown nor given up; at most one per chat; none for suspended chats."""

    async def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        """Mark as being sent, right before the request; False if the lease was lost. Counts an attempt."""

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        now: datetime,
        *,
        owner: str | None = None,
        message_id: str | None = None,
        next_attempt_at: datetime | None = None,
        why: str | None = None,
        again: bool = False,
        asked: bool = False,
        failed: bool = False,
    ) -> None:
        """Write what came of it; None keeps `message_id` and `why`. Waiting means: again at `next_attempt_at`, else
        `now`; so does unknown with `again`. `failed` counts a failure. A delivery that is sent stays sent; with
        `owner`, one that somebody else has by now stays as it is, unless it was sent."""

    async def reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        """Let a delivery that was given up, or is of unknown fate, wait to be sent anew, after a look for it
        (`again`, `asked`); False for any other."""

    async def hasten(self, ref: ChatRef, now: datetime) -> int:
        """Let what a chat has waiting, and may go now, be leased before everything else; how many parts are on their
        way. 0 where the first of them has to wait for later, and so all that is behind it, or the chat is suspended."""

    async def orphaned(self, now: datetime) -> list[Delivery]:
        """Deliveries left in `sending` by a process that is gone (its lease has expired)."""

    async def deliveries(
        self, *, chat: ChatRef | None = None, states: Collection[DeliveryState] = (), limit: int = 100
    ) -> list[Delivery]:
        """Newest first."""

    async def chats_in_doubt(self) -> set[ChatRef]:
        """Chats with deliveries whose outcome is unknown."""

    async def delivery(self, delivery_id: int) -> Delivery | None: ...

    async def taken(self, ref: ChatRef, paper_ids: Collection[str]) -> set[str]: ...

    async def outbox_counts(self) -> Mapping[tuple[Platform, DeliveryState], int]: ...

    async def oldest_waiting(self, platforms: Collection[Platform] | None = None) -> datetime | None:
        """When the oldest digest was written of which a part is still to be sent; of these platforms, without suspended
        chats and without parts that fail by themselves or wait behind one that does."""


class ValueStore(Protocol):
    """Small JSON values by name that outlive the process: when arXiv was last asked, counts, hashes."""

    async def value(self, name: str) -> JSON | None:
        """The value kept under this name; None if there is none. Raises `StoreUnavailable`."""

    async def remember_value(self, name: str, value: JSON) -> None:
        """Keep a value under this name, in place of an earlier one. Raises `StoreUnavailable`."""


class Operations(ValueStore, Protocol):
    """What running a service needs of its store."""

    async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong a named lease; False while another owner holds it."""

    async def release(self, name: str, owner: str) -> None: ...

    async def holder(self, name: str) -> str | None:
        """Who holds a named lease, or held it last."""

    async def expire_leases(self, owner: str, now: datetime) -> int:
        """Let the delivery leases of every other owner end now; for whoever holds the lease of sending. How many."""

    async def ledger(self, since: date, *, by_category: bool = False) -> list[LedgerLine]:
        """Listing days from `since` on, oldest first. What was announced is what the listings say, read or unread, else
        what came in; every number counts a paper once a day.

        `ingested` counts all kinds; the rest only new papers and cross-lists: matched by a topic, taken by any chat,
        summarized in that version, and taken by a digest of which every part is sent (the archive's have none).

        `by_category` gives a line for each day and primary category, by name; what a listing announced and nobody could
        read stands in a line of its own, with `category` "unread", so that a day's lines add up to its total.
        """

    async def backup(self, path: Path) -> None:
        """Copy the database to a new file while it is in use (SQLite). Raises `TellUser` where that cannot be."""

    async def check_writable(self, now: datetime, within: float) -> None:
        """Make a small write; raises `StoreUnavailable` where the database takes none within so many seconds. A longer
        write of this process's own that stands in its way is no fault."""

    async def ping(self) -> None:
        """Raises `StoreUnavailable` unless the database answers a query."""

    async def close(self) -> None: ...


class Store(Papers, Topics, Summaries, Chats, Outbox, Operations, Protocol):
    """Everything that is kept, in domain verbs."""
