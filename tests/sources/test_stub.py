"""The source against a larger stand-in for arXiv; without it these tests are skipped."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.errors import SourceUnavailable
from bot.model import PaperRef
from bot.settings import Settings
from bot.sources.arxiv_source import ArxivSource
from bot.sources.fetch import Fetcher, Gate
from tests.fakes.clock import FakeClock

SHARED = (Path(__file__).parents[2] / ".." / "shared").resolve()
STUB = SHARED / "tools" / "arxiv_stub.py"
DAY = date(2026, 6, 3)
pytestmark = pytest.mark.skipif(not STUB.is_file(), reason="the stand-in is not beside the checkout")


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    days = sorted((SHARED / "corpus" / "days").glob("*.gz"))
    command = [sys.executable, str(STUB), "--papers", *map(str, days), "--port", str(port), "--today", str(DAY)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "arXiv stub" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def rows() -> list[dict[str, Any]]:
    with gzip.open(SHARED / "corpus" / "days" / f"{DAY}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


async def tell(url: str, path: str, what: dict[str, Any] | None = None) -> Any:
    """Post `what` to the stand-in, or get its state."""

    def talk() -> Any:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("GET" if what is None else "POST", path, None if what is None else json.dumps(what))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    return await asyncio.to_thread(talk)


@asynccontextmanager
async def source_of(url: str, *, attempts: int = 4, timeout: float = 20) -> AsyncIterator[ArxivSource]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        arxiv_api_url=f"{url}/api/query",
        arxiv_feed_url=f"{url}/atom",
        arxiv_oai_url=f"{url}/oai",
        arxiv_url=url,
        arxiv_timeout_seconds=timeout,
        arxiv_contact="me@example.org",
    )
    async with Fetcher(settings, Gate(FakeClock(), 3, attempts=attempts, rng=random.Random(1))) as fetcher:
        yield ArxivSource(settings, fetcher)


async def test_days_are_complete_by_feed_by_api_and_by_oai(stub: str) -> None:
    async with source_of(stub) as source:
        feed = await source.listing(["cs"])
        assert feed.day == DAY
        assert feed.malformed == ()
        assert len(feed.entries) > 200
        written = {row["id"]: tuple(row["authors"]) for row in rows()}  # in Unicode; the feed writes them in TeX
        assert all(entry.paper.authors == written[entry.paper.id] for entry in feed.entries)
        oai = await source.changed(date(2026, 6, 1), DAY)
        assert oai.malformed == ()
        named = {entry.paper.id for entry in oai.entries if entry.announcement.day == DAY}
        assert {entry.paper.id for entry in feed.entries} <= named
        api = await source.papers([PaperRef(entry.paper.id) for entry in feed.entries])
        assert set(api) == {entry.paper.id for entry in feed.entries}
        window = await source.submitted(["cs"], date(2026, 5, 25), DAY)
        assert {entry.paper.id for entry in feed.entries} <= {paper.id for paper in window}


FAULTS: list[dict[str, Any]] = [
    {"status": 503, "retry_after": 5},
    {"status": 429, "times": 3},
    {"mode": "empty"},
    {"mode": "truncate"},
    {"mode": "short"},
    {"mode": "reset"},
    {"mode": "hang", "seconds": 2},
]


@pytest.mark.parametrize("path", ["/atom", "/api/query", "/oai"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_is_retried_or_raised_and_the_next_call_works(
    stub: str, path: str, fault: dict[str, Any]
) -> None:
    async def ask(source: ArxivSource) -> int:
        if path == "/atom":
            return len((await source.listing(["econ"])).entries)
        if path == "/oai":
            return len((await source.changed(DAY, DAY)).entries)
        return len(await source.papers([PaperRef(row["id"]) for row in rows()[:3]]))

    async def break_it(**changes: Any) -> None:
        await tell(stub, "/_fault", {"path": path, **fault, **changes})

    async with source_of(stub) as patient, source_of(stub, attempts=1) as hasty:
        whole = await ask(patient)
        assert whole > 0
        await break_it()
        async with source_of(stub, timeout=1) as bounded:
            survived = await ask(bounded)
        # An empty feed is what arXiv sends on a holiday, and OAI has no such fault: the one is believed.
        assert survived == (0 if fault.get("mode") == "empty" and path == "/atom" else whole)
        if fault.get("mode") not in ("empty", "hang"):
            await break_it(times=1)
            with pytest.raises(SourceUnavailable):
                await ask(hasty)
        assert await ask(patient) == whole


async def test_the_stub_counts_polite_requests_only(stub: str) -> None:
    await tell(stub, "/_reset", {})
    async with source_of(stub) as source:
        await asyncio.gather(source.listing(["cs"]), source.changed(DAY, DAY), source.license("2606.03900"))
    stats = await tell(stub, "/_stats")
    assert stats["most_at_once"] == 1
    assert stats["api_requests"] == 3
    assert [agent.endswith("(+me@example.org)") for agent in stats["user_agents"]] == [True]
