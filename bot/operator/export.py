"""`paperboy export`: what is stored about one chat or about all of them, as JSON.

A file of all chats may be large: it is written chat by chat, to a temporary file first, so that an error leaves nothing
half written.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.conversation.chat_data import ChatData, People, described, file_head
from bot.errors import TellUser
from bot.model import JSON, Chat, ChatRef, Subscription
from bot.operator import opml
from bot.operator.arguments import parse_chat
from bot.service.app import open_app
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.ports import Store

AT_ONCE = 500
"""Chats whose models are in memory at the same time."""

OWNER_ONLY = 0o600
"""Permissions of a new file: it says what people like."""


async def export(settings: Settings, chat: str | None, file: TextIO, *, has_ids: bool = False) -> int:
    """Write what is stored about a chat (`PLATFORM:ID`), or about all; returns how many chats were written.

    People are numbered, or named by their ids (`has_ids`), so that an import gives each their votes back. Raises
    `TellUser` for what is no chat, or is not stored.
    """
    ref = parse_chat(chat) if chat else None
    async with open_app(settings) as app:
        found, following = await _chats(app.store, ref), await app.store.subscriptions(ref)
        head = json.dumps(file_head(app.clock.now())).removesuffix("}")
        file.write(f'{head}, "chats": [')
        count = 0
        async for chat_data in _described(app.store, found, following, People(has_ids)):
            file.write(("," if count else "") + "\n" + json.dumps(chat_data, ensure_ascii=False))
            count += 1
        file.write("\n]}\n")
    return count


async def export_topics(settings: Settings, chat: str | None, file: TextIO) -> int:
    """Write the topics of a chat, or of all chats, as OPML; returns how many chats were written. Raises as `export`."""
    ref = parse_chat(chat) if chat else None
    async with open_app(settings) as app:
        found, following = await _chats(app.store, ref), await app.store.subscriptions(ref)
    topics: dict[ChatRef, list[str]] = defaultdict(list)
    for subscription in following:
        topics[subscription.chat].append(subscription.topic)
    file.write(opml.write([(known, topics[known.ref]) for known in found if known.ref in topics]))
    return len(topics)


async def _chats(store: Store, ref: ChatRef | None) -> list[Chat]:
    """The chat, or all chats. Raises `TellUser` if it is not stored."""
    if ref is None:
        return await store.chats()
    chat = await store.chat(ref)
    if chat is None:
        raise TellUser(f"There is no chat {ref}; `paperboy chats` lists those that Paperboy knows.")
    return [chat]


def put(file: TextIO, path: Path | None) -> None:
    """Copy a file to `path`, or to standard output. Raises `TellUser` if it cannot be written."""
    file.seek(0)
    if path is None:
        shutil.copyfileobj(file, sys.stdout)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "w", encoding="utf-8", opener=partial(os.open, mode=OWNER_ONLY)) as output:
            shutil.copyfileobj(file, output)
    except OSError as error:
        raise TellUser(f"{path} cannot be written ({error.strerror}); choose another.") from None


async def _described(
    store: Store, chats: Sequence[Chat], subscriptions: Iterable[Subscription], people: People
) -> AsyncIterator[JSON]:
    followed: dict[ChatRef, list[Subscription]] = defaultdict(list)
    for subscription in subscriptions:
        followed[subscription.chat].append(subscription)
    for start in range(0, len(chats), AT_ONCE):
        chunk = chats[start : start + AT_ONCE]
        models = await store.models_of([chat.ref for chat in chunk])
        for chat in chunk:
            votes = await store.votes_of(chat.ref)
            yield described(ChatData(chat, followed[chat.ref], votes, models.get(chat.ref)), people)
