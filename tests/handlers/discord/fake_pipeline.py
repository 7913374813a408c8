"""Stands in for the pipeline behind a conversation: reads papers and composes digests at once, late, or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

from bot.errors import NoSuchPaper
from bot.model import (
    Card,
    ChatRef,
    Claim,
    Depth,
    Digest,
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


def card(paper_id: str = "2606.00001", language: str = "en", depth: Depth = Depth.BRIEF) -> Card:
    paper = Paper(paper_id, 1, "Heads that talk @everyone", ("Ada Example",), "We let heads talk.", ("cs.CV",))
    claim = Claim("Heads can talk.", "We let heads talk.")
    made = Provenance("extractive", datetime(2026, 6, 2, tzinfo=UTC), Source.ABSTRACT)
    summary = Summary(SummaryKey(paper_id, 1, language, depth), claim, (claim, claim, claim), ("heads",), made)
    return Card(paper, summary=summary)


def digest(papers: int = 3) -> Digest:
    cards = tuple(card(f"2606.{number:05}") for number in range(1, papers + 1))
    return Digest(("cat:cs.CV",), Window(DAY, DAY), announced=100, matched=papers, cards=cards)


class FakePipeline:
    """Readings wait until `gate` is set, if there is one; `error` is raised instead of an answer.

    `asked` has the chats for which digests were requested.
    """

    def __init__(self) -> None:
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None
        self.asked: list[ChatRef] = []

    async def read(self, ref: PaperRef, language: str, depth: Depth) -> Card:
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        if ref.id == "2606.99999":
            raise NoSuchPaper(ref.id)
        return card(ref.id, language, depth)

    async def digest(self, ref: ChatRef) -> Digest | NothingToSend:
        self.asked.append(ref)
        if self.error is not None:
            raise self.error
        return digest()
