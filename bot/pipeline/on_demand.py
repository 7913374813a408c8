"""Requests that a person waits for: one paper read now, and the digest that somebody would get for given days."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot import topics as topic_language
from bot.arxiv.calendar import listing_days
from bot.arxiv.categories import ALL_ARCHIVES
from bot.decisions import digest_content, matches, poll_scope, requested_digest
from bot.decisions.examples import MOST_VOTED, examples_of, in_sample_order
from bot.errors import NoSuchPaper
from bot.model import (
    Announced,
    Candidate,
    Card,
    ChatModel,
    Depth,
    Digest,
    Paper,
    PaperRef,
    Reading,
    Summary,
    SummaryKey,
    TopicState,
    VoteKind,
    Window,
)
from bot.pipeline.awaited_summaries import AwaitedSummaries
from bot.pipeline.count_terms import count_terms
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.embed import Embedding
from bot.pipeline.match import matches_of, nothing_before
from bot.pipeline.patience import Patience
from bot.pipeline.poll import fetch_days, missing_days
from bot.pipeline.ranked import ranked
from bot.ports import Clock, PaperSource, Relevance, Store
from bot.topics.compiled import CompiledTopics

Progress = Callable[[int, int], None]
"""Called with the number of papers that are summarized so far, and the number of all papers."""

DAYS_OF_OTHERS = timedelta(days=7)
"""What is liked is told from the stored papers of the window and of so many days before."""

TITLE_LINES = 20
"""Papers past the size of a requested digest that it names; those beyond are counted."""

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


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose digest is asked for. Without a `topic`, what was learned from the `liked` papers chooses.

    `size` is the number of cards; None shows every paper as one.
    """

    topic: topic_language.Topic | None
    liked: tuple[Paper, ...] = ()
    size: int | None = None

    @property
    def archives(self) -> frozenset[str]:
        return frozenset(ALL_ARCHIVES) if self.topic is None else poll_scope.archives_of_topic(self.topic)


async def is_stored(store: Store, subscriber: Subscriber, window: Window) -> bool:
    """Return whether `digest_of` needs no listing from arXiv."""
    return not await missing_days(store, subscriber.archives, listing_days(window.first, window.last))


async def digest_of(
    store: Store,
    source: PaperSource,
    builder: DigestBuilder,
    relevance: Relevance,
    clock: Clock,
    subscriber: Subscriber,
    window: Window,
    options: digest_content.SummaryOptions,
    progress: Progress | None = None,
    patience: Patience | None = None,
    embedding: Embedding | None = None,
) -> Digest:
    """Return the digest that such a subscriber would get for these listing days, best first.

    With `embedding`, papers that have no vector get one first, unless a topic without an interest alone chooses.

    Models that are paused are waited for as long as `patience` lasts, by default a minute.

    Raises `SourceUnavailable` if arXiv does not serve days that are not stored, and `RetryLater` or `GiveUp` if nothing
    can be learned from the liked papers now.
    """
    days = listing_days(window.first, window.last)
    await fetch_days(store, source, clock, subscriber.archives, days)
    if embedding is not None and (subscriber.liked or (subscriber.topic and subscriber.topic.about)):
        await _embed(store, embedding, subscriber, window)
    candidates = await requested_order(store, relevance, clock, subscriber, window)
    announced = await store.counts(window.first, window.last)
    topics = (subscriber.topic.query,) if subscriber.topic else ()
    if not candidates:
        reason = requested_digest.reason_for_empty(window, announced, clock.now(), subscriber.topic)
        return digest_content.quiet(window, topics, announced, reason, options.language)
    size = len(candidates) if subscriber.size is None else subscriber.size
    awaited = AwaitedSummaries(store, builder, clock, patience or Patience(clock, PERSON_WAITS_SECONDS))
    summaries, readings = await _summaries(builder, awaited, candidates[:size], options, progress)
    shown = digest_content.cards(candidates[:size], summaries, options, readings)
    also = digest_content.cards(candidates[size : size + TITLE_LINES], {}, options)
    matched = Counter(candidate.announced.announcement.day for candidate in candidates)
    return Digest(
        topics,
        window,
        announced,
        len(candidates),
        shown,
        also,
        language=options.language,
        notes=digest_content.notes_on(shown, options.language),
        each_day=tuple([(day, await store.counts(day, day), matched[day]) for day in days]),
        unlisted=len(candidates) - len(shown) - len(also),
    )


async def _embed(store: Store, embedding: Embedding, subscriber: Subscriber, window: Window) -> None:
    announced = [entry.paper for entry in await store.announcements(window.first, window.last)]
    await embedding.these([(paper.id, paper.version) for paper in (*subscriber.liked, *announced)])


async def requested_order(
    store: Store, relevance: Relevance, clock: Clock, subscriber: Subscriber, window: Window
) -> list[Candidate]:
    """The papers of these days that the subscriber gets, best first."""
    await count_terms(store, relevance)  # closeness depends on how rare the words of a paper are
    by_id: dict[str, Announced] = {}
    for entry in await store.announcements(window.first, window.last):
        if entry.announcement.kind.delivers:
            by_id.setdefault(entry.paper.id, entry)  # of a paper that is announced twice, its first announcement
    announced = list(by_id.values())
    model = await _learned(store, relevance, clock, subscriber, window)
    if subscriber.topic is not None:
        candidates = await _matched(relevance, subscriber.topic, announced)
    else:
        candidates = await _likeliest(relevance, model, announced) if model else []
    # As the order was on the last of these days: papers of the week before come first.
    as_of = min(clock.now(), datetime.combine(window.last, time.max, UTC))
    return await ranked(store, relevance, candidates, as_of, model=model)


async def _learned(
    store: Store, relevance: Relevance, clock: Clock, subscriber: Subscriber, window: Window
) -> ChatModel | None:
    if not subscriber.liked:
        return None
    # With the days before: among the papers of a single day, those that would be liked are many.
    lately = await store.announcements(window.first - DAYS_OF_OTHERS, window.last)
    announced = in_sample_order(entry.paper for entry in lately if entry.announcement.kind.delivers)
    liked = {paper.id: paper for paper in subscriber.liked[:MOST_VOTED]}
    topics = [subscriber.topic.query] if subscriber.topic else []
    examples = examples_of({paper_id: {VoteKind.UP: 1} for paper_id in liked}, (), liked, announced, topics)
    return await relevance.learn(examples, clock.now(), 1)


async def _matched(
    relevance: Relevance, topic: topic_language.Topic, announced: Sequence[Announced]
) -> list[Candidate]:
    state = TopicState(0, topic.query, 0)
    by_seq = {entry.seq: entry for entry in sorted(announced, key=lambda entry: entry.seq)}
    found = await matches_of(relevance, [*by_seq.items()], [state], CompiledTopics(), nothing_before)
    return [
        Candidate(by_seq[seq], (matches.match_of(topic.query, by_seq[seq].paper),)) for seq in found.get(state.id, ())
    ]


async def _likeliest(relevance: Relevance, model: ChatModel, announced: Sequence[Announced]) -> list[Candidate]:
    """The papers of each day that a chat with this model most likely likes, as many as an interest would bring."""
    by_day: dict[date, dict[int, Announced]] = {}
    for entry in announced:
        by_day.setdefault(entry.announcement.day, {})[entry.seq] = entry
    candidates = []
    for of_day in by_day.values():
        await relevance.read(of_day)
        likes = await asyncio.to_thread(relevance.of_model, model, [*of_day])
        best = sorted(zip(likes, of_day, strict=True), key=lambda each: (-each[0], each[1]))
        candidates += [Candidate(of_day[seq], ()) for _, seq in best[: matches.MOST_CLOSE]]
    return candidates


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
