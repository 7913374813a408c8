"""The outcomes of /stop."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class ConfirmForget:
    """The question before everything about a chat is deleted: its `topics` (normalized queries) and `votes` on papers.

    `unreachable` are other chats of the person who asks that are still stored, although the bot was removed there.
    """

    topics: tuple[str, ...] = ()
    votes: int = 0
    is_paused: bool = False
    unreachable: tuple[Chat, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmErase:
    """The question before everything about an unreachable chat is deleted."""

    chat: Chat
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """Everything about an unreachable chat is deleted."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing was deleted or changed, as was asked for."""
