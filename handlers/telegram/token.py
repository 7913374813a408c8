"""Telegram's tokens: a bot's id and its secret."""

from __future__ import annotations

from bot.errors import BadSetting


def bot_id_of(token: str) -> str:
    """The id of the bot that a token belongs to. Raises `BadSetting` if the text cannot be a token."""
    number, _, secret = token.partition(":")
    if not (number.isascii() and number.isdecimal() and secret):
        raise BadSetting("TELEGRAM_BOT_TOKEN", "this is not a token; @BotFather gives one like 123456:ABC-def.")
    return number
