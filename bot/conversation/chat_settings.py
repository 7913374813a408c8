"""Looking at a chat's settings, and changing one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.conversation import setting_values
from bot.conversation.results import NotAllowed, Requester, Suggestion
from bot.conversation.setting_results import Changed, Choices, NotAccepted, SettingsView
from bot.conversation.undo import Undo
from bot.model import Chat, ChatRef
from bot.ports import Clock, Store


class ChatSettings:
    """`known(ref)` is the chat, resumed, or a new one that is not stored; `ensure_chat(ref, title, manages)` resumes a
    chat or creates it; `due_locally` tells its next digest time."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        undo: Undo,
        known: Callable[[ChatRef], Awaitable[Chat]],
        ensure_chat: Callable[[ChatRef, str, bool], Awaitable[Chat]],
        due_locally: Callable[[Chat], datetime | None],
    ) -> None:
        self._store, self._clock, self._undo = store, clock, undo
        self._known, self._ensure_chat, self._due_locally = known, ensure_chat, due_locally

    async def view(self, ref: ChatRef) -> SettingsView:
        """All settings of the chat, and when its next digest is due."""
        chat = await self._known(ref)
        return SettingsView(chat, self._due_locally(chat))

    async def choices(self, ref: ChatRef, name: str) -> Choices | NotAccepted:
        """Common values of one setting, for buttons. Resumes the chat, as every command does."""
        chat = await self._known(ref)
        return setting_values.choices(chat, name)

    async def suggest_values(self, chat: Chat, name: str, prefix: str) -> list[Suggestion]:
        """Common values of one setting of a chat that hold `prefix`; unlike `choices`, this does not resume it."""
        offered = setting_values.choices(chat, name)
        options = offered.options if isinstance(offered, Choices) else ()
        wanted = prefix.strip().casefold()
        return [Suggestion(value, label) for value, label in options if wanted in label.casefold()]

    async def change(
        self, requester: Requester, ref: ChatRef, name: str, value: str, title: str = ""
    ) -> Changed | NotAccepted | NotAllowed:
        """Change one setting (`setting_values.NAMES`). A new time or time zone moves the next digest."""
        if not requester.is_admin:
            return NotAllowed("change its settings")
        # Before the chat is created: a mistake leaves nothing behind.
        change = setting_values.read(name, value, self._clock.now())
        if isinstance(change, NotAccepted):
            return change
        chat = await self._ensure_chat(ref, title, True)
        stored = await self._store.change_chat(ref, self._clock.now(), **change.fields)
        changed = stored or change.apply(chat)  # a chat forgotten meanwhile stays forgotten
        undo = await self._undo.offer_restoring(chat, changed) if stored else ""
        return Changed(changed, change.name, change.shown, self._due_locally(changed), undo)
