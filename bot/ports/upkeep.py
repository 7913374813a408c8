"""What the state of the service and the daily upkeep ask of the store. Implemented by `bot.storage`.

Every method raises `StoreUnavailable` if the database does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.model import JSON, ChatRef, FollowCounts


class StatusCounts(Protocol):
    """Counts for the state of the service. Each costs little, however many chats and topics there are."""

    async def values(self, prefix: str) -> Mapping[str, JSON]:
        """The values (see `ValueStore`) whose names begin with this."""

    async def follow_counts(self, now: datetime) -> FollowCounts: ...

    async def suspended_chats(self, limit: int) -> Mapping[ChatRef, str]:
        """Suspended chats with the reason, those that were added first."""

    async def newest_topic(self) -> int:
        """A number that grows whenever a topic is added that nobody followed before; 0 without topics."""

    async def followed_queries(self, after: int, limit: int) -> list[tuple[int, str]]:
        """(id, query) of the topics with a greater id that at least one chat follows, by id."""

    async def summaries_waiting(self, now: datetime) -> int:
        """How many summaries are wanted that are neither made nor postponed."""

    async def summary_reasons(self, now: datetime) -> Mapping[str | None, int]:
        """How many wanted summaries are postponed for which reason."""

    async def message_reasons(self, limit: int) -> Mapping[str, int]:
        """For which reasons the next messages of chats wait, counted over the newest `limit` of them."""


class Upkeep(Protocol):
    """What the daily upkeep asks of the store."""

    async def unsent_papers(self) -> set[str]:
        """The ids of papers in parts of digests that were not sent, or of which that is unknown."""

    async def forget_malformed(self, before: datetime) -> int:
        """Delete malformed entries that were stored before that time; returns how many."""

    async def rewrite(self) -> None:
        """Write the whole database anew, without the room that deletions left free and new rows would use (SQLite).

        Other writers wait meanwhile.
        """
