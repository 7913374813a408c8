"""What an error from discord.py means for a delivery: not sent, unknown, refused for good, or a chat gone. Pure."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.model import ChatGone, NotSent, Obstacle, Outcome, Rejected, Unknown
from handlers.discord.wire import InvalidRequests, RepeatedEnough, Trail

BLOCKED_SECONDS = 600.0
"""How long to leave Discord alone where it answers without saying why (its firewall in front of the API)."""

GONE = {
    10003: "the channel is gone",
    10004: "the server is gone",
    10008: "the post is gone",
    50001: "Paperboy may not see the channel",
    50007: "this person takes no direct messages from Paperboy",
    50013: "Paperboy may not write in the channel",
    50083: "the thread is archived",
    160005: "the thread is locked",
}
"""Discord's error codes that mean: nothing can be sent there until somebody asks again."""

FULL = 160006
"""The server has as many active threads as it may."""


def outcome_of(error: BaseException, trail: Trail) -> Outcome:
    """The outcome of a send that ended in `error`, given what its trail saw."""
    if trail.may_have_arrived:
        return Unknown(_name(error))
    match error:
        case discord.RateLimited():
            after = error.retry_after
            return NotSent("Discord asked to wait", after, whole_platform=trail.global_limit, cause=Obstacle.LIMIT)
        case discord.HTTPException():
            return _refused(error, trail)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return NotSent("Discord cannot be reached", whole_platform=True, cause=Obstacle.AWAY)
        case asyncio.TimeoutError():
            return NotSent("Discord's rate limit left no room in time", trail.retry_after, cause=Obstacle.LIMIT)
        case _:
            return NotSent(_name(error))


def _refused(error: discord.HTTPException, trail: Trail) -> Outcome:
    spoken = error.code != 0  # an answer of the API itself names a code; one of a firewall or proxy does not
    match error.status:
        case 401:
            return _bot_refused("Discord does not accept the bot token", BLOCKED_SECONDS)
        case 429:
            return NotSent(
                "Discord asked to wait",
                trail.retry_after,
                whole_platform=trail.global_limit or trail.retry_after is None,
                cause=Obstacle.LIMIT,
            )
        case 403 | 404 if not spoken:
            return _bot_refused(f"something before Discord answered {error.status}", BLOCKED_SECONDS)
        case 403 | 404 if error.code // 10_000 == 4:  # about the bot's account, not about this chat
            return _bot_refused(f"Discord refuses the bot ({error.code})", BLOCKED_SECONDS)
        case 403 | 404:
            return ChatGone(GONE.get(error.code, f"Discord refuses ({error.code})"))
        case 400 if error.code in GONE:
            return ChatGone(GONE[error.code])
        case 400 if error.code == FULL:
            return NotSent("the server has too many active threads", 3600.0)
        case 400 | 405 | 413 | 415:
            return Rejected(f"Discord does not accept the message ({error.code}): {error.text[:300]}")
        case status if status >= 500:  # no trail was kept (another transport)
            return Unknown(f"Discord answered {status}")
        case status:
            return NotSent(f"Discord answered {status}")


def _bot_refused(why: str, seconds: float) -> NotSent:
    return NotSent(why, seconds, whole_platform=True, cause=Obstacle.BOT_REFUSED)


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
