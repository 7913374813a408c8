"""Which summaries chats want, counted by paper, so that one chat's change costs no look at the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.model import ChatRef, Depth, Paper, SummaryKey, WantedSummary


class PaperKey(NamedTuple):
    """A summary's key without the version: a chat wants the version that is current when the summary is made."""

    paper_id: str
    language: str
    depth: Depth


@dataclass(frozen=True, slots=True)
class ChosenPapers:
    """The summaries that one chat needs for its next digest, which is due at `due_at` (UTC)."""

    papers: tuple[PaperKey, ...]
    due_at: datetime


class Demand:
    """The chosen papers of all chats, and for each paper how many chats want it and by when."""

    def __init__(self) -> None:
        self._chosen: dict[ChatRef, ChosenPapers] = {}
        # By due time, of which a morning has few: the earliest is known without looking at every chat.
        self._chats: dict[PaperKey, Counter[datetime]] = {}
        self._waiting: dict[datetime, set[ChatRef]] = {}

    def replace(self, chat: ChatRef, chosen: ChosenPapers | None) -> None:
        """Replace what a chat wants; None if it wants nothing."""
        if (before := self._chosen.pop(chat, None)) is not None:
            self._remove(chat, before)
        if chosen is not None:
            self._chosen[chat] = chosen
            self._waiting.setdefault(chosen.due_at, set()).add(chat)
            for paper in chosen.papers:
                self._chats.setdefault(paper, Counter())[chosen.due_at] += 1

    def _remove(self, chat: ChatRef, chosen: ChosenPapers) -> None:
        due_at = chosen.due_at
        self._waiting[due_at].discard(chat)
        if not self._waiting[due_at]:
            del self._waiting[due_at]
        for paper in chosen.papers:
            by_due = self._chats[paper]
            by_due[due_at] -= 1
            if not by_due[due_at]:
                del by_due[due_at]
            if not by_due:
                del self._chats[paper]

    def due_chats(self, now: datetime) -> Iterator[ChatRef]:
        """The chats whose digest time has come."""
        for due_at, chats in self._waiting.items():
            if due_at <= now:
                yield from chats

    def paper_ids(self) -> set[str]:
        """The papers that any chat wants."""
        return {paper.paper_id for paper in self._chats}

    def wanted(self, papers: Mapping[str, Paper]) -> Iterable[WantedSummary]:
        """The wanted summaries of the papers' current versions, with the number of chats and the earliest due time."""
        for (paper_id, language, depth), by_due in self._chats.items():
            if paper := papers.get(paper_id):
                key = SummaryKey(paper_id, paper.version, language, depth)
                yield WantedSummary(key, by_due.total(), min(by_due))
