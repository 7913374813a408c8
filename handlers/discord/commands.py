"""Slash commands and buttons: interaction → use case → reply. The table of commands is the one of every platform."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import discord
import structlog
from discord import app_commands

from bot.conversation import Conversation, Requester, Result, Stale, Suggestion, setting_values
from bot.errors import RetryLater, TellUser
from bot.model import ChatRef, Depth, Platform
from bot.render.nodes import Reply
from handlers import actions, replies
from handlers.commands import COMMANDS, Argument, Command, Suggests
from handlers.discord.responding import Answer

log = structlog.get_logger()

_KIND = discord.ChannelType
PLACES = [_KIND.text, _KIND.news, _KIND.forum, _KIND.public_thread, _KIND.private_thread, _KIND.news_thread]
"""Where a digest may go, besides the channel that a command is used in."""

ABOUT_A_CHAT = frozenset({"subscribe", "unsubscribe", "subscriptions", "digest", "settings", "stop"})
"""Commands that may be about another channel of the server; a forum has no other way to be subscribed."""

PUBLIC = frozenset({"summarize"})
"""Commands whose answer everybody in the chat sees, should it take long enough to be announced."""

IN_PLACE = frozenset({"drop", "topics", "settings", "choose", "set", "help", "forget"})
"""Buttons whose answer takes the place of the private message that they stand on."""


class _Place(app_commands.Transformer):
    """A channel option, as the interaction carries it: with the rights that the asker has there."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return PLACES

    async def transform(self, _interaction: discord.Interaction[Any], value: Any, /) -> Any:
        return value


@dataclass(frozen=True, slots=True)
class Target:
    """The chat that a command is about, who asks, and what the bot may do there (None where Discord does not say)."""

    ref: ChatRef
    title: str
    asker: Requester
    rights: discord.Permissions | None
    thread: bool = False

    def require_posting(self) -> None:
        """Raises `TellUser` if the bot could not post a digest there."""
        rights = self.rights
        if rights is None or rights.administrator:
            return
        if not (rights.view_channel and (rights.send_messages_in_threads if self.thread else rights.send_messages)):
            needed = "“View Channel” and “Send Messages" + (" in Threads”" if self.thread else "”")
            raise TellUser(f"I may not write there yet; give me {needed}, then ask again.")


_LOOKED_UP = app_commands.AppCommandChannel, app_commands.AppCommandThread


def target_of(interaction: discord.Interaction[Any], place: Any = None) -> Target:
    """The chat of an interaction, or the `place` that was named in it. In a direct message everybody is an admin.

    Raises `TellUser` for a place that is none of the server's, or that the asker does not see.
    """
    user = str(interaction.user.id)
    if interaction.guild_id is None:
        ref = ChatRef(Platform.DISCORD, str(interaction.channel_id))
        return Target(ref, "direct message", Requester(user, True), None)
    server = interaction.guild.name if interaction.guild else ""
    if place is not None and place.id != interaction.channel_id:
        # What Discord itself has looked up bears the asker's rights; a bare id is only what their client sent.
        seen = isinstance(place, _LOOKED_UP) and (place.permissions.view_channel or place.permissions.administrator)
        if not seen:
            raise TellUser("I know no such channel here that you can see.")
        ref = ChatRef(Platform.DISCORD, str(place.id))
        rights = _own_rights(interaction, place.id)
        thread = isinstance(place, app_commands.AppCommandThread)
        return Target(ref, _title(place.name, server), Requester(user, _may_manage(place.permissions)), rights, thread)
    channel = interaction.channel
    ref = ChatRef(Platform.DISCORD, str(interaction.channel_id))
    asker = Requester(user, _may_manage(interaction.permissions))
    title = _title(getattr(channel, "name", None), server)
    return Target(ref, title, asker, interaction.app_permissions, isinstance(channel, discord.Thread))


def suggesting_for(interaction: discord.Interaction[Any]) -> ChatRef:
    """The chat whose topics and settings to suggest while somebody types: the interaction's own, or another one of
    the server that they named and may manage.

    While they type, Discord passes on whatever channel their client names, and does not say what they may do there.
    """
    own = ChatRef(Platform.DISCORD, str(interaction.channel_id))
    place, guild, member = getattr(interaction.namespace, "channel", None), interaction.guild, interaction.user
    if place is None or guild is None or not isinstance(member, discord.Member):
        return own
    channel = guild.get_channel_or_thread(place.id)
    try:
        managed = channel is not None and _may_manage(channel.permissions_for(member))
    except discord.ClientException:  # a thread whose channel we do not see
        managed = False
    return ChatRef(Platform.DISCORD, str(place.id)) if managed else own


def _title(name: str | None, server: str) -> str:
    return f"#{name} in {server}" if name and server else f"#{name}" if name else server


def _own_rights(interaction: discord.Interaction[Any], channel_id: int) -> discord.Permissions | None:
    channel = interaction.client.get_channel(channel_id)
    me = interaction.guild.me if interaction.guild else None
    if me is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return None
    return channel.permissions_for(me)


def _may_manage(rights: discord.Permissions) -> bool:
    return rights.administrator or rights.manage_guild or rights.manage_channels


async def carry_out(conversation: Conversation, name: str, target: Target, options: dict[str, Any]) -> Result:
    """The use case behind a slash command."""
    ref, asker = target.ref, target.asker
    match name:
        case "start":
            return await conversation.start(ref, target.title)
        case "subscribe":
            target.require_posting()
            return await conversation.subscribe(asker, ref, options["query"], target.title)
        case "unsubscribe":
            return await conversation.unsubscribe(asker, ref, options["topic"])
        case "subscriptions":
            return await conversation.subscriptions(ref)
        case "summarize":
            return await conversation.summarize(ref, options["link"], _depth(options.get("depth")))
        case "digest":
            target.require_posting()
            return await conversation.digest_now(asker, ref)
        case "settings":
            return await _settings(conversation, target, options.get("name"), options.get("value"))
        case "privacy":
            return await conversation.privacy()
        case "health":
            return await conversation.health(asker, ref)
        case "stop":
            return await conversation.ask_forget(asker, ref)
        case _:
            return await conversation.help()


async def _settings(conversation: Conversation, target: Target, name: str | None, value: str | None) -> Result:
    if name and value:
        return await conversation.change(target.asker, target.ref, name, value, target.title)
    return await conversation.choices(target.ref, name) if name else await conversation.settings(target.ref)


def _depth(given: str | None) -> Depth | None:
    try:
        return Depth(given.strip().lower()) if given else None
    except ValueError:
        raise TellUser("The depth is brief (from the abstract) or deep (from the whole paper).") from None


async def said(work: Awaitable[Result], **about: object) -> Reply:
    """The one boundary: every outcome of a use case, surprises too, as a reply."""
    try:
        return replies.reply(await work)
    except TellUser as error:
        return replies.reply(error)
    except RetryLater as error:
        log.warning("command put off", why=str(error), **about)
        return replies.refused(str(error))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("command failed", reference=reference, **about)
        return replies.apology(reference)


async def press(conversation: Conversation, interaction: discord.Interaction[Any], answer: Answer) -> None:
    """A button was pressed, whenever its message was sent; a custom_id that is not ours gets a polite refusal."""
    data: Mapping[str, Any] = interaction.data or {}
    action = actions.parse(data.get("custom_id"))
    target = target_of(interaction)
    if action is None:
        log.warning("button not understood", chat=str(target.ref))
        await answer.give(interaction, said(_stale()), private=True)
        return
    work = said(_perform(conversation, target, action), button=action.verb, chat=str(target.ref))
    in_place = action.verb in IN_PLACE and interaction.message is not None and interaction.message.flags.ephemeral
    await answer.give(interaction, work, private=action.verb != "deep", in_place=in_place)


async def _perform(conversation: Conversation, target: Target, action: actions.Action) -> Result:
    if action.verb == "digest":
        target.require_posting()
    return await actions.perform(conversation, target.asker, target.ref, action)


async def _stale() -> Result:
    return Stale()


# ── the tree ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Tree(app_commands.CommandTree[Any]):
    """All commands of the table as slash commands."""

    def __init__(self, client: discord.Client, conversation: Conversation, answer: Answer) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self._conversation, self._answer = conversation, answer
        for command in COMMANDS:
            self.add_command(self._slash(command))

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """What goes wrong before a command begins: a command of an older table, an option that is none."""
        log.warning("interaction not understood", error=type(error).__name__)
        await self._answer.give(interaction, said(_changed()), private=True)

    def _slash(self, command: Command) -> app_commands.Command[Any, ..., None]:
        async def callback(interaction: discord.Interaction[Any], **options: Any) -> None:
            try:
                target = target_of(interaction, options.pop("channel", None))
            except TellUser as error:
                await self._answer.give(interaction, said(_refused(error)), private=True)
                return
            work = said(
                carry_out(self._conversation, command.name, target, options),
                command=command.name,
                chat=str(target.ref),
            )
            await self._answer.give(interaction, work, private=command.name not in PUBLIC)

        parameters = [_parameter("interaction", discord.Interaction)]
        parameters += [_parameter(each.name, str if each.required else str | None, each) for each in command.arguments]
        described = {each.name: each.description for each in command.arguments}
        if command.name in ABOUT_A_CHAT:
            parameters.append(_parameter("channel", _Place(), default=None))
            described["channel"] = "Another channel, thread or forum of this server"
        callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what discord.py reads
        if described:
            app_commands.describe(**described)(callback)
        for each in command.arguments:
            if each.suggests is not None or each.name in ("depth", "value"):
                app_commands.autocomplete(**{each.name: self._completion(each)})(callback)
        return app_commands.Command(name=command.name, description=command.description, callback=callback)

    def _completion(self, argument: Argument) -> Any:
        async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
            found = await self._suggestions(argument, interaction, typed)
            return [app_commands.Choice(name=each.label, value=each.value) for each in found[:25]]

        return complete

    async def _suggestions(
        self, argument: Argument, interaction: discord.Interaction[Any], typed: str
    ) -> list[Suggestion]:
        ref = suggesting_for(interaction)
        if argument.suggests is Suggests.TOPICS:
            return await self._conversation.suggest(ref, typed)
        if argument.suggests is Suggests.CATEGORIES:
            return await self._conversation.suggest_categories(typed)
        if argument.name == "value":
            name = getattr(interaction.namespace, "name", None) or ""
            return await self._conversation.suggest_values(ref, name, typed)
        names = [depth.value for depth in Depth] if argument.name == "depth" else setting_values.NAMES
        return [Suggestion(name, name) for name in names if name.startswith(typed.strip().lower())]


async def _refused(error: TellUser) -> NoReturn:
    raise error


async def _changed() -> NoReturn:
    raise TellUser("This command has changed; look at the list of commands again in a minute.")


def _parameter(name: str, annotation: Any, argument: Argument | None = None, **default: Any) -> inspect.Parameter:
    if argument is not None and not argument.required:
        default = {"default": None}
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, **default)
