"""Chats that people name in private by their title: `/settings "Lab vision" time 9`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.arxiv import categories
from bot.conversation import Conversation

TAKE_WORDS = ("subscribe", "unsubscribe", "like")
"""Commands whose argument may begin with any words, also with those of a chat's title."""

_QUOTED = re.compile(r"""["“„«「](?P<title>[^"”“»」]+)["”“»」](?:\s+|$)""")


@dataclass(frozen=True, slots=True)
class Named:
    """The chats that may be meant, by id, and the line after the title. `is_sure`: it can be nothing but a title."""

    chat_ids: tuple[int, ...]
    rest: str
    is_sure: bool


async def takes_words(conversation: Conversation, command: str, line: str) -> bool:
    """Whether a line of a command, named without its slash, may begin with words of its own argument."""
    if command == "settings":
        return await conversation.chat_settings.begins_with_name(line)
    return command in TAKE_WORDS


def named_by_title(line: str, titles: Mapping[int, str], *, takes_words: bool) -> Named | None:
    """The chats that a line begins with; None if it names none.

    `takes_words`: the line may also be the command's own argument, so that a title without quotation marks may be some
    of its words.
    """
    if (quoted := _QUOTED.match(line)) is not None:
        wanted = _plain(quoted["title"])
        found = tuple(chat_id for chat_id, title in titles.items() if _plain(title) == wanted)
        return Named(found, line[quoted.end() :].strip(), True) if found else None
    lengths = {chat_id: _length_of(title, line) for chat_id, title in titles.items()}
    longest = max(lengths.values(), default=0)
    if not longest:
        return None
    rest = line[longest:].strip()
    if takes_words and not rest:  # a topic that a chat is named after
        return None
    found = tuple(chat_id for chat_id, length in lengths.items() if length == longest)
    return Named(found, rest, not takes_words or _begins_with_a_query(rest))


def _length_of(title: str, line: str) -> int:
    """How much of the line is the title; 0 if it does not begin with it."""
    words = [re.escape(word) for word in title.split()]
    pattern = r"\s+".join(words)
    match = re.match(rf"@?{pattern}(?=\s|$)", line, re.IGNORECASE) if words else None
    return match.end() if match else 0


def _begins_with_a_query(text: str) -> bool:
    """Whether a text cannot go on a sentence: it begins with a category or a field."""
    first = text.split(maxsplit=1)[0].strip(",;") if text.split() else ""
    return ":" in first or categories.canonical(first) is not None


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()
