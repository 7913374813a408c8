"""Pressed buttons and chosen menu entries on Discord, however old their message is: interaction → use case → reply."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any

import discord
import structlog

from bot.conversation import BeingRead, CardClosed, Conversation, Result, Stale, Voted
from bot.errors import TellUser
from bot.model import JSON
from bot.render.nodes import Reply
from handlers import replies
from handlers.button_actions import BUTTONS, Action, parse, perform
from handlers.card_actions import reading
from handlers.discord.languages import in_language, speaking_to
from handlers.discord.responding import InteractionResponder, result_and_reply
from handlers.discord.targets import button_target, own_chat
from handlers.discord.visits import VISITING_VERBS, is_visit, not_a_member
from handlers.discord.votes import with_votes
from handlers.requests import ARGUMENT, Request, Target
from handlers.vote_buttons import VOTE_VERBS

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
    if is_visit(interaction) and action.verb not in VISITING_VERBS:
        await responder.respond_now(interaction, not_a_member(interaction.application_id))
        return
    await _answer(conversation, interaction, responder, target, action)


async def _answer(
    conversation: Conversation,
    interaction: discord.Interaction[Any],
    responder: InteractionResponder,
    target: Target,
    action: Action,
) -> None:
    operation = BUTTONS[action.verb]
    # Only a message that one person alone sees is edited; a message for the whole channel stays as it was posted.
    pressed = interaction.message if interaction.message is not None and interaction.message.flags.ephemeral else None
    is_vote = action.verb in VOTE_VERBS.values()
    in_place = pressed is not None and (operation.is_in_place or is_vote)
    private = not operation.is_public
    exchange = await responder.begin(interaction, target.chat, private=private, in_place=in_place)

    async def outcome(work: Coroutine[Any, Any, Result]) -> tuple[Result | None, Reply]:
        said = result_and_reply(work, target.name, button=action.verb, chat=str(target.chat))
        return await in_language(conversation, interaction, own_chat(interaction), said)

    if action.verb == "read":
        result, reply = await outcome(reading(conversation, Request(target, {ARGUMENT: action.argument})))
        await exchange.show(reply)
        if not isinstance(result, BeingRead):
            return
    result, reply = await outcome(perform(conversation, target, action))
    if pressed is not None and isinstance(result, Voted):
        components: list[JSON] = [dict(component.to_dict()) for component in pressed.components]
        await exchange.redraw(with_votes(components, result.paper.id, result.votes))
    elif in_place and isinstance(result, CardClosed):
        await exchange.close()
    elif pressed is not None and is_vote:
        await exchange.add(reply)
    else:
        await exchange.show(reply)


def _sent_back(data: Mapping[str, Any]) -> object:
    """What a button, or the chosen entry of a menu, sends back."""
    values = data.get("values")
    return values[0] if isinstance(values, list) and values else data.get("custom_id")
