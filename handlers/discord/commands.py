"""Slash commands and their autocompletion, made from the table of commands of all platforms."""

from __future__ import annotations

import inspect
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.conversation import Conversation, Result
from bot.errors import TellUser
from bot.locales import N_, _
from handlers import replies
from handlers.commands import COMMANDS, Argument, Command
from handlers.discord.completion import Completion, has_suggestions, menu
from handlers.discord.files import like_file
from handlers.discord.languages import in_language, speaking_to
from handlers.discord.message_menu import summarize_links
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import command_target, own_chat
from handlers.discord.visits import BY_ANYONE, EVERYWHERE, VISITING_COMMANDS, is_visit, not_a_member, visiting_help
from handlers.requests import Request, dispatch

log = structlog.get_logger()

_KIND = discord.ChannelType
CHANNEL_TYPES = [_KIND.text, _KIND.news, _KIND.forum, _KIND.public_thread, _KIND.private_thread, _KIND.news_thread]
"""Where a digest may go, besides the channel that a command is used in."""


class _ChannelOption(app_commands.Transformer):
    """An option that names a channel, passed on as the interaction carries it: with the rights of its user there."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return CHANNEL_TYPES

    async def transform(self, _interaction: discord.Interaction[Any], value: Any, /) -> Any:
        return value


class Tree(app_commands.CommandTree[Any]):
    """All commands of the table as slash commands."""

    def __init__(self, client: discord.Client, conversation: Conversation, responder: InteractionResponder) -> None:
        # Where the bot is a member and can post; the commands for visitors are offered in other places, too.
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self._conversation, self._responder = conversation, responder
        self._completion = Completion(conversation)
        for command in COMMANDS:
            self.add_command(self._slash(command))
        self.add_command(summarize_links(conversation, responder))

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Answer what goes wrong before a command begins: a command of an earlier release, an unknown option."""
        log.warning("interaction not understood", error=type(error).__name__)
        if interaction.type is discord.InteractionType.autocomplete:  # which takes no message
            await self._responder.offer_nothing(interaction)
            return
        with speaking_to(interaction):
            reply = replies.refused(_("This command has changed; look at the list of commands again in a minute."))
        await self._responder.respond_now(interaction, reply)

    def _slash(self, command: Command) -> app_commands.Command[Any, ..., None]:
        async def callback(interaction: discord.Interaction[Any], **options: Any) -> None:
            with speaking_to(interaction):
                await self._answer(command, interaction, options)

        parameters, descriptions = _options(command)
        callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what discord.py reads
        if descriptions:
            app_commands.describe(**descriptions)(callback)
        for argument in command.arguments:
            if has_suggestions(argument):
                app_commands.autocomplete(**{argument.name: self._completed(argument)})(callback)
            elif offered := menu(argument):
                app_commands.choices(**{argument.name: offered})(callback)
        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=command.name, description=command.description, callback=callback
        )
        if command.name in VISITING_COMMANDS:
            made.allowed_contexts, made.allowed_installs = EVERYWHERE, BY_ANYONE
        return made

    async def _answer(self, command: Command, interaction: discord.Interaction[Any], options: dict[str, Any]) -> None:
        # A command of an earlier registration, or of a forged request: it is not offered there.
        if is_visit(interaction) and command.name not in VISITING_COMMANDS:
            await self._responder.respond_now(interaction, not_a_member(interaction.application_id))
            return
        if is_visit(interaction) and command.name == "help":
            await self._responder.respond_now(interaction, visiting_help(interaction.application_id))
            return
        try:
            target = command_target(interaction, options.pop("channel", None))
        except TellUser as error:
            await self._responder.respond_now(interaction, replies.reply(error))
            return
        file = options.pop("file", None)
        # discord.py passes None for an option that was left out.
        request = Request(target, {name: value for name, value in options.items() if value})
        work = self._work(command, request, file)
        answer = reply_to(work, target.name, command=command.name, chat=str(target.chat))
        reply = in_language(self._conversation, interaction, own_chat(interaction), answer)
        private = not command.operation.is_public
        await self._responder.respond(interaction, reply, target.chat, private=private)

    async def _work(self, command: Command, request: Request, file: discord.Attachment | None) -> Result:
        if file is None:
            return await dispatch(self._conversation, command.operation, request)
        if request.arguments:
            raise TellUser(_("Send either a file or the papers as text, not both at once."))
        target = request.target
        return await like_file(self._conversation, target.requester, target.chat, file, target.title)

    def _completed(self, argument: Argument) -> Any:
        async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
            return await self._completion.offered(argument, interaction, typed)

        return complete


def _options(command: Command) -> tuple[list[inspect.Parameter], dict[str, str]]:
    """The parameters of a command's callback, which discord.py turns into options, and the options' descriptions."""
    parameters = [_parameter("interaction", discord.Interaction)]
    descriptions = {argument.name: argument.description for argument in command.arguments}
    for argument in command.arguments:
        if argument.required:
            parameters.append(_parameter(argument.name, str))
        else:
            parameters.append(_parameter(argument.name, str | None, default=None))
    if command.takes_file:
        parameters.append(_parameter("file", discord.Attachment | None, default=None))
        descriptions["file"] = N_("A list of papers: .bib, .ris or .txt")
    if command.operation.is_about_chat:
        parameters.append(_parameter("channel", _ChannelOption(), default=None))
        descriptions["channel"] = N_("Another channel, thread or forum of this server")
    return parameters, descriptions


def _parameter(name: str, annotation: Any, **default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, **default)
