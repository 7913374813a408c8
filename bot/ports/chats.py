"""Chats, their subscriptions and their managers as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, Unpack

from bot.model import Chat, ChatChanges, ChatRef, Platform, SubscribeResult, Subscription


class Chats(Protocol):
    """Chats, their subscriptions, and the people who manage them."""

    async def chat(self, ref: ChatRef) -> Chat | None: ...

    async def chats(self) -> list[Chat]: ...

    async def chats_at(self, ref: ChatRef) -> list[Chat]:
        """The chat, if it is stored, and of a group its forum topics, in the order in which they were added."""

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
        self,
        ref: ChatRef,
        topic: str,
        since: date,
        now: datetime,
        *,
        limit: int | None = None,
        created_at: datetime | None = None,
    ) -> SubscribeResult:
        """Let a chat follow a topic (its normalized query), unless it follows `limit` topics already.

        A new topic is matched from `since` on. `created_at` decides its place among the chat's subscriptions, if it is
        not the last one. Raises `LookupError` if there is no such chat.
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
        it is left, and, if it is a person's private chat, what that person manages. The texts of its messages go with
        the next `tidy`."""

    async def remember_manager(self, ref: ChatRef, person: str, now: datetime, *, title: str | None = None) -> None:
        """Keep that a person (the platform's user id) manages a chat, so that they can be told of trouble there.

        With its `title`, the chat is also offered to the person in their private chat. Forum topics count as the chat
        they belong to. At most `MOST_MANAGERS` of a chat and `MOST_MANAGED_CHATS` of a person are kept, the latest.
        """

    async def managers(self, ref: ChatRef) -> list[str]:
        """The people who manage a chat, by user id, oldest first."""

    async def managed_chats(self, platform: Platform, person: str) -> dict[ChatRef, str]:
        """The chats that are offered to a person, with their titles, oldest first."""
