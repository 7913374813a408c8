"""Remembers who manages which chats: channels are offered to their people, and people are told of trouble there."""

from __future__ import annotations

import asyncio
from typing import Protocol

from bot.decisions import managers
from bot.decisions.managers import CHANNELS_OF, MANAGERS_OF
from bot.model import Chat, ChatRef
from bot.ports import ValueStore


class ManagerStore(ValueStore, Protocol):
    """Where managers are kept, and the chats that are known; a `Store` is one."""

    async def chat(self, ref: ChatRef) -> Chat | None: ...


class Managers:
    """Whoever is remembered was an admin at the time; rights are looked up again at every use."""

    def __init__(self, store: ManagerStore) -> None:
        self._store = store
        self._writing = asyncio.Lock()

    async def bind(self, user_id: int, chat_id: int, title: str) -> None:
        """Keep that a person manages a chat from their private chat, so that it can be offered to them."""
        async with self._writing:
            known = managers.channels(await self._store.value(f"{CHANNELS_OF}{user_id}"))
            if known.get(str(chat_id)) != title:
                changed = managers.listed({**known, str(chat_id): title})
                await self._store.remember_value(f"{CHANNELS_OF}{user_id}", changed)
        await self.add(user_id, chat_id)

    async def add(self, user_id: int, chat_id: int) -> None:
        """Keep that a person has set something up in a chat, so that they can be told when it no longer works."""
        async with self._writing:
            known = await self.of(chat_id)
            if user_id not in known:
                await self._store.remember_value(f"{MANAGERS_OF}{chat_id}", managers.together(known, user_id))

    async def of(self, chat_id: int | str) -> list[int]:
        """The people to tell about a chat."""
        return managers.users(await self._store.value(f"{MANAGERS_OF}{chat_id}"))

    async def channels(self, user_id: int) -> dict[int, str]:
        """Ids and titles of the chats that a person has managed from their private chat."""
        known = managers.channels(await self._store.value(f"{CHANNELS_OF}{user_id}"))
        return {int(ident): title for ident, title in known.items()}

    async def title(self, chat: ChatRef) -> str:
        """What a chat is called, as far as that is known here."""
        place = ChatRef(chat.platform, managers.place_of(chat))
        for ref in (chat, place):
            if (known := await self._store.chat(ref)) is not None and known.title:
                return known.title
        for user_id in await self.of(place.id):
            if title := (await self.channels(user_id)).get(int(place.id)):
                return title
        return ""
