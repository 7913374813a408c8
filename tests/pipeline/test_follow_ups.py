"""Following up papers that people liked: from a stored change, and from what arXiv answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.errors import SourceUnavailable
from bot.model import Chat, ChatRef, Platform, VoteKind
from bot.pipeline.follow_ups import FollowingUp
from bot.storage.store import SqlStore
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch
from tests.fakes.stores import memory_store

ANN = ChatRef(Platform.TELEGRAM, "5")
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
PAPER = made_up("2606.00001", date(2026, 6, 2)).paper


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    """A store where Ann has saved a paper."""
    async with memory_store() as store:
        await store.add_chat(Chat(ANN))
        await store.remember([PAPER], NOW)
        await store.vote(ANN, "5", [PAPER.id], VoteKind.SAVED, NOW)
        yield store


async def titles(store: SqlStore) -> list[str]:
    return [each.paper.title for each in (await store.follow_ups([ANN], limit=5)).get(ANN, [])]


async def test_a_new_version_is_followed_up_and_a_new_page_count_is_not(store: SqlStore) -> None:
    search, clock = MadeUpSearch([PAPER]), FakeClock(NOW)
    following = FollowingUp(store, search, clock)
    await following.run()
    await store.remember([replace(PAPER, comment="13 pages")], NOW)
    assert await following.run() == 0
    await store.remember([replace(PAPER, version=2, title="A new title")], NOW)
    assert await following.run() == 1
    assert await titles(store) == ["A new title"]


async def test_arxiv_is_asked_once_a_week_and_its_answer_is_followed_up(store: SqlStore) -> None:
    search, clock = MadeUpSearch([PAPER]), FakeClock(NOW)
    following = FollowingUp(store, search, clock)
    for _ in range(3):
        await following.run()
    assert search.requests == 1
    search.given[PAPER.id] = replace(PAPER, journal_ref="Nature 1")
    clock.advance(8 * 86_400)
    assert await following.run() == 1
    assert search.requests == 2


async def test_what_changed_is_written_even_if_arxiv_is_down(store: SqlStore) -> None:
    search = MadeUpSearch([PAPER])
    following = FollowingUp(store, search, FakeClock(NOW))
    search.down = SourceUnavailable("arXiv does not answer.")
    with pytest.raises(SourceUnavailable):
        await following.run()
    await store.remember([replace(PAPER, version=2)], NOW)
    with pytest.raises(SourceUnavailable):
        await following.run()
    assert await titles(store) == [PAPER.title]
