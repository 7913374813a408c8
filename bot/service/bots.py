"""The bots that the settings have tokens for, and the chats that none of them serves."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import SecretStr

from bot.errors import BadSetting
from bot.model import Bot, Platform
from bot.settings import Settings
from handlers.discord.token import bot_id_of as discord_bot_id
from handlers.telegram.token import bot_id_of as telegram_bot_id

_IDS = {Platform.TELEGRAM: telegram_bot_id, Platform.DISCORD: discord_bot_id}


def bots_of(settings: Settings) -> dict[Bot, SecretStr]:
    """The bots with their tokens, each platform's in the order of its setting. Needs no network.

    Raises `BadSetting` for a text that cannot be a token, and for two tokens of one bot.
    """
    bots: dict[Bot, SecretStr] = {}
    for platform, bot_id_of in _IDS.items():
        ids: list[str] = []
        for token in settings.bot_tokens(platform):
            bot_id = bot_id_of(token.get_secret_value())
            if bot_id in ids:
                name = f"{platform}_bot_token".upper()
                raise BadSetting(name, f"two of its tokens belong to the same bot ({bot_id}); leave one of them out.")
            bots[Bot(platform, bot_id, is_first=not ids)] = token
            ids.append(bot_id)
    return bots


def unserved(chats: Mapping[tuple[Platform, str], int], bots: Collection[Bot]) -> Mapping[tuple[Platform, str], int]:
    """Those of the numbers of chats by platform and bot whose bot has no token in the settings.

    A platform without any token is left out: nothing is expected to be sent there.
    """
    platforms = {bot.platform for bot in bots}
    served = {(bot.platform, name) for bot in bots for name in bot.served}
    return {key: count for key, count in sorted(chats.items()) if key[0] in platforms and key not in served}
