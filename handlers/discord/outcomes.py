"""Errors of discord.py → outcomes: not sent, unknown, rejected, or chat gone. Pure."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.model import ChatGone, NotSent, NotSentCause, Outcome, Rejected, Unknown
from handlers.discord.http_trace import InvalidRequests, RepeatedEnough, Trail, bounded

BLOCKED_SECONDS = 600.0
"""Seconds without requests after a response that gives no reason (of a firewall in front of the API)."""

REFUSED_SECONDS = 3600.0
"""Seconds until the next attempt after a refusal whose reason only time or a person can remove."""

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
"""Discord's error codes for places where nothing can be sent until somebody there asks again.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json lists them all.
"""

CLOSED = frozenset({50083, 160005})
"""Those of them for a thread that exists and takes no more messages."""

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
"""Codes that concern the bot or Discord itself, whatever chat the request was about."""

FULL = {
    20016: "the channel's slow mode leaves no room yet",
    20028: "too much is being written in the channel",
    20029: "too much is being written in the server",
    160006: "the server has too many active threads",
    160007: "the server has too many active announcement threads",
    400001: "the server takes no more files for now",
}
"""Codes for places that take no message now and will later."""

UNWANTED = frozenset({20009, 200000, 200001, 240000})
"""Codes by which Discord, or a server's moderation, refuses the content of a message."""


def speaks_of_chat(error: discord.HTTPException) -> bool:
    """Whether Discord itself (no firewall) refuses, because of this chat and not because of the bot."""
    return error.status in (400, 403, 404) and error.code != 0 and not _is_bot_wide(error.code)


def is_gone(error: BaseException) -> bool:
    """Whether Discord itself says that a place does not exist."""
    return isinstance(error, discord.NotFound) and error.code in GONE


def is_closed(error: BaseException) -> bool:
    """Whether Discord itself says that a thread was locked or archived."""
    return isinstance(error, discord.HTTPException) and error.status in (400, 403) and error.code in CLOSED


def _is_bot_wide(code: int) -> bool:
    has_other_meaning = code in GONE or code in FULL or code in UNWANTED
    # Codes 2xxxx and 4xxxx concern accounts and their rights. (Tags and sizes have statuses 400 and 413.)
    return code in BOT_WIDE or (code // 10_000 in (2, 4) and not has_other_meaning)


def outcome_of(error: BaseException, trail: Trail) -> Outcome:
    """The outcome of a send that ended in `error`, given the attempts that its trail has seen."""
    # Before the error itself: a later attempt may have been refused after an earlier one was accepted.
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
        case asyncio.TimeoutError():  # no attempt may have arrived, so the time was spent on waiting for a rate limit
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
                # The API names a time; an answer without one comes from something before it, which blocks the address.
                whole_platform=trail.global_limit or trail.retry_after is None,
                cause=NotSentCause.LIMIT,
            )
        case status if status >= 500:  # without a trail (another transport)
            return Unknown(f"Discord answered {status}")
        case 403 | 404 if code == 0:  # a response of the API itself has a code; one of a firewall or proxy has none
            return _bot_refused(f"something before Discord answered {error.status}", BLOCKED_SECONDS)
    if code in GONE:
        return ChatGone(GONE[code])
    if code in FULL:
        return NotSent(FULL[code], REFUSED_SECONDS)
    if code in BOT_WIDE or (error.status in (403, 404) and _is_bot_wide(code)):
        why = BOT_WIDE.get(code, error.text[:200])
        return _bot_refused(f"Discord refuses the bot ({code}): {why}", REFUSED_SECONDS)
    if code in UNWANTED or error.status in (400, 405, 413, 415):
        return Rejected(f"Discord does not accept the message ({code}): {error.text[:300]}")
    if error.status in (403, 404):
        # A code that is not known here: it may concern this chat or all, so no chat is suspended, and no other waits.
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
    """Why no request may be made to Discord now; None if it may."""
    wait = invalid.wait()
    if wait is None:
        return None
    return _bot_refused("too many requests were refused; waiting before Discord blocks us", wait)
