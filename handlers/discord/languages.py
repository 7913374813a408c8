"""The language in which what somebody asks for on Discord is answered."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.conversation import Conversation, Requester
from bot.locales import _, interface_language, using
from bot.model import ChatRef

Answer = TypeVar("Answer")


_NAME = app_commands.TranslationContextLocation.command_name
_TRANSLATED = (
    app_commands.TranslationContextLocation.command_description,
    app_commands.TranslationContextLocation.parameter_description,
    app_commands.TranslationContextLocation.choice_name,
)
# Not the names of slash commands: people tell each other commands across languages, and write them on both platforms.
# The name of a command in a menu is all that is shown of it.


class CommandTranslator(app_commands.Translator):
    """Translates what Discord shows beside commands and options into those of its languages that have a catalogue."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        language = interface_language(locale.value)
        is_in_menu = context.location is _NAME and isinstance(context.data, app_commands.ContextMenu)
        if language is None or (context.location not in _TRANSLATED and not is_in_menu):
            return None
        with using(language):
            translated = _(string.message)
        # What stays as it is in English needs no localization.
        return translated if translated != string.message else None


def spoken_by(interaction: discord.Interaction[Any]) -> str:
    """The language that somebody has chosen for their Discord, "" if it is not told."""
    # Discord sends one with every interaction but its ping; a language that discord.py does not know is a plain text.
    return str(getattr(interaction, "locale", None) or "")


def speaking_to(interaction: discord.Interaction[Any]) -> contextlib.AbstractContextManager[None]:
    """Speak the language of the person: for what is said before the chat's own language is known."""
    return using(spoken_by(interaction), of_new_chats=_of_new_chats(interaction))


async def in_language(
    conversation: Conversation, interaction: discord.Interaction[Any], shown_in: ChatRef, work: Awaitable[Answer]
) -> Answer:
    """Await `work` in the language for an answer that is shown in this chat to the one who asks."""
    person = Requester(str(interaction.user.id), is_admin=False, language=spoken_by(interaction))
    language = await conversation.answer_language(shown_in, person)
    with using(language, of_new_chats=_of_new_chats(interaction)):
        return await work


async def in_language_of(conversation: Conversation, chat: ChatRef, work: Awaitable[Answer]) -> Answer:
    """The same for a message: Discord does not tell the language of its author."""
    with using(await conversation.answer_language(chat, Requester("", is_admin=False))):
        return await work


def _of_new_chats(interaction: discord.Interaction[Any]) -> str:
    # A channel of a server belongs to many people.
    return spoken_by(interaction) if interaction.guild_id is None else ""
