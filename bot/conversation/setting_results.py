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
    """Common values of a setting as (value for `change`, label) pairs, its value now, and how to give any other.

    There are `pages` of them, and this is the page `page`, from 0. `days` are the days of the week that buttons can add
    or take away one by one, None where the setting is another one.
    """

    name: str
    current: str
    options: tuple[tuple[str, str], ...]
    hint: str
    page: int = 0
    pages: int = 1
    days: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """`shown` is the new value as people read it; `first_due` as in `SettingsView`. `choices` are set where the next
    value is likely to be chosen at once. `note` is a sentence about what the value means, "" if it needs none."""

    chat: Chat
    name: str
    shown: str
    first_due: datetime | None
    undo: str = field(default="", compare=False)
    choices: Choices | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """A value that a setting cannot take, or that may mean several; `examples` are values that it takes.

    `options` are (value, label) pairs of what may be meant, for buttons; without them the examples are offered.
    """

    name: str
    given: str
    why: str
    examples: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WhichSetting:
    """A value that several settings take, or none; the options are (setting, value, value as people read it)."""

    given: str
    options: tuple[tuple[str, str, str], ...]
