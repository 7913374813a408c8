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
from handlers.button_actions import BUTTONS, Action, is_in_place, parse, perform
from handlers.card_actions import after_reading, reading
from handlers.discord.languages import in_language, speaking_to
from handlers.discord.responding import Exchange, InteractionResponder, result_and_reply
from handlers.discord.targets import button_target, own_chat
from handlers.discord.visits import VISITING_VERBS, is_visit, not_a_member
from handlers.discord.votes import with_votes
from handlers.requests import ARGUMENT, Request, Target
from handlers.vote_buttons import KIND_OF_VERB

log = structlog.get_logger()


class Buttons:
    """Answers presses."""

    def __init__(self, conversation: Conversation, responder: InteractionResponder) -> None:
        self._conversation, self._responder = conversation, responder
        self._being_read: dict[int, str] = {}
        """What people have asked a card for since its paper is being read, by message: a verb."""

    async def press(self, interaction: discord.Interaction[Any]) -> None:
        """Do what a button says, for the person who pressed it; a custom_id that is not ours gets a polite refusal."""
        with speaking_to(interaction):
            await self._press(interaction)

    async def _press(self, interaction: discord.Interaction[Any]) -> None:
        action = parse(_sent_back(interaction.data or {}))
        if action is None:
            log.warning("button not understood", chat=interaction.channel_id)
            await self._responder.respond_now(interaction, replies.reply(Stale()))
            return
        try:
            target = button_target(interaction, action.chat_id)
        except TellUser as error:
            about = action.chat_id
            log.warning("button of a channel that cannot be looked up", about=about, chat=interaction.channel_id)
            await self._responder.respond_now(interaction, replies.reply(error))
            return
        if is_visit(interaction) and action.verb not in VISITING_VERBS:
            await self._responder.respond_now(interaction, not_a_member(interaction.application_id))
            return
        await self._answer(interaction, target, action)

    async def _answer(self, interaction: discord.Interaction[Any], target: Target, action: Action) -> None:
        # Only a message that one person alone sees is edited; a message for the whole channel stays as it was posted.
        message = interaction.message
        pressed = message if message is not None and message.flags.ephemeral else None
        is_vote = action.verb in KIND_OF_VERB
        in_place = pressed is not None and (is_in_place(action) or is_vote)
        private = not BUTTONS[action.verb].is_public
        exchange = await self._responder.begin(interaction, target.chat, private=private, in_place=in_place)
        if action.verb == "read":
            await self._read(interaction, exchange, target, action)
            return
        if pressed is not None and in_place and not is_vote and pressed.id in self._being_read:
            self._being_read[pressed.id] = action.verb
        result, reply = await self._outcome(interaction, target, action, perform(self._conversation, target, action))
        if pressed is not None and isinstance(result, Voted):
            components: list[JSON] = [dict(component.to_dict()) for component in pressed.components]
            await exchange.redraw(with_votes(components, result.paper.id, result.votes))
        elif in_place and isinstance(result, CardClosed):
            await exchange.close()
        elif pressed is not None and is_vote:
            await exchange.add(reply)
        else:
            await exchange.show(reply)

    async def _read(
        self, interaction: discord.Interaction[Any], exchange: Exchange, target: Target, action: Action
    ) -> None:
        """Show that the paper is being read, then the reading; nothing is done if the message waits for one already.

        Whoever has left meanwhile, for the front of the card for instance, stays there.
        """
        # A message for the whole channel is not edited, so each press has a message of its own.
        message = interaction.message
        key = message.id if message is not None and message.flags.ephemeral else interaction.id
        if key in self._being_read:
            return
        self._being_read[key] = action.verb
        try:
            at_once = reading(self._conversation, Request(target, {ARGUMENT: action.argument}))
            result, reply = await self._outcome(interaction, target, action, at_once)
            await exchange.show(reply)
            if not isinstance(result, BeingRead):
                return
            made = perform(self._conversation, target, action)
            result, reply = await self._outcome(interaction, target, action, made)
        finally:
            asked_for = self._being_read.pop(key)
        if asked_for == action.verb:
            await exchange.show(reply)
        elif result is not None:
            now = await after_reading(self._conversation, target, result, asked_for)
            if now is not None:
                _, reply = await self._outcome(interaction, target, action, _as_it_is(now))
                await exchange.show(reply)

    async def _outcome(
        self,
        interaction: discord.Interaction[Any],
        target: Target,
        action: Action,
        work: Coroutine[Any, Any, Result],
    ) -> tuple[Result | None, Reply]:
        said = result_and_reply(work, target.name, button=action.verb, chat=str(target.chat))
        return await in_language(self._conversation, interaction, own_chat(interaction), said)


async def _as_it_is(result: Result) -> Result:
    return result


def _sent_back(data: Mapping[str, Any]) -> object:
    """What a button, or the chosen entry of a menu, sends back."""
    values = data.get("values")
    return values[0] if isinstance(values, list) and values else data.get("custom_id")
