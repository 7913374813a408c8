"""What an error from discord.py means for a delivery: not sent, unknown, refused for good, or a chat gone. Pure."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.model import ChatGone, NotSent, NotSentCause, Outcome, Rejected, Unknown
from handlers.discord.http_trace import InvalidRequests, RepeatedEnough, Trail, bounded

BLOCKED_SECONDS = 600.0
"""How long to leave Discord alone where it answers without saying why (its firewall in front of the API)."""

REFUSED_SECONDS = 3600.0
"""How long to leave what Discord refuses for a reason that time or a person has to change."""

GONE = {
    10003: "the channel is gone",
    10004: "the server is gone",
    10008: "the post is gone",
    10013: "this person's account is gone",
    40007: "Paperboy is banned from the server",
    50001: "Paperboy may not see the channel",
    50007: "this person takes no direct messages from Paperboy",
    50009: "the server asks for more than a bot can verify",
    50013: "Paperboy may not write in the channel",
    50083: "the thread is archived",
    50278: "this person takes no direct messages from Paperboy",
    160005: "the thread is locked",
}
"""Discord's error codes that mean: nothing can be sent there until somebody asks again."""

CLOSED = frozenset({50083, 160005})
"""Those of them by which a thread takes nothing more, though it is there."""

BOT_WIDE = {
    20001: "bots may not do this",
    20026: "its anti-spam system has flagged the bot; appeal in the developer portal",
    40001: "it takes the bot for unauthorized",
    40002: "the bot's account has to be verified",
    40004: "sending messages is switched off for now",
    40006: "this is switched off for now",
    40333: "its firewall blocks us",
    50014: "it does not accept the bot token",
    50178: "the bot's account has to be verified",
}
"""Codes that speak of the bot or of Discord itself, whatever chat the request was about."""

FULL = {
    20016: "the channel's slow mode leaves no room yet",
    20028: "too much is being written in the channel",
    20029: "too much is being written in the server",
    160006: "the server has too many active threads",
    160007: "the server has too many active announcement threads",
    400001: "the server takes no more files for now",
}
"""Codes that mean: not there, not yet."""

UNWANTED = frozenset({20009, 200000, 200001, 240000})
"""Codes by which Discord, or a server's moderation, refuses what a message says."""


def speaks_of_chat(error: discord.HTTPException) -> bool:
    """Whether Discord itself refuses, and not because of the bot as such."""
    return error.status in (400, 403, 404) and error.code != 0 and not _bot_wide(error.code)


def is_gone(error: BaseException) -> bool:
    """Whether Discord itself says that a place is not there."""
    return isinstance(error, discord.NotFound) and error.code in GONE


def is_closed(error: BaseException) -> bool:
    """Whether Discord itself says that a thread was locked or archived."""
    return isinstance(error, discord.HTTPException) and error.status in (400, 403) and error.code in CLOSED


def _bot_wide(code: int) -> bool:
    known = code in GONE or code in FULL or code in UNWANTED
    # 2xxxx and 4xxxx are about accounts and what they may do; tags and sizes come as 400 and 413.
    return code in BOT_WIDE or (code // 10_000 in (2, 4) and not known)


def outcome_of(error: BaseException, trail: Trail) -> Outcome:
    """The outcome of a send that ended in `error`, given what its trail saw."""
    if trail.may_have_arrived:
        return Unknown(_name(error))
    match error:
        case discord.RateLimited():
            after = bounded(error.retry_after)
            return NotSent("Discord asked to wait", after, whole_platform=trail.global_limit, cause=NotSentCause.LIMIT)
        case discord.HTTPException():
            return _refused(error, trail)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return NotSent("Discord cannot be reached", whole_platform=True, cause=NotSentCause.AWAY)
        case asyncio.TimeoutError():
            return NotSent("Discord's rate limit left no room in time", trail.retry_after, cause=NotSentCause.LIMIT)
        case _:
            return NotSent(_name(error))


def _refused(error: discord.HTTPException, trail: Trail) -> Outcome:
    code = error.code
    match error.status:
        case 401:
            return _bot_refused("Discord does not accept the bot token", BLOCKED_SECONDS)
        case 429:
            return NotSent(
                "Discord asked to wait",
                trail.retry_after,
                whole_platform=trail.global_limit or trail.retry_after is None,
                cause=NotSentCause.LIMIT,
            )
        case status if status >= 500:  # no trail was kept (another transport)
            return Unknown(f"Discord answered {status}")
        case 403 | 404 if code == 0:  # an answer of the API itself names a code; one of a firewall or proxy does not
            return _bot_refused(f"something before Discord answered {error.status}", BLOCKED_SECONDS)
    if code in GONE:
        return ChatGone(GONE[code])
    if code in FULL:
        return NotSent(FULL[code], REFUSED_SECONDS)
    if code in BOT_WIDE or (error.status in (403, 404) and _bot_wide(code)):
        why = BOT_WIDE.get(code, error.text[:200])
        return _bot_refused(f"Discord refuses the bot ({code}): {why}", REFUSED_SECONDS)
    if code in UNWANTED or error.status in (400, 405, 413, 415):
        return Rejected(f"Discord does not accept the message ({code}): {error.text[:300]}")
    if error.status in (403, 404):
        # Of this chat or of all? Nobody is suspended for it, and nobody else has to wait.
        return NotSent(f"Discord refuses ({code}): {error.text[:200]}", REFUSED_SECONDS)
    return NotSent(f"Discord answered {error.status}")


def _bot_refused(why: str, seconds: float) -> NotSent:
    return NotSent(why, seconds, whole_platform=True, cause=NotSentCause.BOT_REFUSED)


def _name(error: BaseException) -> str:
    if isinstance(error, RepeatedEnough):
        return str(error)
    if isinstance(error, asyncio.TimeoutError):
        return "Discord did not answer in time"
    return f"Discord's answer could not be used ({type(error).__name__})"


def stopped(invalid: InvalidRequests) -> NotSent | None:
    """Why nothing may be sent at all for now."""
    wait = invalid.wait()
    if wait is None:
        return None
    return _bot_refused("too many requests were refused; waiting before Discord blocks us", wait)
