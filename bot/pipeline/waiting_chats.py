"""The due chats whose digests wait for summaries, remembered between two rounds of `compose`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.decisions import digest_policy
from bot.model import Chat, ChatRef, SummaryKey
from bot.ports import Store


@dataclass(frozen=True, slots=True)
class _Wait:
    """What a chat waited for when it was looked at; `chat` has the settings that it had then."""

    chat: Chat
    due_at: datetime
    missing: frozenset[SummaryKey]
    looked_at: datetime


class WaitingChats:
    """Spares a round from reading all that a digest needs, only to find again that its chat waits.

    A chat is looked at again when `digest_policy.digest_waits` no longer holds for what it waited for, when its
    settings or its due time have changed, and at the latest after `digest_policy.COMPOSE_AGAIN`.
    """

    def __init__(self) -> None:
        self._waits: dict[ChatRef, _Wait] = {}
        self._found: list[tuple[Chat, datetime, frozenset[SummaryKey]]] = []
        self._sets: dict[frozenset[SummaryKey], frozenset[SummaryKey]] = {}
        """Equal sets once: most chats wait for the same summaries as many others."""

    async def begin_round(self, store: Store, now: datetime) -> None:
        """Forget the chats that this round is to look at. Raises `StoreUnavailable`."""
        self._found.clear()
        waits = [each for each in self._waits.values() if digest_policy.was_composed_lately(each.looked_at, now)]
        self._waits.clear()
        self._sets = {each.missing: each.missing for each in waits}
        if not waits:
            return
        stored = await store.stored(frozenset[SummaryKey]().union(*self._sets))
        postponed = {wanted.key: wanted for wanted in await store.postponed(now)}
        still: dict[tuple[datetime, frozenset[SummaryKey]], bool] = {}
        for each in waits:
            wait = (each.due_at, each.missing)
            if wait not in still:
                missing = each.missing - stored
                put_off = [postponed[key] for key in missing if key in postponed]
                still[wait] = digest_policy.digest_waits(each.due_at, now, missing, put_off)
                await asyncio.sleep(0)  # it never waits by itself: let answers and messages go between two of them
            if still[wait]:
                self._waits[each.chat.ref] = each

    def but_waiting(self, chats: Collection[Chat]) -> list[Chat]:
        """Those of the chats that are to be looked at in this round."""
        return [chat for chat in chats if (wait := self._waits.get(chat.ref)) is None or wait.chat != chat]

    def add(self, chat: Chat, due_at: datetime, missing: frozenset[SummaryKey]) -> None:
        """Note that a chat was looked at in this round, and waits for these summaries."""
        self._found.append((chat, due_at, self._sets.setdefault(missing, missing)))

    def end_round(self, now: datetime) -> None:
        # Only now: with many chats a round takes long, and the next one should not begin with the same ones.
        self._waits |= {chat.ref: _Wait(chat, due_at, missing, now) for chat, due_at, missing in self._found}
        self._found.clear()
