"""Answers interactions in time: each is acknowledged before any work begins, and the answer follows."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog

from bot.conversation import Result
from bot.errors import RetryLater, TellUser
from bot.model import JSON, ChatRef
from bot.render.nodes import Reply
from handlers import replies
from handlers.discord.cards import reply_components
from handlers.discord.messages import FILE, present
from handlers.discord.targets import own_chat
from handlers.discord.visits import for_visitor, is_visit
from handlers.requests import ChatName

log = structlog.get_logger()

ENDED = frozenset({10015, 50027})
"""Discord's error codes for the token of an interaction after its 15 minutes."""

_SENDING = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


class RawLayout(discord.ui.LayoutView):
    """Finished components as a view that discord.py sends without keeping it: presses come to `on_interaction`."""

    def __init__(self, components: list[JSON]) -> None:
        # Stopped at once: discord.py would otherwise keep every view for ever, waiting for presses.
        super().__init__(timeout=None)
        self._raw = components
        self.stop()

    def to_components(self) -> list[JSON]:
        return self._raw

    def has_components_v2(self) -> bool:
        return True


Message = tuple[RawLayout, list[discord.File]]
"""One message of an answer: its components and the files in it."""


async def reply_to(work: Awaitable[Result], name: ChatName, **context: object) -> Reply:
    """Await a use case and return its reply; `name` is the name of its chat. Raises nothing.

    An unexpected error becomes an apology with a reference, which is logged together with `context`.
    """
    return (await result_and_reply(work, name, **context))[1]


async def result_and_reply(work: Awaitable[Result], name: ChatName, **context: object) -> tuple[Result | None, Reply]:
    """The same, with the result of the use case; None if it failed."""
    try:
        result = await work
        return result, replies.reply(result, name)
    except TellUser as error:
        return None, replies.reply(error)
    except RetryLater as error:
        log.warning("command put off", why=str(error), **context)
        return None, replies.put_off(error)
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("command failed", reference=reference, **context)
        return None, replies.apology(reference)


class Exchange:
    """An acknowledged interaction, and what is shown for it: each answer takes the place of the one before.

    With `in_place` the first answer takes the place of the message whose button was pressed. Nothing here raises if
    Discord does not take an answer.
    """

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        messages: Callable[[Reply], list[Message]],
        *,
        is_awaited: bool,
        private: bool,
        in_place: bool,
    ) -> None:
        self._interaction, self._messages = interaction, messages
        self._is_awaited, self._private, self._in_place = is_awaited, private, in_place
        self._is_visit = is_visit(interaction)

    async def show(self, reply: Reply) -> None:
        """Show a reply; one that is more private, or more public, than what was announced becomes a new message."""
        # What visitors ask for is for them alone: the place has not invited the bot.
        reply = for_visitor(reply) if self._is_visit else reply
        await self._try(self._show(reply), reply)

    async def add(self, reply: Reply) -> None:
        """Show a reply below what is shown."""
        await self._try(self._follow_up(self._messages(reply), reply.private), reply)

    async def redraw(self, components: list[JSON]) -> None:
        """Show the message whose button was pressed with other components."""
        await self._try(self._edit((RawLayout(components), [])))

    async def close(self) -> None:
        """Take away what is shown."""
        await self._try(self._interaction.delete_original_response())

    async def _show(self, reply: Reply) -> None:
        first, *rest = self._messages(reply)
        if reply.private != self._private:
            # A follow-up would be as private as the deferral that it replaces, so that one is deleted; the message of
            # a button stays.
            if not self._in_place:
                await self._interaction.delete_original_response()
            await self._follow_up([first, *rest], reply.private)
            return
        await self._edit(first)
        await self._follow_up(rest, reply.private)

    async def _edit(self, message: Message) -> None:
        view, files = message
        await self._interaction.edit_original_response(
            view=view, attachments=files, allowed_mentions=discord.AllowedMentions.none()
        )

    async def _follow_up(self, messages: list[Message], private: bool) -> None:
        await follow_up(self._interaction, messages, private)

    async def _try(self, sending: Coroutine[Any, Any, None], reply: Reply | None = None) -> None:
        if not self._is_awaited:
            sending.close()
            return
        try:
            await sending
        except discord.HTTPException as error:
            if error.code in ENDED and reply is not None:
                await self._show_late(reply)
            else:
                log.warning("answer not delivered", chat=self._interaction.channel_id, error=str(error)[:200])
        except _SENDING as error:
            log.warning("answer not delivered", chat=self._interaction.channel_id, error=str(error)[:200])

    async def _show_late(self, reply: Reply) -> None:
        """Deliver an answer that took longer than the interaction lasts: to the channel if it is for all, else to the
        person, as far as they take messages."""
        place = self._interaction.channel if not reply.private else None
        send = place.send if isinstance(place, discord.abc.Messageable) else self._interaction.user.send
        try:
            for view, files in self._messages(reply):
                await send(view=view, files=files, allowed_mentions=discord.AllowedMentions.none())
        except _SENDING as error:
            log.warning("late answer not delivered", chat=self._interaction.channel_id, error=str(error)[:200])


async def follow_up(interaction: discord.Interaction[Any], messages: list[Message], private: bool) -> None:
    for view, files in messages:
        await interaction.followup.send(
            view=view,
            files=files,
            ephemeral=private,
            allowed_mentions=discord.AllowedMentions.none(),
            wait=True,
        )


class InteractionResponder:
    """Answers interactions and direct messages. Pictures are files below `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def begin(
        self, interaction: discord.Interaction[Any], about: ChatRef, *, private: bool, in_place: bool = False
    ) -> Exchange:
        """Tell Discord that an answer comes; its buttons will be for the chat `about`. Raises nothing.

        To be awaited before any work, however short that usually is: Discord gives up on an interaction after 3 s
        without a response, and a busy store or processor can take them. `private` is whether the answer is announced to
        the person alone; `in_place` needs a message that they alone see.
        """
        private = private or is_visit(interaction)
        try:
            await interaction.response.defer(ephemeral=private, thinking=not in_place)
        except _SENDING as error:
            log.warning("interaction not acknowledged", chat=interaction.channel_id, error=str(error)[:200])
        return Exchange(
            interaction,
            lambda reply: self._messages(reply, about),
            is_awaited=interaction.response.is_done(),
            private=private or in_place,
            in_place=in_place,
        )

    async def respond(
        self,
        interaction: discord.Interaction[Any],
        work: Awaitable[Reply],
        about: ChatRef,
        *,
        private: bool,
        only_private: bool = False,
    ) -> None:
        """Answer with the reply that `work` (which raises nothing) comes to; see `begin`. With `only_private` the
        person alone sees it, whatever the reply says."""
        exchange = await self.begin(interaction, about, private=private)
        reply = await work  # the use case is carried out even if its reply cannot be delivered
        await exchange.show(replace(reply, private=True) if only_private else reply)

    async def respond_now(self, interaction: discord.Interaction[Any], reply: Reply) -> None:
        """Answer with a reply that needs no work, in the interaction's own chat."""
        first, *rest = self._messages(reply, own_chat(interaction))
        view, files = first
        try:
            await interaction.response.send_message(
                view=view, files=files, ephemeral=reply.private, allowed_mentions=discord.AllowedMentions.none()
            )
            await follow_up(interaction, rest, reply.private)
        except _SENDING as error:
            log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])

    async def offer_nothing(self, interaction: discord.Interaction[Any]) -> None:
        """Answer somebody who types an option that is not known."""
        with contextlib.suppress(*_SENDING):  # they have typed on meanwhile
            await interaction.response.autocomplete([])

    async def write(
        self,
        channel: discord.abc.Messageable,
        work: Awaitable[Reply],
        about: ChatRef,
        *,
        answers: discord.Message | None = None,
    ) -> None:
        """Show "typing" in a channel, then the reply that `work` comes to, below the message that it `answers`."""
        reference = answers.to_reference(fail_if_not_exists=False) if answers is not None else None
        with contextlib.suppress(*_SENDING):  # the reply does not depend on it
            await channel.typing()
        try:
            for view, files in self._messages(await work, about):
                # discord.py takes no None for a reference that is left out.
                placed: dict[str, Any] = {"reference": reference} if reference is not None else {}
                await channel.send(view=view, files=files, allowed_mentions=discord.AllowedMentions.none(), **placed)
        except _SENDING as error:
            log.warning("answer not delivered", error=str(error)[:200])

    def _messages(self, reply: Reply, about: ChatRef) -> list[Message]:
        messages = []
        for payload in reply_components(reply, about):
            components, paths = present(payload, self._data_dir)
            messages.append((RawLayout(components), [discord.File(path) for path in paths]))
        if reply.files and messages:
            # In the message that names them, which has room: a reply with files is a sentence or two.
            layout, attached = messages[-1]
            shown = [{"type": FILE, "file": {"url": f"attachment://{file.name}"}} for file in reply.files]
            attached += [discord.File(io.BytesIO(file.content), file.name) for file in reply.files]
            messages[-1] = (RawLayout([*layout.to_components(), *shown]), attached)
        return messages
