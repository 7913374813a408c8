"""The summarizer that needs no model: it picks the most informative sentences of the authors."""

from __future__ import annotations

import asyncio

from bot.model import Claim, Depth, Evidence, NoteKind, Provenance, Source, Summary, SummaryNote, SummaryRequest
from bot.ports import Clock
from bot.summaries.abstract_sentences import weighed
from bot.summaries.extractive_deep import with_deep_parts
from bot.summaries.headline_choice import choose_headline
from bot.summaries.keywords import keywords
from bot.summaries.language_check import language_of
from bot.summaries.planted_orders import order_notes
from bot.summaries.source_text import as_seen
from bot.summaries.takeaway_choice import choose_takeaways
from bot.summaries.term_background import TermBackground
from bot.summaries.term_counts import TermCounts

NAME = "extractive"


class ExtractiveSummarizer:
    """Makes summaries of verbatim sentences, in the paper's own language. Never raises."""

    def __init__(self, clock: Clock, background: TermBackground | None = None) -> None:
        self._clock = clock
        self._background = background
        # One at a time: several threads that compute slow the event loop down, and finish no earlier.
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        return NAME

    async def summarize(self, request: SummaryRequest) -> Summary:
        counts = None
        if self._background is not None:
            await self._background.refresh()
            counts = self._background.counts
        # In a thread: an abstract takes tens of milliseconds, a listing has hundreds, and people wait for answers.
        async with self._turn:
            return await asyncio.to_thread(extract, request, self._clock, counts)


def extract(request: SummaryRequest, clock: Clock, counts: TermCounts | None = None) -> Summary:
    """A summary by rules alone: deep if the request has a full text, otherwise from title and abstract.

    `counts` says how rare terms are among other papers (for the keywords); None: the bundled counts.
    """
    paper, key = as_seen(request.paper), request.key
    headline, takeaways = brief(paper.title, paper.abstract)
    notes = (*why_not_deep(request), *order_notes(paper.abstract))
    summary = Summary(
        key=key,
        headline=headline,
        takeaways=takeaways,
        keywords=keywords(paper.title, paper.abstract, counts=counts),
        provenance=Provenance(model=NAME, created_at=clock.now(), source=Source.ABSTRACT, notes=notes),
    )
    reading = request.reading
    if key.depth is Depth.DEEP and reading is not None and reading.source is not Source.ABSTRACT:
        return with_deep_parts(summary, paper, reading)
    return summary


def why_not_deep(request: SummaryRequest) -> tuple[SummaryNote, ...]:
    """The note on a card if a deep summary was asked for and no full text could be read; otherwise empty."""
    reading = request.reading
    if request.key.depth is not Depth.DEEP or (reading is not None and reading.source is not Source.ABSTRACT):
        return ()
    if reading is None or not reading.problem:
        return (SummaryNote(NoteKind.NO_FULL_TEXT),)
    reason = reading.problem
    if reason[1:2].islower() or reason[1:2] == " ":
        reason = reason[0].lower() + reason[1:]  # it continues a sentence; "PDF" and "HTML" keep their capitals
    return (SummaryNote(NoteKind.UNREAD, text=reason.rstrip(".")),)


def brief(title: str, abstract: str) -> tuple[Claim, tuple[Claim, ...]]:
    """Headline and takeaways of an abstract; the title is the headline if there is no sentence to use."""
    sentences = weighed(title, abstract)
    headline = choose_headline(title, sentences)
    text = headline.text if headline is not None else " ".join(title.split())
    quote = headline.sentence.text if headline is not None else title
    chosen = choose_takeaways(sentences, headline.sentence if headline is not None else None, f"{title}\n{text}")
    takeaways = tuple(
        Claim(sentence.shown, (Evidence(sentence.text),), language=language_of(sentence.text)) for sentence in chosen
    )
    return Claim(text, (Evidence(quote),), language=language_of(quote)), takeaways
