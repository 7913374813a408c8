from __future__ import annotations

from bot import pipeline
from bot.model import Kind, TermCounts
from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from tests.contracts.samples import MONDAY, NOW, TUESDAY, announced
from tests.fakes.stores import memory_store


async def counts(store: SqlStore) -> TermCounts:
    found = await store.term_counts()
    assert found is not None
    return found


async def test_each_paper_is_counted_once() -> None:
    async with memory_store() as store:
        relevance = PaperRelevance(store)
        new = announced("2606.00001", MONDAY, title="Lips", abstract="Lips move.")
        crossed_first = announced("2606.00002", MONDAY, Kind.CROSS, title="Heads", abstract="Heads talk.")
        await store.ingest([new, crossed_first], NOW)
        assert await pipeline.count_terms(store, relevance) == 2
        assert await pipeline.count_terms(store, relevance) == 0
        again = announced("2606.00001", TUESDAY, Kind.CROSS, title="Lips", abstract="Lips move.")
        replaced = announced("2606.00002", TUESDAY, Kind.REPLACE, 2, title="Heads", abstract="Heads talk.")
        await store.ingest([again, replaced], NOW)
        assert await pipeline.count_terms(store, relevance) == 0
        found = await counts(store)
        assert (found.papers, found.counts["lip"], found.counts["head"]) == (2, 1, 1)
        assert found.seq == await store.last_seq()


async def test_two_processes_count_the_same_papers_once() -> None:
    async with memory_store() as store:
        first, second = PaperRelevance(store), PaperRelevance(store)
        await store.ingest([announced("2606.00001", title="Lips", abstract="Lips move.")], NOW)
        await pipeline.count_terms(store, first)
        await pipeline.count_terms(store, second)
        await store.ingest([announced("2606.00002", title="Lips", abstract="Lips rest.")], NOW)
        await pipeline.count_terms(store, second)
        await pipeline.count_terms(store, first)
        found = await counts(store)
        assert (found.papers, found.counts["lip"]) == (2, 2)


async def test_matching_counts_first() -> None:
    async with memory_store() as store:
        await store.ingest([announced("2606.00001", title="Lips", abstract="Lips move.")], NOW)
        await pipeline.match(store, PaperRelevance(store))
        assert (await counts(store)).counts["lip"] == 1
