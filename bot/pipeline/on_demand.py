"""What people ask for at once: one paper read now, and what a subscriber of a topic would get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from bot import topics as topic_language
from bot.arxiv.calendar import listing_days, why_quiet
from bot.arxiv.categories import ALL_ARCHIVES
from bot.decisions import digest_content
from bot.errors import ModelUnavailable, NoSuchPaper
from bot.model import (
    Announced,
    Candidate,
    Card,
    Depth,
    Digest,
    Match,
    Paper,
    PaperRef,
    Reading,
    Summary,
    SummaryKey,
    SummaryRequest,
    Window,
)
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.poll import fetch_days
from bot.pipeline.summarize import summary_for
from bot.ports import Clock, PaperSource, Store
from bot.topics.matching import Matcher

Progress = Callable[[int, int], None]
"""Called with how many papers are done, of how many."""


async def read_now(
    store: Store,
    source: PaperSource,
    builder: DigestBuilder,
    clock: Clock,
    ref: PaperRef,
    language: str,
    depth: Depth,
    *,
    anew: bool = False,
) -> Card:
    """One paper as a card, its summary made now if there is none. A withdrawn paper's card has no summary.

    Raises `NoSuchPaper`, `SourceUnavailable`.
    """
    paper = await find_paper(store, source, clock, ref)
    announced = await store.announcement_of(paper.id)
    announcement = announced.announcement if announced else None
    if paper.withdrawn:
        return digest_content.card(paper, announcement=announcement)
    options = digest_content.SummaryOptions(language, depth)
    summary = await _summary(store, builder, paper, options.key(paper), anew=anew)
    reading = await builder.reader.read(paper) if depth is Depth.DEEP else None
    return digest_content.card(paper, announcement=announcement, summary=summary, reading=reading)


async def find_paper(store: Store, source: PaperSource, clock: Clock, ref: PaperRef) -> Paper:
    """The paper from the store, else from arXiv. Raises `NoSuchPaper`, `SourceUnavailable`."""
    known = await store.paper(ref.id)
    if known is not None and ref.version in (None, known.version):
        return known
    found = (await source.papers([ref])).get(ref.id)
    if found is None:
        version = f" in version {ref.version}" if ref.version else ""
        raise NoSuchPaper(ref.id, f"arXiv has no paper {ref.id}{version}; check the id.")
    await store.remember([found], clock.now())
    return found


async def _summary(
    store: Store, builder: DigestBuilder, paper: Paper, key: SummaryKey, *, anew: bool = False
) -> Summary:
    try:
        return await summary_for(store, builder.makers, builder.reader, paper, key, anew=anew)
    except ModelUnavailable as error:
        # Somebody waits for an answer: better one that says what it is than none. It is not kept.
        reading = await builder.reader.read(paper) if key.depth is Depth.DEEP else None
        return builder.makers.extractive_instead(SummaryRequest(key, paper, reading), str(error))


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
    """What a subscriber of `query` would get for these listing days, nothing cut off.

    Raises `BadTopic`, and `SourceUnavailable` where arXiv does not serve days that are not in the store.
    """
    topic = topic_language.parse(query)
    archives = topic_language.archives(topic)
    days = listing_days(window.first, window.last)
    await fetch_days(store, source, clock, frozenset(ALL_ARCHIVES) if archives is None else archives, days)
    candidates = _matching(Matcher([(0, topic)]), topic.query, await store.announcements(window.first, window.last))
    announced = await store.counts(window.first, window.last)
    if not candidates:
        why = why_quiet(window.last, clock.now()) if not announced else None
        reason = why or f"None of the {announced} papers announced then matches this topic."
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


def _matching(matcher: Matcher, query: str, announced: Sequence[Announced]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for entry in announced:
        if not entry.announcement.kind.delivers or entry.paper.id in found:
            continue
        for _, because in matcher.match(entry.paper):
            found[entry.paper.id] = Candidate(entry, (Match(query, because),))
    return list(found.values())


async def _summaries(
    store: Store,
    builder: DigestBuilder,
    candidates: Sequence[Candidate],
    options: digest_content.SummaryOptions,
    progress: Progress | None,
) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
    papers = [candidate.announced.paper for candidate in candidates]
    done = 0

    async def one(paper: Paper) -> tuple[SummaryKey, Summary]:
        nonlocal done
        key = options.key(paper)
        summary = await _summary(store, builder, paper, key)
        done += 1
        if progress is not None:
            progress(done, len(papers))
        return key, summary

    summaries = dict(await asyncio.gather(*(one(paper) for paper in papers)))
    readings = {}
    if options.depth is Depth.DEEP:
        readings = {paper.id: await builder.reader.read(paper) for paper in papers}
    return summaries, readings


def window_of(day: date, days: int) -> Window:
    """The `days` listing days up to `day`, which is the last of them where it is one."""
    found = listing_days(day - timedelta(days=2 * days + 14), day)[-days:]
    return Window(found[0], found[-1])
