"""Requests that a person waits for: one paper read now, and the digest of a topic for given listing days."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import topics as topic_language
from bot.arxiv.calendar import listing_days
from bot.decisions import digest_content, matches, poll_scope, requested_digest
from bot.errors import NoSuchPaper
from bot.model import (
    Candidate,
    Card,
    Depth,
    Digest,
    Paper,
    PaperRef,
    Reading,
    Summary,
    SummaryKey,
    Window,
)
from bot.pipeline.awaited_summaries import AwaitedSummaries
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.patience import Patience
from bot.pipeline.poll import fetch_days, missing_days
from bot.ports import Clock, PaperSource, Store

Progress = Callable[[int, int], None]
"""Called with the number of papers that are summarized so far, and the number of all papers."""

PERSON_WAITS_SECONDS = 60.0
"""How long a person in a chat waits for models that are paused, before a summary without a model is shown."""


async def read_now(
    store: Store,
    source: PaperSource,
    builder: DigestBuilder,
    clock: Clock,
    ref: PaperRef,
    language: str,
    depth: Depth,
    patience: Patience | None = None,
) -> Card:
    """Return one paper as a card, its summary made now if there is none. A withdrawn paper's card has no summary.

    Models that are paused are waited for as long as `patience` lasts, by default a minute.

    Raises `NoSuchPaper`, `SourceUnavailable`.
    """
    paper = await find_paper(store, source, clock, ref)
    announced = await store.announcement_of(paper.id)
    announcement = announced.announcement if announced else None
    if paper.withdrawn:
        return digest_content.card(paper, announcement=announcement)
    options = digest_content.SummaryOptions(language, depth)
    awaited = AwaitedSummaries(store, builder, clock, patience or Patience(clock, PERSON_WAITS_SECONDS))
    key = options.key(paper)
    summary = (await awaited.stored([key])).get(key) or await awaited.one(paper, key)
    reading = await builder.reader.read(paper) if depth is Depth.DEEP else None
    return digest_content.card(paper, announcement=announcement, summary=summary, reading=reading)


async def find_paper(store: Store, source: PaperSource, clock: Clock, ref: PaperRef) -> Paper:
    """Return the paper from the store, else from arXiv. Raises `NoSuchPaper`, `SourceUnavailable`."""
    known = await store.paper(ref.id)
    # A version that was asked for and is not the stored one has to come from arXiv, even if it is older.
    if known is not None and ref.version in (None, known.version):
        return known
    found = (await source.papers([ref])).get(ref.id)
    if found is None:
        version = f" in version {ref.version}" if ref.version else ""
        raise NoSuchPaper(ref.id, f"arXiv has no paper {ref.id}{version}; check the id.")
    await store.remember([found], clock.now())
    return found


async def is_stored(store: Store, query: str, window: Window) -> bool:
    """Return whether `digest_of` needs no listing from arXiv. Raises `BadTopic`."""
    archives = poll_scope.archives_of_topic(topic_language.parse(query))
    return not await missing_days(store, archives, listing_days(window.first, window.last))


async def digest_of(
    store: Store,
    source: PaperSource,
    builder: DigestBuilder,
    clock: Clock,
    query: str,
    window: Window,
    options: digest_content.SummaryOptions,
    progress: Progress | None = None,
    patience: Patience | None = None,
) -> Digest:
    """Return the digest that a subscriber of `query` would get for these listing days, without a limit on its size.

    Models that are paused are waited for as long as `patience` lasts, by default a minute.

    Raises `BadTopic`, and `SourceUnavailable` if arXiv does not serve days that are not stored.
    """
    topic = topic_language.parse(query)
    days = listing_days(window.first, window.last)
    await fetch_days(store, source, clock, poll_scope.archives_of_topic(topic), days)
    candidates = matches.candidates_of(topic, await store.announcements(window.first, window.last))
    announced = await store.counts(window.first, window.last)
    if not candidates:
        reason = requested_digest.reason_for_empty(window, announced, clock.now())
        return digest_content.quiet(window, [topic.query], announced, reason, options.language)
    awaited = AwaitedSummaries(store, builder, clock, patience or Patience(clock, PERSON_WAITS_SECONDS))
    summaries, readings = await _summaries(builder, awaited, candidates, options, progress)
    shown = digest_content.cards(candidates, summaries, options, readings)
    return Digest(
        (topic.query,),
        window,
        announced,
        len(shown),
        shown,
        language=options.language,
        notes=digest_content.notes_on(shown),
        each_day=tuple([(day, await store.counts(day, day)) for day in days]),
    )


async def _summaries(
    builder: DigestBuilder,
    awaited: AwaitedSummaries,
    candidates: Sequence[Candidate],
    options: digest_content.SummaryOptions,
    progress: Progress | None,
) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
    papers = {options.key(candidate.announced.paper): candidate.announced.paper for candidate in candidates}
    summaries: dict[SummaryKey, Summary] = {}

    def add(made: Sequence[Summary]) -> None:
        summaries.update({summary.key: summary for summary in made})
        if progress is not None and made:
            progress(len(summaries), len(papers))

    add(list((await awaited.stored(papers)).values()))
    await awaited.several({key: paper for key, paper in papers.items() if key not in summaries}, add)
    readings = {}
    # From the reader's cache in most cases: the summaries were made from the same texts.
    if options.depth is Depth.DEEP:
        readings = {paper.id: await builder.reader.read(paper) for paper in papers.values()}
    return summaries, readings
