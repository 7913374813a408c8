"""Telegram's tokens: a bot's id and its secret."""

from __future__ import annotations

import re

from bot.errors import BadSetting

_TOKEN = re.compile(r"(\d+):[\w-]+", re.ASCII)


def bot_id_of(token: str) -> str:
    """The id of the bot that a token belongs to. Raises `BadSetting` if the text cannot be a token."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        what = "this is not a token, or several without commas between"
        raise BadSetting("TELEGRAM_BOT_TOKEN", f"{what}; @BotFather gives one like 123456:ABC-def.")
    return match[1]
