"""Files on Discord that hold lists of papers: liked for the chat in which they are sent to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import discord
import structlog

from bot.conversation import Conversation, Requester, Result
from bot.model import ChatRef
from handlers import list_files

log = structlog.get_logger()

FETCH_SECONDS = 30.0
"""For the download of one file, which is small."""

_NOT_GIVEN = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


async def read_pdf(
    conversation: Conversation, requester: Requester, chat: ChatRef, file: discord.Attachment, text: str
) -> Result:
    """Read the paper that a PDF is; `text` is written with it. Raises `TellUser` as `like_file`."""
    name = list_files.shown_name(file.filename)

    async def content() -> bytes:
        return await _content(file, name, chat, list_files.check_pdf_size)

    return await conversation.understanding.document(requester, chat, name, text, content)


async def like_file(
    conversation: Conversation, requester: Requester, chat: ChatRef, file: discord.Attachment, title: str = ""
) -> Result:
    """Like the papers of a list for a chat. Raises `TellUser` if it is too large or Discord does not give it."""
    name = list_files.shown_name(file.filename)
    content = await _content(file, name, chat, list_files.check_size)
    return await conversation.likes.from_file(requester, chat, content, name, title)


async def _content(file: discord.Attachment, name: str, chat: ChatRef, check_size: Callable[[str, int], None]) -> bytes:
    # Before the download, since a file may have half a gigabyte.
    check_size(name, file.size)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            content = await file.read()
    except _NOT_GIVEN as error:
        log.warning("file not fetched", chat=str(chat), error=type(error).__name__)
        raise list_files.not_fetched(name) from error
    check_size(name, len(content))
    return content
