"""The state of the service, gathered from a real store and described."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.decisions.embedding import EmbeddingState
from bot.decisions.health import Cause, Gap, TaskCounts
from bot.decisions.spreading import Load
from bot.errors import StoreUnavailable
from bot.model import (
    ARCHIVE,
    FOREVER,
    Bot,
    Chat,
    ChatRef,
    DeliveryState,
    Malformed,
    Platform,
    Settlement,
    StoredVectors,
    Subscription,
    SummaryKey,
    TopicState,
    VectorsOrigin,
    WantedSummary,
)
from bot.pipeline.embed import EMBEDDING_STATE
from bot.pipeline.poll import NeededArchives
from bot.ports import Store
from bot.service import metrics, status, status_text
from bot.service.counting import Counts
from bot.storage.engine import Database
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, announced, digest, with_chats
from tests.decisions.test_health import ASKED, LISTING_DAYS, NOW, THURSDAY, line
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store, new_database


async def fill_with_faults(store: Store) -> None:
    """Fill a store with one of everything that waits or failed."""
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


async def test_missed_days_count_from_the_first_listing_ever_read() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        await store.record_listing([line(date(2025, 6, 3)), line(THURSDAY)])
        await store.remember_value("poll", ASKED.as_json())
        found = await status.gather(store, FakeClock(NOW))
    assert {gap.day for gap in found.faults} == set(LISTING_DAYS) - {THURSDAY}


async def test_chats_without_a_topic_are_not_counted_as_following() -> None:
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
        await store.change_chat(BOB, NOW, paused_until=FOREVER)
        assert "1 of 2 chats follows 2 topics (1 chat is paused); 0 summaries wait." in status_text.sentences(
            await status.gather(store, FakeClock(NOW))
        )


async def test_everything_that_waits_or_failed_is_shown_with_its_reason() -> None:
    async with memory_store() as store:
        await fill_with_faults(store)
        found = await status.gather(store, FakeClock(NOW))
    sentences = "\n".join(status_text.sentences(found))
    for part in (
        "Thu 10 Sep: 1 entry could not be read and was set aside.",
        "does not have 1 announced paper yet",
        "1 malformed entry set aside with the raw text; the latest from the feed: it has no title.",
        "1 summary: the day's budget is spent",
        "1 message: too many requests",
        "is in doubt: read time-out",
    ):
        assert part in sentences
    assert sentences.count("\n") < 15


async def test_health_has_gaps_and_reasons_as_data() -> None:
    async with memory_store() as store:
        await fill_with_faults(store)
        page = status_text.health(await status.gather(store, FakeClock(NOW)))
    assert page["ready"] is True
    assert page["set_aside"] == 1
    assert page["unfinished"] == {"summaries: the day's budget is spent": 1, "messages: too many requests": 1}
    assert [gap["cause"] for gap in page["gaps"]] == ["parse failure", "API behind"]
    assert json.loads(json.dumps(page)) == page


async def test_metrics_count_faults_and_not_holidays() -> None:
    async with memory_store() as store:
        await fill_with_faults(store)
        found = await status.gather(store, FakeClock(NOW))
    holiday = replace(found, gaps=(*found.gaps, Gap(date(2026, 9, 8), Cause.LEFT_OUT, "a holiday")))
    text = metrics.render(holiday, Counts()).decode()
    assert "paperboy_listing_gaps 2.0" in text
    assert "paperboy_entries_set_aside 1.0" in text
    assert "paperboy_database_writable 1.0" in text
    assert 'paperboy_outbox_deliveries{platform="discord",state="in doubt"} 1.0' in text


async def test_failed_deliveries_that_are_not_listed_are_counted() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        for n in range(23):
            await store.write_digest(digest(ANN, f"day {n}"), NOW)
        for delivery in await store.deliveries():
            await store.settle(delivery.id, Settlement(DeliveryState.GIVEN_UP, "too long"), NOW)
        sentences = status_text.sentences(await status.gather(store, FakeClock(NOW)))
    assert sum(line.endswith("is given up: too long") for line in sentences) == 20
    assert "… and 3 more like these." in sentences
    assert any("paperboy replay" in line for line in sentences)
    assert "No chat follows a topic; 0 summaries wait." in sentences


async def test_requests_at_the_same_time_or_soon_after_share_one_gathering() -> None:
    clock = FakeClock(NOW)
    async with memory_store() as store:
        counted = Counted(store.db)
        latest = status.CachedStatus(counted, clock)
        first, *others = [asyncio.create_task(latest.get()) for _ in range(10)]
        await asyncio.sleep(0)
        first.cancel()  # cancelling one request must not affect the others
        assert len({id(found) for found in await asyncio.gather(*others)}) == 1
        clock.advance(4)
        await latest.get()
        assert counted.asked == 1
        clock.advance(2)
        assert (await latest.get()).at == clock.now()
        clock.set(NOW)  # a clock that was set back must not make the cache last for ever
        assert (await latest.get()).at == NOW
        assert counted.asked == 3
        await latest.stop()


class Counted(SqlStore):
    """A store that counts how often it is asked whether it can be written."""

    asked = 0

    async def check_writable(self, now: datetime, within: float) -> None:
        self.asked += 1
        await super().check_writable(now, within)


class Unlisted(SqlStore):
    """A store that refuses to list all chats, subscriptions and topics."""

    async def chats(self) -> list[Chat]:
        raise AssertionError("all chats are read")

    async def subscriptions(self, ref: ChatRef | None = None) -> list[Subscription]:
        raise AssertionError("all subscriptions are read")

    async def topics(self) -> list[TopicState]:
        raise AssertionError("all topics are read")


async def test_the_state_is_counted_without_reading_all_chats() -> None:
    async with memory_store() as store:
        refs = [ChatRef(Platform.TELEGRAM, str(n)) for n in range(1, 26)]
        await with_chats(store, *refs)
        for ref in refs[:23]:
            await store.suspend(ref, "the bot was kicked", NOW)
        await store.subscribe(refs[0], "cat:cs.CV", THURSDAY, NOW)
        found = await status.gather(Unlisted(store.db), FakeClock(NOW))
    lines = status_text.sentences(found)
    assert sum(line.endswith("gets nothing: the bot was kicked") for line in lines) == 20
    assert "… and 3 more suspended chats: `paperboy chats` lists them." in lines
    assert "1 of 25 chats follows 1 topic; 0 summaries wait." in lines
    assert "paperboy_chats_suspended 23.0" in metrics.render(found, Counts()).decode()


async def test_topics_are_read_again_when_one_is_new_or_a_minute_later() -> None:
    clock = FakeClock(NOW)
    async with memory_store() as store:
        await with_chats(store, ANN)
        needed = NeededArchives(store, clock)
        assert await needed.get() == frozenset()
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        await store.subscribe(ANN, "cat:math.CO", THURSDAY, NOW)
        assert await needed.get() == {"cs", "math"}
        await store.unsubscribe(ANN, "cat:cs.CV", NOW)
        clock.advance(61)
        assert await needed.get() == {"math"}
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        clock.advance(61)
        assert await needed.get() == {"cs", "math"}


async def test_the_state_says_how_long_the_morning_takes() -> None:
    """By the rate and the bots of the service, and by the digests that are due in the next hours."""
    load = Load(rate=2.0, parts=4.0, senders=2)
    async with memory_store() as store:
        due_at = NOW + timedelta(hours=2)
        for number in range(3600):
            chat = Chat(ChatRef(Platform.TELEGRAM, str(number)), next_due_at=due_at, bot=str(number % 2))
            await store.add_chat(chat)
        found = await status.gather(store, FakeClock(NOW), (), {Platform.TELEGRAM: load})
        assert not (await status.gather(store, FakeClock(NOW))).forecasts
    sentences = [line for line in status_text.sentences(found) if line.startswith("telegram: about")]
    assert sentences == [
        "telegram: about 14,400 messages are due until 10 Sep 11:00 UTC; at 2 a second for each bot, sending them "
        "takes about 1 hour, and the last one goes out at about 10 Sep 12:00 UTC."
    ]
    assert status_text.health(found)["sending_until"] == {"telegram": "2026-09-10T12:00:00+00:00"}
    assert 'paperboy_sending_seconds{platform="telegram"} 3600.0' in metrics.render(found, Counts()).decode()


async def test_a_short_morning_is_not_worth_a_sentence() -> None:
    async with memory_store() as store:
        await store.add_chat(Chat(ANN, next_due_at=NOW + timedelta(hours=2)))
        found = await status.gather(store, FakeClock(NOW), (), {Platform.TELEGRAM: Load(30.0)})
    assert found.forecasts
    assert not [line for line in status_text.sentences(found) if "are due" in line]


async def test_health_pages_count_chats_without_a_bot_and_name_none() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        await store.bind_bot(ANN, "222333")
        latest = status.CachedStatus(store, FakeClock(NOW), [Bot(ANN.platform, "111")])
        page = status_text.health(await latest.get())
    assert page["unserved_chats"] == 1
    assert "222333" not in json.dumps(page)


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
        page = status_text.health(await status.gather(store, FakeClock(NOW)))
    assert page["unfinished"] == {
        "messages: the chat is another chat now": 1,
        "messages: too fast in another chat": 1,
        "messages: no right in another chat, ask another chat or me@example.org": 1,
        "messages: down": 1,
    }
    assert not re.search(r"\d{6}|telegram:-", json.dumps(page))


@asynccontextmanager
async def store_with_pragma(path: Path, pragma: str) -> AsyncIterator[SqlStore]:
    """A store on a database whose connections all begin with this pragma."""
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
async def test_a_full_or_read_only_disk_is_reported_and_the_state_is_still_shown(
    tmp_path: Path, pragma: str, why: str
) -> None:
    async with store_with_pragma(tmp_path / "store.sqlite3", pragma) as store:
        if "page_count" in pragma:
            with pytest.raises(StoreUnavailable, match=why):
                await fill(store)
        found = await status.gather(store, FakeClock(NOW))
        page = status_text.health(found)
    assert why in status_text.sentences(found)[0]
    assert page["ok"] is True
    assert page["ready"] is False
    assert why in page["database"]
    assert str(tmp_path) in status_text.sentences(found)[0]
    assert str(tmp_path) not in json.dumps(page), "the page does not say where the database is"


async def test_the_workers_that_are_alive_and_the_tasks_that_wait_are_shown() -> None:
    async with memory_store() as store:
        clock = FakeClock()
        counts = TaskCounts(clock.now(), {"compose": (3, 1)})
        await store.remember_value(status.TASK_COUNTS, counts.as_json())
        lines = status_text.sentences(await status.gather(store, clock))
        assert any(line.startswith("No worker is running, and 3 tasks of the service would need one") for line in lines)
        await store.hold("worker a", "host/7/x/table", clock.now(), clock.now() + timedelta(seconds=30))
        found = await status.gather(store, clock)
        lines = status_text.sentences(found)
        assert "1 worker is alive: process 7 on host." in lines
        assert "Tasks that wait for a worker: compose 3 (1 begun)." in lines
        assert (status_text.health(found)["workers"], status_text.health(found)["tasks_waiting"]) == (1, 3)
        clock.advance(3600)
        lines = status_text.sentences(await status.gather(store, clock))
        assert not any("orker" in line for line in lines), "a service that has stopped says nothing about now"


async def test_why_papers_have_no_vectors_is_shown_to_people_and_programs() -> None:
    async with memory_store() as store:
        clock = FakeClock(NOW)
        await store.ingest([announced(f"2609.0000{number}", THURSDAY) for number in range(3)], NOW)
        found = await status.gather(store, clock)
        assert "Similarity is measured by words alone (EMBEDDINGS=none)." in status_text.sentences(found)
        assert status_text.health(found)["similarity"] == {"embeddings": "none"}
        [line] = await similarity_lines(store, clock)
        assert line.endswith(
            "0 of 3 papers of the last week have one: they are made while some chat follows an interest or has voted."
        )
        await store.save_vectors("local", {("2609.00001", 1): bytes(8)})
        trouble = EmbeddingState("local", "The local model does not start.")
        await store.remember_value(EMBEDDING_STATE, trouble.as_json())
        [line] = await similarity_lines(store, clock)
        assert line == (
            "Similarity is measured by words and vectors (local); 1 of 3 papers of the last week have one, and the "
            "others are ranked by words: The local model does not start."
        )
        found = await status.gather(store, clock, embedder="local")
        expected = {"embeddings": "local", "embedded": 1, "papers": 3, "trouble": "The local model does not start."}
        assert status_text.health(found)["similarity"] == expected


async def test_where_the_vectors_of_terms_come_from_is_shown() -> None:
    async with memory_store() as store:
        clock = FakeClock(NOW)
        lines = status_text.sentences(await status.gather(store, clock))
        assert "Vectors of terms are the bundled ones; from 1,500 papers on, they are made from this store." in lines
        await store.save_term_vectors(StoredVectors(VectorsOrigin("own-1", 20_000, 31_000, NOW), b""))
        lines = status_text.sentences(await status.gather(store, clock))
        assert any(line.startswith("Vectors of terms were made from 20,000 papers of this store on ") for line in lines)


async def similarity_lines(store: Store, clock: FakeClock) -> list[str]:
    lines = status_text.sentences(await status.gather(store, clock, embedder="local"))
    return [line for line in lines if line.startswith("Similarity")]
