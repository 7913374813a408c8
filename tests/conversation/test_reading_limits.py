"""How many papers one person may have read in an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.conversation import Conversation, Defaults, OpenedCard, Operators, PaperCard, Requester, TooManyReadings
from bot.conversation.reading_limits import ReadingLimits
from bot.model import ChatRef, Depth, Platform
from tests.contracts.samples import NOW, paper
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store

TG, BRIEF, DEEP = Platform.TELEGRAM, Depth.BRIEF, Depth.DEEP
ANN, GROUP = ChatRef(TG, "5"), ChatRef(TG, "-100")
OWNER, MEMBER, OPERATOR = Requester("5", is_admin=True), Requester("6", is_admin=False), Requester("9", is_admin=False)


async def no_lines() -> tuple[str, ...]:
    return ()


@pytest.fixture
async def talk() -> AsyncIterator[Conversation]:
    """People may have three papers read in an hour, one of them as a whole."""
    clock, pipeline = FakeClock(NOW), FakePipeline()
    async with memory_store() as store:
        await store.remember([paper("2406.14272"), paper("2406.14273")], NOW)
        yield Conversation(
            store,
            clock,
            pipeline.read,
            pipeline.compose,
            finder(store),
            insight_of(store, clock),
            Defaults(),
            Operators(frozenset({"telegram:9"}), no_lines),
            readings_per_hour=3,
        )


async def no_content() -> bytes:
    return b""


async def test_a_paper_counts_however_it_is_asked_for(talk: Conversation) -> None:
    typed = talk.understanding
    assert isinstance(await typed.message(OWNER, ANN, "2406.14272"), PaperCard)
    assert isinstance(await typed.document(OWNER, ANN, "2406.14272.pdf", "", no_content), PaperCard)
    assert isinstance(await typed.in_group(OWNER, GROUP, "this? 2406.14272", (), is_named=True), PaperCard)
    assert isinstance(await typed.message(OWNER, ANN, "2406.14272"), TooManyReadings)
    assert isinstance(await typed.message(MEMBER, GROUP, "2406.14272"), PaperCard)
    for _ in range(5):
        assert isinstance(await typed.message(OPERATOR, GROUP, "2406.14272"), PaperCard)


async def test_a_whole_paper_that_is_too_many_leaves_its_card_with_the_reason(talk: Conversation) -> None:
    first = await talk.cards.read(MEMBER, GROUP, "2406.14272")
    assert isinstance(first, OpenedCard)
    assert first.trouble is None
    second = await talk.cards.read(MEMBER, GROUP, "2406.14273")
    assert isinstance(second, OpenedCard)
    assert second.trouble == TooManyReadings(1, timedelta(hours=1), is_deep=True)
    other = await talk.cards.read(OWNER, GROUP, "2406.14273")
    assert isinstance(other, OpenedCard)
    assert other.trouble is None


def test_a_person_may_ask_for_so_many_papers_in_an_hour_and_others_for_theirs() -> None:
    clock = FakeClock()
    limits = ReadingLimits(clock, 6)
    for _ in range(6):
        assert limits.take(TG, "5", BRIEF) is None
        clock.advance(60)
    assert limits.take(TG, "5", BRIEF) == TooManyReadings(6, timedelta(minutes=54), is_deep=False)
    assert limits.take(TG, "6", BRIEF) is None
    assert limits.take(Platform.DISCORD, "5", BRIEF) is None
    clock.advance(54 * 60)
    assert limits.take(TG, "5", BRIEF) is None


def test_a_third_of_them_may_be_whole_papers_and_abstracts_go_on() -> None:
    limits = ReadingLimits(FakeClock(), 6)
    assert [limits.take(TG, "5", DEEP) for _ in range(2)] == [None, None]
    refused = limits.take(TG, "5", DEEP)
    assert refused is not None
    assert (refused.most, refused.is_deep) == (2, True)
    assert limits.take(TG, "5", BRIEF) is None


def test_without_a_limit_or_a_person_nothing_is_counted() -> None:
    assert all(ReadingLimits(FakeClock(), 0).take(TG, "5", DEEP) is None for _ in range(100))
    assert all(ReadingLimits(FakeClock(), 1).take(TG, "", DEEP) is None for _ in range(100))
