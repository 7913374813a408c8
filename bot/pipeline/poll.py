"""arXiv → papers, announcements and the ledger of listings.

One poll asks for the whole archives that the topics need, whoever follows them:

    1. the announcement feed        what is new, cross-listed or replaced today, and under which licence
    2. OAI, for days that were missed or whose feed was empty: what changed then, its kind inferred
    3. the API, for what the last seven listings can hold: comments, versions, dates, and what the feed did not name
    4. the API by id, for announced papers that the window did not complete (held back, replaced), and for those whose
       entry could not be read

Each stage is written as soon as it is known; one that fails leaves the others' work, and the next poll goes over the
same days again. There is no watermark: a day counts as had when its ledger line says so. What arXiv's clock says of a
day that has come is believed more than ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import structlog

from bot import topics as topic_language
from bot.arxiv import calendar
from bot.arxiv.categories import ALL_ARCHIVES, archive_of
from bot.decisions import inferred_announcements, polling
from bot.decisions.ledger import LOOK_BACK, Ledger
from bot.decisions.polling import PollState
from bot.errors import BadTopic, NoSuchPaper, SourceUnavailable
from bot.model import Announced, Announcement, Kind, Listing, ListingRecord, Malformed, Paper, PaperRef
from bot.ports import Clock, PaperSource, Store

log = structlog.get_logger()

LISTINGS = 7
"""Listings that every poll compares with the API, for papers that our reading of a feed lacks."""

OVERLAP = timedelta(days=5)
"""How far before a missed day the API's window begins at least: a paper may wait over a long weekend."""

MOST_UNREAD = 2_000
"""Entries set aside that a poll looks through for papers to ask for by id; a feed never has more."""


@dataclass(slots=True)
class PollResult:
    """What a poll brought. `failures` are sentences, one for each stage that arXiv did not serve."""

    day: date | None = None
    papers: int = 0
    announcements: int = 0
    malformed: int = 0
    failures: list[str] = field(default_factory=list)
    retry_after: float | None = None


async def poll(
    store: Store, source: PaperSource, clock: Clock, *, upto: date | None = None, force: bool = False
) -> PollResult | None:
    """Ask arXiv if it is time (`force`: in any case); None if it was not. `upto` is the newest day that counts."""
    now = clock.now()
    expected = upto or calendar.fed_day(now)
    state = PollState.from_json(await store.value("poll"))
    archives = await needed_archives(store)
    if not archives:
        return None
    unasked = state.day is not None and not Ledger(await store.listings(state.day)).has(archives, state.day)
    if not (force or polling.poll_due(state, expected, now, unasked=unasked)):
        return None
    round_ = _PollRun(store, source, clock, archives, expected)
    polled = await round_.run()
    then = clock.now()
    if state.day and polled.day and state.day > polled.day and polling.is_to_come(state.day, then):
        late = await store.begin_by(polled.day)
        log.warning("a day to come was taken for one that was had", day=str(state.day), subscriptions=late)
    if polled.failures:
        state = polling.after_failed_poll(state, polled.retry_after, then, polled.failures[0])
    else:
        state = polling.after_poll(state, polled.day, then)
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
) -> PollResult | None:
    """Have these listing days in the store for these archives, asking arXiv only for what is missing.

    Raises `SourceUnavailable` where arXiv does not serve them.
    """
    ledger = Ledger(await store.listings(min(days, default=date.max)))
    owed = [day for day in days if not ledger.has(archives, day)]
    if not owed:
        return None
    polled = await _PollRun(store, source, clock, archives, max(owed), owed).run()
    ledger = Ledger(await store.listings(min(days)))
    if polled.failures and not all(ledger.has(archives, day) for day in owed):
        why = polled.failures[0].partition(": ")[2]
        raise SourceUnavailable(why if why.startswith("arXiv ") else f"arXiv does not serve these days now. {why}")
    return polled


class _PollRun:
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
        self.polled = PollResult()
        self.feed_failed = False
        self.fed: date | None = None

    async def run(self) -> PollResult:
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
        await self._ingest(listing)
        self.fed = day = listing.day
        if day is None:
            return
        listing = await self._with_recovered(listing)
        # Of a feed in which nothing could be read nobody knows what it announced: the day is still to be had.
        had = bool(listing.entries) or not listing.malformed
        if had:
            self.polled.day = day
        await self._enter_in_ledger([day], listing, "feed", complete=had)

    # ── 2. days that were missed ──────────────────────────────────────────────────────────────────────────────────

    async def _missed_days(self) -> list[date]:
        """Listing days that were missed, and the latest one where the feed is empty although it should be out."""
        lines = await self._lines()
        ledger = Ledger(lines)
        if self.owed:
            days = [day for day in self.owed if not ledger.has(self.archives, day)]
        else:
            days = ledger.missed(self.archives, self.expected, calendar.listing_days)
        # Today's listing is the feed's to tell: where that could not be asked, it is asked again, not guessed. But one
        # that was there and could not be read, is OAI's to tell.
        waits = self.feed_failed or self._still_coming(self.expected)
        waits = waits and self.expected not in _unreadable(lines)
        return [day for day in days if not (waits and day == self.expected)]

    async def _lines(self) -> list[ListingRecord]:
        """The ledger, but for days that cannot have come: nothing was had on them, whatever is written there."""
        newest = calendar.newest_day(self.clock.now())
        return [line for line in await self.store.listings(date.min) if line.day <= newest or line.day == self.fed]

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
            entries += tuple(
                inferred_announcements.inferred(entry, entry.paper.id in earlier, known.get(entry.paper.id))
                for entry in ours
            )
        kept = Listing(listing.day, entries, listing.malformed)
        await self._ingest(kept)
        # The feed had entries of these, though none could be read: where OAI has none, it does not have them yet.
        owed = _unreadable(await self._lines()) - {entry.announcement.day for entry in entries}
        await self._enter_in_ledger([day for day in days if day not in owed], kept, "oai")
        if self.polled.day is None and entries:
            self.polled.day = max(entry.announcement.day for entry in entries)
        log.info("caught up through OAI", days=[str(day) for day in days], papers=len(entries))

    # ── 3. and 4. the API ─────────────────────────────────────────────────────────────────────────────────────────

    async def _window(self, first: date) -> None:
        oldest = calendar.listings_upto(self.polled.day or self.expected, LISTINGS)[0]
        begin = min(first - OVERLAP, calendar.submitted_since(oldest))
        aside = await self._unread()
        papers = await self.source.submitted(self.archives, begin, self.expected)
        await self._recover(aside, papers)
        announced = await self.store.announced_ids([paper.id for paper in papers])
        await self.store.remember([paper for paper in papers if paper.id in announced], self.clock.now())
        await self._ingest(Listing(self.polled.day, tuple(await self._unlisted(papers, announced))))

    async def _unlisted(self, papers: Sequence[Paper], announced: set[str]) -> list[Announced]:
        """Papers that the API shows and that no listing of a day we had named: they count as that day's."""
        lines = await self._lines()
        ledger, unreadable = Ledger(lines), _unreadable(lines)
        missed = []
        for paper in papers:
            if paper.id in announced or paper.published is None:
                continue
            day = calendar.announced_after(paper.published)
            archives = {archive_of(category) for category in paper.categories}
            if day in unreadable or ledger.should_have(archives, day):
                missed.append(Announced(paper, Announcement(paper.id, paper.version, day, Kind.NEW, inferred=True)))
        if missed:
            log.warning("the feed had not named these", papers=[entry.paper.id for entry in missed])
        return missed

    async def _complete(self, first: date) -> None:
        aside = await self._unread()
        ids = dict.fromkeys((*await self.store.incomplete(first - LOOK_BACK), *aside))
        if not ids:
            return
        try:
            found = await self.source.papers([PaperRef(paper_id) for paper_id in ids])
        except NoSuchPaper:  # of several, the source leaves such a one out
            return
        await self._recover(aside, found.values())
        ours = [paper for paper in found.values() if paper.id not in aside or self._ours(paper)]
        await self.store.remember(ours, self.clock.now())

    # ── entries that could not be read ────────────────────────────────────────────────────────────────────────────

    async def _unread(self) -> dict[str, Malformed]:
        """Papers that an entry of the last week names which could not be read, and that were not announced since."""
        newest = max(calendar.newest_day(self.clock.now()), self.fed or date.min)
        aside = await self.store.malformed(MOST_UNREAD, since=self.expected - LOOK_BACK)
        named = inferred_announcements.by_paper(
            entry for entry in aside if inferred_announcements.concerns(entry, self.archives)
        )
        named = {name: entry for name, entry in named.items() if entry.day is not None and entry.day <= newest}
        had = await self._had(named)
        return {name: entry for name, entry in named.items() if name not in had}

    async def _had(self, named: Mapping[str, Malformed]) -> set[str]:
        """Those of the papers that were announced on the day of their entry or later."""
        had: set[str] = set()
        for day in {entry.day for entry in named.values()}:
            names = [name for name, entry in named.items() if entry.day == day]
            had |= await self.store.announced_ids(names, since=day)
        return had

    async def _recover(self, aside: Mapping[str, Malformed], papers: Iterable[Paper]) -> None:
        """Announce those of the papers whose entries could not be read, each on its entry's day, and take them off the
        ledger's unread."""
        ours = (paper for paper in papers if paper.id in aside and self._ours(paper))
        found = {paper.id: paper for paper in ours if inferred_announcements.is_as_new(paper, aside[paper.id])}
        for day in sorted({entry.day for name, entry in aside.items() if name in found and entry.day}):
            names = [name for name in found if aside[name].day == day]
            before = await self.store.papers(await self.store.announced_ids(names, before=day))
            entries = [inferred_announcements.as_announced(aside[name], found[name], before) for name in names]
            await self._ingest(Listing(day, tuple(entries)))
            lines = [line for line in await self.store.listings(day) if line.day == day and line.malformed]
            less = [self._less(line, entries) for line in lines]
            await self.store.record_listing(less)
            if any(new.complete and not old.complete for new, old in zip(less, lines, strict=True)):
                self.polled.day = max(day, self.polled.day or day)
            log.info("the API told what could not be read", day=str(day), papers=names)

    def _less(self, line: ListingRecord, entries: Sequence[Announced]) -> ListingRecord:
        """A ledger line of which these entries, unread so far, are read."""
        left = max(0, line.malformed - len(entries))
        return replace(
            line,
            announced=line.announced + sum(self._counts_for(entry, line.archive) for entry in entries),
            malformed=left,
            complete=line.complete or not left,
            why=line.why if left else None,
        )

    async def _with_recovered(self, listing: Listing) -> Listing:
        """A listing in which entries count as read that the API has told meanwhile."""
        named = inferred_announcements.by_paper(listing.malformed)
        papers = await self.store.papers(await self._had(named))
        refs = ((entry, inferred_announcements.paper_of(entry)) for entry in listing.malformed)
        left = tuple(entry for entry, ref in refs if ref is None or ref.id not in papers)
        if not papers or (left and not listing.entries):  # what else it had is not known
            return listing
        back = (inferred_announcements.as_announced(named[name], paper, {}) for name, paper in papers.items())
        return replace(listing, entries=(*listing.entries, *back), malformed=left)

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

    async def _enter_in_ledger(
        self, days: Sequence[date], listing: Listing, source: str, *, complete: bool = True
    ) -> None:
        now = self.clock.now()
        records = []
        for day in days:
            entries = [entry for entry in listing.entries if entry.announcement.day == day]
            malformed = sum(
                bad.day in (None, day) and inferred_announcements.concerns(bad, self.archives)
                for bad in listing.malformed
            )
            why = "Nothing of its feed could be read." if not complete else calendar.why_quiet(day, now)
            for archive in sorted(self.archives):
                announced = len({entry.paper.id for entry in entries if self._counts_for(entry, archive)})
                named = any(archive_of(name) == archive for entry in entries for name in entry.paper.categories)
                records.append(
                    ListingRecord(
                        day=day,
                        archive=archive,
                        source=source,
                        announced=announced,
                        malformed=malformed,
                        complete=complete,
                        checked_at=now,
                        why=None if named else why,
                    )
                )
        await self.store.record_listing(records)

    def _ours(self, paper: Paper) -> bool:
        return any(archive_of(category) in self.archives for category in paper.categories)

    def _counts_for(self, entry: Announced, archive: str) -> bool:
        """Whether a paper counts for this archive: for the first of its own that was asked for, and for no other."""
        own = (archive_of(category) for category in entry.paper.categories)
        return next((name for name in own if name in self.archives), None) == archive


def _unreadable(lines: Iterable[ListingRecord]) -> set[date]:
    """Days whose feed had entries of which not one could be read, and that are still to be had."""
    return {line.day for line in lines if line.malformed and not line.complete}
