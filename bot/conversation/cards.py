"""Opened cards: the front of a paper's card, its evidence, the whole reading, its figures and how to cite it."""

from __future__ import annotations

import statistics
from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.arxiv import ids
from bot.conversation.card_results import (
    BeingRead,
    CardClosed,
    CardFigures,
    CardTrouble,
    CardView,
    CitedPaper,
    OpenedCard,
)
from bot.conversation.chat_records import ChatRecords
from bot.conversation.paper_results import PaperCard, UnknownPaper, Unreadable, Withdrawn
from bot.conversation.results import Busy, Requester, Stale
from bot.conversation.service_results import TooManyReadings
from bot.conversation.vote_results import PaperNotKept
from bot.model import Card, Chat, ChatRef, Depth, Kept, Paper, PaperRef, VoteKind
from bot.references.citations import CitationFormat, cite

if TYPE_CHECKING:
    from bot.conversation.dependencies import CardSource
    from bot.conversation.paper_requests import PaperRequests
    from bot.conversation.paper_votes import PaperVotes
    from bot.ports import Clock, Store

SHOWN_FOR = timedelta(days=30)
"""How long the message with a list's open card is remembered."""

_SHOWN = "card"

MOST_READ = 200
"""Whole readings of this process that are kept for their further pages, where the store has none: those that stand in
for a model's."""

_FIRST_GUESS_SECONDS = 60.0
"""How long a whole reading takes, before one was made."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The chat that a card is about, the version of the paper that it shows, and who looks at it."""

    chat: Chat
    paper: Paper
    requester: Requester
    saved_in: ChatRef | None

    @property
    def key(self) -> tuple[str, str]:
        """The reading: the same for all chats of a language."""
        return self.paper.versioned_id, self.chat.language


class Cards:
    """Each method names the paper by id, with or without version ("2406.14272v2"), as buttons carry it.

    A chat that is not stored, or is suspended, stays so: who opens a card may be any of its readers. `saved_in` is the
    chat in which the person saves the paper, if that is not `ref`.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        source: CardSource,
        requests: PaperRequests,
        votes: PaperVotes,
        chats: ChatRecords,
    ) -> None:
        self._store, self._clock, self._source, self._requests = store, clock, source, requests
        self._votes, self._chats = votes, chats
        self._seconds: deque[float] = deque(maxlen=20)
        self._read: OrderedDict[tuple[str, str], Card] = OrderedDict()

    # ── what a card shows ──

    async def open(
        self, requester: Requester, ref: ChatRef, paper_id: str, *, saved_in: ChatRef | None = None
    ) -> OpenedCard | PaperNotKept | Stale:
        """The front of a card; notes that the person opened it."""
        found = await self._find(requester, ref, paper_id, saved_in)
        if not isinstance(found, _Found):
            return found
        await self._votes.opened(requester, ref, found.paper.id)
        return await self._front(found)

    async def back(
        self, requester: Requester, ref: ChatRef, paper_id: str, *, saved_in: ChatRef | None = None
    ) -> OpenedCard | PaperNotKept | Stale:
        """The front of a card again."""
        found = await self._find(requester, ref, paper_id, saved_in)
        return await self._front(found) if isinstance(found, _Found) else found

    async def evidence(
        self, requester: Requester, ref: ChatRef, paper_id: str, depth: Depth, page: int = 0
    ) -> OpenedCard | PaperNotKept | Stale:
        """What the statements of a card rest on; of the front's if there is no summary of this depth."""
        found = await self._find(requester, ref, paper_id)
        if not isinstance(found, _Found):
            return found
        card = await self._source.card(found.chat, found.paper, depth) if depth is Depth.DEEP else None
        shown = await self._front(found) if card is None else await self._opened(found, card)
        return replace(shown, view=CardView.EVIDENCE, page=page)

    async def reading(
        self, requester: Requester, ref: ChatRef, paper_id: str, page: int = 0, *, saved_in: ChatRef | None = None
    ) -> OpenedCard | BeingRead | PaperNotKept | Stale:
        """The whole reading if it is made already, else `BeingRead`: then `read` makes it."""
        found = await self._find(requester, ref, paper_id, saved_in)
        if not isinstance(found, _Found):
            return found
        kept = await self._kept_reading(found, page)
        return kept or BeingRead(Card(found.paper), found.chat.language, self._usual_seconds)

    async def read(
        self, requester: Requester, ref: ChatRef, paper_id: str, page: int = 0, *, saved_in: ChatRef | None = None
    ) -> OpenedCard | PaperNotKept | Stale:
        """Make the whole reading, which may take minutes; where that fails, the front of the card and the reason."""
        found = await self._find(requester, ref, paper_id, saved_in)
        if not isinstance(found, _Found):
            return found
        await self._votes.opened(requester, ref, found.paper.id)
        if kept := await self._kept_reading(found, page):
            return kept
        began, paper = self._clock.now(), PaperRef(found.paper.id, found.paper.version)
        outcome = await self._requests.read(ref, paper, found.chat.language, Depth.DEEP, requester.user_id)
        if not isinstance(outcome, PaperCard):
            return replace(await self._front(found), trouble=_trouble(outcome))
        self._seconds.append((self._clock.now() - began).total_seconds())
        self._read[found.key] = outcome.card
        if len(self._read) > MOST_READ:
            self._read.popitem(last=False)
        opened = await self._opened(found, outcome.card)
        return replace(opened, view=CardView.READING, page=page)

    async def figures(self, requester: Requester, ref: ChatRef, paper_id: str) -> CardFigures | PaperNotKept | Stale:
        """The figures of the whole reading."""
        found = await self._find(requester, ref, paper_id)
        if not isinstance(found, _Found):
            return found
        card = await self._source.card(found.chat, found.paper, Depth.DEEP)
        return CardFigures(card or Card(found.paper), found.chat.language)

    async def cite(
        self, requester: Requester, ref: ChatRef, paper_id: str, form: CitationFormat = CitationFormat.BIBTEX
    ) -> CitedPaper | PaperNotKept | Stale:
        """How to cite a paper."""
        found = await self._find(requester, ref, paper_id)
        return CitedPaper(Card(found.paper), form, cite([found.paper], form)) if isinstance(found, _Found) else found

    async def close(self) -> CardClosed:
        """Put a card away; where it is shown is the platform's affair."""
        return CardClosed()

    # ── where it is shown ──

    async def shown_at(self, where: ChatRef, list_message: str) -> str | None:
        """The message with the card that was opened last from a list in the chat `where`; None if none is known."""
        kept = await self._store.kept(where, _SHOWN, list_message, self._clock.now())
        return str(kept.value["message"]) if kept is not None else None

    async def remember(self, where: ChatRef, list_message: str, message: str) -> None:
        """Let further cards of a list take the place of this message."""
        now = self._clock.now()
        await self._store.keep(Kept(where, _SHOWN, list_message, {"message": message}, now + SHOWN_FOR), now)

    # ── pieces ──

    @property
    def _usual_seconds(self) -> float:
        return statistics.median(self._seconds) if self._seconds else _FIRST_GUESS_SECONDS

    async def _find(
        self, requester: Requester, ref: ChatRef, paper_id: str, saved_in: ChatRef | None = None
    ) -> _Found | PaperNotKept | Stale:
        named = ids.parse_id(paper_id)
        if named is None:
            return Stale()
        paper = await self._store.paper(named.id)
        if paper is None:
            return PaperNotKept(named.id)
        # The version that the card showed, even if the paper was replaced meanwhile.
        paper = replace(paper, version=named.version) if named.version else paper
        return _Found(await self._chats.as_stored(ref), paper, requester, saved_in)

    async def _kept_reading(self, found: _Found, page: int) -> OpenedCard | None:
        card = await self._source.card(found.chat, found.paper, Depth.DEEP)
        if card is None and page:
            card = self._read.get(found.key)
        if card is None:
            return None
        return replace(await self._opened(found, card), view=CardView.READING, page=page)

    async def _front(self, found: _Found) -> OpenedCard:
        card = await self._source.card(found.chat, found.paper, Depth.BRIEF)
        return await self._opened(found, card or Card(found.paper))

    async def _opened(self, found: _Found, card: Card) -> OpenedCard:
        paper_id, saved_in = found.paper.id, found.saved_in
        votes = await self._votes.of_person(found.requester, found.chat.ref, paper_id)
        if saved_in is not None:
            own = await self._votes.of_person(found.requester, saved_in, paper_id)
            votes = (votes - {VoteKind.SAVED}) | (own & {VoteKind.SAVED})
        depth = card.summary.key.depth if card.summary is not None else Depth.BRIEF
        return OpenedCard(card, found.chat.language, depth, votes=votes, saved_in=saved_in)


def _trouble(
    outcome: UnknownPaper | Withdrawn | Unreadable | Busy | TooManyReadings,
) -> CardTrouble | TooManyReadings:
    match outcome:
        case TooManyReadings():
            return outcome
        case Busy():
            return CardTrouble.BUSY
    return CardTrouble.UNREADABLE
