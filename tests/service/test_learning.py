"""A service, and the workers of one, learn from votes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from bot.model import Chat, ChatModel, ChatRef, Platform, VoteKind
from bot.storage.store import SqlStore, open_store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.stores import postgres, sqlite_url
from tests.fakes.telegram import FakeTelegram
from tests.service.test_running import ANN, Process, settings_for

REF = ChatRef(Platform.TELEGRAM, str(ANN))


@pytest.fixture
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
async def arxiv() -> AsyncIterator[FakeArxiv]:
    async with FakeArxiv() as running_fake:
        running_fake.today = date(2026, 6, 2)
        yield running_fake


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running_fake:
        yield running_fake


async def vote(store: SqlStore) -> None:
    """Wait for the listing, and like one of its papers."""
    while (latest := await store.latest_day()) is None:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.1)
    liked = (await store.announcements(latest, latest))[0].paper
    await store.vote(REF, str(ANN), [liked.id], VoteKind.UP, datetime.now(UTC))


async def model_of(store: SqlStore) -> ChatModel:
    while not (models := await store.models_of([REF])):  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.1)
    return models[REF]


async def follow(store: SqlStore) -> None:
    await store.add_chat(Chat(REF))
    await store.subscribe(REF, "cat:cs.CV", date(2026, 6, 1), datetime.now(UTC))


def learners(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children() if "bot.relevance.learner" in child.cmdline()]


async def test_a_service_learns_from_votes_in_a_process_that_starts_with_the_first_one(
    tmp_path: Path, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": sqlite_url(tmp_path / "store.sqlite3")}
    async with await open_store(environment["DATABASE_URL"]) as store:
        await follow(store)
        async with Process(environment, tmp_path) as service:
            await service.until(lambda: service.said("matched"))
            assert not learners(service.pid)
            await vote(store)
            async with asyncio.timeout(60):
                model = await model_of(store)
            assert model.votes == 1
            assert learners(service.pid)
            [process] = learners(service.pid)
            assert await service.stop() == 0
            assert not process.is_running()


async def test_workers_learn_what_a_service_hands_over(
    tmp_path: Path, server: str, arxiv: FakeArxiv, telegram: FakeTelegram
) -> None:
    environment = settings_for(tmp_path, arxiv, telegram) | {"DATABASE_URL": server, "WORKERS": "procrastinate"}
    async with await open_store(server) as store:
        await follow(store)
        async with (
            Process(environment, tmp_path) as service,
            Process(environment, tmp_path, "worker", "--queues", "learn") as helper,
        ):
            async with asyncio.timeout(90):
                await vote(store)
                await model_of(store)
            await helper.until(lambda: helper.said("learned"))
            assert not service.said("learned")
            assert not learners(service.pid)
            assert await helper.stop() == 0
            assert await service.stop() == 0
