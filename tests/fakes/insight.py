"""The real insight into topics, papers and votes, on a store and a relevance that counts words."""

from __future__ import annotations

from bot.pipeline import Insight, Rankings
from bot.ports import Clock, Store
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.relevance import FakeRelevance


def insight_of(store: Store, clock: Clock, relevance: FakeRelevance | None = None) -> Insight:
    relevance = relevance or FakeRelevance()
    makers = FakeMakers(clock, name="extractive")
    return Insight(store, relevance, Rankings(relevance), clock, makers, AbstractReader())
