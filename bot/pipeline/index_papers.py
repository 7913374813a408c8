"""Papers whose texts have changed → their words, in the index that searches ask."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.model import PaperWords, Summary, UnindexedPaper, WordsOfPart
from bot.ports import Store
from bot.topics.search_words import index_names, index_words

PAPERS_AT_ONCE = 100
"""Papers whose words are made and written together: a tenth of a second, so that others need not wait long."""


async def index_papers(store: Store) -> int:
    """Index all papers that wait; returns how many. Stopped anywhere, the next run goes on from there."""
    count = 0
    while waiting := await store.unindexed(PAPERS_AT_ONCE):
        # In a thread, so that answers are given meanwhile.
        await store.save_words(await asyncio.to_thread(_words_of_all, waiting))
        count += len(waiting)
    return count


def _words_of_all(waiting: Sequence[UnindexedPaper]) -> list[PaperWords]:
    return [words_of(each) for each in waiting]


def words_of(waiting: UnindexedPaper) -> PaperWords:
    """The words of a paper and of its summaries; in each language the last one given counts."""
    paper = waiting.paper
    title = (*index_words(paper.title), *index_names(paper.id))
    authors = tuple(word for name in paper.authors for word in index_names(name))
    own = WordsOfPart("", title, authors, tuple(index_words(paper.abstract)))
    by_language = {summary.key.language: summary for summary in waiting.summaries}
    others = [
        WordsOfPart(language, (*index_words(summary.translated_title or ""), *title), authors, _text(summary))
        for language, summary in sorted(by_language.items())
    ]
    return PaperWords(paper.id, (own, *others), waiting.changes)


def _text(summary: Summary) -> tuple[str, ...]:
    return tuple(word for claim in summary.claims for word in index_words(claim.text))
