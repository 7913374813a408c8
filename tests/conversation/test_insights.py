"""Subscribing with a backtest, the next digest, one paper, and what votes have taught, as use cases on a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester
from bot.model import ChatModel, ChatRef, PaperOutcome, Platform, VoteKind
from bot.relevance.model_weights import packed_terms
from bot.storage.store import SqlStore
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store

CHAT, OTHER = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.DISCORD, "6")
OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
CORRECT = '"gaussian splatting"'


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        titles = ["Gaussian splatting of heads", "Gaussian splatting of hands", "Weights"]
        papers = [made_up(f"2606.{n:05}", NOW.date(), title=title) for n, title in enumerate(titles, 1)]
        await opened.ingest(papers, NOW)
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return conversation_of(store, clock, FakePipeline())


async def followed(store: SqlStore) -> list[str]:
    return [each.topic for each in await store.subscriptions(CHAT)]


async def subscribed(talk: Conversation, query: str) -> results.Subscribed:
    done = await talk.subscribe(OWNER, CHAT, query, may_ask=False)
    assert isinstance(done, results.Subscribed)
    return done


# ── subscribing ──


async def test_subscribing_says_what_the_topic_would_have_brought(talk: Conversation) -> None:
    done = await subscribed(talk, CORRECT)
    assert (done.backtest.days, len(done.backtest.shown)) == (((NOW.date(), 2),), 2)


# ── looking ──


async def test_a_preview_needs_topics_and_papers(talk: Conversation) -> None:
    nothing = await talk.insights.preview(CHAT)
    assert isinstance(nothing, results.NothingNow)
    assert nothing.following == 0
    await talk.subscribe(OWNER, CHAT, "math.NA")
    waiting = await talk.insights.preview(CHAT)
    assert isinstance(waiting, results.NothingNow)
    assert waiting.following == 1
    await talk.subscribe(OWNER, CHAT, CORRECT)
    seen = await talk.insights.preview(CHAT)
    assert isinstance(seen, results.Preview)
    assert seen.first_due is not None
    assert (seen.digest.matched, seen.first_due.date()) == (2, NOW.date() + timedelta(days=1))


@pytest.mark.parametrize("named", ["2606.00001", "https://arxiv.org/abs/2606.00001v1", "arXiv:2606.00001"])
async def test_a_paper_is_named_by_its_id_or_link(talk: Conversation, named: str) -> None:
    await talk.subscribe(OWNER, CHAT, CORRECT)
    found = await talk.insights.why(CHAT, named)
    assert isinstance(found, results.Explained)
    assert (found.found.paper_id, found.found.outcome) == ("2606.00001", PaperOutcome.CARD)


async def test_without_a_paper_why_says_how_to_name_one(talk: Conversation) -> None:
    assert await talk.insights.why(CHAT, " ") == results.Incomplete("why")
    assert isinstance(await talk.insights.why(CHAT, "hello"), results.NotALink)


async def test_looking_creates_no_chat(talk: Conversation, store: SqlStore) -> None:
    await talk.insights.preview(CHAT)
    await talk.insights.why(CHAT, "2606.00001")
    await talk.insights.tune(CHAT)
    assert await store.chat(CHAT) is None


# ── what was learned ──


async def learn(store: SqlStore) -> None:
    await store.vote(CHAT, "5", ["2606.00001"], VoteKind.UP, NOW)
    model = ChatModel(1, NOW, 1, packed_terms((("splatting", 1.0), ("hand", -0.5))))
    assert await store.save_model(CHAT, model, await store.votes_of(CHAT), NOW)


async def test_what_was_learned_is_shown_with_its_votes(talk: Conversation, store: SqlStore) -> None:
    assert await talk.insights.tune(CHAT) == results.NothingLearned(0)
    await talk.subscribe(OWNER, CHAT, CORRECT)
    await learn(store)
    found = await talk.insights.tune(CHAT)
    assert isinstance(found, results.Learned)
    assert (found.taste.likes, found.taste.dislikes) == ((("splatting", 1.0),), (("hand", -0.5),))
    assert (found.papers, found.since, found.is_behind) == (1, NOW.date(), False)
    await store.vote(CHAT, "6", ["2606.00002"], VoteKind.DOWN, NOW)
    behind = await talk.insights.tune(CHAT)
    assert isinstance(behind, results.Learned)
    assert behind.is_behind


async def test_votes_that_were_not_learned_from_yet_are_counted(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(OWNER, CHAT, CORRECT)
    await store.vote(CHAT, "5", ["2606.00001"], VoteKind.UP, NOW)
    assert await talk.insights.tune(CHAT) == results.NothingLearned(1)


async def test_forgetting_asks_first_and_is_for_those_who_may_change_the_chat(
    talk: Conversation, store: SqlStore
) -> None:
    await talk.subscribe(OWNER, CHAT, CORRECT)
    assert await talk.insights.ask_unlearn(OWNER, CHAT) == results.NothingLearned(0)
    await learn(store)
    assert isinstance(await talk.insights.unlearn(MEMBER, CHAT), results.NotAllowed)
    assert await talk.insights.ask_unlearn(OWNER, CHAT) == results.ConfirmUnlearn(1)
    assert len(await store.votes_of(CHAT)) == 1
    assert await talk.insights.unlearn(OWNER, CHAT) == results.Unlearned(1)
    assert await talk.insights.tune(CHAT) == results.NothingLearned(0)
    assert await store.models_of([CHAT]) == {}
