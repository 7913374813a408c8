"""arXiv → papers, announcements and the ledger of listings.

One poll asks for the whole archives that the topics need, whoever follows them:

    1. the announcement feed        what is new, cross-listed or replaced today, and under which licence
    2. OAI, for days that were missed or whose feed was empty: what changed then, its kind inferred
    3. the API, for an overlapping window: comments, versions, dates, and what the feed did not name
    4. the API by id, for announced papers that the window did not complete (held back, replaced)

Each stage is written as soon as it is known; one that fails leaves the others' work, and the next poll goes over the
same days again. There is no watermark: a day counts as had when its ledger line says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import structlog

from bot import cadence, calendar
from bot import topics as topic_language
from bot.cadence import PollState
from bot.categories import ALL_ARCHIVES, archive_of
from bot.errors import BadTopic, SourceUnavailable
from bot.ledger import LOOK_BACK, Ledger
from bot.model import Announced, Announcement, Kind, Listing, Paper, PaperRef
from bot.ports import Clock, ListingRecord, PaperSource, Store

log = structlog.get_logger()

OVERLAP = timedelta(days=5)
"""How far before the days in question the API's window begins: a paper may wait over a long weekend."""


@dataclass(slots=True)
class Polled:
    """What a poll brought. `failures` are sentences, one for each stage that arXiv did not serve."""

    day: date | None = None
    papers: int = 0
    announcements: int = 0
    malformed: int = 0
    failures: list[str] = field(default_factory=list)
    retry_after: float | None = None


async def poll(
    store: Store, source: PaperSource, clock: Clock, *, upto: date | None = None, force: bool = False
) -> Polled | None:
    """Ask arXiv if it is time (`force`: in any case); None if it was not. `upto` is the newest day that counts."""
    now = clock.now()
    expected = upto or calendar.fed_day(now)
    state = PollState.from_json(await store.value("poll"))
    archives = await needed_archives(store)
    if not archives:
        return None
    unasked = state.day is not None and not Ledger(await store.listings(state.day)).has(archives, state.day)
    if not (force or cadence.poll_due(state, expected, now, unasked=unasked)):
        return None
    round_ = _Round(store, source, clock, archives, expected)
    polled = await round_.run()
    then = clock.now()
    if polled.failures:
        state = cadence.after_failed_poll(state, polled.retry_after, then, polled.failures[0])
    else:
        state = cadence.after_poll(state, polled.day, then)
    await store.remember_value("poll", dict(state.as_json()))
    log.info(
        "polled",
        day=str(polled.day),
        papers=polled.papers,
        announcements=polled.announcements,
        malformed=polled.malformed,
        failures=polled.failures,
    )
    return polled


async def needed_archives(store: Store) -> frozenset[str]:
    """The archives that the followed topics need; all of them if one names no category, none if nobody follows any."""
    needed: set[str] = set()
    for state in await store.topics():
        needed |= _archives(state.query)
    return frozenset(needed)


@lru_cache(maxsize=100_000)
def _archives(query: str) -> frozenset[str]:
    try:
        archives = topic_language.archives(topic_language.parse(query))
    except BadTopic:  # a stored topic that a newer grammar refuses needs nothing
        return frozenset()
    return frozenset(ALL_ARCHIVES) if archives is None else archives


async def fetch_days(
    store: Store, source: PaperSource, clock: Clock, archives: Collection[str], days: Sequence[date]
) -> Polled | None:
    """Have these listing days in the store for these archives, asking arXiv only for what is missing.

    Raises `SourceUnavailable` where arXiv does not serve them.
    """
    ledger = Ledger(await store.listings(min(days, default=date.max)))
    owed = [day for day in days if not ledger.has(archives, day)]
    if not owed:
        return None
    polled = await _Round(store, source, clock, archives, max(owed), owed).run()
    ledger = Ledger(await store.listings(min(days)))
    if polled.failures and not all(ledger.has(archives, day) for day in owed):
        raise SourceUnavailable(f"arXiv does not serve these days now ({polled.failures[0]}).")
    return polled


class _Round:
    """One poll: its stages share what has been learned so far. `owed` are days wanted whatever the ledger owes."""

    def __init__(
        self,
        store: Store,
        source: PaperSource,
        clock: Clock,
        archives: Collection[str],
        expected: date,
        owed: Sequence[date] = (),
    ) -> None:
        self.store, self.source, self.clock = store, source, clock
        self.archives, self.expected, self.owed = archives, expected, owed
        self.polled = Polled()
        self.feed_failed = False

    async def run(self) -> Polled:
        await self._stage("feed", self._feed)
        missed = await self._missed_days()
        if missed:
            await self._stage("OAI", lambda: self._catch_up(missed))
        first = min([*missed, self.polled.day or self.expected])
        await self._stage("API", lambda: self._window(first))
        await self._stage("API by id", lambda: self._complete(first))
        await self._ingest(Listing(None, malformed=tuple(self.source.take_malformed())))
        return self.polled

    async def _stage(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except SourceUnavailable as error:
            log.warning("arXiv did not serve", stage=name, why=str(error), retry_after=error.retry_after)
            self.polled.failures.append(f"{name}: {error}")
            self.polled.retry_after = max(filter(None, (self.polled.retry_after, error.retry_after)), default=None)
            self.feed_failed = self.feed_failed or name == "feed"

    # ── 1. the feed ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _feed(self) -> None:
        listing = await self.source.listing(self.archives)
        if listing.day is None:
            return
        self.polled.day = listing.day
        await self._ingest(listing)
        await self._enter_in_ledger([listing.day], listing, "feed")

    # ── 2. days that were missed ──────────────────────────────────────────────────────────────────────────────────

    async def _missed_days(self) -> list[date]:
        """Listing days that were missed, and the latest one where the feed is empty although it should be out."""
        ledger = Ledger(await self.store.listings(date.min))
        if self.owed:
            days = [day for day in self.owed if not ledger.has(self.archives, day)]
        else:
            days = ledger.missed(self.archives, self.expected, calendar.listing_days)
        # Today's listing is the feed's to tell: where that could not be asked, it is asked again, not guessed.
        return [day for day in days if not (day == self.expected and (self.feed_failed or self._still_coming(day)))]

    def _still_coming(self, day: date) -> bool:
        """Whether an empty feed may only mean that the day's listing is not out yet."""
        return self.clock.now() < calendar.feed_at(day) + timedelta(hours=6)

    async def _catch_up(self, days: Sequence[date]) -> None:
        listing = await self.source.changed(min(days), max(days))
        # A clock of ours that runs ahead must not write days into the ledger that are still to come.
        days = [day for day in days if listing.day is not None and day <= listing.day]
        entries: tuple[Announced, ...] = ()
        for day in days:
            ours = [entry for entry in listing.entries if entry.announcement.day == day and self._ours(entry.paper)]
            earlier = await self.store.announced_ids({entry.paper.id for entry in ours}, before=day)
            earlier |= {entry.paper.id for entry in entries}
            known = await self.store.papers(earlier)
            entries += tuple(_inferred(entry, entry.paper.id in earlier, known.get(entry.paper.id)) for entry in ours)
        kept = Listing(listing.day, entries, listing.malformed)
        await self._ingest(kept)
        await self._enter_in_ledger(days, kept, "oai")
        if self.polled.day is None and entries:
            self.polled.day = max(entry.announcement.day for entry in entries)
        log.info("caught up through OAI", days=[str(day) for day in days], papers=len(entries))

    # ── 3. and 4. the API ─────────────────────────────────────────────────────────────────────────────────────────

    async def _window(self, first: date) -> None:
        papers = await self.source.submitted(self.archives, first - OVERLAP, self.expected)
        announced = await self.store.announced_ids([paper.id for paper in papers])
        await self.store.remember([paper for paper in papers if paper.id in announced], self.clock.now())
        await self._ingest(Listing(self.polled.day, tuple(await self._unlisted(papers, announced))))

    async def _unlisted(self, papers: Sequence[Paper], announced: set[str]) -> list[Announced]:
        """Papers that the API shows and that no listing of a day we had named: they count as that day's."""
        ledger = Ledger(await self.store.listings(date.min))
        missed = []
        for paper in papers:
            if paper.id in announced or paper.published is None:
                continue
            day = calendar.announced_after(paper.published)
            if ledger.should_have({archive_of(category) for category in paper.categories}, day):
                missed.append(Announced(paper, Announcement(paper.id, paper.version, day, Kind.NEW, inferred=True)))
        if missed:
            log.warning("the feed had not named these", papers=[entry.paper.id for entry in missed])
        return missed

    async def _complete(self, first: date) -> None:
        ids = await self.store.incomplete(first - LOOK_BACK)
        if ids:
            found = await self.source.papers([PaperRef(paper_id) for paper_id in ids])
            await self.store.remember(list(found.values()), self.clock.now())

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _ingest(self, listing: Listing) -> None:
        now = self.clock.now()
        if listing.malformed:
            await self.store.set_aside(listing.malformed, now)
            self.polled.malformed += len(listing.malformed)
        if listing.entries:
            done = await self.store.ingest(listing.entries, now)
            self.polled.papers += done.papers
            self.polled.announcements += done.announcements

    async def _enter_in_ledger(self, days: Sequence[date], listing: Listing, source: str) -> None:
        now = self.clock.now()
        records = [
            ListingRecord(
                day=day,
                archive=archive,
                source=source,
                announced=sum(_is_of(entry, day, archive) for entry in listing.entries),
                malformed=sum(bad.day in (None, day) for bad in listing.malformed),
                complete=True,
                checked_at=now,
                why=calendar.why_quiet(day, now)
                if not any(_is_of(entry, day, archive) for entry in listing.entries)
                else None,
            )
            for day in days
            for archive in sorted(self.archives)
        ]
        await self.store.record_listing(records)

    def _ours(self, paper: Paper) -> bool:
        return any(archive_of(category) in self.archives for category in paper.categories)


def _is_of(entry: Announced, day: date, archive: str) -> bool:
    return entry.announcement.day == day and any(archive_of(category) == archive for category in entry.paper.categories)


def _inferred(entry: Announced, had: bool, known: Paper | None) -> Announced:
    """What an OAI record most likely was on its day: one that was announced before was cross-listed if it bears more
    categories now, and replaced otherwise."""
    if not had:
        return entry
    grown = known is not None and bool(set(entry.paper.categories) - set(known.categories))
    kind = Kind.CROSS if grown else Kind.REPLACE
    return replace(entry, announcement=replace(entry.announcement, kind=kind, inferred=True))
