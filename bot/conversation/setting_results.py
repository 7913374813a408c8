"""The outcomes of looking at settings and changing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class SettingsView:
    """`first_due` is the next digest in the chat's own time zone; None while the chat is paused until told."""

    chat: Chat
    first_due: datetime | None


@dataclass(frozen=True, slots=True)
class Choices:
    """Common values of a setting as (value for `change`, label) pairs, its value now, and how to give any other."""

    name: str
    current: str
    options: tuple[tuple[str, str], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Changed:
    """`shown` is the new value as people read it; `first_due` as in `SettingsView`."""

    chat: Chat
    name: str
    shown: str
    first_due: datetime | None
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """A value that a setting cannot take; `examples` are values that it does."""

    name: str
    given: str
    why: str
    examples: tuple[str, ...]
