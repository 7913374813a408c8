"""What people ask of their topics, papers and votes, answered from the store. Implements `bot.conversation.Insight`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import Backtest, Card, Chat, ChatModel, Depth, Digest, Paper, Taste, Whereabouts
from bot.pipeline.backtest import Backtester
from bot.pipeline.chat_cards import ChatCards
from bot.pipeline.embed import Embedding
from bot.pipeline.match import match
from bot.pipeline.preview import preview
from bot.pipeline.rankings import Rankings
from bot.pipeline.whereabouts import whereabouts
from bot.ports import Clock, Makers, Reader, Relevance, Store


class Insight:
    """Every method raises `StoreUnavailable`. Topics that were subscribed a moment ago are matched first."""

    def __init__(
        self,
        store: Store,
        relevance: Relevance,
        rankings: Rankings,
        clock: Clock,
        makers: Makers,
        reader: Reader,
        embedding: Embedding | None = None,
    ) -> None:
        self._store, self._relevance, self._rankings, self._clock = store, relevance, rankings, clock
        self._embedding = embedding
        self._cards = ChatCards(store, relevance, makers, reader, clock)
        self._backtester = Backtester(store, relevance, clock)

    async def backtest(self, query: str, beside: Sequence[str] = ()) -> Backtest:
        return await self._backtester(query, beside)

    def frequencies(self, words: Sequence[str]) -> Sequence[int]:
        return self._relevance.frequencies(words)

    async def preview(self, chat: Chat) -> Digest:
        await match(self._store, self._relevance, self._embedding)
        return await preview(self._store, self._rankings, chat, self._clock.now())

    async def whereabouts(self, chat: Chat, paper_id: str) -> Whereabouts:
        await match(self._store, self._relevance, self._embedding)
        return await whereabouts(self._store, self._relevance, self._rankings, chat, paper_id, self._clock.now())

    def taste(self, model: ChatModel, most: int) -> Taste:
        return self._relevance.taste(model, most)

    async def card(self, chat: Chat, paper: Paper, depth: Depth) -> Card | None:
        return await self._cards.card(chat, paper, depth)

    async def page(self, chat: Chat, slot: str, first: int, count: int) -> Digest | None:
        return await self._cards.page(chat, slot, first, count)
