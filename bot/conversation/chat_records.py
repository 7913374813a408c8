"""What is stored of a chat itself: it is created, bound to a bot, suspended and resumed, and moves to a new id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.conversation.dependencies import Defaults
from bot.decisions.due_times import next_due
from bot.locales import language_of_new_chats
from bot.model import Bot, Chat, ChatRef
from bot.model.languages import language_code
from bot.ports import Chats, Clock

log = structlog.get_logger()


class ChatRecords:
    """A command about a suspended chat resumes it: somebody is there again, and if the platform still refuses to
    deliver, it is suspended again.

    A chat is served by the bot that it was set up with, or that its admins have used last; what only another of our
    bots sees there changes nothing. `bot` is the bot that people talk to; None for the operator.
    """

    def __init__(self, store: Chats, clock: Clock, defaults: Defaults, bot: Bot | None) -> None:
        self._store, self._clock, self._defaults, self._bot = store, clock, defaults, bot

    # ── what use cases need of a chat ──

    async def known(self, ref: ChatRef, title: str = "", *, manages: bool = False) -> Chat | None:
        """The chat, resumed and with its present title; None if it is not stored.

        `manages`: somebody who manages the chat uses this bot there, which serves it from now on. A suspended chat is
        served by whichever bot is used: the one before cannot reach it.
        """
        chat = await self._store.chat(ref)
        if chat is None:
            return None
        if self._bot is not None and chat.bot != self._bot.id and (manages or chat.suspended):
            await self._store.bind_bot(ref, self._bot.id)
            log.info("chat bound", chat=str(ref), bot=self._bot.id)
            chat = replace(chat, bot=self._bot.id)
        if chat.suspended:
            # From now on: the digests that fell due meanwhile are not sent one after the other.
            now = self._clock.now()
            due = next_due(chat, now)
            await self._store.resume(ref, due, now)
            log.info("chat resumed", chat=str(ref))
            chat = replace(chat, suspended=None, next_due_at=due)
        # People may have renamed the chat since it was stored.
        if title and title != chat.title:
            chat = await self._store.change_chat(ref, self._clock.now(), title=title)
        return chat

    async def known_or_new(self, ref: ChatRef, title: str = "", *, manages: bool = False) -> Chat:
        """As `known`, or a new chat that is not stored."""
        return await self.known(ref, title, manages=manages) or self.new(ref, title)

    async def ensure(self, ref: ChatRef, title: str = "", *, manages: bool) -> Chat:
        """As `known`; a chat that is not stored is created."""
        chat = await self.known(ref, title, manages=manages)
        if chat is None:
            chat = await self._store.add_chat(self.new(ref, title))
            log.info("chat created", chat=str(ref))
        return chat

    async def as_stored(self, ref: ChatRef) -> Chat:
        """The chat as it is stored, suspended or not, or a new one that is not stored: for what any reader may do."""
        return await self._store.chat(ref) or self.new(ref)

    def new(self, ref: ChatRef, title: str = "") -> Chat:
        """A chat with the settings of a new one, not stored."""
        chat = self._defaults.new_chat(ref, self._clock.now(), title)
        # The person's own language where the platform tells it: a group has no person's.
        language = "" if ref.is_group else language_code(language_of_new_chats())
        chat = replace(chat, language=language or chat.language)
        return replace(chat, bot=self._bot.id) if self._bot is not None else chat

    def due_locally(self, chat: Chat) -> datetime | None:
        """When the next digest is due, in the chat's own time zone; None while it is paused until told."""
        # A due time in the past is that of a digest about to be written; people ask for the next one.
        now = self._clock.now()
        due = chat.next_due_at if chat.next_due_at and chat.next_due_at > now else next_due(chat, now)
        return due.astimezone(ZoneInfo(chat.timezone)) if due else None

    # ── what the platform says of a chat ──

    async def suspend(self, ref: ChatRef, why: str) -> None:
        """Send nothing to a chat, and a group's forum topics, until it is resumed: the platform refuses the bot."""
        for chat in await self._served_at(ref):
            await self._store.suspend(chat.ref, why, self._clock.now())
            log.info("chat suspended", chat=str(chat.ref), why=why)

    async def receives(self, ref: ChatRef) -> bool:
        """Whether digests go to a chat or to one of a group's forum topics: it has topics and is not suspended."""
        return any(
            [not chat.suspended and await self._store.subscriptions(chat.ref) for chat in await self._served_at(ref)]
        )

    async def resume(self, ref: ChatRef) -> None:
        """Send to a chat again, and to a group's forum topics: the platform says that it can be reached."""
        # `known` resumes: a topic of a group can be reached again when the group can.
        for chat in await self._store.chats_at(ref):
            await self.known(chat.ref, manages=not chat.bot)

    async def move(self, old: ChatRef, new: ChatRef) -> None:
        """Give a chat its new id, with everything that is kept of it."""
        await self._store.move_chat(old, new, self._clock.now())
        log.info("chat moved", chat=str(old), to=str(new))

    async def _served_at(self, ref: ChatRef) -> list[Chat]:
        return [chat for chat in await self._store.chats_at(ref) if self._bot is None or chat.bot in self._bot.served]
