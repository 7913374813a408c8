"""One poll of arXiv, stage by stage:

    1. the announcement feed        what is new, cross-listed or replaced today, and under which licence
    2. OAI, for days that were missed or whose feed was empty: what changed then, its kind inferred
    3. the API by submission date: once a day for what the last seven listings can hold, which also finds what the feed
       did not name; and for a day of which no entry could be read
    4. the API by id, for announced papers that lack their comment, version and dates, and for those whose entry could
       not be read

Each stage writes its results as soon as it has them. A stage that fails leaves the work of the others, and the next
poll reads the same days again. There is no watermark: a day counts as read when its ledger record is complete.
Whether a day is in the future is judged by arXiv's clock if it is known, not by ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import structlog

from bot.arxiv import calendar
from bot.arxiv.categories import is_in_archives
from bot.decisions import inferred_announcements, ledger, poll_scope, polling, unread_entries
from bot.decisions.polling import PollState
from bot.errors import NoSuchPaper, SourceUnavailable
from bot.model import Announced, Listing, ListingRecord, Malformed, Paper, PaperRef
from bot.ports import Clock, PaperSource, Store

log = structlog.get_logger()

MAX_UNREAD = 2_000
"""Stored unread entries in which a poll looks for papers to ask for by id; a feed never has more entries."""


@dataclass(frozen=True, slots=True)
class StageFailure:
    """A stage of a poll that arXiv did not serve. `str()` gives both in a sentence for a person."""

    stage: str
    error: SourceUnavailable

    def __str__(self) -> str:
        return f"{self.stage}: {self.error}"


@dataclass(slots=True)
class PollResult:
    """The result of a poll: the newest day that was read (None if none was), and how many of each were new.

    `is_week_compared` says that the listings of the last week were compared with the API.
    """

    day: date | None = None
    papers: int = 0
    announcements: int = 0
    malformed: int = 0
    is_week_compared: bool = False
    failures: list[StageFailure] = field(default_factory=list)

    @property
    def retry_after(self) -> float | None:
        """Seconds that arXiv asked us to wait, the longest of all stages; None if it named no time."""
        return max((failure.error.retry_after or 0.0 for failure in self.failures), default=0.0) or None


class PollRun:
    """One poll for these archives up to the listing day `expected`; `state` is that of the polls before.

    With `wanted`, exactly these days are fetched, whatever else the ledger lacks.
    """

    def __init__(
        self,
        store: Store,
        source: PaperSource,
        clock: Clock,
        archives: Collection[str],
        expected: date,
        state: PollState | None = None,
        *,
        wanted: Sequence[date] = (),
    ) -> None:
        self._store, self._source, self._clock = store, source, clock
        self._archives, self._expected, self._wanted = archives, expected, wanted
        self._state = state or PollState()
        self._result = PollResult()
        self._has_feed_failed = False
        self._feed_day: date | None = None

    async def run(self) -> PollResult:
        """Run all stages. Never raises `SourceUnavailable`: what arXiv did not serve is in the result's failures."""
        self._has_feed_failed = not await self._stage("feed", self._read_feed)
        missed = poll_scope.days_to_catch_up(
            await self._records(),
            self._archives,
            self._expected,
            self._clock.now(),
            wanted=self._wanted,
            has_feed_failed=self._has_feed_failed,
        )
        if missed:
            await self._stage("OAI", partial(self._catch_up, missed))
        await self._ask_api(missed)
        # Entries of the API have no listing day; they are kept so that nothing is lost without notice.
        await self._ingest(Listing(None, malformed=tuple(self._source.take_malformed())))
        return self._result

    async def _stage(self, name: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Run one stage; returns whether arXiv served it."""
        try:
            await work()
        except SourceUnavailable as error:
            log.warning("arXiv did not serve", stage=name, reason=str(error), retry_after=error.retry_after)
            self._result.failures.append(StageFailure(name, error))
            return False
        return True

    # ── 1. the feed ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _read_feed(self) -> None:
        listing = await self._source.listing(self._archives)
        # Stored before anything else that may fail: a feed shows its listing for one day only.
        await self._ingest(listing)
        self._feed_day = day = listing.day
        if day is None:
            return
        # An earlier poll may have recovered entries that this feed shows, still unreadable, once more.
        recovered = await self._announced_since(unread_entries.by_paper(listing.malformed))
        listing = inferred_announcements.with_announced(listing, await self._store.papers(recovered))
        # A day of which nothing could be read is not reported as read, so that it is asked for again.
        if ledger.is_readable(listing):
            self._result.day = day
        await self._record(listing, [day], "feed")

    # ── 2. days that were missed ──────────────────────────────────────────────────────────────────────────────────

    async def _catch_up(self, missed: Sequence[date]) -> None:
        listing = await self._source.changed(min(missed), max(missed))
        days = poll_scope.published_days(missed, listing)
        entries: list[Announced] = []
        # Oldest first: which kind a record has depends on the days before it.
        for day in days:
            entries += await self._infer_kinds(inferred_announcements.changed_on(listing, day, self._archives), entries)
        inferred = Listing(listing.day, tuple(entries), listing.malformed)
        await self._ingest(inferred)
        days = inferred_announcements.days_to_record(days, entries, await self._records())
        await self._record(inferred, days, "oai")
        if self._result.day is None and entries:
            self._result.day = max(entry.announcement.day for entry in entries)
        log.info("caught up through OAI", days=[str(day) for day in days], papers=len(entries))

    async def _infer_kinds(self, changed: Sequence[Announced], earlier: Sequence[Announced]) -> list[Announced]:
        """Infer the kinds of one day's records; `earlier` are those of the missed days before it."""
        if not changed:
            return []
        ids = {entry.paper.id for entry in changed}
        announced = await self._store.announced_ids(ids, before=changed[0].announcement.day)
        # A paper that changed on two of the missed days was announced by the first of them.
        announced |= {entry.paper.id for entry in earlier}
        known = await self._store.papers(announced)
        return [
            inferred_announcements.with_inferred_kind(entry, entry.paper.id in announced, known.get(entry.paper.id))
            for entry in changed
        ]

    # ── 3. and 4. the API ─────────────────────────────────────────────────────────────────────────────────────────

    async def _ask_api(self, missed: Sequence[date]) -> None:
        """Ask for what may be missing by submission date, then by id for what is still missing."""
        records = await self._records()
        newest = self._result.day or self._expected
        # A person waits for wanted days, and the rest of the week does not concern them.
        is_week_due = not self._wanted and polling.is_week_due(self._state, records, self._clock.now())
        begin = poll_scope.submitted_from(
            newest, records, missed=missed if self._wanted or is_week_due else (), is_week_compared=is_week_due
        )
        if begin is not None:
            is_served = await self._stage("API", partial(self._compare_with_api, begin))
            self._result.is_week_compared = is_week_due and is_served
        await self._stage("API by id", partial(self._complete_by_id, min([*missed, newest])))

    async def _compare_with_api(self, begin: date) -> None:
        missing = await self._missing_papers()
        papers = await self._source.submitted(self._archives, begin, self._expected)
        # Recovery comes first: it announces papers with their own kind, which would otherwise count as unlisted.
        await self._recover(missing, papers)
        announced = await self._store.announced_ids([paper.id for paper in papers])
        # Papers that no listing has named yet are not stored: they come with the listing of their day.
        await self._store.remember([paper for paper in papers if paper.id in announced], self._clock.now())
        unlisted = inferred_announcements.unlisted(papers, announced, await self._records())
        if unlisted:
            log.warning("the feed had not named these", papers=[entry.paper.id for entry in unlisted])
        await self._ingest(Listing(self._result.day, tuple(unlisted)))

    async def _complete_by_id(self, first: date) -> None:
        missing = await self._missing_papers()
        ids = dict.fromkeys((*await self._store.incomplete(first - ledger.LOOK_BACK), *missing))
        if not ids:
            return
        try:
            found = await self._source.papers([PaperRef(paper_id) for paper_id in ids])
        except NoSuchPaper:  # raised for a single id only; of several, the source leaves the unknown ones out
            return
        await self._recover(missing, found.values())
        # An unread entry may name no category. Its paper is not stored if no topic needs its archive.
        wanted = [
            paper
            for paper in found.values()
            if paper.id not in missing or is_in_archives(paper.categories, self._archives)
        ]
        await self._store.remember(wanted, self._clock.now())

    # ── entries that could not be read ────────────────────────────────────────────────────────────────────────────

    async def _missing_papers(self) -> dict[str, Malformed]:
        """Papers that only an unread entry of the last week announced, with that entry."""
        # The feed's own day counts even if our slow clock takes it for a future one.
        newest = max(calendar.newest_day(self._clock.now()), self._feed_day or date.min)
        entries = await self._store.malformed(MAX_UNREAD, since=self._expected - ledger.LOOK_BACK)
        named = unread_entries.missing_papers(entries, self._archives, newest)
        announced = await self._announced_since(named)
        return {paper_id: entry for paper_id, entry in named.items() if paper_id not in announced}

    async def _announced_since(self, entries: Mapping[str, Malformed]) -> set[str]:
        """Those of the papers that were announced on the day of their entry or later."""
        announced: set[str] = set()
        for day in {entry.day for entry in entries.values()}:
            ids = [paper_id for paper_id, entry in entries.items() if entry.day == day]
            announced |= await self._store.announced_ids(ids, since=day)
        return announced

    async def _recover(self, missing: Mapping[str, Malformed], papers: Iterable[Paper]) -> None:
        """Announce papers whose entries could not be read, each on its entry's day, and correct the ledger."""
        for day, found in unread_entries.recovered(missing, papers, self._archives).items():
            ids = [paper.id for paper in found]
            before = await self._store.papers(await self._store.announced_ids(ids, before=day))
            entries = [inferred_announcements.as_announced(missing[paper.id], paper, before) for paper in found]
            await self._ingest(Listing(day, tuple(entries)))
            old = [record for record in await self._store.listings(day) if record.day == day and record.malformed]
            new = [ledger.with_recovered(record, entries, self._archives) for record in old]
            await self._store.record_listing(new)
            if any(after.complete and not before.complete for before, after in zip(old, new, strict=True)):
                self._result.day = max(day, self._result.day or day)
            log.info("unread entries recovered from the API", day=str(day), papers=ids)

    # ── reading and writing the store ─────────────────────────────────────────────────────────────────────────────

    async def _records(self) -> list[ListingRecord]:
        return ledger.credible(await self._store.listings(date.min), self._feed_day, self._clock.now())

    async def _ingest(self, listing: Listing) -> None:
        now = self._clock.now()
        if listing.malformed:
            await self._store.set_aside(listing.malformed, now)
            self._result.malformed += len(listing.malformed)
        if listing.entries:
            ingested = await self._store.ingest(listing.entries, now)
            self._result.papers += ingested.papers
            self._result.announcements += ingested.announcements

    async def _record(self, listing: Listing, days: Sequence[date], source: str) -> None:
        records = ledger.records_of(listing, days, self._archives, source, self._clock.now())
        await self._store.record_listing(records)
