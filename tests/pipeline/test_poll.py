"""Polling arXiv: what is read of a day, what is still missing, and that wrong entries and clocks do no harm."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import pipeline
from bot.arxiv import calendar
from bot.decisions.health import Cause
from bot.decisions.polling import PollState
from bot.errors import Paused, SourceUnavailable, Unreachable
from bot.model import ARCHIVE, Announced, Chat, Kind, LedgerLine, Listing, ListingRecord
from bot.pipeline.poll import fetch_days
from bot.pipeline.poll_run import PollResult
from bot.sample import SampleSource
from bot.service import status
from bot.sources.arxiv_source import ArxivSource
from bot.sources.fetch import Fetcher, Gate
from bot.storage.store import SqlStore
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store

DAYS = calendar.listing_days(date(2026, 6, 1), date(2026, 6, 12))
LAST = DAYS[-1]
FAR = date(2036, 6, 2)


def paper_of(day: date, number: int) -> str:
    return f"2606.{day.day:02}{number:03}"


def made_up_days(each: int = 3) -> dict[date, list[Announced]]:
    """Some new papers on each of ten listing days, submitted before their freeze."""
    days = {}
    for day in DAYS:
        submitted = datetime.combine(calendar.submitted_since(day), time(20), UTC)
        days[day] = [made_up(paper_of(day, n), day, published=submitted, updated=submitted) for n in range(each)]
    return days


class SilentSource(SampleSource):
    """An arXiv that serves nothing."""

    def __init__(self, error: SourceUnavailable) -> None:
        super().__init__(DAYS[0])
        self._error = error

    async def listing(self, archives: Collection[str]) -> Listing:
        raise self._error

    async def changed(self, first: date, last: date) -> Listing:
        raise self._error


@dataclass
class Scene:
    """A store whose archive page follows cs.CV, an arXiv, and a clock."""

    store: SqlStore
    arxiv: FakeArxiv
    source: ArxivSource
    clock: FakeClock

    async def follow(self, *queries: str) -> None:
        for query in queries:
            await self.store.subscribe(ARCHIVE, query, DAYS[0], self.clock.now())

    async def poll(self, day: date, hour: int = 5, *, force: bool = False) -> PollResult | None:
        """Poll, if it is due, at this hour (UTC) of a listing day; the feed is published at 04:00."""
        self.arxiv.today = day
        self.clock.set(datetime.combine(day, time(hour), UTC))
        return await pipeline.poll(self.store, self.source, self.clock, force=force)

    async def polled_through(self, days: Sequence[date]) -> None:
        for day in days:
            polled = await self.poll(day)
            assert polled is not None
            assert polled.failures == []

    async def announced(self, day: date) -> dict[str, Kind]:
        found = await self.store.announcements(day, day)
        return {entry.paper.id: entry.announcement.kind for entry in found}

    async def state(self) -> PollState:
        return PollState.from_json(await self.store.value("poll"))

    async def gaps(self) -> dict[date, Cause]:
        found = await status.gather(self.store, self.clock)
        return {gap.day: gap.cause for gap in found.gaps}


@asynccontextmanager
async def scene_of(days: dict[date, list[Announced]]) -> AsyncIterator[Scene]:
    clock = FakeClock(datetime.combine(DAYS[0], time(5), UTC))
    async with memory_store() as store, FakeArxiv(days) as arxiv:
        settings = arxiv.settings(arxiv_timeout_seconds=5)
        async with Fetcher(settings, Gate(FakeClock(), 0, attempts=1, rng=random.Random(1))) as fetcher:
            scene = Scene(store, arxiv, ArxivSource(settings, fetcher), clock)
            await store.add_chat(Chat(ARCHIVE))
            await scene.follow("cat:cs.CV")
            yield scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with scene_of(made_up_days()) as made:
        yield made


# ── dates that cannot be ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_entry_dated_in_the_future_stops_no_poll_and_is_recovered_on_its_feeds_day(scene: Scene) -> None:
    wrong = paper_of(DAYS[0], 1)
    scene.arxiv.misdated = {wrong: FAR}
    await scene.poll(DAYS[0])
    assert (await scene.state()).day == DAYS[0]
    assert await scene.store.latest_day() == DAYS[0]
    assert "2036-06-02" in (await scene.store.malformed())[0].raw
    assert (await scene.announced(DAYS[0])).keys() == {paper_of(DAYS[0], n) for n in range(3)}
    await scene.polled_through(DAYS[1:3])
    assert (await scene.state()).day == DAYS[2]


async def test_a_future_day_recorded_as_read_is_corrected_by_the_next_poll(scene: Scene) -> None:
    await scene.store.ingest([made_up("2606.99999", FAR)], scene.clock.now())
    await scene.store.record_listing(
        [ListingRecord(FAR, "cs", "feed", 1, 0, complete=True, checked_at=scene.clock.now())]
    )
    asked = scene.clock.now() - timedelta(minutes=20)
    await scene.store.remember_value("poll", dict(PollState(FAR, 2, 0, asked).as_json()))
    await scene.polled_through(DAYS[:1])
    assert (await scene.state()).day == DAYS[0]
    assert await scene.store.latest_day() == DAYS[0]
    await scene.poll(DAYS[3])
    assert [line.day for line in await scene.store.listings(DAYS[0])] == [*DAYS[:4], FAR]


async def test_a_subscription_that_would_begin_in_the_future_begins_on_the_latest_day(scene: Scene) -> None:
    now = scene.clock.now()
    await scene.store.subscribe(ARCHIVE, "cat:cs.CL", FAR, now)
    await scene.store.remember_value("poll", dict(PollState(FAR, 2, 0, now - timedelta(hours=1)).as_json()))
    await scene.poll(DAYS[1])
    since = {each.topic: each.since for each in await scene.store.subscriptions(ARCHIVE)}
    assert since == {"cat:cs.CV": DAYS[0], "cat:cs.CL": DAYS[1]}


async def test_a_ledger_record_of_a_future_day_hides_no_missed_day(scene: Scene) -> None:
    now = scene.clock.now()
    await scene.store.record_listing([ListingRecord(FAR, "cs", "feed", 1, 0, complete=True, checked_at=now)])
    scene.arxiv.lacking["/atom"] = {paper_of(DAYS[0], n) for n in range(3)}
    await scene.poll(DAYS[0], 12)
    assert len(await scene.announced(DAYS[0])) == 3


async def test_with_a_slow_clock_announcements_are_read_all_the_same(scene: Scene) -> None:
    for day in DAYS[:2]:
        scene.arxiv.today = day
        scene.clock.set(datetime.combine(day - timedelta(days=40), time(5), UTC))
        polled = await pipeline.poll(scene.store, scene.source, scene.clock)
        assert polled is not None
        assert (polled.day, polled.malformed) == (day, 0)
    assert await scene.store.latest_day() == DAYS[1]
    assert (await scene.announced(DAYS[1])).keys() == {paper_of(DAYS[1], n) for n in range(3)}


# ── a feed that is empty ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_feed_that_should_be_out_is_waited_for_and_then_replaced_by_oai(
    scene: Scene,
) -> None:
    await scene.poll(DAYS[0])
    scene.arxiv.lacking["/atom"] = {paper_of(DAYS[1], n) for n in range(3)}
    await scene.poll(DAYS[1], 9)
    assert await scene.store.listings(DAYS[1]) == []
    await scene.poll(DAYS[1], 11)
    assert (await scene.announced(DAYS[1])).keys() == scene.arxiv.lacking["/atom"]


# ── entries that cannot be read ───────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_without_a_readable_entry_is_replaced_by_oai_at_once(scene: Scene) -> None:
    await scene.poll(DAYS[0])
    scene.arxiv.nameless = {paper_of(DAYS[1], n) for n in range(3)}
    polled = await scene.poll(DAYS[1])
    assert polled is not None
    assert (polled.day, polled.malformed) == (DAYS[1], 3)
    [line] = await scene.store.listings(DAYS[1])
    assert (line.source, line.announced, line.malformed, line.complete) == ("oai", 3, 0, True)
    assert await scene.gaps() == {}


async def test_a_feed_without_a_readable_entry_is_no_day_that_arxiv_left_out(scene: Scene) -> None:
    await scene.poll(DAYS[0])
    ids = {paper_of(DAYS[1], n) for n in range(3)}
    scene.arxiv.nameless = scene.arxiv.lacking["/oai"] = scene.arxiv.lacking["/api"] = ids
    polled = await scene.poll(DAYS[1])
    assert polled is not None
    assert polled.failures == []
    [line] = await scene.store.listings(DAYS[1])
    assert (line.source, line.malformed, line.complete) == ("feed", 3, False)
    found = (await status.gather(scene.store, scene.clock)).gaps
    assert [(gap.day, gap.cause) for gap in found] == [(DAYS[1], Cause.UNREADABLE)]
    assert "Nothing of its feed could be read (3 entries set aside)" in found[0].why
    scene.arxiv.lacking["/oai"] = set()
    await scene.poll(DAYS[1], 6)
    assert (await scene.announced(DAYS[1])).keys() == ids
    assert await scene.gaps() == {DAYS[1]: Cause.BEHIND}  # the API lacks them still


async def test_papers_of_an_unreadable_feed_that_the_api_has_are_announced_the_same_morning(scene: Scene) -> None:
    ids = {paper_of(DAYS[0], n) for n in range(3)}
    scene.arxiv.nameless = scene.arxiv.lacking["/oai"] = ids
    await scene.poll(DAYS[0])
    assert await scene.announced(DAYS[0]) == dict.fromkeys(ids, Kind.NEW)
    assert await scene.gaps() == {DAYS[0]: Cause.UNREADABLE}


async def test_a_paper_whose_entry_could_not_be_read_is_asked_for_by_id_until_the_api_has_it(scene: Scene) -> None:
    lost = paper_of(DAYS[1], 2)
    old = datetime(2026, 1, 5, tzinfo=UTC)
    days = scene.arxiv.days[DAYS[1]]
    days[2] = made_up(lost, DAYS[1], kind=Kind.CROSS, categories=("math.CO", "cs.CV"), published=old)
    scene.arxiv.unreadable, scene.arxiv.lacking["/api"] = {lost}, {lost}
    await scene.polled_through(DAYS[:3])
    assert await scene.gaps() == {DAYS[1]: Cause.UNREADABLE}
    scene.arxiv.lacking["/api"] = set()
    await scene.polled_through(DAYS[3:4])
    assert (await scene.announced(DAYS[1]))[lost] is Kind.CROSS
    assert await scene.gaps() == {}
    line = (await scene.store.ledger(DAYS[1]))[0]
    assert (line.announced, line.ingested) == (3, 3)
    scene.arxiv.forget_stats()
    await scene.polled_through(DAYS[4:5])
    assert not any(lost in path for path in scene.arxiv.stats().paths)


async def test_a_paper_whose_entry_could_not_be_read_is_asked_for_no_longer_than_a_week(scene: Scene) -> None:
    lost = paper_of(DAYS[0], 0)
    scene.arxiv.unreadable, scene.arxiv.lacking["/api"] = {lost}, {lost}
    await scene.polled_through(DAYS[:6])
    assert lost in scene.arxiv.stats().paths[-1]
    await scene.poll(DAYS[6])
    scene.arxiv.forget_stats()
    await scene.poll(DAYS[7])
    assert not any(lost in path for path in scene.arxiv.stats().paths)


async def test_an_id_that_arxiv_refuses_fails_no_poll(scene: Scene) -> None:
    lost = paper_of(DAYS[0], 0)
    scene.arxiv.unreadable, scene.arxiv.lacking["/api"], scene.arxiv.refused = {lost}, {lost}, {lost}
    await scene.polled_through(DAYS[:2])
    assert (await scene.state()).day == DAYS[1]


async def test_an_id_that_arxiv_refuses_keeps_no_other_from_being_completed(scene: Scene) -> None:
    lost, late = paper_of(DAYS[0], 0), paper_of(DAYS[0], 1)
    scene.arxiv.unreadable = scene.arxiv.lacking["/api"] = {lost, late}
    scene.arxiv.refused, scene.arxiv.respelled = {lost}, {lost: "another spelling"}
    await scene.poll(DAYS[0])
    scene.arxiv.lacking["/api"] = {lost}
    # An old one, which no window of the API shows.
    old = datetime(2026, 1, 5, tzinfo=UTC)
    scene.arxiv.days[DAYS[0]][1] = made_up(late, DAYS[0], kind=Kind.CROSS, published=old)
    scene.arxiv.forget_stats()
    await scene.poll(DAYS[1])
    assert (await scene.announced(DAYS[0])).keys() == {late, paper_of(DAYS[0], 2)}
    assert not any(lost in path for path in scene.arxiv.stats().paths), "it was asked for at the poll before"


async def test_an_entry_read_by_id_counts_as_read_when_its_feed_comes_again(scene: Scene) -> None:
    scene.arxiv.unreadable = {paper_of(DAYS[0], 0)}
    await scene.poll(DAYS[0])
    before = await scene.store.listings(DAYS[0])
    await scene.poll(DAYS[0], 12)
    after = await scene.store.listings(DAYS[0])
    assert [(line.announced, line.malformed) for line in before + after] == [(3, 0), (3, 0)]


# ── seven days ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("back", range(7))
async def test_a_paper_that_the_feed_lacked_is_found_within_seven_listings(scene: Scene, back: int) -> None:
    late = DAYS[-1 - back]
    lost = paper_of(late, 0)
    scene.arxiv.lacking["/atom"], scene.arxiv.lacking["/api"] = {lost}, {lost}
    await scene.polled_through(DAYS[:-1])
    assert lost not in await scene.announced(late)
    scene.arxiv.lacking["/api"] = set()
    await scene.polled_through(DAYS[-1:])
    assert (await scene.announced(late))[lost] is Kind.NEW


async def test_a_usual_day_takes_no_more_than_three_requests(scene: Scene) -> None:
    await scene.polled_through(DAYS[:-1])
    scene.arxiv.days[LAST].append(
        made_up("2601.00001", LAST, kind=Kind.REPLACE, version=2, published=datetime(2026, 1, 5, tzinfo=UTC))
    )
    scene.arxiv.forget_stats()
    await scene.polled_through(DAYS[-1:])
    assert [path.split("?")[0] for path in scene.arxiv.stats().paths] == ["/atom/cs", "/api/query", "/api/query"]


async def test_the_week_is_compared_once_a_day_and_other_polls_ask_only_for_what_is_new(scene: Scene) -> None:
    await scene.polled_through(DAYS[:2])
    scene.arxiv.forget_stats()
    await scene.poll(DAYS[1], 12)
    assert scene.arxiv.stats().paths == ("/atom/cs",)
    # The comparison of this day comes late, so that the next listing does not have one of its own.
    await scene.poll(DAYS[2], 23)
    scene.arxiv.forget_stats()
    await scene.poll(DAYS[3])
    feed, by_id = scene.arxiv.stats().paths
    assert feed == "/atom/cs"
    assert sorted(parse_qs(urlsplit(by_id).query)["id_list"][0].split(",")) == [paper_of(DAYS[3], n) for n in range(3)]
    assert await scene.store.incomplete(DAYS[0]) == []


async def test_a_comparison_that_arxiv_did_not_serve_is_made_by_the_next_poll(scene: Scene) -> None:
    await scene.polled_through(DAYS[:3])
    lost = paper_of(DAYS[3], 0)
    scene.arxiv.lacking["/atom"] = {lost}
    scene.arxiv.fault("/api", status=503)
    await scene.poll(DAYS[3])
    assert lost not in await scene.announced(DAYS[3])
    await scene.poll(DAYS[3], 6)
    assert (await scene.announced(DAYS[3]))[lost] is Kind.NEW


# ── the ledger ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_paper_of_three_archives_is_announced_once(scene: Scene) -> None:
    for number, entry in enumerate(scene.arxiv.days[DAYS[0]]):
        categories = ("cs.CV", "math.CO", "stat.ML") if number else ("econ.TH", "math.CO", "cs.CV")
        scene.arxiv.days[DAYS[0]][number] = replace(entry, paper=replace(entry.paper, categories=categories))
    await scene.follow("cat:math.CO", "cat:stat.ML")
    await scene.poll(DAYS[0])
    [line] = await scene.store.ledger(DAYS[0])
    assert (line.announced, line.ingested) == (3, 3)
    assert {each.archive: each.announced for each in await scene.store.listings(DAYS[0])} == {
        "cs": 2, "math": 1, "stat": 0
    }  # fmt: skip
    assert await scene.store.ledger(DAYS[0], by_category=True) == [
        LedgerLine(DAYS[0], 2, 2, 0, 0, 0, 0, "cs.CV"),
        LedgerLine(DAYS[0], 1, 1, 0, 0, 0, 0, "econ.TH"),
    ]


async def test_an_unread_entry_counts_as_announced_and_not_as_ingested(scene: Scene) -> None:
    scene.arxiv.nameless = {paper_of(DAYS[0], 0)}
    scene.arxiv.lacking["/api"] = {paper_of(DAYS[0], 0)}
    await scene.poll(DAYS[0])
    [line] = await scene.store.ledger(DAYS[0])
    assert (line.announced, line.ingested) == (3, 2)
    assert [
        (each.category, each.announced, each.ingested) for each in await scene.store.ledger(DAYS[0], by_category=True)
    ] == [
        ("cs.CV", 2, 2),
        ("unread", 1, 0),
    ]


# ── days that somebody asks for ───────────────────────────────────────────────────────────────────────────────────


async def test_days_that_are_stored_are_not_asked_for_again(scene: Scene) -> None:
    await scene.polled_through(DAYS[:2])
    scene.arxiv.forget_stats()
    assert await fetch_days(scene.store, scene.source, scene.clock, {"cs"}, DAYS[:2]) is None
    assert scene.arxiv.stats().requests == 0


async def test_days_that_arxiv_does_not_serve_raise_an_error_with_the_time_to_wait(scene: Scene) -> None:
    scene.arxiv.today = DAYS[2]
    scene.arxiv.fault("/", status=503, retry_after=30, times=99)
    with pytest.raises(SourceUnavailable, match=r"arXiv does not serve these days now. .* status 503") as caught:
        await fetch_days(scene.store, scene.source, scene.clock, {"cs"}, DAYS[:2])
    assert caught.value.retry_after == 30


@pytest.mark.parametrize("error", [Paused("arXiv asked for a pause.", retry_after=60), Unreachable("no connection")])
async def test_an_error_that_concerns_all_of_arxiv_is_passed_on_as_it_is(
    scene: Scene, error: SourceUnavailable
) -> None:
    with pytest.raises(type(error)) as caught:
        await fetch_days(scene.store, SilentSource(error), scene.clock, {"cs"}, DAYS[:2])
    assert caught.value is error
