"""Backtests, the next digest, one paper and what was learned, as people on Discord see them."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation, Requester
from bot.model import ChatModel, ChatRef, Platform, VoteKind
from bot.relevance.model_weights import packed_terms
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord


@pytest.fixture(autouse=True)
async def listing(app: DiscordApp, store: SqlStore, clock: FakeClock) -> None:
    now = clock.now()
    papers = [made_up(f"2606.{n:05}", now.date(), title=f"Gaussian splatting of @everyone {n}") for n in range(1, 41)]
    await store.ingest(papers, now)


def chat(channel: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel))


async def test_subscribing_shows_a_backtest_and_a_button_corrects_the_topic(
    dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    said = await dc.interactions.slash(channel, "subscribe", query="splating")
    assert "Nothing in the last" in said.text
    assert await store.subscriptions(chat(channel)) == []
    better = await dc.interactions.click(channel, said.button("With “splatting”"))
    assert "splatting" in better.text
    assert [each.topic for each in await store.subscriptions(chat(channel))] == ["splatting"]


async def test_the_next_digest_and_a_paper_in_it(dc: FakeDiscord, channel: int, conversation: Conversation) -> None:
    await conversation.subscribe(Requester("1", True), chat(channel), "splatting")
    assert "papers in lab: 40 papers so far" in (await dc.interactions.slash(channel, "preview")).text
    said = await dc.interactions.slash(channel, "why", link="2606.00001")
    assert "of 40 papers" in said.text
    assert said.button("Read it all")


async def test_what_was_learned_is_shown_and_forgotten_when_confirmed(
    dc: FakeDiscord, channel: int, conversation: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    await conversation.subscribe(Requester("1", True), chat(channel), "splatting")
    ref, now = chat(channel), clock.now()
    await store.vote(ref, "1", ["2606.00001"], VoteKind.UP, now)
    assert await store.save_model(
        ref, ChatModel(1, now, 1, packed_terms((("splatting", 1.0),))), await store.votes_of(ref), now
    )
    said = await dc.interactions.slash(channel, "tune")
    assert "splatting" in said.text
    question = await dc.interactions.click(channel, said.button("Forget"))
    done = await dc.interactions.click(channel, question.button("Yes, forget it"))
    assert "Done: 1 vote" in done.text
    assert await store.votes_of(ref) == []
