"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: summaries, and those that are wanted."""

from __future__ import annotations

import asyncio

from bot.model import Depth, WantedSummary
from bot.ports import Store
from tests.contracts.samples import NOW, key, minutes, summary


async def test_a_summary_is_read_as_it_was_written(store: Store) -> None:
    written = summary(key(depth=Depth.DEEP))
    assert await store.save_summary(written) == written
    assert await store.summary(written.key) == written
    assert await store.summary(key()) is None
    assert await store.summaries([written.key, key()]) == {written.key: written}


async def test_the_first_summary_of_a_key_stays(store: Store) -> None:
    first, second = summary(key(), "First."), summary(key(), "Second.")
    assert await store.save_summary(first) == first
    assert await store.save_summary(second) == first
    assert await store.summary(key()) == first


async def test_of_two_summaries_of_one_key_written_at_once_both_writers_get_the_same(store: Store) -> None:
    made = [summary(key(), f"Number {number}.") for number in range(6)]
    saved = await asyncio.gather(*(store.save_summary(one) for one in made))
    assert len({one.headline.text for one in saved}) == 1


async def test_wanted_summaries_are_ordered_by_due_time_and_then_by_number_of_chats(store: Store) -> None:
    later, few, many = key("2606.00001"), key("2606.00002"), key("2606.00003")
    await store.want(
        [WantedSummary(later, 9, NOW + minutes(60)), WantedSummary(few, 1, NOW), WantedSummary(many, 2, NOW)]
    )
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [many, few, later]
    assert [wanted.key for wanted in await store.wanted(NOW, 1)] == [many]


async def test_a_summary_that_exists_is_not_wanted_any_more(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.save_summary(summary(key()))
    assert await store.wanted(NOW, 10) == []


async def test_a_postponed_summary_waits_and_counts_its_attempts(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.postpone(key(), NOW + minutes(5), "over quota")
    assert await store.wanted(NOW, 10) == []
    assert [wanted.key for wanted in await store.postponed(NOW)] == [key()]
    assert await store.wanted(NOW + minutes(5), 10) == [WantedSummary(key(), 1, NOW, attempts=1)]
    assert await store.postponed(NOW + minutes(5)) == []


async def test_a_summary_postponed_by_a_clock_that_ran_ahead_is_not_lost(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.postpone(key(), NOW + minutes(400 * 24 * 60), "over quota")
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [key()]


async def test_replacing_the_wanted_set_keeps_attempts_and_waits_of_keys_that_stay(store: Store) -> None:
    gone = key("2606.00002")
    await store.want([WantedSummary(key(), 1, NOW), WantedSummary(gone, 1, NOW)])
    await store.postpone(key(), NOW + minutes(5), "over quota")
    await store.want([WantedSummary(key(), 7, NOW + minutes(1))])
    assert await store.wanted(NOW, 10) == []
    assert await store.wanted(NOW + minutes(5), 10) == [WantedSummary(key(), 7, NOW + minutes(1), attempts=1)]
    await store.want([])
    assert await store.wanted(NOW + minutes(5), 10) == []
