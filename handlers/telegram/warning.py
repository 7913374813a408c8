"""Tells the managers of a group or a channel, each in private, that the bot can no longer post there."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from telegram import ChatMemberAdministrator, ChatMemberOwner, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.locales import _, using
from bot.model import ChatRef
from bot.render.nodes import Document, Line, Note, Text
from handlers.reply_parts import command, spans
from handlers.telegram.limits import Urgency
from handlers.telegram.managers import Managers
from handlers.telegram.markup import document_html

log = structlog.get_logger()

TIMEOUT_SECONDS = 15.0
"""Seconds that a warning may take: the caller has other chats to serve."""


class Warnings:
    """Sends each warning once, to the managers who can be reached. A failure is logged and changes nothing else."""

    def __init__(self, bot: ExtBot[Any], managers: Managers, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._bot, self._managers, self._timeout_seconds = bot, managers, timeout_seconds

    async def tell(self, chat: ChatRef, why: str) -> None:
        """Tell the managers of a chat why nothing can be posted there, and what to do. Raises nothing.

        Does nothing for a private chat: only its one person could be warned, who cannot be reached.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._tell(chat, why)
        except Exception as error:  # a warning is extra, and its caller has a delivery to finish
            log.warning("managers not warned", chat=str(chat), why=type(error).__name__)

    async def _tell(self, chat: ChatRef, why: str) -> None:
        managers = await self._managers.of(chat) if chat.is_group else []
        if not managers:
            log.info("no manager to warn", chat=str(chat), why=why)
            return
        # Nobody asked, so nobody's language is known.
        with using(await self._managers.language(chat)):
            html = document_html(_warning(chat, await self._managers.title(chat), _(why)))
        await asyncio.gather(*(self._write(user_id, chat.place, html) for user_id in managers))

    async def _write(self, user_id: int, place: str, html: str) -> None:
        try:
            # People who are no longer admins cannot help, and the chat's title is not for them.
            if await self._has_lost_rights(place, user_id):
                return
            await self._bot.send_message(
                user_id,
                html,
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                rate_limit_args=Urgency.ANSWER,
            )
        except TelegramError as error:  # blocked by that person, never started by them, or not reached
            log.info("manager not warned", chat=place, why=error.message)
        else:
            log.info("manager warned", chat=place)

    async def _has_lost_rights(self, place: str, user_id: int) -> bool:
        """Whether somebody is surely no admin there any more. False if that cannot be looked up: a bot that was removed
        from a chat may not ask about its members."""
        try:
            member = await self._bot.get_chat_member(place, user_id)
        except TelegramError:
            return False
        return not isinstance(member, ChatMemberAdministrator | ChatMemberOwner)


def _warning(chat: ChatRef, title: str, why: str) -> Document:
    place, is_topic = chat.place, chat.thread is not None
    template = (
        _("I can no longer post in a topic of {chat}: {why}.")
        if is_topic
        else _("I can no longer post in {chat}: {why}.")
    )
    problem = template.format(chat=f"“{title}”" if title else place, why=why.rstrip("."))
    request = _("Let me post there again (in a channel, as an admin who can post messages), and I go on.")
    # From a private chat only channels and supergroups can be named, and no topic of theirs.
    if is_topic or not place.startswith("-100"):
        todo = spans(_("If I do not, send {command} there."), command=command("subscriptions"))
    else:
        todo = spans(_("If I do not, send me {command} here."), command=command("subscriptions", place))
    kept = _("Nothing is lost meanwhile: what comes is kept, and goes out then.")
    return Document((Line((Text(problem),)), Line((Text(request),)), Line(todo), Note((Text(kept),))))
