"""Asking before a chat is deleted, and deleting chats from which the bot was removed."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.conversation.results import Forgotten, NotAllowed, Requester, Stale
from bot.conversation.stop_results import ConfirmErase, ConfirmForget, Erased, Unchanged
from bot.decisions.due_times import is_paused
from bot.model import Chat, ChatRef, Platform, VoteKind
from bot.ports import Clock, Store

log = structlog.get_logger()


class Stopping:
    """An unreachable chat is deleted from the private chat of somebody who has set it up: their rights there were
    checked then, and nobody can be asked any more."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def ask(self, requester: Requester, ref: ChatRef, *, is_private: bool = False) -> ConfirmForget | NotAllowed:
        """Ask before everything about a chat is deleted. In a private chat, the person's unreachable chats are named
        too."""
        if not requester.is_admin:
            return NotAllowed()
        topics = tuple(each.topic for each in await self._store.subscriptions(ref))
        chat, votes = await self._store.chat(ref), await self._votes(ref)
        asked = ConfirmForget(topics, votes, chat is not None and is_paused(chat, self._clock.now()))
        if not is_private:
            return asked
        return replace(asked, unreachable=tuple(await self._unreachable(ref.platform, requester)))

    async def forget(self, requester: Requester, ref: ChatRef) -> Forgotten | NotAllowed:
        """Delete the chat with its topics, settings, deliveries, votes and what was learned from them."""
        if not requester.is_admin:
            return NotAllowed()
        await self._store.forget(ref)
        log.info("chat forgotten", chat=str(ref))
        return Forgotten()

    async def _votes(self, ref: ChatRef) -> int:
        """What people have voted and saved; a card that was only opened is neither."""
        return sum(vote.kind is not VoteKind.OPENED for vote in await self._store.votes_of(ref))

    async def keep(self) -> Unchanged:
        """Delete nothing."""
        return Unchanged()

    async def ask_erase(self, requester: Requester, platform: Platform, ident: str) -> ConfirmErase | Stale:
        """Ask before everything about an unreachable chat is deleted."""
        chat = await self._found(requester, platform, ident)
        if chat is None:
            return Stale()
        return ConfirmErase(chat, tuple(each.topic for each in await self._store.subscriptions(chat.ref)))

    async def erase(self, requester: Requester, platform: Platform, ident: str) -> Erased | Stale:
        """Delete an unreachable chat with its topics, settings, deliveries and votes."""
        chat = await self._found(requester, platform, ident)
        if chat is None:
            return Stale()
        await self._store.forget(chat.ref)
        log.info("chat forgotten", chat=str(chat.ref), why="asked for by its manager")
        return Erased(chat)

    async def _found(self, requester: Requester, platform: Platform, ident: str) -> Chat | None:
        unreachable = await self._unreachable(platform, requester)
        return next((chat for chat in unreachable if chat.ref.id == ident), None)

    async def _unreachable(self, platform: Platform, requester: Requester) -> list[Chat]:
        if not requester.user_id:
            return []
        return await self._store.unreachable_chats(platform, requester.user_id)
