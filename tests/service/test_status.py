"""The state of the service, gathered from a real store and told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.decisions.health import Cause, Gap
from bot.errors import StoreUnavailable
from bot.model import ARCHIVE, Chat, ChatRef, DeliveryState, Malformed, Platform, Settlement, SummaryKey, WantedSummary
from bot.ports import Store
from bot.service import metrics, status, status_text
from bot.service.counting import Counts
from bot.storage.engine import Database
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, announced, digest, with_chats
from tests.decisions.test_health import ASKED, LISTING_DAYS, NOW, THURSDAY, line
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store, new_database


async def in_trouble(store: Store) -> None:
    """A store with one of everything that waits or went wrong."""
    await with_chats(store, ANN, BOB)
    await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
    await store.ingest([announced("2609.00001", THURSDAY)], NOW)
    await store.record_listing([line(THURSDAY, malformed=1)])
    await store.remember_value("poll", ASKED.as_json())
    await store.set_aside([Malformed("feed", "<entry>no title</entry>", "it has no title", THURSDAY)], NOW)
    key = SummaryKey("2609.00001", 1, "en")
    await store.want([WantedSummary(key, 1, NOW)])
    await store.postpone(key, NOW + timedelta(hours=3), "the day's budget is spent")
    await store.write_digest(digest(ANN, "one"), NOW)
    await store.write_digest(digest(BOB, "two"), NOW)
    for delivery in await store.deliveries():
        if delivery.chat == ANN:
            later = NOW + timedelta(minutes=5)
            await store.settle(
                delivery.id, Settlement(DeliveryState.WAITING, "too many requests", next_attempt_at=later), NOW
            )
        else:
            await store.settle(delivery.id, Settlement(DeliveryState.IN_DOUBT, "read time-out"), NOW)


async def test_days_missed_before_the_last_week_began_count_from_the_first_listing_ever_had() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        await store.record_listing([line(date(2025, 6, 3)), line(THURSDAY)])
        await store.remember_value("poll", ASKED.as_json())
        found = await status.gather(store, FakeClock(NOW))
    assert {gap.day for gap in found.faults} == set(LISTING_DAYS) - {THURSDAY}


async def test_chats_that_follow_nothing_are_not_said_to_follow() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN, BOB)
        await store.add_chat(Chat(ARCHIVE))
        assert "No chat follows a topic; 0 summaries wait." in status_text.sentences(
            await status.gather(store, FakeClock(NOW))
        )
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        await store.subscribe(ANN, "cat:cs.CL", THURSDAY, NOW)
        assert "1 of 2 chats follows 2 topics; 0 summaries wait." in status_text.sentences(
            await status.gather(store, FakeClock(NOW))
        )


async def test_whatever_waits_or_went_wrong_is_told_with_its_reason() -> None:
    async with memory_store() as store:
        await in_trouble(store)
        found = await status.gather(store, FakeClock(NOW))
    said = "\n".join(status_text.sentences(found))
    for part in (
        "Thu 10 Sep: 1 entry could not be read and was set aside.",
        "does not have 1 announced paper yet",
        "1 malformed entry set aside with the raw text; the latest from the feed: it has no title.",
        "1 summary: the day's budget is spent",
        "1 message: too many requests",
        "is in doubt: read time-out",
    ):
        assert part in said
    assert said.count("\n") < 15


async def test_health_names_gaps_and_reasons_as_data() -> None:
    async with memory_store() as store:
        await in_trouble(store)
        told = status_text.health(await status.gather(store, FakeClock(NOW)))
    assert told["ready"] is True
    assert told["set_aside"] == 1
    assert told["unfinished"] == {"summaries: the day's budget is spent": 1, "messages: too many requests": 1}
    assert [gap["cause"] for gap in told["gaps"]] == ["parse failure", "API behind"]
    assert json.loads(json.dumps(told)) == told


async def test_metrics_count_faults_and_not_holidays() -> None:
    async with memory_store() as store:
        await in_trouble(store)
        found = await status.gather(store, FakeClock(NOW))
    holiday = replace(found, gaps=(*found.gaps, Gap(date(2026, 9, 8), Cause.LEFT_OUT, "a holiday")))
    text = metrics.render(holiday, Counts()).decode()
    assert "paperboy_listing_gaps 2.0" in text
    assert "paperboy_entries_set_aside 1.0" in text
    assert "paperboy_database_writable 1.0" in text
    assert 'paperboy_outbox_deliveries{platform="discord",state="in doubt"} 1.0' in text


async def test_deliveries_in_trouble_that_are_not_listed_are_counted() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        for n in range(23):
            await store.write_digest(digest(ANN, f"day {n}"), NOW)
        for delivery in await store.deliveries():
            await store.settle(delivery.id, Settlement(DeliveryState.GIVEN_UP, "too long"), NOW)
        said = status_text.sentences(await status.gather(store, FakeClock(NOW)))
    assert sum(line.endswith("is given up: too long") for line in said) == 20
    assert "… and 3 more like these." in said
    assert any("paperboy replay" in line for line in said)
    assert "No chat follows a topic; 0 summaries wait." in said


async def test_pages_asked_for_at_the_same_time_or_soon_after_share_one_gathering() -> None:
    clock = FakeClock(NOW)
    async with memory_store() as store:
        counted = Counted(store.db)
        latest = status.CachedStatus(counted, clock)
        first, *others = [asyncio.create_task(latest.get()) for _ in range(10)]
        await asyncio.sleep(0)
        first.cancel()  # whoever goes away takes it from nobody
        assert len({id(found) for found in await asyncio.gather(*others)}) == 1
        clock.advance(4)
        await latest.get()
        assert counted.asked == 1
        clock.advance(2)
        assert (await latest.get()).at == clock.now()
        clock.set(NOW)  # a clock that was set back keeps nothing for ever
        assert (await latest.get()).at == NOW
        assert counted.asked == 3
        await latest.stop()


class Counted(SqlStore):
    """A store that counts how often its chats are asked for."""

    asked = 0

    async def chats(self) -> list[Chat]:
        self.asked += 1
        return await super().chats()


async def test_health_pages_name_no_chat() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN, BOB)
        reasons = (
            "the chat is telegram:-1001234567890/45 now",
            "too fast in -1001234567890",
            "no right in @its_name, ask @its_name/45 or me@example.org",
            "down",
        )
        for n, why in enumerate(reasons):
            chat = ChatRef(Platform.TELEGRAM, f"-100{n}")
            await store.add_chat(Chat(chat))
            await store.write_digest(digest(chat, "one"), NOW)
            [delivery] = await store.deliveries(chat=chat)
            await store.settle(delivery.id, Settlement(DeliveryState.WAITING, why, next_attempt_at=NOW), NOW)
        told = status_text.health(await status.gather(store, FakeClock(NOW)))
    assert told["unfinished"] == {
        "messages: the chat is another chat now": 1,
        "messages: too fast in another chat": 1,
        "messages: no right in another chat, ask another chat or me@example.org": 1,
        "messages: down": 1,
    }
    assert not re.search(r"\d{6}|telegram:-", json.dumps(told))


@asynccontextmanager
async def told_to(path: Path, pragma: str) -> AsyncIterator[SqlStore]:
    """A store on a database whose every connection begins with this."""
    database = Database(await new_database(path))

    @event.listens_for(database.engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.cursor().execute(pragma)

    async with SqlStore(database) as store:
        yield store


async def fill(store: Store) -> None:
    for n in range(400):
        await store.remember_value(f"padding {n}", {"x": "y" * 2_000})


@pytest.mark.parametrize(
    ("pragma", "why"), [("PRAGMA query_only=ON", "is read-only"), ("PRAGMA max_page_count=1", "has no room left")]
)
async def test_a_disk_that_is_full_or_read_only_is_told_and_what_can_be_read_is_shown(
    tmp_path: Path, pragma: str, why: str
) -> None:
    async with told_to(tmp_path / "store.sqlite3", pragma) as store:
        if "page_count" in pragma:
            with pytest.raises(StoreUnavailable, match=why):
                await fill(store)
        found = await status.gather(store, FakeClock(NOW))
        told = status_text.health(found)
    assert why in status_text.sentences(found)[0]
    assert told["ok"] is True
    assert told["ready"] is False
    assert why in told["database"]
    assert str(tmp_path) in status_text.sentences(found)[0]
    assert str(tmp_path) not in json.dumps(told), "strangers are not told where the database is"
