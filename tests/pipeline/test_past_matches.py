"""What topics would have brought in the last week: exactly what following them brings, and nothing is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot import pipeline
from bot.decisions.matches import MOST_CLOSE
from bot.model import Announced, Chat, ChatRef, Kind, Platform
from bot.topics.compiled import followed
from tests.fakes.arxiv import made_up
from tests.fakes.relevance import FakeRelevance
from tests.fakes.stores import memory_store

MONDAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)
ANN = ChatRef(Platform.TELEGRAM, "1")
HEADS = "about: talking heads driven by audio"


def week() -> list[Announced]:
    """A day of the week before, and three days of this one; the fourth paper comes a second time."""
    days = [MONDAY - timedelta(days=4), MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)]
    entries = []
    for number, day in enumerate(days):
        entries += [made_up(f"2606.{number}{n:04}", day, title="talking heads") for n in range(3)]
        entries += [made_up(f"2606.{number}{n:04}", day, title="weights") for n in range(3, 5)]
    return [*entries, made_up("2606.10000", days[2], title="talking heads", kind=Kind.CROSS)]


async def test_past_matches_are_those_that_following_the_topics_brings() -> None:
    async with memory_store() as store:
        await store.ingest(week(), NOW)
        queries = ["talking", HEADS, "cat:math.NA", "cat:cs.CV about: talking heads"]
        found = await pipeline.past_matches(store, FakeRelevance(), queries)
        counts = await pipeline.week_counts(store, FakeRelevance(), queries)
        assert len(followed) == 0
        for number, query in enumerate(queries):
            ref = ChatRef(Platform.TELEGRAM, str(number))
            await store.add_chat(Chat(ref))
            await store.subscribe(ref, query, MONDAY - timedelta(days=3), NOW)
        await pipeline.match(store, FakeRelevance())
        for number, query in enumerate(queries):
            brought = await store.candidates(ChatRef(Platform.TELEGRAM, str(number)))
            assert [entry.paper.id for day in found[query].values() for _, entry in day] == [
                candidate.announced.paper.id for candidate in brought
            ]
            assert counts[query] == len(brought)
        assert counts == {"talking": 9, HEADS: 9, "cat:math.NA": 0, "cat:cs.CV about: talking heads": 15}
        assert [len(day) for day in found["talking"].values()] == [3, 3, 3]


async def test_the_limit_of_an_interest_is_that_of_a_day() -> None:
    async with memory_store() as store:
        for day in (MONDAY, MONDAY + timedelta(days=1)):
            entries = [made_up(f"2606.{day.day}{n:04}", day, title="talking heads") for n in range(MOST_CLOSE + 4)]
            await store.ingest(entries, NOW)
        assert await pipeline.week_counts(store, FakeRelevance(), [HEADS]) == {HEADS: 2 * MOST_CLOSE}


async def test_without_listings_or_without_relevance_there_is_nothing_to_count() -> None:
    async with memory_store() as store:
        assert await pipeline.week_counts(store, FakeRelevance(), [HEADS, "gan"]) == {HEADS: 0, "gan": 0}
        await store.ingest(week(), NOW)
        assert await pipeline.week_counts(store, None, [HEADS, "talking"]) == {"talking": 9}
