"""Reads single papers on request, and limits how many readings a person and a chat may have."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import structlog

from bot.arxiv import ids
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import Operators, ReadPaper
from bot.conversation.paper_results import (
    NoEvidence,
    NotALink,
    PaperCard,
    PaperEvidence,
    UnknownPaper,
    Unreadable,
    Withdrawn,
)
from bot.conversation.put_off import why_put_off
from bot.conversation.reading_limits import ReadingLimits
from bot.conversation.results import Busy, Incomplete
from bot.conversation.service_results import TooManyReadings
from bot.errors import GiveUp, ModelRefused, NoSuchPaper, NotReadable, RetryLater
from bot.locales import _, ngettext
from bot.model import Card, ChatRef, Depth, PaperRef, SummaryKey
from bot.ports import Store

log = structlog.get_logger()

MAX_READINGS = 3
"""Readings of one chat that may be under way at the same time, so that no chat takes all the models' requests."""


class PaperRequests:
    """Counts readings by chat and by person, in this process only. Operators may read as much as they like."""

    def __init__(
        self,
        store: Store,
        read: ReadPaper,
        chats: ChatRecords,
        limits: ReadingLimits,
        operators: Operators | None,
    ) -> None:
        self._store, self._read, self._chats, self._limits, self._operators = store, read, chats, limits, operators
        self._under_way: Counter[ChatRef] = Counter()

    async def summarize(
        self, ref: ChatRef, link: str, person: str, depth: Depth | None = None
    ) -> PaperCard | NotALink | UnknownPaper | Withdrawn | Unreadable | Busy | Incomplete | TooManyReadings:
        """Read one paper in the chat's language, at the chat's depth if none is given.

        `person` is the platform's id of the one who asks, whose readings are counted; "" where nobody is named.
        """
        if not link.strip():
            return Incomplete("summarize")
        target = ids.resolve(link.strip())
        if isinstance(target, ids.NotAPaperLink):
            return NotALink(link.strip(), target.why)
        # Not stored: who only asks for papers follows nothing, and nothing need be kept of that chat.
        chat = await self._chats.known_or_new(ref)
        return await self.read(ref, target, chat.language, depth or chat.depth, person)

    async def evidence(self, key: SummaryKey, fingerprint: str) -> PaperEvidence | NoEvidence:
        """What the summary on a card rests on, of that version and with that `Summary.fingerprint`."""
        summary, paper = await self._store.summary(key), await self._store.paper(key.paper_id)
        # A digest that waited for no model shows a summary that is not stored; a model's may be stored by now.
        if summary is None or paper is None or summary.fingerprint != fingerprint:
            return NoEvidence(f"{key.paper_id}v{key.version}")
        # The links lead to the version that was summarized, even if the paper has a newer one.
        return PaperEvidence(Card(replace(paper, version=key.version), summary=summary), key.language)

    async def read(
        self, ref: ChatRef, paper: PaperRef, language: str, depth: Depth, person: str
    ) -> PaperCard | UnknownPaper | Withdrawn | Unreadable | Busy | TooManyReadings:
        """Read a paper for a chat and a `person` as in `summarize`, which may take minutes. Returns `Busy` at once if
        too many are under way."""
        # No await between the check and the count: two requests at once cannot both take the last place.
        if self._under_way[ref] >= MAX_READINGS:
            why = ngettext(
                "I am already reading {n} paper for this chat; ask again when it is here.",
                "I am already reading {n} papers for this chat; ask again when they are here.",
                MAX_READINGS,
            )
            return Busy(why.format(n=MAX_READINGS))
        if not self._is_operator(ref, person) and (refused := self._limits.take(ref.platform, person, depth)):
            return refused
        self._under_way[ref] += 1
        try:
            return await self._outcome(paper, language, depth)
        finally:
            self._under_way[ref] -= 1
            # Removed at zero: otherwise the counter would keep every chat that ever asked.
            if not self._under_way[ref]:
                del self._under_way[ref]

    def _is_operator(self, ref: ChatRef, person: str) -> bool:
        return self._operators is not None and f"{ref.platform}:{person}" in self._operators.user_ids

    async def _outcome(
        self, paper: PaperRef, language: str, depth: Depth
    ) -> PaperCard | UnknownPaper | Withdrawn | Unreadable | Busy:
        try:
            card = await self._read(paper, language, depth)
        except NoSuchPaper:
            return UnknownPaper(str(paper), _("arXiv has no paper {paper}; check the id.").format(paper=paper))
        except RetryLater as error:
            log.info("paper not read", paper=str(paper), why=str(error))
            return Busy(why_put_off(error), error.retry_after)
        except GiveUp as error:
            log.warning("paper cannot be read", paper=str(paper), why=str(error))
            return Unreadable(str(paper), _why_unreadable(error))
        # Only the card shows it: a paper can be withdrawn after it was announced.
        return Withdrawn(card) if card.paper.withdrawn else PaperCard(card, language, depth)


def _why_unreadable(error: GiveUp) -> str:
    """A sentence by the kind of the error: its own text is for the log."""
    match error:
        case NotReadable():
            return _("its full text is damaged, encrypted, too large or missing.")
        case ModelRefused():
            return _("the model gave no usable answer.")
    return _("something in it cannot be read.")
