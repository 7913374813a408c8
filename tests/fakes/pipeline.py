"""A pipeline for conversations: it makes papers up from their ids, and returns the digests that tests prepare."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.errors import NoSuchPaper
from bot.model import (
    Card,
    ChatRef,
    Claim,
    Depth,
    Digest,
    Evidence,
    NothingToSend,
    Paper,
    PaperRef,
    Provenance,
    Source,
    Summary,
    SummaryKey,
    Window,
)

DAY = date(2026, 6, 2)
UNKNOWN = "2606.99999"
"""The id of a paper that does not exist."""


def made_up_card(paper_id: str = "2606.00001", language: str = "en", depth: Depth = Depth.BRIEF) -> Card:
    """A card with markup and mentions in its text, as platforms must show them without effect."""
    title = f"Paper <{paper_id}> & more: Heads that talk @everyone"
    paper = Paper(paper_id, 1, title, ("José Ångström",), "We let heads talk.", ("cs.CV",))
    claim = Claim("Heads can talk @everyone.", (Evidence("We let heads talk."),))
    made = Provenance("extractive", datetime(2026, 6, 2, tzinfo=UTC), Source.ABSTRACT)
    summary = Summary(SummaryKey(paper_id, 1, language, depth), claim, (claim, claim, claim), ("heads",), made)
    return Card(paper, summary=summary)


def made_up_digest(papers: int = 3) -> Digest:
    cards = tuple(made_up_card(f"2606.{number:05}") for number in range(1, papers + 1))
    return Digest(("cat:cs.CV",), Window(DAY, DAY), announced=100, matched=papers, cards=cards)


class FakePipeline:
    """Records each request, waits until `may_finish` is set, then raises `error` if there is one, and else answers.

    `withdrawn` are ids of papers that their authors withdrew; `next_digest` is what `compose` returns.
    """

    def __init__(self, next_digest: Digest | NothingToSend | None = None) -> None:
        self.readings: list[tuple[PaperRef, str, Depth]] = []
        self.digests: list[ChatRef] = []
        self.withdrawn: set[str] = set()
        self.error: Exception | None = None
        self.next_digest = next_digest or NothingToSend("Nothing is new since your last digest.")
        self.may_finish = asyncio.Event()
        self.may_finish.set()

    async def read(self, ref: PaperRef, language: str, depth: Depth) -> Card:
        self.readings.append((ref, language, depth))
        await self._work()
        if ref.id == UNKNOWN:
            raise NoSuchPaper(ref.id)
        card = made_up_card(ref.id, language, depth)
        return Card(replace(card.paper, withdrawn=True)) if ref.id in self.withdrawn else card

    async def compose(self, ref: ChatRef) -> Digest | NothingToSend:
        self.digests.append(ref)
        await self._work()
        return self.next_digest

    async def _work(self) -> None:
        await self.may_finish.wait()
        if self.error is not None:
            raise self.error
