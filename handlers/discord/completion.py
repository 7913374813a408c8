"""What Discord offers for an option of a command: a menu of the few values that it can have, or what fits to what
somebody has typed so far."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.conversation import Conversation, Suggestion, setting_values
from handlers.commands import Argument, Suggests
from handlers.discord.languages import speaking_to
from handlers.discord.targets import completion_chat
from handlers.setting_replies import LABELS

log = structlog.get_logger()

MAX_CHOICES = 25
"""Values that Discord shows for an option."""

LIMIT_SECONDS = 2.0
"""For finding suggestions: Discord waits 3 s, and shows an error instead of a list after that."""

Choices = list[app_commands.Choice[str]]


def menu(argument: Argument) -> Choices:
    """The values of an argument that can have no others, with their names in English; empty if it can have any."""
    match argument.suggests:
        case Suggests.SETTINGS:
            # Here a paper always opens for the one who wants to see it.
            named = [(name, LABELS[name]) for name in setting_values.NAMES if name != "opens"]
        case Suggests.WORDS:
            named = list(zip(argument.words, argument.labels or argument.words, strict=True))
        case _:
            return []
    # The client translates the names with the command.
    return [app_commands.Choice(name=label, value=value) for value, label in named]


def has_suggestions(argument: Argument) -> bool:
    """Whether the argument is completed while it is typed."""
    return argument.suggests is not None and not menu(argument)


class Completion:
    """Answers while people type. Nothing is offered rather than an error: they can send what they typed all the
    same."""

    def __init__(self, conversation: Conversation, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._conversation, self._limit_seconds = conversation, limit_seconds

    async def offered(self, argument: Argument, interaction: discord.Interaction[Any], typed: str) -> Choices:
        """What fits to the text that was typed. Raises nothing."""
        try:
            with speaking_to(interaction):
                async with asyncio.timeout(self._limit_seconds):
                    found = await self._suggestions(argument, interaction, typed)
        except Exception as error:  # discord.py would answer nothing, and the person see that loading failed
            log.warning("nothing suggested", option=argument.name, why=type(error).__name__)
            return []
        return [app_commands.Choice(name=each.label, value=each.value) for each in found[:MAX_CHOICES]]

    async def _suggestions(
        self, argument: Argument, interaction: discord.Interaction[Any], typed: str
    ) -> list[Suggestion]:
        match argument.suggests:
            case Suggests.TOPICS:
                return await self._conversation.suggest(completion_chat(interaction), typed)
            case Suggests.CATEGORIES:
                return await self._conversation.suggest_categories(typed)
            case Suggests.VALUES:
                name = argument.setting or getattr(interaction.namespace, "name", None) or ""
                return await self._conversation.chat_settings.suggest_values(name, typed)
        return []
