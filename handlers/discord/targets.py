"""Finds the chat that an interaction is about, and the rights of the person and of the bot there."""

from __future__ import annotations

import contextlib
from typing import Any

import discord
from discord import app_commands

from bot.conversation import Requester
from bot.errors import TellUser
from bot.locales import N_, _, formats
from bot.model import ChatKind, ChatRef, Platform
from handlers.discord.languages import spoken_by
from handlers.requests import Target

_RESOLVED = app_commands.AppCommandChannel, app_commands.AppCommandThread

_CANNOT_TELL = N_("I cannot tell what you may do in that channel from here; use the command there instead.")


def channel_ref(channel_id: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel_id))


def own_chat(interaction: discord.Interaction[Any]) -> ChatRef:
    """The chat that an interaction happens in."""
    return channel_ref(int(interaction.channel_id or 0))


def own_target(interaction: discord.Interaction[Any]) -> Target:
    """The chat that an interaction happens in, for its user. In a direct message everybody is an admin."""
    ref = own_chat(interaction)
    # A direct message belongs to its person alone.
    if interaction.guild_id is None:
        return Target(ref, _("direct message"), _requester(interaction, is_admin=True), kind=ChatKind.PRIVATE)
    channel = interaction.channel
    title = _title(getattr(channel, "name", None), interaction.guild)
    requester = _requester(interaction, is_admin=_may_manage(interaction.permissions))
    problem = _posting_problem(interaction.app_permissions, isinstance(channel, discord.Thread))
    return Target(ref, title, requester, posting_problem=problem, kind=_kind(channel))


def _requester(interaction: discord.Interaction[Any], *, is_admin: bool) -> Requester:
    return Requester(str(interaction.user.id), is_admin=is_admin, language=spoken_by(interaction))


def command_target(interaction: discord.Interaction[Any], option: Any = None) -> Target:
    """The chat that a command is about: its own, or the channel that the `option` of the command names.

    Raises `TellUser` for a channel that is none of the server's, or that the user does not see.
    """
    if option is None or interaction.guild_id is None or option.id == interaction.channel_id:
        return own_target(interaction)
    # What Discord itself has looked up comes with the user's rights there; a bare id is only what their client sent.
    if not isinstance(option, _RESOLVED) or not _sees(option.permissions):
        raise TellUser(_("There is no such channel here that you can see."))
    channel = interaction.client.get_channel(option.id)
    is_thread = isinstance(option, app_commands.AppCommandThread)
    return _elsewhere(interaction, option, option.permissions, _own_rights(channel), is_thread)


def message_target(message: discord.Message) -> Target:
    """The chat of a message on a server, for its author."""
    channel, author = message.channel, message.author
    rights = discord.Permissions.none()
    if isinstance(author, discord.Member) and isinstance(channel, _Channel):
        with contextlib.suppress(discord.ClientException):  # a thread whose parent channel the bot does not see
            rights = channel.permissions_for(author)
    title = _title(getattr(channel, "name", None), message.guild)
    person = Requester(str(author.id), is_admin=_may_manage(rights))
    return Target(channel_ref(channel.id), title, person, kind=_kind(channel))


def button_target(interaction: discord.Interaction[Any], chat_id: str | None) -> Target:
    """The chat that a button is about: the one it names, or, in messages of earlier releases, its message's own.

    Discord does not say what the user may do in another channel, so that is worked out from the roles that came with
    the interaction and from the cached server. Raises `TellUser` where that is not possible, which includes channels
    of other servers, or if the user does not see the channel.
    """
    if chat_id is None or chat_id == str(interaction.channel_id):
        return own_target(interaction)
    channel = _cached_channel(interaction, chat_id)
    rights = None if channel is None else _user_rights(interaction, channel)
    if channel is None or rights is None or not _sees(rights):
        raise TellUser(_(_CANNOT_TELL))
    is_thread = isinstance(channel, discord.Thread)
    return _elsewhere(interaction, channel, rights, _own_rights(channel), is_thread)


def completion_chat(interaction: discord.Interaction[Any]) -> ChatRef:
    """The chat whose topics and settings to suggest while somebody types: the interaction's own, or another one of
    the server that they named and may manage.

    While they type, Discord passes on whatever channel their client names, and does not say what they may do there.
    """
    named = getattr(interaction.namespace, "channel", None)
    channel = None if named is None else _cached_channel(interaction, str(named.id))
    rights = None if channel is None else _user_rights(interaction, channel)
    if channel is None or rights is None or not _may_manage(rights):
        return own_chat(interaction)
    return channel_ref(channel.id)


# ── channels and rights ───────────────────────────────────────────────────────────────────────────────────────────

_Channel = discord.abc.GuildChannel | discord.Thread


def _elsewhere(
    interaction: discord.Interaction[Any],
    channel: _Channel | app_commands.AppCommandChannel | app_commands.AppCommandThread,
    rights: discord.Permissions,
    own_rights: discord.Permissions | None,
    is_thread: bool,
) -> Target:
    title = _title(channel.name, interaction.guild) or _("channel {id}").format(id=channel.id)
    requester = _requester(interaction, is_admin=_may_manage(rights))
    problem = _posting_problem(own_rights, is_thread, title)
    return Target(
        channel_ref(channel.id),
        title,
        requester,
        is_elsewhere=True,
        posting_problem=problem,
        asked_in=own_chat(interaction),
        kind=_kind(channel),
    )


def _cached_channel(interaction: discord.Interaction[Any], chat_id: str) -> _Channel | None:
    """A channel or an active thread of the interaction's own server."""
    # Looked up in the interaction's own server only, so that no id of another server is ever found.
    if interaction.guild is None or not chat_id.isdecimal():
        return None
    return interaction.guild.get_channel_or_thread(int(chat_id))


def _user_rights(interaction: discord.Interaction[Any], channel: _Channel) -> discord.Permissions | None:
    """What the interaction's user may do in a channel; None if the cache does not tell."""
    if not isinstance(interaction.user, discord.Member):
        return None
    try:
        rights = channel.permissions_for(interaction.user)
    except discord.ClientException:  # a thread whose parent channel the bot does not see
        return None
    # A private thread is visible to its members and to those who manage threads; its members are not cached.
    hidden = isinstance(channel, discord.Thread) and channel.is_private()
    return None if hidden and not (rights.manage_threads or rights.administrator) else rights


def _own_rights(channel: object) -> discord.Permissions | None:
    """What the bot may do in a channel; None if the cache does not tell."""
    if not isinstance(channel, _Channel) or channel.guild.me is None:
        return None
    try:
        return channel.permissions_for(channel.guild.me)
    except discord.ClientException:
        return None


def _posting_problem(rights: discord.Permissions | None, is_thread: bool, elsewhere: str = "") -> str:
    """Why the bot could not post a digest, in a sentence; empty if it can or Discord does not say.

    `elsewhere` names the channel, unless it is the interaction's own.
    """
    if rights is None or rights.administrator:
        return ""
    if rights.view_channel and (rights.send_messages_in_threads if is_thread else rights.send_messages):
        return ""
    # Discord's own names of the rights, as they stand in the English settings of a server.
    needed = ("View Channel", "Send Messages in Threads" if is_thread else "Send Messages")
    rights_needed = formats.listing(f"“{name}”" for name in needed)
    if elsewhere:
        problem = _("I may not write in {channel} yet; give me {rights}, then ask again.")
    else:
        problem = _("I may not write here yet; give me {rights}, then ask again.")
    return problem.format(channel=elsewhere, rights=rights_needed)


def _kind(channel: object) -> ChatKind:
    match getattr(channel, "type", None):
        case discord.ChannelType.news:
            return ChatKind.CHANNEL
        case discord.ChannelType.forum:
            return ChatKind.FORUM
        case None:  # Discord does not say
            return ChatKind.UNKNOWN
    return ChatKind.GROUP


def _may_manage(rights: discord.Permissions) -> bool:
    return rights.administrator or rights.manage_guild or rights.manage_channels


def _sees(rights: discord.Permissions) -> bool:
    return rights.view_channel or rights.administrator


def _title(name: str | None, guild: discord.Guild | None) -> str:
    server = guild.name if guild else ""
    if name and server:
        return _("#{channel} in {server}").format(channel=name, server=server)
    return f"#{name}" if name else server
