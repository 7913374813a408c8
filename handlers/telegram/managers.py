"""Remembers who manages which chats: channels are offered to their people, and people are told of trouble there."""

from __future__ import annotations

from bot.model import ChatRef, Platform
from bot.ports import Chats, Clock


class Managers:
    """Telegram's ids on the store's managers. Whoever is remembered was an admin at the time; rights are looked up
    again at every use."""

    def __init__(self, chats: Chats, clock: Clock) -> None:
        self._chats, self._clock = chats, clock

    async def bind(self, user_id: int, chat_id: int, title: str) -> None:
        """Remember that a person manages a chat from their private chat, so that it can be offered to them there."""
        await self._chats.remember_manager(_ref(chat_id), str(user_id), self._clock.now(), title=title)

    async def add(self, user_id: int, chat_id: int) -> None:
        """Remember that a person has set something up in a chat, so that they can be told when it no longer works."""
        await self._chats.remember_manager(_ref(chat_id), str(user_id), self._clock.now())

    async def of(self, chat: ChatRef) -> list[int]:
        """The user ids of the people to tell about a chat or its forum topics."""
        return [int(person) for person in await self._chats.managers(chat)]

    async def channels(self, user_id: int) -> dict[int, str]:
        """Ids and titles of the chats that a person has managed from their private chat."""
        managed = await self._chats.managed_chats(Platform.TELEGRAM, str(user_id))
        return {int(chat.place): title for chat, title in managed.items()}

    async def title(self, chat: ChatRef) -> str:
        """The title of a chat, or of the chat that a forum topic belongs to; "" if none is known."""
        place = ChatRef(chat.platform, chat.place)
        for ref in (chat, place):
            if (known := await self._chats.chat(ref)) is not None and known.title:
                return known.title
        for person in await self._chats.managers(place):
            if title := (await self._chats.managed_chats(chat.platform, person)).get(place):
                return title
        return ""


def _ref(chat_id: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat_id))
