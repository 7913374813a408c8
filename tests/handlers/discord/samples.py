"""Chats, parts and waits that the tests of Discord share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.conversation import Requester
from bot.model import ChatRef, Part, Platform
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock

ADMIN = Requester("1", True)
REMOVED = "Paperboy was removed from the server"
KEY = "discord:1|2026-06-02|1"
SECOND = "discord:1|2026-06-02|2"
SINCE = FakeClock().now() - timedelta(hours=1)


def chat(channel: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel))


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds; the test's own time-out bounds it."""
    while not condition():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
        await asyncio.sleep(0.01)


def part(text: str = "Ten new papers", **more: Any) -> Part:
    return Part({"components": [{"type": 10, "content": text}], **more})


async def reason(store: SqlStore, ref: ChatRef) -> str | None:
    """Why a chat is suspended, None if it is not."""
    known = await store.chat(ref)
    assert known is not None
    return known.suspended


async def assert_suspended(store: SqlStore, ref: ChatRef, why: str | None) -> None:
    """Wait until a chat is suspended for this reason, or with None until it is not."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while await reason(store, ref) != why:  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0.01)
    assert await reason(store, ref) == why
