"""Arguments of the commands, from text to values. Each parser raises `TellUser` for a text that it does not accept."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from bot.errors import TellUser
from bot.model import ChatRef, Depth, Style
from bot.render.formats import FORMATS

if TYPE_CHECKING:
    from bot.settings import Settings

MAX_DAYS = 60
"""Listing days of one digest, about three months."""

DEFAULT_SIZE = 10
"""Cards of a digest, as a new chat's."""

MAX_SIZE = 1000
"""Cards of one digest, where a number is named."""


# A parser and not the enumeration itself: typer's own message does not say what the values mean.
def parse_depth(text: str) -> Depth:
    if text not in tuple(Depth):
        raise TellUser(f"“{text}” is not a depth; write brief (from the abstract) or deep (from the whole paper).")
    return Depth(text)


def parse_style(text: str) -> Style:
    if text not in tuple(Style):
        raise TellUser(f"“{text}” is not a style; write list, cards or titles.")
    return Style(text)


def parse_chat(text: str) -> ChatRef:
    try:
        return ChatRef.parse(text)
    except ValueError as error:
        raise TellUser(str(error)) from None


def parse_size(value: str | int) -> int:
    text = str(value)  # typer passes the default, a number, through the parser too
    if not (text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= MAX_SIZE):
        raise TellUser(f"“{text}” is not a number of cards; write one from 1 to {MAX_SIZE}, or --all.")
    return int(text)


def parse_days(value: str | int) -> int:
    # `isdecimal` before `int`, which would also accept "+3", "1_0" and white space.
    text = str(value)  # typer passes the default, a number, through the parser too
    if not (text.isdecimal() and 1 <= int(text) <= MAX_DAYS):
        raise TellUser(f"“{text}” is not a number of days; write one from 1 to {MAX_DAYS}.")
    return int(text)


def parse_delivery_id(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:  # the databases' integers have at least 18 digits
        raise TellUser(f"“{text}” is not the number of a delivery; `paperboy status` shows them.")
    return int(text)


def parse_day(text: str | None) -> date | None:
    """Parse a listing day. Raises `TellUser` for an invalid one and for one that is not published yet."""
    if text is None:
        return None
    from bot.arxiv import calendar
    from bot.decisions.ledger import ARXIV_BEGAN
    from bot.service.clock import SystemClock

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise TellUser(f"“{text}” is not a date; write it as YYYY-MM-DD, like 2026-06-02.") from None
    now = SystemClock().now()
    if day > calendar.listing_day(now):
        raise TellUser(f"The listing of {day} is not out yet; the latest is that of {calendar.listing_day(now)}.")
    if day < ARXIV_BEGAN:
        raise TellUser(f"arXiv did not exist on {day}; it began on 14 August 1991.")
    return day


def parse_format(name: str) -> str:
    if name not in FORMATS:
        raise TellUser(f"“{name}” is not a format; choose one of {', '.join(FORMATS)}.")
    return name


def check_one_topic(words: Sequence[str]) -> None:
    """Raise `TellUser` if a topic was given as several words, or if one of them is an option that does not exist."""
    for word in words:
        if word.startswith("--"):
            raise TellUser(f"There is no option {word}; --help lists them.")
    if len(words) > 1:
        raise TellUser(f"Put a topic of several words in quotes: {shlex.quote(' '.join(words))}.")


def join_topic(query: str | None, about: str | None) -> str:
    """Return the topic of a query and an interest, either of which may be left out.

    Raises `TellUser` if both are, or if the query has an interest of its own.
    """
    if about is None:
        if query is None:
            raise TellUser("Say what it is about: a QUERY, an interest with --about, or both.")
        return query
    if not about.strip():
        raise TellUser('--about is empty; say in a few words what the papers should be about, like --about "lip sync".')
    if query is not None and re.search(r"(?:^|\s)about:", query, re.IGNORECASE):
        raise TellUser("The query has an interest of its own; leave out either its about: or --about.")
    return f"{query or ''} about: {about}".strip()


def parse_language(text: str | None, settings: Settings) -> str:
    if text is None:
        return settings.language
    from bot.model.languages import required_language_code

    try:
        return required_language_code(text)
    except ValueError as error:
        raise TellUser(str(error)) from None
