"""People who have the app on their own account and use it where the bot is no member: in others' servers, in group
messages. It reads papers there and answers them alone; it can follow nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.locales import _, pgettext
from bot.render.nodes import Bullets, Button, Document, Heading, Line, Reply, Text
from handlers.button_actions import parse
from handlers.commands import COMMANDS
from handlers.discord.invitations import invite_url

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


def for_visitor(reply: Reply) -> Reply:
    """The reply for one person alone, without the buttons that only members can use."""
    rows = (tuple(button for button in row if _may_be_pressed(button)) for row in reply.buttons)
    return replace(reply, private=True, buttons=tuple(row for row in rows if row))


def visiting_help(application_id: int) -> Reply:
    """What can be done in a place where the bot is no member."""
    offered = [command for command in COMMANDS if command.name in VISITING_COMMANDS]
    lines = tuple((Text(f"/{command.name}", code=True), Text(f" {_(command.description)}")) for command in offered)
    more = not_a_member(application_id)
    heading = Heading((Text(_("What I can do"), bold=True),))
    return replace(more, document=Document((heading, Bullets(lines), *more.document.blocks)))


def not_a_member(application_id: int) -> Reply:
    """What to say to a visitor who asks for more than reading."""
    line = _("I am not a member of this place, so I can keep nothing for it. Write to me in private, or add me here.")
    add = Button(pgettext("button", "Add to a server"), url=invite_url(application_id))
    return Reply(Document((Line((Text(line),)),)), ((add,),))


def _may_be_pressed(button: Button) -> bool:
    action = parse(button.action)
    return action is None or action.verb in VISITING_VERBS
