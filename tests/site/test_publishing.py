"""The archive as it is published from the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import pipeline
from bot import topics as topic_language
from bot.model import ARCHIVE, Chat, ChatRef, Platform
from bot.sample import SampleSource, days
from bot.settings import load
from bot.site.publishing import publish
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.stores import memory_store

FIRST = min(days())


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened


async def follow(store: SqlStore, ref: ChatRef, query: str) -> None:
    await store.add_chat(Chat(ref))
    await store.subscribe(ref, topic_language.parse(query).query, FIRST, FakeClock().now())


async def run_pipeline(store: SqlStore) -> None:
    clock = FakeClock()
    await pipeline.poll(store, SampleSource(FIRST), clock, upto=FIRST, force=True)
    await pipeline.match(store)
    await pipeline.choose(store, clock.now())
    await pipeline.summarize(store, FakeMakers(clock), AbstractReader(), clock)


def pages(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html")))


async def test_the_archive_shows_its_own_topics_and_never_those_of_chats(store: SqlStore, tmp_path: Path) -> None:
    await follow(store, ARCHIVE, "cs.CV")
    await follow(store, ChatRef(Platform.TELEGRAM, "5"), "cs.IT")
    await run_pipeline(store)
    await publish(store, load(data_dir=tmp_path))
    shown = pages(tmp_path / "site")
    assert "LVSA" in shown
    assert "Polar Codes" not in shown
    assert "cs.IT" not in shown


async def test_nothing_is_written_if_nothing_changed(store: SqlStore, tmp_path: Path) -> None:
    await follow(store, ARCHIVE, "cs.CV")
    await run_pipeline(store)
    assert await publish(store, load(data_dir=tmp_path)) != []
    assert await publish(store, load(data_dir=tmp_path)) == []


async def test_an_archive_without_topics_still_has_an_index(store: SqlStore, tmp_path: Path) -> None:
    await publish(store, load(data_dir=tmp_path))
    assert (tmp_path / "site" / "index.html").is_file()
