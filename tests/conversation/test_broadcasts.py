"""Messages of the operators to all chats."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot import conversation as results
from bot.conversation import Operators, Requester
from bot.conversation.broadcasts import LASTS, MOST_CHARACTERS, Broadcasts
from bot.model import Chat, ChatRef, Platform
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store

HOME = ChatRef(Platform.TELEGRAM, "1")
OPERATOR, OTHER = Requester("1", is_admin=True), Requester("2", is_admin=True)
TEXT = "We move to a new machine.\n\nDigests come an hour late tomorrow."


async def health() -> list[str]:
    return []


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    """A store with three chats: one follows nothing, one cannot be reached."""
    async with memory_store() as store:
        now = FakeClock().now()
        for ident, topic in (("1", "cat:cs.CV"), ("2", "cat:cs.CL"), ("3", ""), ("4", "cat:cs.CV")):
            ref = ChatRef(Platform.TELEGRAM, ident)
            await store.add_chat(Chat(ref))
            if topic:
                await store.subscribe(ref, topic, now.date(), now)
        await store.suspend(ChatRef(Platform.TELEGRAM, "4"), "blocked", now)
        yield store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def broadcasts(store: SqlStore, clock: FakeClock) -> Broadcasts:
    operators = Operators(frozenset({"telegram:1"}), health)
    return Broadcasts(store, clock, operators, {Platform.TELEGRAM: FakePlatform(Platform.TELEGRAM)})


async def test_a_plan_says_to_how_many_it_would_go_and_sends_nothing(store: SqlStore, broadcasts: Broadcasts) -> None:
    plan = await broadcasts.plan(OPERATOR, HOME, TEXT)
    assert isinstance(plan, results.BroadcastPlan)
    assert (plan.chats, len(plan.paragraphs)) == ({Platform.TELEGRAM: 2}, 2)
    assert not await store.deliveries()


async def test_each_chat_that_follows_something_gets_it_once(store: SqlStore, broadcasts: Broadcasts) -> None:
    plan = await broadcasts.plan(OPERATOR, HOME, TEXT)
    assert isinstance(plan, results.BroadcastPlan)
    assert await broadcasts.send(OPERATOR, HOME, plan.key) == results.BroadcastSent(2, 0)
    # The button is pressed again, or the process ended half-way and somebody presses once more.
    assert await broadcasts.send(OPERATOR, HOME, plan.key) == results.BroadcastSent(0, 2)
    assert sorted(delivery.chat.id for delivery in await store.deliveries()) == ["1", "2"]


async def test_a_chat_keeps_its_due_time_and_its_papers(store: SqlStore, broadcasts: Broadcasts) -> None:
    before = await store.chat(HOME)
    await broadcasts.write(TEXT, "broadcast 1")
    assert await store.chat(HOME) == before


async def test_only_operators_may_in_private(broadcasts: Broadcasts) -> None:
    group = ChatRef(Platform.TELEGRAM, "-1")
    assert isinstance(await broadcasts.plan(OTHER, HOME, TEXT), results.NotOperator)
    assert isinstance(await broadcasts.plan(OPERATOR, group, TEXT), results.NotOperator)
    plan = await broadcasts.plan(OPERATOR, HOME, TEXT)
    assert isinstance(plan, results.BroadcastPlan)
    assert isinstance(await broadcasts.send(OTHER, HOME, plan.key), results.NotOperator)


async def test_a_plan_can_be_sent_for_an_hour(broadcasts: Broadcasts, clock: FakeClock) -> None:
    plan = await broadcasts.plan(OPERATOR, HOME, TEXT)
    assert isinstance(plan, results.BroadcastPlan)
    clock.advance(LASTS.total_seconds())
    assert isinstance(await broadcasts.send(OPERATOR, HOME, plan.key), results.OfferExpired)
    assert isinstance(await broadcasts.send(OPERATOR, HOME, "000000000000"), results.OfferExpired)


async def test_what_is_missing_or_too_long_is_said(broadcasts: Broadcasts) -> None:
    assert isinstance(await broadcasts.plan(OPERATOR, HOME, " "), results.Incomplete)
    long = await broadcasts.plan(OPERATOR, HOME, "x" * (MOST_CHARACTERS + 1))
    assert long == results.BroadcastTooLong(MOST_CHARACTERS + 1, MOST_CHARACTERS)
