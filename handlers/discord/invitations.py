"""The links that add the app to a server, or to an account for use everywhere."""

from __future__ import annotations

import discord

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
"""What the invitation asks for: to post, in threads and forums too, and to look for its own recent messages."""

_USER_INSTALL = "1"


def invite_url(application_id: int | str) -> str:
    """The link that adds the bot to a server, with the scopes and permissions that it needs."""
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(int(application_id), permissions=PERMISSIONS, scopes=scopes)


def personal_url(application_id: int | str) -> str:
    """The link with which a person adds the app for themself, to use it where the bot is no member."""
    url = discord.utils.oauth_url(int(application_id), scopes=("applications.commands",))
    return f"{url}&integration_type={_USER_INSTALL}"
