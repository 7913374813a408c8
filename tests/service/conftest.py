"""Stand-ins of arXiv, Telegram and Discord for a whole service."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.arxiv import FakeArxiv
from tests.fakes.discord import FakeDiscord
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running_fake:
        yield running_fake


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as running_fake:
        yield running_fake


@pytest.fixture
async def arxiv() -> AsyncIterator[FakeArxiv]:
    async with FakeArxiv() as running_fake:
        yield running_fake
