"""Pausing the digests of a chat, and resuming them."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.chat_settings import ChatSettings
from bot.conversation.results import NotAllowed, Requester
from bot.conversation.setting_results import Changed, Choices, NotAccepted
from bot.conversation.setting_values import Change
from bot.model import ChatRef


class Schedule:
    """What comes meanwhile is not lost: after a pause, one digest has the best of it."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings

    async def pause(self, requester: Requester, ref: ChatRef, until: datetime, title: str = "") -> Changed | NotAllowed:
        """Send no digest before `until` (UTC); `FOREVER` pauses until somebody resumes."""
        if not requester.is_admin:
            return NotAllowed()
        return await self._settings.apply(ref, Change("pause", {"paused_until": until}), title)

    async def pause_for(
        self, requester: Requester, ref: ChatRef, words: str, title: str = ""
    ) -> Changed | Choices | NotAccepted | NotAllowed:
        """Pause for "1 week" or "until 24 December"; without words, offer lengths."""
        if not requester.is_admin:
            return NotAllowed()
        if not words.strip():
            return await self._settings.choices(ref, "pause")
        return await self._settings.change(requester, ref, "pause", words, title)

    async def resume(self, requester: Requester, ref: ChatRef) -> Changed | NotAllowed:
        """Let digests come again, from the next digest time on."""
        if not requester.is_admin:
            return NotAllowed()
        return await self._settings.apply(ref, Change("pause", {"paused_until": None}))
