"""Looking at a chat's settings, and changing them: by name and value, by a line of text, or one day of the week."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.conversation import setting_choices, setting_values, typed_settings
from bot.conversation.chat_records import ChatRecords
from bot.conversation.results import NotAllowed, Requester, Stale, Suggestion
from bot.conversation.setting_results import Changed, Choices, NotAccepted, SettingsView, WhichSetting
from bot.conversation.setting_values import Change
from bot.conversation.undo import Undo
from bot.locales import INTERFACE_LANGUAGES, _, current_language, using
from bot.model import Chat, ChatRef
from bot.model.languages import is_english
from bot.ports import Clock, Store


class ChatSettings:
    """`has_model`: summaries can be in any language."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        undo: Undo,
        chats: ChatRecords,
        *,
        has_model: bool = True,
    ) -> None:
        self._store, self._clock, self._undo, self._has_model = store, clock, undo, has_model
        self._chats = chats

    async def view(self, ref: ChatRef) -> SettingsView:
        """All settings of the chat, and when its next digest is due."""
        chat = await self._chats.known_or_new(ref)
        return SettingsView(setting_choices.ended(chat, self._clock.now()), self._chats.due_locally(chat))

    async def choices(self, ref: ChatRef, name: str, page: int = 0) -> Choices | NotAccepted:
        """Common values of one setting, for buttons. Resumes the chat, as every command does."""
        chat = setting_choices.ended(await self._chats.known_or_new(ref), self._clock.now())
        return setting_choices.choices(chat, name, page)

    async def suggest_values(self, name: str, typed: str) -> list[Suggestion]:
        """Values of one setting with a name that holds what was typed; no chat is read or resumed."""
        return await asyncio.to_thread(setting_choices.suggestions, name, typed)

    async def line(
        self, requester: Requester, ref: ChatRef, line: str, title: str = ""
    ) -> SettingsView | Choices | Changed | NotAccepted | WhichSetting | NotAllowed:
        """What a line such as "time=9:00", "zona horaria Madrid", "depth" or just "deep" asks for."""
        if not line.strip():
            return await self.view(ref)
        # In a thread: names in all languages are read from files when they are first needed.
        name, given = await asyncio.to_thread(setting_values.split_line, line)
        if name is not None:
            return await (self.change(requester, ref, name, given, title) if given else self.choices(ref, name))
        if not requester.is_admin:
            return NotAllowed()
        chat = await self._chats.known_or_new(ref)
        found = await asyncio.to_thread(setting_values.guesses, given, chat, self._clock.now())
        if len(found) == 1:
            return await self.apply(ref, found[0], title)
        changed = [(each.name, each.apply(chat)) for each in found]
        values = [(name, setting_choices.value(after, name), after) for name, after in changed]
        options = tuple((name, value, setting_choices.shown(after, name)) for name, value, after in values)
        return WhichSetting(given, options)

    async def begins_with_name(self, line: str) -> bool:
        """Whether a line as for `line` begins with the name of a setting."""
        return (await asyncio.to_thread(setting_values.split_line, line))[0] is not None

    async def change(
        self, requester: Requester, ref: ChatRef, name: str, value: str, title: str = ""
    ) -> Changed | NotAccepted | NotAllowed:
        """Change one setting (`setting_values.NAMES`). A new time, time zone, day or pause moves the next digest."""
        if not requester.is_admin:
            return NotAllowed()
        # Before the chat is created: a mistake leaves nothing behind.
        change = await asyncio.to_thread(
            setting_values.read, name, value, await self._chats.known_or_new(ref), self._clock.now()
        )
        return change if isinstance(change, NotAccepted) else await self.apply(ref, change, title)

    async def in_words(self, requester: Requester, ref: ChatRef, text: str) -> Changed | NotAllowed | None:
        """Make the change that a message without a command asks for; None if it asks for none."""
        chat = await self._chats.known_or_new(ref)
        change = await asyncio.to_thread(typed_settings.change, text, chat, self._clock.now())
        if change is None:
            return None
        return await self.apply(ref, change) if requester.is_admin else NotAllowed()

    async def toggle_day(
        self, requester: Requester, ref: ChatRef, day: str
    ) -> Changed | NotAccepted | NotAllowed | Stale:
        """Add a day of the week ("0" is Monday) to the chat's days or take it away; one day always stays."""
        if not requester.is_admin:
            return NotAllowed()
        if day not in {"0", "1", "2", "3", "4", "5", "6"}:
            return Stale()
        days = (await self._chats.known_or_new(ref)).days ^ {int(day)}
        if not days:
            why = _("At least one day must stay. To get no digests, pause them.")
            return NotAccepted("days", day, why, (), (("d0123456", setting_choices.days_shown(frozenset(range(7)))),))
        result = await self.apply(ref, Change("days", {"days": days}))
        choices = setting_choices.choices(result.chat, "days")
        return replace(result, choices=choices if isinstance(choices, Choices) else None)

    async def apply(self, ref: ChatRef, change: Change, title: str = "") -> Changed:
        """Write a change for a chat, which is created if it is new."""
        chat = await self._chats.ensure(ref, title, manages=True)
        stored = await self._store.change_chat(ref, self._clock.now(), **change.fields)
        changed = stored or change.apply(chat)  # a chat forgotten meanwhile stays forgotten
        undo = await self._undo.offer_restoring(chat, changed) if stored else ""
        # A new language counts from this answer on.
        with using(changed.language if change.name == "language" else current_language()):
            shown, note = setting_choices.shown(changed, change.name), self._note(changed, change.name)
        return Changed(changed, change.name, shown, self._chats.due_locally(changed), undo, note=note)

    def _note(self, chat: Chat, name: str) -> str:
        if name != "language" or is_english(chat.language):
            return ""
        if not self._has_model:
            return _("There is no language model here that translates, so sentences from papers stay in English.")
        if chat.language not in INTERFACE_LANGUAGES:
            return _("Summaries will be in this language; my own messages and buttons are not translated into it yet.")
        return ""
