"""Requests that a person waits for: one paper read now, and the digest of a topic for given listing days."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import topics as topic_language
from bot.arxiv.calendar import listing_days
from bot.decisions import digest_content, matches, model_requests, poll_scope, requested_digest
from bot.errors import ModelUnavailable, NoSuchPaper, PaperboyError
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
    SummaryRequest,
    Window,
)
from bot.pipeline.concurrency import run_all
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.poll import fetch_days, missing_days
from bot.pipeline.summarize import briefs_for, summary_for
from bot.ports import Clock, PaperSource, Store

Progress = Callable[[int, int], None]
"""Called with the number of papers that are summarized so far, and the number of all papers."""


async def read_now(
    store: Store,
    source: PaperSource,
    builder: DigestBuilder,
    clock: Clock,
    ref: PaperRef,
    language: str,
    depth: Depth,
) -> Card:
    """Return one paper as a card, its summary made now if there is none. A withdrawn paper's card has no summary.

    Raises `NoSuchPaper`, `SourceUnavailable`.
    """
    paper = await find_paper(store, source, clock, ref)
    announced = await store.announcement_of(paper.id)
    announcement = announced.announcement if announced else None
    if paper.withdrawn:
        return digest_content.card(paper, announcement=announcement)
    options = digest_content.SummaryOptions(language, depth)
    summary = await _summary(store, builder, paper, options.key(paper))
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


async def _summary(store: Store, builder: DigestBuilder, paper: Paper, key: SummaryKey) -> Summary:
    try:
        return await summary_for(store, builder.makers, builder.reader, paper, key)
    except ModelUnavailable as error:
        # A person is waiting, so an extractive summary, which says what it is, is better than none. It is not stored:
        # a model's summary can still be made later.
        reading = await builder.reader.read(paper) if key.depth is Depth.DEEP else None
        return builder.makers.extractive_instead(SummaryRequest(key, paper, reading), str(error))


async def _made(store: Store, builder: DigestBuilder, group: Sequence[SummaryRequest]) -> dict[SummaryKey, Summary]:
    """The summaries of one group; extractive ones where no model serves now."""
    first = group[0]
    if first.key.depth is Depth.DEEP:
        return {first.key: await _summary(store, builder, first.paper, first.key)}
    summaries = {}
    made = await briefs_for(store, builder.makers, group)
    for request in group:
        result = made[request.key]
        if isinstance(result, ModelUnavailable):
            result = builder.makers.extractive_instead(request, str(result))  # see `_summary`
        if isinstance(result, PaperboyError):
            raise result
        summaries[request.key] = result
    return summaries


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
) -> Digest:
    """Return the digest that a subscriber of `query` would get for these listing days, without a limit on its size.

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
    summaries, readings = await _summaries(store, builder, candidates, options, progress)
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
    store: Store,
    builder: DigestBuilder,
    candidates: Sequence[Candidate],
    options: digest_content.SummaryOptions,
    progress: Progress | None,
) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
    papers = [candidate.announced.paper for candidate in candidates]
    summaries = dict(await store.summaries([options.key(paper) for paper in papers]))
    missing = [SummaryRequest(options.key(paper), paper) for paper in papers if options.key(paper) not in summaries]
    # Brief ones in groups that are judged in one request; a deep one is a group of its own.
    groups = model_requests.in_batches(missing) if options.depth is Depth.BRIEF else [(request,) for request in missing]

    async def summarize(group: Sequence[SummaryRequest]) -> None:
        summaries.update(await _made(store, builder, group))
        if progress is not None:
            progress(len(summaries), len(papers))

    if progress is not None and summaries:
        progress(len(summaries), len(papers))
    await run_all(summarize(group) for group in groups)
    readings = {}
    # From the reader's cache in most cases: the summaries were made from the same texts.
    if options.depth is Depth.DEEP:
        readings = {paper.id: await builder.reader.read(paper) for paper in papers}
    return summaries, readings
