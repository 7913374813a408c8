"""Chats whose digests wait for summaries are not looked at in every round, and get no digest later for that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot import pipeline
from bot.decisions.digest_policy import COMPOSE_AGAIN
from bot.decisions.due_times import GRACE
from bot.decisions.ranking import Ranking
from bot.errors import ModelUnavailable
from bot.model import ChatRef
from bot.pipeline import Rankings, WaitingChats
from tests.contracts.samples import summary
from tests.pipeline.conftest import ANN, DAYS, Scene

TICK = timedelta(seconds=3)


class CountingRankings(Rankings):
    """Counts the chats whose papers are ranked, which is done for each chat that is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at: set[ChatRef] = set()

    def chosen(self, ref: ChatRef, key: Any, *, has_model: bool) -> Ranking | None:
        self.looked_at.add(ref)
        return super().chosen(ref, key, has_model=has_model)


@dataclass
class Rounds:
    """A process that composes again and again."""

    scene: Scene
    waiting: WaitingChats = field(default_factory=WaitingChats)
    rankings: CountingRankings = field(default_factory=CountingRankings)

    async def run(self, after: timedelta = TICK) -> int:
        """Compose some time after the last round; returns how many digests were written."""
        scene = self.scene
        scene.clock.set(scene.clock.now() + after)
        builder = replace(scene.builder, rankings=self.rankings)
        return await pipeline.compose(scene.store, builder, scene.clock, waiting=self.waiting)

    async def looks(self, after: timedelta = TICK) -> int:
        """Compose, and return how many chats were looked at."""
        self.rankings.looked_at.clear()
        assert await self.run(after) == 0
        return len(self.rankings.looked_at)


@pytest.fixture
async def rounds(scene: Scene) -> Rounds:
    """A chat that is due, and whose two summaries no model makes."""
    await scene.follow(ANN, "cs.CV")
    scene.makers.down = ModelUnavailable("the model is down", retry_after=60)
    scene.morning(DAYS[0])
    await scene.prepare()
    return Rounds(scene)


async def test_a_chat_that_waits_is_looked_at_again_after_half_a_minute(rounds: Rounds) -> None:
    assert [await rounds.looks() for _ in range(4)] == [1, 0, 0, 0]
    assert await rounds.looks(COMPOSE_AGAIN) == 1
    assert await rounds.looks() == 0


async def test_a_digest_is_written_in_the_first_round_after_its_last_summary_was_stored(rounds: Rounds) -> None:
    store = rounds.scene.store
    assert await rounds.looks() == 1
    first, last = [wanted.key for wanted in await store.postponed(rounds.scene.clock.now())]
    await store.save_summary(summary(first))
    assert await rounds.looks() == 0, "another one is missing"
    await store.save_summary(summary(last))
    assert await rounds.run() == 1


async def test_a_digest_is_written_in_the_first_round_after_its_longest_wait(rounds: Rounds) -> None:
    end = rounds.scene.clock.now() + GRACE
    assert await rounds.run(GRACE - 3 * TICK) == 0
    assert await rounds.run() == 0
    rounds.scene.clock.set(end - TICK)
    assert await rounds.run() == 1


async def test_a_digest_is_written_in_the_first_round_after_its_summaries_are_put_off_for_too_long(
    rounds: Rounds,
) -> None:
    store, now = rounds.scene.store, rounds.scene.clock.now()
    assert await rounds.looks() == 1
    for wanted in await store.postponed(now):
        await store.postpone(wanted.key, now + timedelta(hours=9), "the day's budget is used up")
    assert await rounds.run() == 1


async def test_a_changed_setting_counts_at_once(rounds: Rounds) -> None:
    scene = rounds.scene
    assert await rounds.looks() == 1
    await scene.store.change_chat(ANN, scene.clock.now(), size=5)
    assert await rounds.looks() == 1
