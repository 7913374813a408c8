"""Pressed buttons and chosen menu entries on Discord, however old their message is: interaction → use case → reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
import structlog

from bot.conversation import Conversation, Stale
from bot.errors import TellUser
from handlers import replies
from handlers.button_actions import BUTTONS, parse, perform
from handlers.discord.languages import in_language, speaking_to
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import button_target, own_chat

log = structlog.get_logger()


async def press(
    conversation: Conversation, interaction: discord.Interaction[Any], responder: InteractionResponder
) -> None:
    """Do what a button says, for the person who pressed it; a custom_id that is not ours gets a polite refusal."""
    with speaking_to(interaction):
        await _press(conversation, interaction, responder)


async def _press(
    conversation: Conversation, interaction: discord.Interaction[Any], responder: InteractionResponder
) -> None:
    action = parse(_sent_back(interaction.data or {}))
    if action is None:
        log.warning("button not understood", chat=interaction.channel_id)
        await responder.respond_now(interaction, replies.reply(Stale()))
        return
    try:
        target = button_target(interaction, action.chat_id)
    except TellUser as error:
        log.warning("button of a channel that cannot be looked up", about=action.chat_id, chat=interaction.channel_id)
        await responder.respond_now(interaction, replies.reply(error))
        return
    operation = BUTTONS[action.verb]
    work = perform(conversation, target, action)
    answer = reply_to(work, target.name, button=action.verb, chat=str(target.chat))
    reply = in_language(conversation, interaction, own_chat(interaction), answer)
    # Only a message that one person alone sees is edited; a message for the whole channel stays as it was posted.
    in_place = operation.is_in_place and interaction.message is not None and interaction.message.flags.ephemeral
    await responder.respond(interaction, reply, target.chat, private=not operation.is_public, in_place=in_place)


def _sent_back(data: Mapping[str, Any]) -> object:
    """What a button, or the chosen entry of a menu, sends back."""
    values = data.get("values")
    return values[0] if isinstance(values, list) and values else data.get("custom_id")
