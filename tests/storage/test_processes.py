"""Two processes on one SQLite file, and one that is killed in the middle of its work."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from bot.model import ChatRef, DeliveryState, Platform
from bot.storage.store import open_store
from tests.contracts.samples import ANN, with_chats
from tests.fakes.stores import new_database, sqlite_url

ROOT = Path(__file__).parents[2]


async def start(url: str, what: str, name: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.writer", url, what, name, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


async def test_two_processes_writing_at_once_lose_nothing_and_see_no_lock(tmp_path: Path) -> None:
    url = await new_database(tmp_path / "store.sqlite3")
    workers = [await start(url, "digests", name) for name in ("1", "2")]
    answers = [await worker.communicate() for worker in workers]
    assert [(worker.returncode, said) for worker, (_, said) in zip(workers, answers, strict=True)] == [(0, b"")] * 2
    leased = [line for out, _ in answers for line in out.split()]
    assert len(leased) == len(set(leased))
    async with await open_store(url) as store:
        states = {state: number for (_, state), number in (await store.outbox_counts()).items()}
        assert sum(states.values()) == 120
        assert states[DeliveryState.SENT] == len(leased)


async def test_several_processes_may_make_the_same_new_database(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite3")
    workers = [await start(url, "digests", name) for name in ("1", "2")]
    answers = [await worker.communicate() for worker in workers]
    assert [(worker.returncode, said) for worker, (_, said) in zip(workers, answers, strict=True)] == [(0, b"")] * 2


async def test_a_process_killed_in_a_transaction_leaves_nothing_of_it_and_no_lock(tmp_path: Path) -> None:
    url = await new_database(tmp_path / "store.sqlite3")
    worker = await start(url, "halfway", "7")
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"halfway\n"
    async with await open_store(url) as store:
        waiting = asyncio.create_task(with_chats(store, ANN))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        assert await store.value("7") is None  # readers do not wait for a writer
        worker.kill()
        await worker.communicate()
        await waiting
        assert await store.value("7") is None
        assert {chat.ref for chat in await store.chats()} == {ANN, ChatRef(Platform.TELEGRAM, "7")}


async def test_a_task_cancelled_in_a_transaction_leaves_nothing_of_it_and_no_lock(tmp_path: Path) -> None:
    async with await open_store(await new_database(tmp_path / "store.sqlite3")) as store:
        inside = asyncio.Event()

        async def halfway() -> None:
            async with store.db.write() as connection:
                await connection.exec_driver_sql("INSERT INTO state (name, value) VALUES ('x', '{}')")
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(halfway())
        await inside.wait()
        task.cancel()
        await asyncio.wait([task])
        assert await store.value("x") is None
        await with_chats(store, ANN)
