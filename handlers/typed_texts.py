"""Messages without a command of the table: text in people's own words, and commands that are misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from bot.conversation import Conversation, DidYouMeanCommand, Result
from handlers.commands import COMMANDS, Command
from handlers.requests import Request, Target, dispatch

_OTHER_NAMES = {
    "sub": "subscribe", "follow": "subscribe", "add": "subscribe", "topic": "subscribe", "track": "subscribe",
    "unsub": "unsubscribe", "unfollow": "unsubscribe", "remove": "unsubscribe", "delete": "unsubscribe",
    "list": "subscriptions", "topics": "subscriptions", "subs": "subscriptions", "ls": "subscriptions",
    "read": "summarize", "paper": "summarize", "summary": "summarize", "tldr": "summarize", "sum": "summarize",
    "config": "settings", "language": "settings", "lang": "settings", "time": "settings", "timezone": "settings",
    "now": "digest", "today": "digest", "news": "digest", "new": "digest", "quit": "stop", "exit": "stop",
    "hello": "start", "begin": "start", "commands": "help", "menu": "help", "about": "help", "info": "help",
}  # fmt: skip
"""What people call commands → their names here."""

_WITH_OWN_NAME = ("language", "time", "timezone")
"""Settings that people take for commands: "/time 9" is "/settings time 9"."""

_ALIKE = 0.7
"""The least `difflib` ratio of a misspelt command and a real one."""


def command_named(name: str) -> Command | None:
    """The command with exactly this name."""
    return next((command for command in COMMANDS if command.name == name.casefold()), None)


def likely_line(line: str) -> str | None:
    """The line that a misspelt command probably means, without the slash; None if none is near. `line` has no slash."""
    typed, _, rest = line.strip().partition(" ")
    name = typed.partition("@")[0].casefold().replace("-", "").replace("_", "")
    meant = _OTHER_NAMES.get(name)
    if meant is None:
        near = difflib.get_close_matches(name, [command.name for command in COMMANDS], 1, _ALIKE)
        if not near:
            return None
        meant = near[0]
    rest = f"{name} {rest}".strip() if name in _WITH_OWN_NAME or name == "lang" else rest.strip()
    return f"{meant} {rest.replace('lang ', 'language ', 1) if name == 'lang' else rest}".strip()


async def answer(conversation: Conversation, target: Target, text: str, links: Sequence[str] = ()) -> Result | None:
    """The answer to a message in a chat; `links` are addresses under its words. None for a command that resembles no
    other one."""
    if not text.startswith("/"):
        return await conversation.understanding.message(target.requester, target.chat, text, links)
    line = text.removeprefix("/")
    name, _, rest = line.partition(" ")
    if (command := command_named(name.partition("@")[0])) is not None:
        return await dispatch(conversation, command.operation, Request(target, command.read_line(rest)))
    meant = likely_line(line)
    return await misspelt(conversation, target, meant) if meant is not None else None


async def misspelt(conversation: Conversation, target: Target, line: str) -> DidYouMeanCommand:
    return await conversation.understanding.misspelt(target.chat, line)
