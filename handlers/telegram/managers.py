"""Remembers who manages which chats, to offer channels to their admins and to tell people of problems there."""

from __future__ import annotations

from bot.model import ChatRef, Platform
from bot.ports import Chats, Clock


class Managers:
    """Converts Telegram's ids for the store's list of managers.

    People on that list were admins when they were added; rights are looked up again at every use.
    """

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
        # The title of a forum topic's group is stored with the group, or, if that is no chat, with its managers.
        place = ChatRef(chat.platform, chat.place)
        for ref in (chat, place):
            if (known := await self._chats.chat(ref)) is not None and known.title:
                return known.title
        for person in await self._chats.managers(place):
            if title := (await self._chats.managed_chats(chat.platform, person)).get(place):
                return title
        return ""

    async def language(self, chat: ChatRef) -> str:
        """The language of a chat, or of the chat that a forum topic belongs to; "" if none is known."""
        for ref in (chat, ChatRef(chat.platform, chat.place)):
            if (known := await self._chats.chat(ref)) is not None:
                return known.language
        return ""


def _ref(chat_id: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat_id))
