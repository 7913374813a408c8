"""What every test shares: an empty store, and Hypothesis that draws the same examples where luck must not matter."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from bot.storage.store import SqlStore
from tests.fakes.stores import memory_store

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened
