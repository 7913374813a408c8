"""Looking at what is new about a paper that a chat was told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from bot import conversation as results
from bot.conversation.paper_news import PaperFollowUps
from bot.model import Chat, ChatRef, News, NewsKind, Platform, VoteKind
from bot.pipeline.follow_ups import FollowingUp
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch
from tests.fakes.stores import memory_store

ANN, BOB = (ChatRef(Platform.TELEGRAM, ident) for ident in "56")
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
PAPER = made_up("2606.00001", date(2026, 6, 2), title="Heads that talk").paper


async def test_the_chat_that_likes_a_paper_reads_what_changed_and_no_other() -> None:
    async with memory_store() as store:
        for ref in (ANN, BOB):
            await store.add_chat(Chat(ref))
        await store.remember([PAPER], NOW)
        await store.vote(ANN, "5", [PAPER.id], VoteKind.UP, NOW)
        following, talk = FollowingUp(store, MadeUpSearch([PAPER]), FakeClock(NOW)), PaperFollowUps(store)
        await following.run()
        assert isinstance(await talk.news(ANN, PAPER.id), results.Stale)
        await store.remember([replace(PAPER, version=2, title="Heads that sing")], NOW)
        await following.run()
        found = await talk.news(ANN, PAPER.id)
        assert isinstance(found, results.PaperNews)
        assert (found.since, found.news) == (1, (News(NewsKind.VERSION, "2"),))
        assert [(change.removed, change.added) for change in found.title] == [("talk", "sing")]
        assert not found.abstract
        assert isinstance(await talk.news(BOB, PAPER.id), results.Stale)
        assert isinstance(await talk.news(ANN, "no id"), results.Stale)
