"""The outcomes of taking a change back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Undone:
    """A change was taken back; the chat is as it is now, and `first_due` as in `SettingsView`.

    `followed` are topics that the chat follows again, `unfollowed` those that it follows no more, `settings` the names
    of settings with their values of before; `likes` counts the likes that were deleted.
    """

    chat: Chat
    first_due: datetime | None
    followed: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    likes: int = 0


@dataclass(frozen=True, slots=True)
class UndoExpired:
    """Nothing is kept under the button's key: the change is too old, or it was taken back before."""


@dataclass(frozen=True, slots=True)
class UndoRefused:
    """The same thing was changed again after the change, so that nothing was taken back."""
