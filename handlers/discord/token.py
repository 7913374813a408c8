"""Discord's tokens: a bot's id, a time and a signature, each in base64 and with dots between."""

from __future__ import annotations

import base64
import binascii
import re

from bot.errors import BadSetting

_TOKEN = re.compile(r"([\w-]+)\.[\w-]+\.[\w-]+", re.ASCII)


def bot_id_of(token: str) -> str:
    """The user id of the bot that a token belongs to. Raises `BadSetting` if the text cannot be a token."""
    match = _TOKEN.fullmatch(token)
    first = match[1] if match else ""
    try:
        # Discord leaves the padding out.
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        number = ""
    if not number.isdecimal():
        what = "this is not a token, or several without commas between"
        raise BadSetting("DISCORD_BOT_TOKEN", f"{what}; the developer portal shows it under Bot.")
    return number
