"""People who have the app on their own account and use it where the bot is no member: in others' servers, in group
messages. It reads papers there and answers them alone; it can follow nothing."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.locales import _, pgettext
from bot.render.nodes import Button, Reply
from handlers.discord.invitations import invite_url
from handlers.reply_parts import one_line

VISITING_COMMANDS = frozenset({"cite", "help", "privacy", "summarize"})
"""Commands that need nothing of the place they are used in."""

VISITING_VERBS = frozenset({"help", "open", "read", "proof", "back", "figs", "bib", "close", "deep", "cite"})
"""Buttons that only read a paper."""

EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
BY_ANYONE = app_commands.AppInstallationType(guild=True, user=True)
"""Where those commands are offered."""


def is_visit(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person brought the app to a place where the bot is no member."""
    # The direct messages with the bot itself are as good as any: it can write there.
    is_with_bot = interaction.guild_id is None and not interaction.context.private_channel
    return interaction.is_user_integration() and not interaction.is_guild_integration() and not is_with_bot


def not_a_member(application_id: int) -> Reply:
    """What to say to a visitor who asks for more than reading."""
    line = _("I am not a member of this place, so I can keep nothing for it. Write to me in private, or add me here.")
    return one_line(line, buttons=((Button(pgettext("button", "Add to a server"), url=invite_url(application_id)),),))
