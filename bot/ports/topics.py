"""Topics, their matches and the candidates of chats as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.model import Announced, Candidate, ChatRef, TopicState, Unseen


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

    async def announced_on(self, day: date) -> list[tuple[int, Announced]]:
        """(sequence number, announcement) of those of a listing day, in order."""

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

    async def matched_on(self, topic_ids: Collection[int], day: date) -> Mapping[int, frozenset[int]]:
        """The sequence numbers of a listing day's announcements that each of these topics is known to match; topics
        without any are left out."""

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
