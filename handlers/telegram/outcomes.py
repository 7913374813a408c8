"""Errors of python-telegram-bot → outcomes: not sent, unknown, rejected, chat gone or moved. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.model import ChatGone, ChatMoved, ChatRef, NotSent, NotSentCause, Outcome, Rejected, Unknown

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Errors before there was a connection: nothing was sent, and no other message could be."""

# Telegram's descriptions (status 400) for chats where nothing can be posted any more. It gives no finer error codes.
_GONE = (
    "chat not found",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "user is deactivated",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "channel_private",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights in the channel",
    "group chat was deactivated",
    "bot is not a member",
    "bot was kicked",
    "bot was blocked",
)

# Descriptions for groups whose permissions forbid pictures; text may still be allowed there.
_NO_PICTURES = (
    "chat_send_photos_forbidden",
    "chat_send_media_forbidden",
    "rights to send photos",
    "rights to send media",
)
_UNPAID = ("balance_too_low", "paid_broadcast", "paid broadcast", "payment_required", "not enough stars")
_RETRY = re.compile(r"retry after (\d+)", re.IGNORECASE)


def outcome_of(error: Exception, chat: ChatRef) -> Outcome:
    """The outcome of a request to send to `chat` that ended in `error`; `Unknown` unless the error shows otherwise."""
    match error:
        case RetryAfter():
            return NotSent("Telegram asked us to slow down", retry_after=seconds_of(error), cause=NotSentCause.LIMIT)
        case ChatMigrated():
            return ChatMoved(chat.with_place(error.new_chat_id))
        # Before the chat's own refusals: "not enough rights to send photos" contains one of `_GONE`.
        case BadRequest() | Forbidden() if forbids_pictures(error):
            return Rejected(_plain(error))
        case Forbidden():  # blocked, removed, or without the right to post
            return ChatGone(_plain(error))
        case InvalidToken():
            return NotSent(
                "Telegram does not accept the bot's token", whole_platform=True, cause=NotSentCause.BOT_REFUSED
            )
        case BadRequest():  # before NetworkError, of which it is a subclass in the package
            return _bad_request(error, chat)
        case NetworkError():
            return _network(error)
        case TelegramError():
            return Unknown(f"Telegram's answer could not be read ({_plain(error)})")
    return Unknown(f"the request failed ({type(error).__name__})")


def forbids_pictures(error: TelegramError) -> bool:
    """Whether a request was refused, and surely not accepted, because the chat takes no pictures."""
    description = error.message.casefold()
    return isinstance(error, BadRequest | Forbidden) and any(text in description for text in _NO_PICTURES)


def is_unpaid(error: TelegramError) -> bool:
    """Whether a message was refused, and surely not accepted, because the bot cannot pay for its broadcasts."""
    # An error with a cause is one of the connection. Telegram does not document the descriptions of this refusal.
    description = error.message.casefold()
    return error.__cause__ is None and any(text in description for text in _UNPAID)


def seconds_of(error: RetryAfter) -> float:
    """The wait in seconds that Telegram named."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _bad_request(error: BadRequest, chat: ChatRef) -> Outcome:
    description = error.message.casefold()
    # Without the parameter `migrate_to_chat_id` the package raises no ChatMigrated; the text may still have the id.
    if "upgraded to a supergroup" in description and (
        match := re.search(r"migrate_to_chat_id\D+(-?\d+)", error.message)
    ):
        return ChatMoved(chat.with_place(match[1]))
    if any(text in description for text in _GONE):
        return ChatGone(_plain(error))
    return Rejected(_plain(error))


def _network(error: NetworkError) -> Outcome:
    # The package wraps httpx's errors: only the cause tells whether the request had left.
    cause = error.__cause__
    if isinstance(cause, NEVER_LEFT):
        why = f"Telegram cannot be reached ({type(cause).__name__})"
        return NotSent(why, whole_platform=True, cause=NotSentCause.AWAY)
    if isinstance(cause, httpx.PoolTimeout):  # the request waited for a connection and was never written to one
        return NotSent("all connections to Telegram were busy")
    if isinstance(cause, httpx.HTTPError):
        return Unknown(f"the connection to Telegram broke after sending ({type(cause).__name__})")
    # The package raises RetryAfter only for a 429 with the parameter `retry_after`.
    if "too many requests" in error.message.casefold():
        match = _RETRY.search(error.message)
        after = float(match[1]) if match else None
        return NotSent("Telegram asked us to slow down", retry_after=after, cause=NotSentCause.LIMIT)
    return Unknown(f"Telegram failed while it took the message ({_plain(error)})")


def _plain(error: TelegramError) -> str:
    """Telegram's own words, without prefixes, at most 200 characters."""
    text = " ".join(error.message.split())
    return re.sub(r"^(Bad Request|Forbidden): ", "", text)[:200]
