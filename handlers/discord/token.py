"""Discord's tokens: a bot's id, a time and a signature, each in base64 and with dots between."""

from __future__ import annotations

import base64
import binascii

from bot.errors import BadSetting


def bot_id_of(token: str) -> str:
    """The user id of the bot that a token belongs to. Raises `BadSetting` if the text cannot be a token."""
    first = token.partition(".")[0]
    try:
        # Discord leaves the padding out.
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        number = ""
    if not number.isdecimal():
        raise BadSetting("DISCORD_BOT_TOKEN", "this is not a token; the developer portal shows it under Bot.")
    return number
