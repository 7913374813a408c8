"""The queue of tasks between a service and its workers, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import cast

import psycopg
import pytest
from sqlalchemy import text

from bot import pipeline
from bot.errors import StoreTooNew, StoreUnavailable, TellUser
from bot.model import Depth, SummaryKey
from bot.sample import SampleSource
from bot.service import task_queue
from bot.service.app import App, open_app
from bot.service.hand_over import HandOver
from bot.service.owners import WORKER_PREFIX
from bot.service.task_queue import TaskQueue, Waiting
from bot.service.task_schema import SCHEMA, address, ensure_schema
from bot.service.tasks import keys_argument, keys_from, tasks
from bot.settings import load
from bot.storage import tables
from bot.storage.store import open_store
from tests.contracts.samples import ANN, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.stores import postgres
from tests.service.test_lease import ended_process, owner_with

DAY = date(2026, 6, 2)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
async def url(server: str) -> str:
    """The address of a database without a task queue and without rows."""
    async with await open_store(server) as store, store.db.write() as connection:
        names = ", ".join(table.name for table in tables.metadata.sorted_tables)
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        await connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    return server


@pytest.fixture
async def queue(url: str) -> AsyncIterator[TaskQueue]:
    async with task_queue.opened(url, tasks) as found:
        yield found


async def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(address(url)) as connection:
        await connection.execute(f"SET search_path TO {SCHEMA}, public")
        cursor = await connection.execute(statement.encode())
        return list(await cursor.fetchall()) if cursor.description else []


# ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_several_processes_may_make_the_tables_at_the_same_time(url: str) -> None:
    await asyncio.gather(*(ensure_schema(url) for _ in range(4)))
    [(count,)] = await execute(url, "SELECT count(*) FROM procrastinate_jobs")
    assert count == 0


async def test_the_tables_of_another_version_are_replaced_and_those_of_this_one_kept(url: str) -> None:
    async with task_queue.opened(url, tasks) as queue:
        await queue.put("compose", {"chats": []}, lock="a")
    await ensure_schema(url)
    assert await execute(url, "SELECT task_name FROM procrastinate_jobs") == [("paperboy:compose",)]
    await execute(url, f"COMMENT ON SCHEMA {SCHEMA} IS 'procrastinate 3.9.9'")
    await ensure_schema(url)
    assert await execute(url, "SELECT task_name FROM procrastinate_jobs") == []


async def test_the_tables_of_a_newer_version_are_left_alone(url: str) -> None:
    await ensure_schema(url)
    await execute(url, f"COMMENT ON SCHEMA {SCHEMA} IS 'procrastinate 99.1'")
    with pytest.raises(StoreTooNew, match=r"made by a newer Paperboy \(Procrastinate 99.1"):
        await ensure_schema(url)


async def test_a_schema_of_somebody_else_is_left_alone(url: str) -> None:
    await execute(url, f"CREATE SCHEMA {SCHEMA}")
    with pytest.raises(TellUser, match="that Paperboy did not make"):
        await ensure_schema(url)


async def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        await ensure_schema("postgresql+psycopg://me:secret@127.0.0.1:9/none")
    assert "secret" not in str(caught.value)


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_task_with_the_same_lock_is_queued_once(queue: TaskQueue) -> None:
    assert await queue.put("compose", {"chats": ["telegram:1"]}, lock="telegram:1")
    assert not await queue.put("compose", {"chats": ["telegram:1"]}, lock="telegram:1")
    assert await queue.put("summarize", {"keys": []}, lock="telegram:1")
    assert await queue.waiting() == {"compose": Waiting(1, 0), "summarize": Waiting(1, 0)}
    assert await queue.arguments("compose") == [{"chats": ["telegram:1"]}]


async def test_the_tasks_of_a_worker_that_ended_are_dropped(queue: TaskQueue, url: str) -> None:
    await queue.put("compose", {"chats": []}, lock="a")
    await queue.put("compose", {"chats": []}, lock="b")
    manager = queue.app.job_manager
    ended, living = await manager.register_worker(), await manager.register_worker()
    assert await manager.fetch_job(["compose"], ended)
    kept = await manager.fetch_job(["compose"], living)
    assert await queue.drop_of_ended(lambda _: False) == 0
    older = "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour' WHERE id = "
    await execute(url, older + str(ended))
    assert await queue.drop_of_ended(lambda _: False) == 1
    assert kept is not None
    assert await execute(url, "SELECT id FROM procrastinate_jobs") == [(kept.id,)]


async def test_the_tasks_of_a_process_that_ended_are_dropped_at_once(queue: TaskQueue, url: str) -> None:
    manager = queue.app.job_manager
    kept = []
    for owner in ("ended", "living"):
        await queue.put("compose", {"chats": []}, lock=owner)
        worker = await manager.register_worker()
        await queue.name_worker(worker, owner)
        await queue.name_worker(worker, owner)  # again after a lost connection
        kept.append(await manager.fetch_job(["compose"], worker))
    assert await queue.drop_of_ended(lambda owner: owner == "ended") == 1
    assert kept[1] is not None
    assert await execute(url, "SELECT id FROM procrastinate_jobs") == [(kept[1].id,)]
    assert await queue.drop_of_ended(lambda owner: owner == "ended") == 0


async def test_a_worker_wakes_jobs_of_the_service(queue: TaskQueue, url: str) -> None:
    woken: list[str] = []
    arrived = asyncio.Event()

    def on_wake(job: str) -> None:
        woken.append(job)
        if len(woken) >= 2:
            arrived.set()

    async with task_queue.opened(url, tasks) as other, queue.calling(on_wake):
        async with asyncio.timeout(20):
            while not woken:
                await other.wake("send")  # until the service listens
                await asyncio.sleep(0.05)
            await other.wake("compose", "site")
            await arrived.wait()
    assert set(woken) >= {"send"}


def test_keys_survive_as_arguments() -> None:
    keys = [SummaryKey("2606.00001", 2, "zh-TW", Depth.DEEP), SummaryKey("astro-ph/0601001", 1, "en")]
    assert keys_from(keys_argument(keys)["keys"]) == keys


# ── handing over ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def app(url: str, tmp_path: object) -> AsyncIterator[App]:
    """A service with papers that a chat, which is due, follows."""
    settings = load(data_dir=tmp_path, database_url=url, workers="procrastinate")
    async with open_app(settings, FakeClock()) as made:
        store, now = made.store, made.clock.now()
        await with_chats(store)
        await store.subscribe(ANN, "cat:cs.CV", DAY, now)
        await pipeline.poll(store, SampleSource(DAY), made.clock, upto=DAY, force=True)
        await pipeline.match(store)
        await pipeline.choose(store, now)
        await store.set_due(ANN, now)
        yield made


async def test_what_is_pending_is_queued_once(app: App, queue: TaskQueue) -> None:
    hand_over = HandOver(app, queue)
    assert await hand_over.summaries() == 1
    assert await hand_over.summaries() == 0
    assert await hand_over.compose() == 1
    assert await hand_over.compose() == 0
    [chats] = await queue.arguments("compose")
    assert str(ANN) in chats["chats"]


async def test_nothing_is_lost_with_the_tables_of_the_queue(app: App, queue: TaskQueue, url: str) -> None:
    hand_over = HandOver(app, queue)
    await hand_over.summaries()
    await hand_over.compose()
    before = await queue.arguments("summarize", "compose")
    await execute(url, "TRUNCATE procrastinate_jobs CASCADE")
    app.clock.set(app.clock.now() + timedelta(minutes=1))  # type: ignore[attr-defined]
    assert await hand_over.summaries() == 1
    assert await hand_over.compose() == 1
    assert await queue.arguments("summarize", "compose") == before


async def test_what_a_killed_worker_was_doing_is_queued_again_at_once(app: App, queue: TaskQueue) -> None:
    hand_over, manager, now = HandOver(app, queue), queue.app.job_manager, app.clock.now()
    await hand_over.summaries()
    assert not await hand_over.tend()
    killed, worker = owner_with(ended_process()), await manager.register_worker()
    await queue.name_worker(worker, killed)
    task = await manager.fetch_job(["summarize"], worker)
    assert task is not None
    keys = keys_from(cast("list[list[str]]", task.task_kwargs["keys"]))
    # Its lease and its claims go on for a while.
    assert await app.store.hold(f"{WORKER_PREFIX}{killed}", killed, now, now + timedelta(seconds=30))
    assert await app.store.claim(keys, f"{killed} ab12", now, now + timedelta(minutes=2)) == set(keys)
    assert await hand_over.summaries() == 0
    assert await hand_over.tend()
    assert await hand_over.summaries() == 1
    assert not await hand_over.tend()


async def test_a_chat_that_waits_for_summaries_is_composed_again_when_some_were_made(
    app: App, queue: TaskQueue, url: str
) -> None:
    hand_over = HandOver(app, queue)
    assert await hand_over.compose() == 1
    await execute(url, "TRUNCATE procrastinate_jobs CASCADE")  # a worker has composed nothing yet
    assert await hand_over.compose() == 0
    hand_over.compose_all_again()
    assert await hand_over.compose() == 1
