"""A week's mornings in each style, the morning after a month's absence, and a year of votes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.model import ChatRef, Platform, Style, VoteKind
from tests.transcripts.mornings import open_chronicle, weekdays

ANN = ChatRef(Platform.TELEGRAM, "5")
MONDAY = date(2026, 6, 1)


@pytest.mark.parametrize("style", Style)
async def test_a_week_of_mornings(style: Style) -> None:
    async with open_chronicle(f"A week of mornings in the style “{style}”", MONDAY) as chronicle:
        await chronicle.follow(ANN, "diffusion OR splatting", style)
        sounds = []
        for day, count in zip(weekdays(MONDAY, 5), (40, 24, 0, 12, 60), strict=True):
            await chronicle.announce(day, count)
            parts = await chronicle.morning(day)
            sounds.append(sum(not part.payload.get("silent") for part in parts))
            assert len(parts) <= 2
        chronicle.is_recorded(f"week_{style}")
        assert sounds == [1, 1, 0, 1, 1]


async def test_the_morning_after_a_month_of_absence_is_one_message() -> None:
    async with open_chronicle("A month of absence", MONDAY) as chronicle:
        await chronicle.follow(ANN, "cs.CV")
        first, *others, last = weekdays(MONDAY, 24)
        await chronicle.announce(first, 30)
        await chronicle.morning(first)
        await chronicle.store.suspend(ANN, "blocked by the user", chronicle.clock.now())
        chronicle.tell("Ann blocks the bot, and comes back after a month.")
        for day in others:
            await chronicle.announce(day, 60)
        await chronicle.announce(last, 60)
        due = (await chronicle.store.chats())[0].next_due_at
        assert due is not None
        await chronicle.store.resume(ANN, None, chronicle.clock.now())
        parts = await chronicle.morning(last)
        chronicle.is_recorded("absence")
        assert len(parts) == 1


async def test_a_year_of_votes() -> None:
    """Once a month somebody votes on what came; the order of the mornings changes by that."""
    async with open_chronicle("A year of votes", MONDAY) as chronicle:
        await chronicle.follow(ANN, "cs.CV", Style.TITLES)
        for month in range(12):
            day = weekdays(MONDAY + timedelta(days=30 * month), 1)[0]
            await chronicle.announce(day, 36)
            (part, *_) = await chronicle.morning(day)
            papers = await chronicle.store.papers(part.paper_ids)
            for kind, word in ((VoteKind.UP, "talking heads"), (VoteKind.DOWN, "face recognition")):
                chosen = [ident for ident in part.paper_ids if word in papers[ident].title]
                await chronicle.store.vote(ANN, "5", chosen, kind, chronicle.clock.now())
                sign = "👍" if kind is VoteKind.UP else "👎"
                chronicle.tell(f"Ann gives {sign} to {len(chosen)} of the papers on {word}.")
            await chronicle.learn()
        chronicle.is_recorded("votes")
        liked = sum("talking heads" in papers[ident].title for ident in part.paper_ids[:6])
        disliked = sum("face recognition" in papers[ident].title for ident in part.paper_ids)
        assert liked >= 5
        assert disliked <= 1
