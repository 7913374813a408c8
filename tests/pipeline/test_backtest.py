"""Backtests of topics: what following them would have brought, found out in a second and without storing anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import pipeline, topics
from bot.decisions.matches import MOST_CLOSE
from bot.model import Announced, Backtest, Chat, ChatRef, Kind, Platform, RefinementKind
from bot.pipeline.backtest import LONGEST, Backtester
from bot.storage.store import SqlStore
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.relevance import FakeRelevance

FRIDAY = date(2026, 6, 12)
DAYS = [day for ago in range(40) if (day := FRIDAY - timedelta(days=ago)).weekday() < 5]
"""Listing days, the latest first."""
NOW = datetime(2026, 6, 12, 9, tzinfo=UTC)
HEADS = "about: talking heads driven by audio"


class SlowClock(FakeClock):
    """A clock that moves a little whenever somebody looks at it."""

    def now(self) -> datetime:
        self.advance(0.2)
        return super().now()


async def backtest_of(store: SqlStore, query: str, clock: FakeClock | None = None) -> Backtest:
    return await Backtester(store, FakeRelevance(), clock or FakeClock(NOW))(topics.parse(query).query)


def entry(number: int, ago: int, title: str = "weights", **fields: Any) -> Announced:
    return made_up(f"2606.{number:05}", DAYS[ago], title=title, **fields)


def month() -> list[Announced]:
    """Nine listing days: on each three papers about heads that talk, and two others. One comes twice."""
    entries = []
    for ago in range(9):
        entries += [entry(100 * ago + n, ago, "talking heads") for n in range(3)]
        entries += [entry(100 * ago + n, ago) for n in range(3, 5)]
    return [*entries, entry(500, 2, "talking heads", kind=Kind.CROSS)]


@pytest.mark.parametrize("query", ["talking", HEADS, "cat:math.NA", "cs.CV about: talking heads", "talking OR weights"])
async def test_a_backtest_counts_what_following_the_topic_brings(store: SqlStore, query: str) -> None:
    await store.ingest(month(), NOW)
    ref, query = ChatRef(Platform.TELEGRAM, "1"), topics.parse(query).query
    await store.add_chat(Chat(ref))
    await store.subscribe(ref, query, DAYS[6], NOW)
    await pipeline.match(store, FakeRelevance())
    brought = [each.announced for each in await store.candidates(ref)]
    found = await backtest_of(store, query)
    assert dict(found.days) == {
        day: sum(entry.announcement.day == day for entry in brought) for day in reversed(DAYS[:7])
    }
    assert {each.id for each in found.shown} <= {entry.paper.id for entry in brought}
    assert len(found.shown) == min(3, len(brought))


async def test_nothing_is_written(store: SqlStore) -> None:
    await store.ingest(month(), NOW)
    await backtest_of(store, HEADS)
    assert await store.topics() == []
    assert await store.last_match() == 0


async def test_without_a_listing_there_is_nothing_to_say(store: SqlStore) -> None:
    assert await backtest_of(store, "talking") == Backtest("talking", is_by_words=True)


async def test_an_interest_brings_a_limited_number_a_day_and_narrowly_leaves_out_the_next(store: SqlStore) -> None:
    await store.ingest([entry(n, 0, "talking heads driven by audio") for n in range(MOST_CLOSE + 4)], NOW)
    found = await backtest_of(store, HEADS)
    assert (found.count, found.is_least) == (MOST_CLOSE, False)
    assert len(found.left_out) == 2
    assert not {each.id for each in found.left_out} & {each.id for each in found.shown}


async def test_papers_that_a_query_does_not_match_and_that_are_about_it_are_left_out(store: SqlStore) -> None:
    entries = [entry(1, 0, "talking head"), entry(2, 0, "the head is talking"), entry(3, 0), entry(4, 1, "talking")]
    await store.ingest(entries, NOW)
    found = await backtest_of(store, '"talking head"')
    assert [each.id for each in found.shown] == ["2606.00001"]
    assert [each.id for each in found.left_out] == ["2606.00002", "2606.00004"]


async def test_a_category_leaves_nothing_out(store: SqlStore) -> None:
    await store.ingest([entry(1, 0), entry(2, 0, categories=("cs.CL",))], NOW)
    assert (await backtest_of(store, "cs.CV")).left_out == ()


async def test_where_a_week_brings_nothing_a_month_is_looked_at(store: SqlStore) -> None:
    await store.ingest([*(entry(n, n) for n in range(28)), entry(90, 20, "rare thing")], NOW)
    found = await backtest_of(store, '"rare thing"')
    assert (found.count, found.last_match) == (0, DAYS[20])
    assert len(found.days) == 7
    assert min(day for day, _ in found.earlier) > FRIDAY - timedelta(days=31)
    assert found.refinements == ()
    assert (await backtest_of(store, "weights")).earlier == ()


async def test_a_topic_that_brings_nothing_is_offered_as_it_may_be_meant(store: SqlStore) -> None:
    await store.ingest([entry(n, 0, "Gaussian splatting of talking heads") for n in range(3)], NOW)
    misspelt = await backtest_of(store, '"gaussian splating"')
    assert [(each.kind, each.detail) for each in misspelt.refinements] == [
        (RefinementKind.SPELLING, "splatting"),
        (RefinementKind.INTEREST, ""),
    ]
    assert (await backtest_of(store, misspelt.refinements[0].query)).count == 3
    strict = await backtest_of(store, '"talking splatting"')
    assert [(each.kind, each.count) for each in strict.refinements if each.kind is RefinementKind.INTEREST] == [
        (RefinementKind.INTEREST, 3)
    ]


async def test_replacements_are_not_counted(store: SqlStore) -> None:
    await store.ingest([entry(1, 0, "talking heads", kind=Kind.REPLACE), entry(2, 0)], NOW)
    assert (await backtest_of(store, "talking")).count == 0


async def test_when_the_time_is_over_there_are_fewer_days(store: SqlStore) -> None:
    await store.ingest(month(), NOW)
    clock = SlowClock(NOW)
    found = await backtest_of(store, "talking", clock)
    assert 1 <= len(found.days) < 7
    assert found.days[-1] == (DAYS[0], 3)
    assert clock.now() - NOW < 4 * LONGEST


async def test_what_there_was_no_time_to_read_is_not_taken_for_distant(store: SqlStore) -> None:
    await store.ingest([entry(n, 0, "talking heads" if n > 80 else "weights") for n in range(90)], NOW)
    found = await backtest_of(store, HEADS, SlowClock(NOW))
    # What shares words is read first.
    assert (found.count, found.is_least) == (9, True)


async def test_other_queries_are_counted_on_the_same_days(store: SqlStore) -> None:
    await store.ingest(month(), NOW)
    tested = Backtester(store, FakeRelevance(), FakeClock(NOW))
    for query in ("talking", HEADS):
        found = await tested(query, ["weight", "head AND talking", "nothing"])
        alone = [(await tested(each)).count for each in ("weight", "head AND talking", "nothing")]
        assert [*found.beside] == alone


async def test_papers_that_are_announced_meanwhile_count_at_once(store: SqlStore) -> None:
    tested = Backtester(store, FakeRelevance(), FakeClock(NOW))
    await store.ingest([entry(1, 0, "talking heads")], NOW)
    assert (await tested("talking")).count == 1
    await store.ingest([entry(2, 0, "talking heads")], NOW)
    assert (await tested("talking")).count == 2
