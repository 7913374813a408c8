"""Reads single papers on request, and limits how many readings one chat may have under way."""

from __future__ import annotations

from collections import Counter

import structlog

from bot.conversation.dependencies import ReadPaper
from bot.conversation.put_off import why_put_off
from bot.conversation.results import Busy, PaperCard, UnknownPaper, Unreadable, Withdrawn
from bot.errors import GiveUp, ModelRefused, NoSuchPaper, NotReadable, RetryLater
from bot.locales import _, ngettext
from bot.model import ChatRef, Depth, PaperRef

log = structlog.get_logger()

MAX_READINGS = 3
"""Readings of one chat that may be under way at the same time, so that no chat takes all the models' requests."""


class PaperRequests:
    """Counts readings by chat, in this process only."""

    def __init__(self, read: ReadPaper) -> None:
        self._read = read
        self._under_way: Counter[ChatRef] = Counter()

    async def read(
        self, ref: ChatRef, paper: PaperRef, language: str, depth: Depth
    ) -> PaperCard | UnknownPaper | Withdrawn | Unreadable | Busy:
        """Read a paper for a chat, which may take minutes. Returns `Busy` at once if too many are under way."""
        # No await between the check and the count: two requests at once cannot both take the last place.
        if self._under_way[ref] >= MAX_READINGS:
            why = ngettext(
                "I am already reading {n} paper for this chat; ask again when it is here.",
                "I am already reading {n} papers for this chat; ask again when they are here.",
                MAX_READINGS,
            )
            return Busy(why.format(n=MAX_READINGS))
        self._under_way[ref] += 1
        try:
            return await self._outcome(paper, language, depth)
        finally:
            self._under_way[ref] -= 1
            # Removed at zero: otherwise the counter would keep every chat that ever asked.
            if not self._under_way[ref]:
                del self._under_way[ref]

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
