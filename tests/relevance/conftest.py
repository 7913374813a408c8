"""What tests of relevance share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from tests.relevance.papers import listing


@pytest.fixture
async def relevance(store: SqlStore) -> AsyncIterator[PaperRelevance]:
    """With the papers of `listing` read."""
    made = PaperRelevance(store)
    await made.read(listing())
    yield made
    await made.close_parts()
