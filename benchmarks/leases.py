"""The outbox of a morning: what its verbs cost with few and with many chats.

    python -m benchmarks.leases [--database sqlite|postgres] [--chats 1000 10000 100000] [--parts 7] [--equal 10]

Every chat gets a digest of `--parts` messages; `--equal` chats share theirs. One chat in twenty is suspended, one in
twenty waits for later. Times are milliseconds, wall and CPU of this process; the ratio compares wall time with the
first size.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import string
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from bot.model import JSON, Chat, ChatRef, Delivery, DeliveryState, NewDigest, Part, Platform, Settlement
from bot.storage import row_mapping, tables
from bot.storage.store import SqlStore, open_store
from tests.fakes.stores import postgres, sqlite_url

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
DAY = date(2026, 6, 2)
TELEGRAM = (Platform.TELEGRAM,)
BATCH = 100
"""Digests that are written in one transaction."""
AT_ONCE = 64
"""Deliveries that are leased together, as the service does."""
PAYLOAD_LENGTH = 3_000


@dataclass
class Times:
    """Milliseconds of wall and CPU time by what was measured; each the median of its repetitions."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    async def measure(self, name: str, work: Awaitable[object], per: int = 1) -> None:
        """Time some work; `per` is the number of things that it does."""
        began, cpu = time.perf_counter(), time.process_time()
        await work
        self.wall[name] = (time.perf_counter() - began) * 1_000 / per
        self.cpu[name] = (time.process_time() - cpu) * 1_000 / per


def chat_refs(count: int) -> list[ChatRef]:
    return [ChatRef(Platform.TELEGRAM, str(number)) for number in range(1, count + 1)]


def payloads(dice: random.Random, parts: int) -> list[JSON]:
    """Messages of about the length and the variety of real ones."""
    words = ["".join(dice.choices(string.ascii_lowercase, k=dice.randint(2, 11))) for _ in range(2_000)]
    return [{"text": " ".join(dice.choices(words, k=PAYLOAD_LENGTH // 7)), "buttons": []} for _ in range(parts)]


def digests(refs: list[ChatRef], parts: int, equal: int, slot: str) -> Iterator[list[NewDigest]]:
    """Digests in batches."""
    dice = random.Random(1)
    for start in range(0, len(refs), BATCH):
        batch = []
        for number, ref in enumerate(refs[start : start + BATCH]):
            if number % equal == 0:
                messages = tuple(Part(payload, (f"2606.{n:05}",)) for n, payload in enumerate(payloads(dice, parts)))
            papers = tuple(part.paper_ids[0] for part in messages)
            batch.append(NewDigest(ref, slot, DAY, DAY, DAY, papers, messages, NOW + timedelta(days=1)))
        yield batch


async def write_all(store: SqlStore, refs: list[ChatRef], parts: int, equal: int) -> tuple[float, float]:
    """Write a digest for every chat; returns the seconds of wall and CPU time that the store took."""
    wall = cpu = 0.0
    for batch in digests(refs, parts, equal, "2026-06-02"):
        began, began_cpu = time.perf_counter(), time.process_time()
        await store.write_digests(batch, NOW)
        wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - began_cpu
    return wall, cpu


async def add_chats(store: SqlStore, refs: list[ChatRef]) -> None:
    async with store.db.write() as connection:
        for chunk in row_mapping.in_chunks(range(len(refs)), 2_000):
            rows = [row_mapping.chat_row(Chat(refs[number])) for number in chunk]
            await connection.execute(insert(tables.chats), rows)


async def settle_all(store: SqlStore, leased: list[Delivery], settlement: Settlement) -> None:
    await asyncio.gather(*(store.settle(each.id, settlement, NOW, owner="w") for each in leased))


async def begin_all(store: SqlStore, leased: list[Delivery]) -> None:
    assert all(await asyncio.gather(*(store.begin(each.id, "w", NOW) for each in leased)))


async def lease(store: SqlStore) -> list[Delivery]:
    return await store.lease("w", TELEGRAM, NOW, NOW + timedelta(minutes=3), AT_ONCE)


async def morning(store: SqlStore, chats: int, parts: int, equal: int) -> Times:
    times = Times()
    refs = chat_refs(chats)
    await add_chats(store, refs)
    await times.measure("counts, idle", store.outbox_counts())
    await times.measure("progress, idle", store.progress(TELEGRAM, NOW))
    wall, cpu = await write_all(store, refs, parts, equal)
    times.wall["write, per chat"], times.cpu["write, per chat"] = wall * 1_000 / chats, cpu * 1_000 / chats
    for ref in refs[:: 20 if chats < 50_000 else 200]:
        await store.suspend(ref, "blocked")
    later = Settlement(DeliveryState.WAITING, "slow mode", next_attempt_at=NOW + timedelta(hours=1))
    for _ in range(max(1, chats // 20 // AT_ONCE)):
        await settle_all(store, await lease(store), later)
    await times.measure("counts", store.outbox_counts())
    await times.measure("progress", store.progress(TELEGRAM, NOW))
    await times.measure("oldest", store.oldest_waiting(TELEGRAM))
    rounds = min(50, chats * parts // AT_ONCE // 3)
    spent: dict[str, list[Times]] = {"lease of 64": [], "begin": [], "settle": []}
    for _ in range(rounds):
        single = Times()
        leased: list[Delivery] = []

        async def take(leased: list[Delivery] = leased) -> None:
            leased += await lease(store)

        await single.measure("lease of 64", take())
        await single.measure("begin", begin_all(store, leased), len(leased))
        await single.measure("settle", settle_all(store, leased, Settlement(DeliveryState.SENT)), len(leased))
        for name, every in spent.items():
            every.append(single)
            times.wall[name] = sorted(each.wall[name] for each in every)[len(every) // 2]
            times.cpu[name] = sorted(each.cpu[name] for each in every)[len(every) // 2]
    return times


@asynccontextmanager
async def new_store(database: str, server: str | None) -> AsyncIterator[tuple[SqlStore, Path | None]]:
    with tempfile.TemporaryDirectory(prefix="paperboy-leases-") as folder:
        path = Path(folder) / "store.sqlite3"
        url = server or sqlite_url(path)
        async with await open_store(url) as store:
            if server:
                async with store.db.write() as connection:
                    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
                    await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            yield store, None if database == "postgres" else path


async def run(options: argparse.Namespace, server: str | None) -> None:
    results: dict[int, Times] = {}
    for chats in options.chats:
        async with new_store(options.database, server) as (store, path):
            results[chats] = await morning(store, chats, options.parts, options.equal)
            if path is not None:
                log = path.with_name(f"{path.name}-wal").stat().st_size / 1e6
                print(f"{chats} chats: {path.stat().st_size / chats:.0f} bytes a chat, log {log:.0f} MB")
    first = next(iter(results.values()))
    print(f"{options.database}: milliseconds wall (CPU), ratio to {options.chats[0]} chats")
    for name in first.wall:
        shown = [
            f"{times.wall[name]:8.2f} ({times.cpu[name]:7.2f}) {times.wall[name] / first.wall[name]:5.1f}×"
            for times in results.values()
        ]
        print(f"{name:<18}", *shown)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the verbs of the outbox.")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--chats", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--parts", type=int, default=7)
    parser.add_argument("--equal", type=int, default=10)
    options = parser.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(postgres()) if options.database == "postgres" else None
        asyncio.run(run(options, server))


if __name__ == "__main__":
    main()
