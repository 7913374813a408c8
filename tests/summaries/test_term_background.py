"""The counts of terms come from the store's papers, at most once a day."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import StoreUnavailable
from bot.summaries.term_background import FEWEST_PAPERS, TermBackground
from bot.summaries.term_counts import bundled
from tests.fakes.clock import FakeClock


class Shelf:
    """Papers that are all alike. `is_down`: it cannot be reached."""

    def __init__(self, papers: int) -> None:
        self.papers, self.is_down, self.asked = papers, False, 0

    async def latest_texts(self, limit: int) -> list[str]:
        self.asked += 1
        if self.is_down:
            raise StoreUnavailable("The database does not answer.")
        return ["Lifts\n\nLifts wait at noon."] * min(self.papers, limit)


async def test_a_store_with_many_papers_gives_the_counts_once_a_day(clock: FakeClock) -> None:
    shelf = Shelf(FEWEST_PAPERS)
    background = TermBackground(shelf, clock)
    assert background.counts is bundled()
    for _ in range(3):
        await background.refresh()
    assert shelf.asked == 1
    assert background.counts.papers == FEWEST_PAPERS
    shelf.papers += 7
    clock.advance(timedelta(days=1).total_seconds())
    await background.refresh()
    assert background.counts.papers == FEWEST_PAPERS + 7


async def test_with_few_papers_or_without_the_store_the_bundled_counts_stay(clock: FakeClock) -> None:
    shelf = Shelf(FEWEST_PAPERS - 1)
    background = TermBackground(shelf, clock)
    await background.refresh()
    assert background.counts is bundled()
    shelf.is_down = True
    clock.advance(timedelta(days=2).total_seconds())
    await background.refresh()
    assert background.counts is bundled()
    assert shelf.asked == 2
