"""Matching what was announced: nothing is read without need, and stopping in the middle loses nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

from bot import pipeline
from bot.decisions.matches import MOST_CLOSE
from bot.model import Announced, Chat, ChatRef, Platform, TopicState
from bot.pipeline.match import BATCH, PAPERS_AT_ONCE
from bot.storage.store import SqlStore
from bot.topics.compiled import followed
from tests.fakes.arxiv import made_up
from tests.fakes.relevance import FakeRelevance
from tests.fakes.stores import memory_store

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
ANN, BOB = ChatRef(Platform.TELEGRAM, "1"), ChatRef(Platform.TELEGRAM, "2")


async def follow(store: SqlStore, ref: ChatRef, *queries: str, since: date = MONDAY) -> None:
    await store.add_chat(Chat(ref))
    for query in queries:
        await store.subscribe(ref, query, since, NOW)


async def announce(store: SqlStore, first: int, count: int, day: date = MONDAY) -> None:
    await store.ingest([made_up(f"2606.{first + n:05}", day, categories=("cs.CV",)) for n in range(count)], NOW)


async def found(store: SqlStore, ref: ChatRef) -> list[str]:
    return [candidate.announced.paper.id for candidate in await store.candidates(ref)]


class Counted(SqlStore):
    """A store that counts how many topics and announcements are read."""

    read = 0

    async def topics_behind(self, seq: int, after: int, limit: int) -> list[TopicState]:
        states = await super().topics_behind(seq, after, limit)
        self.read += len(states)
        return states

    async def announcements_after(self, seq: int, limit: int) -> list[tuple[int, Announced]]:
        announced = await super().announcements_after(seq, limit)
        self.read += len(announced)
        return announced

    async def topics(self) -> list[TopicState]:
        raise AssertionError("all topics are read")


async def test_nothing_is_read_while_nothing_is_new() -> None:
    async with memory_store() as opened:
        store = Counted(opened.db)
        await follow(store, ANN, "cat:cs.CV", "gan")
        assert await pipeline.match(store) == 0
        await announce(store, 1, 3)
        assert await pipeline.match(store) == 3
        store.read = 0
        assert await pipeline.match(store) == 0
        assert store.read == 0


async def test_a_new_topic_is_matched_alone() -> None:
    async with memory_store() as opened:
        store = Counted(opened.db)
        await follow(store, ANN, "cat:cs.CV", "gan", "nerf")
        await announce(store, 1, 3)
        await announce(store, 4, 2, TUESDAY)
        await pipeline.match(store)
        await follow(store, BOB, "primary:cs.CV", since=TUESDAY)
        store.read = 0
        assert await pipeline.match(store) == 2
        assert store.read == 1 + 2
        assert await found(store, BOB) == ["2606.00004", "2606.00005"]


async def test_matching_that_is_stopped_begins_again_and_misses_nothing() -> None:
    async with memory_store() as store:
        await follow(store, ANN, "cat:cs.CV")
        await announce(store, 1, 3 * PAPERS_AT_ONCE)
        for steps in range(1, 40):
            matching = asyncio.create_task(pipeline.match(store))
            for _ in range(steps * 5):
                await asyncio.sleep(0)
            matching.cancel()
            await asyncio.gather(matching, return_exceptions=True)
        await pipeline.match(store)
        assert len(await found(store, ANN)) == 3 * PAPERS_AT_ONCE


async def test_two_passes_at_the_same_time_find_each_match_once() -> None:
    async with memory_store() as store:
        await follow(store, ANN, "cat:cs.CV", "gan")
        await announce(store, 1, 5)
        await asyncio.gather(*(pipeline.match(store) for _ in range(4)))
        assert len(await found(store, ANN)) == 5


async def test_topics_that_nobody_follows_any_more_are_forgotten_after_the_next_listing() -> None:
    async with memory_store() as store:
        await follow(store, ANN, *(f"w{number}" for number in range(50)))
        await announce(store, 1, 1)
        await pipeline.match(store)
        assert len(followed) == 50
        for number in range(48):
            await store.unsubscribe(ANN, f"w{number}", NOW)
        await announce(store, 2, 1)
        await pipeline.match(store)
        assert len(followed) == 2


async def test_a_topic_that_no_longer_parses_is_passed_over() -> None:
    async with memory_store() as store:
        await follow(store, ANN, "no topic (", "cat:cs.CV")
        await announce(store, 1, 2)
        assert await pipeline.match(store) == 2
        assert await store.topics_behind(await store.last_seq(), 0, 10) == []


HEADS = "about: talking heads driven by audio"


async def announce_heads(
    store: SqlStore, first: int, count: int, day: date = MONDAY, words: str = "talking heads"
) -> None:
    entries = [made_up(f"2606.{first + n:05}", day, title=f"{words} {first + n}") for n in range(count)]
    await store.ingest(entries, NOW)


async def test_an_interest_brings_what_is_close_to_it_and_the_closest_of_a_day_full_of_such_papers() -> None:
    async with memory_store() as store:
        await follow(store, ANN, HEADS)
        await announce(store, 1, 5)
        await announce_heads(store, 10, MOST_CLOSE + 5)
        await announce_heads(store, 50, 3, words="talking heads driven by audio")
        await announce_heads(store, 60, 2, TUESDAY)
        assert await pipeline.match(store, FakeRelevance()) == MOST_CLOSE + 2
        brought = await found(store, ANN)
        assert {"2606.00050", "2606.00051", "2606.00052", "2606.00060", "2606.00061"} <= {*brought}
        assert not {"2606.00001", "2606.00005"} & {*brought}


async def test_papers_that_come_late_share_the_days_limit_of_an_interest() -> None:
    async with memory_store() as store:
        relevance = FakeRelevance()
        await follow(store, ANN, HEADS)
        await announce_heads(store, 1, MOST_CLOSE - 1)
        assert await pipeline.match(store, relevance) == MOST_CLOSE - 1
        await announce_heads(store, 50, 3)
        assert await pipeline.match(store, relevance) == 1
        await announce_heads(store, 60, 3)
        assert await pipeline.match(store, relevance) == 0
        await announce_heads(store, 70, 3, TUESDAY)
        assert await pipeline.match(store, relevance) == 3


async def test_an_interest_that_begins_again_earlier_brings_no_more_than_the_days_limit() -> None:
    async with memory_store() as store:
        await announce_heads(store, 1, 5, MONDAY)
        await announce_heads(store, 10, MOST_CLOSE + 5, TUESDAY)
        await follow(store, ANN, HEADS, since=TUESDAY)
        assert await pipeline.match(store, FakeRelevance()) == MOST_CLOSE
        await follow(store, BOB, HEADS, since=MONDAY)
        assert await pipeline.match(store, FakeRelevance()) == 5
        assert len(await found(store, BOB)) == MOST_CLOSE + 5
        assert len(await found(store, ANN)) == MOST_CLOSE


async def test_a_day_larger_than_a_batch_is_one_day_for_an_interest() -> None:
    async with memory_store() as store:
        await follow(store, ANN, HEADS)
        await announce_heads(store, 1, BATCH, words="talking heads")
        await announce_heads(store, BATCH + 1, 10, words="talking heads driven by audio")
        assert await pipeline.match(store, FakeRelevance()) == MOST_CLOSE
        best = {f"2606.{BATCH + n:05}" for n in range(1, 11)}
        assert best <= {*await found(store, ANN)}


async def test_an_interest_beside_a_query_changes_nothing_of_what_matches() -> None:
    async with memory_store() as store:
        await follow(store, ANN, "cat:cs.CV about: talking heads")
        await announce(store, 1, 3)
        assert await pipeline.match(store) == 3


async def test_interests_wait_for_a_process_that_measures_closeness() -> None:
    async with memory_store() as store:
        await follow(store, ANN, HEADS, "weight")
        await announce_heads(store, 1, 3)
        await announce(store, 10, 2)
        assert await pipeline.match(store) == 2
        assert await pipeline.match(store) == 0
        assert await pipeline.match(store, FakeRelevance()) == 3
