"""Batched small writes: each is committed and gets its own result; a failure of the database is raised to all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreUnavailable
from bot.storage.engine import Database
from bot.storage.write_batcher import WriteBatcher
from tests.fakes.stores import memory_store


async def change(connection: AsyncConnection, statements: Sequence[TextClause]) -> list[int]:
    """Execute statements; how many rows each has changed."""
    results: list[Any] = [await connection.execute(statement) for statement in statements]
    return [result.rowcount for result in results]


async def count(connection: AsyncConnection, items: Sequence[None]) -> list[int]:
    """For each item, how many items were written together with it."""
    await connection.execute(text("UPDATE drops SET n = n"))
    return [len(items)] * len(items)


class Counting:
    """Opens a database's transactions, counts them, and fails where it is told to."""

    def __init__(self, database: Database) -> None:
        self.database, self.transactions, self.fails = database, 0, 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        self.transactions += 1
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable("The database is locked.")
        async with self.database.write() as connection:
            yield connection


@pytest.fixture
async def counting() -> AsyncIterator[Counting]:
    async with memory_store() as store:
        async with store.db.write() as connection:
            await connection.execute(text("CREATE TABLE drops (n INTEGER)"))
            await connection.execute(text("INSERT INTO drops VALUES (1), (1), (2)"))
        yield Counting(store.db)


async def numbers(counting: Counting) -> list[int]:
    async with counting.database.read() as connection:
        return list(await connection.scalars(text("SELECT n FROM drops ORDER BY n")))


async def test_writes_at_the_same_time_share_a_transaction_and_each_gets_its_row_count(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    changes = [text("UPDATE drops SET n = n + 10 WHERE n = :n").bindparams(n=n) for n in (1, 2, 3)]
    assert await asyncio.gather(*(together.execute(change, each) for each in changes)) == [2, 1, 0]
    assert counting.transactions == 1
    assert await numbers(counting) == [11, 11, 12]
    assert await together.execute(change, changes[0]) == 0
    assert counting.transactions == 2


async def test_items_of_each_kind_are_written_together_in_one_transaction(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    statement = text("UPDATE drops SET n = 5 WHERE n = 2")
    writes = [together.execute(count, None), together.execute(change, statement), together.execute(count, None)]
    assert await asyncio.gather(*writes) == [2, 1, 2]
    assert counting.transactions == 1


async def test_a_failure_is_raised_to_all_callers_of_the_batch_and_later_writes_succeed(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    counting.fails = 1
    statement = text("UPDATE drops SET n = 5")
    done = await asyncio.gather(*(together.execute(change, statement) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in done] == [StoreUnavailable] * 3
    assert await numbers(counting) == [1, 1, 2]
    assert await together.execute(change, statement) == 3


async def test_a_wrong_statement_leaves_no_caller_waiting(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    statements = [text("UPDATE drops SET n = 5"), text("UPDATE nothing SET n = 5")]
    done = await asyncio.gather(*(together.execute(change, each) for each in statements), return_exceptions=True)
    assert all(isinstance(each, Exception) for each in done)
    assert await numbers(counting) == [1, 1, 2]


async def test_an_item_that_cannot_be_written_fails_alone(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    numbers_to_add = [3, 2**70, 4]  # the second is greater than any that the database can hold
    added = [text("INSERT INTO drops VALUES (:n)").bindparams(n=number) for number in numbers_to_add]
    done = await asyncio.gather(*(together.execute(change, each) for each in added), return_exceptions=True)
    assert [done[0], type(done[1]), done[2]] == [1, OverflowError, 1]
    assert await numbers(counting) == [1, 1, 2, 3, 4]
    assert await together.execute(count, None) == 1


async def test_a_write_whose_caller_was_cancelled_is_not_executed(counting: Counting) -> None:
    together = WriteBatcher(counting.write)
    async with counting.database.write():
        gone = asyncio.create_task(together.execute(change, text("UPDATE drops SET n = 7")))
        stays = asyncio.create_task(together.execute(change, text("UPDATE drops SET n = n + 1")))
        await asyncio.sleep(0.01)
        gone.cancel()
    assert await stays == 3
    assert await numbers(counting) == [2, 2, 3]
