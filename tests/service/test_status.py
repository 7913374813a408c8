"""Every gap has its cause, whatever waits has its reason, and a database that takes no writes is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.decisions.cadence import PollState, after_failed_poll
from bot.errors import StoreUnavailable
from bot.model import ARCHIVE, Chat, ChatRef, DeliveryState, Malformed, Platform, SummaryKey, Wanted
from bot.ports import ListingRecord, Store
from bot.service import metrics, status
from bot.service.counting import Counts
from bot.service.status import Cause, Gap
from bot.storage.engine import Database
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, announced, digest, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store, new_database

NOW = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
CS = frozenset({"cs", "math"})
THURSDAY = date(2026, 9, 10)
LISTING_DAYS = [date(2026, 9, day) for day in (3, 4, 7, 9, 10)]
"""8 September has no listing because of Labor Day."""


def line(day: date, archive: str = "cs", **fields: Any) -> ListingRecord:
    had = ListingRecord(day, archive, "feed", 12, 0, True, NOW)
    return replace(had, **fields)


def week(*instead: ListingRecord, without: date | None = None) -> list[ListingRecord]:
    """All of the last week's lines, but for these."""
    lines = {(day, archive): line(day, archive) for day in LISTING_DAYS for archive in CS if day != without}
    return list((lines | {(each.day, each.archive): each for each in instead}).values())


def causes(found: list[Gap]) -> dict[date, Cause]:
    return {gap.day: gap.cause for gap in found}


ASKED = PollState(THURSDAY, 1, 0, NOW)
HOLIDAY = {date(2026, 9, 8): Cause.LEFT_OUT}


# ── gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_week_names_only_the_holiday_and_says_which() -> None:
    (gap,) = status.gaps(week(), CS, ASKED, NOW)
    assert (gap.day, gap.cause) == (date(2026, 9, 8), Cause.LEFT_OUT)
    assert "Labor Day" in gap.why


def test_a_day_that_arxiv_did_not_serve_says_why_and_when_it_is_asked_again() -> None:
    failed = after_failed_poll(ASKED, None, NOW, "feed: arXiv answered with status 503.")
    found = status.gaps(week(without=THURSDAY), CS, failed, NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.NOT_SERVED}
    assert "status 503" in found[-1].why
    assert f"again at {failed.retry_at:%H:%M} UTC" in found[-1].why


def test_a_feed_that_still_shows_yesterday_is_called_stale() -> None:
    found = status.gaps(week(without=THURSDAY), CS, PollState(date(2026, 9, 9), 2, 3, NOW), NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.STALE}
    assert "10 Sep 09:00 UTC" in found[-1].why


def test_days_that_nobody_asked_for_are_each_named_with_the_day_since_when() -> None:
    asked = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
    found = status.gaps([], CS, PollState(date(2025, 6, 3), 1, 0, asked), NOW, running=False)
    assert causes(found) == HOLIDAY | dict.fromkeys(LISTING_DAYS, Cause.NOT_ASKED)
    assert found[-1].why == "Not asked since 3 June 2025 (no service was running)."


def test_a_time_to_ask_again_that_has_passed_is_not_named() -> None:
    failed = after_failed_poll(ASKED, None, NOW, "feed: arXiv answered with status 503.")
    found = status.gaps(week(without=THURSDAY), CS, failed, NOW + timedelta(hours=5))
    assert found[-1].cause is Cause.NOT_SERVED
    assert "again at" not in found[-1].why


def test_an_archive_that_nobody_asked_for_yet_is_named() -> None:
    (gap,) = status.gaps([], CS, PollState(), NOW)
    assert (gap.day, gap.cause) == (THURSDAY, Cause.NOT_ASKED)
    assert "cs, math" in gap.why


def test_a_line_that_is_not_complete_is_a_gap_of_its_archive_alone() -> None:
    found = status.gaps(week(line(THURSDAY, "math", complete=False)), CS, ASKED, NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.STALE}
    assert "math" in found[-1].why
    assert "cs" not in found[-1].why


def test_a_day_on_which_arxiv_announced_nothing_is_no_fault() -> None:
    empty = [line(date(2026, 9, 9), archive, announced=0, why=None) for archive in CS]
    found = status.gaps(week(*empty), CS, ASKED, NOW)
    assert causes(found) == HOLIDAY | {date(2026, 9, 9): Cause.LEFT_OUT}


def test_entries_that_could_not_be_read_count_once_though_every_archive_has_them() -> None:
    found = status.gaps(week(*(line(THURSDAY, archive, malformed=2) for archive in CS)), CS, ASKED, NOW)
    assert found[-1] == Gap(THURSDAY, Cause.UNREADABLE, "2 entries could not be read and were set aside.")


def test_a_day_of_whose_feed_nothing_could_be_read_names_that_alone() -> None:
    unread = [line(THURSDAY, archive, announced=0, malformed=2, complete=False) for archive in CS]
    found = status.gaps(week(*unread), CS, PollState(date(2026, 9, 9), 2, 3, NOW), NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.UNREADABLE}
    assert len(found) == 2
    assert "Nothing of its feed could be read (2 entries set aside)" in found[-1].why


def test_a_ledger_line_of_a_day_to_come_hides_no_gap() -> None:
    (gap,) = status.gaps([line(date(2036, 6, 2), archive) for archive in CS], CS, ASKED, NOW)
    assert (gap.day, gap.cause) == (THURSDAY, Cause.STALE)


def test_papers_that_the_api_does_not_have_yet_are_counted() -> None:
    found = status.gaps(week(), CS, ASKED, NOW, behind=1)
    assert found[-1].cause is Cause.BEHIND
    assert "1 announced paper yet" in found[-1].why


# ── gathered ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def in_trouble(store: Store) -> None:
    """A store with one of everything that waits or went wrong."""
    await with_chats(store, ANN, BOB)
    await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
    await store.ingest([announced("2609.00001", THURSDAY)], NOW)
    await store.record_listing([line(THURSDAY, malformed=1)])
    await store.remember_value("poll", ASKED.as_json())
    await store.set_aside([Malformed("feed", "<entry>no title</entry>", "it has no title", THURSDAY)], NOW)
    key = SummaryKey("2609.00001", 1, "en")
    await store.want([Wanted(key, 1, NOW)])
    await store.postpone(key, NOW + timedelta(hours=3), "the day's budget is spent")
    await store.write_digest(digest(ANN, "one"), NOW)
    await store.write_digest(digest(BOB, "two"), NOW)
    for delivery in await store.deliveries():
        if delivery.chat == ANN:
            later = NOW + timedelta(minutes=5)
            await store.settle(delivery.id, DeliveryState.WAITING, NOW, next_attempt_at=later, why="too many requests")
        else:
            await store.settle(delivery.id, DeliveryState.UNKNOWN, NOW, why="read time-out")


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
        await store.save_chat(Chat(ARCHIVE))
        assert "No chat follows a topic; 0 summaries wait." in status.sentences(
            await status.gather(store, FakeClock(NOW))
        )
        await store.subscribe(ANN, "cat:cs.CV", THURSDAY, NOW)
        await store.subscribe(ANN, "cat:cs.CL", THURSDAY, NOW)
        assert "1 of 2 chats follows 2 topics; 0 summaries wait." in status.sentences(
            await status.gather(store, FakeClock(NOW))
        )


async def test_whatever_waits_or_went_wrong_is_told_with_its_reason() -> None:
    async with memory_store() as store:
        await in_trouble(store)
        found = await status.gather(store, FakeClock(NOW))
    said = "\n".join(status.sentences(found))
    for part in (
        "Thu 10 Sep: 1 entry could not be read and was set aside.",
        "does not have 1 announced paper yet",
        "1 malformed entry set aside with the raw text; the latest from the feed: it has no title.",
        "1 summary: the day's budget is spent",
        "1 message: too many requests",
        "is unknown: read time-out",
    ):
        assert part in said
    assert said.count("\n") < 15


async def test_health_names_gaps_and_reasons_as_data() -> None:
    async with memory_store() as store:
        await in_trouble(store)
        told = status.health(await status.gather(store, FakeClock(NOW)))
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
    assert 'paperboy_outbox_deliveries{platform="discord",state="unknown"} 1.0' in text


async def test_deliveries_in_trouble_that_are_not_listed_are_counted() -> None:
    async with memory_store() as store:
        await with_chats(store, ANN)
        for n in range(23):
            await store.write_digest(digest(ANN, f"day {n}"), NOW)
        for delivery in await store.deliveries():
            await store.settle(delivery.id, DeliveryState.GIVEN_UP, NOW, why="too long")
        said = status.sentences(await status.gather(store, FakeClock(NOW)))
    assert sum(line.endswith("is given up: too long") for line in said) == 20
    assert "… and 3 more like these." in said
    assert any("paperboy replay" in line for line in said)
    assert "No chat follows a topic; 0 summaries wait." in said


async def test_pages_asked_for_at_the_same_time_or_soon_after_share_one_gathering() -> None:
    clock = FakeClock(NOW)
    async with memory_store() as store:
        counted = Counted(store.db)
        latest = status.Latest(counted, clock)
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
            await store.save_chat(Chat(chat))
            await store.write_digest(digest(chat, "one"), NOW)
            [delivery] = await store.deliveries(chat=chat)
            await store.settle(delivery.id, DeliveryState.WAITING, NOW, next_attempt_at=NOW, why=why)
        told = status.health(await status.gather(store, FakeClock(NOW)))
    assert told["unfinished"] == {
        "messages: the chat is another chat now": 1,
        "messages: too fast in another chat": 1,
        "messages: no right in another chat, ask another chat or me@example.org": 1,
        "messages: down": 1,
    }
    assert not re.search(r"\d{6}|telegram:-", json.dumps(told))


# ── a database that takes no writes ───────────────────────────────────────────────────────────────────────────────


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
        told = status.health(found)
    assert why in status.sentences(found)[0]
    assert told["ok"] is True
    assert told["ready"] is False
    assert why in told["database"]
    assert str(tmp_path) in status.sentences(found)[0]
    assert str(tmp_path) not in json.dumps(told), "strangers are not told where the database is"
