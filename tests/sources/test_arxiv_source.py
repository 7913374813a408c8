"""arXiv as a source, against a working stand-in: complete results or none, whatever fails."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, Literal

import pytest
import requests

from bot.arxiv.categories import ALL_ARCHIVES
from bot.errors import NoSuchPaper, SourceUnavailable
from bot.model import Kind, Listing, PaperRef
from bot.ports import PaperSource
from bot.sources.arxiv_source import ArxivSource, _Adapter
from bot.sources.fetch import Fetcher, Gate
from bot.sources.searches import submitted_query
from tests.fakes.arxiv import FakeArxiv, Mode, made_up, sample_days
from tests.fakes.clock import FakeClock

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 3)
Way = Literal["listing", "changed", "submitted", "papers", "license"]
PATHS: dict[Way, str] = {
    "listing": "/atom",
    "changed": "/oai",
    "submitted": "/api",
    "papers": "/api",
    "license": "/oai",
}


@asynccontextmanager
async def source_of(
    arxiv: FakeArxiv, *, attempts: int = 4, monotonic: Callable[[], float] = time.monotonic, **overrides: Any
) -> AsyncIterator[ArxivSource]:
    """A source with a clock of its own, so that waiting takes no time."""
    settings = arxiv.settings(**({"arxiv_delay_seconds": 3, "arxiv_timeout_seconds": 0.4} | overrides))
    gate = Gate(FakeClock(), settings.arxiv_delay_seconds, attempts=attempts, rng=random.Random(1))
    async with Fetcher(settings, gate) as fetcher:
        yield ArxivSource(settings, fetcher, monotonic)


async def ask(source: PaperSource, way: Way) -> object:
    match way:
        case "listing":
            return await source.listing(["cs"])
        case "changed":
            return await source.changed(FIRST, LAST)
        case "submitted":
            return await source.submitted(["cs"], FIRST - timedelta(days=10), LAST)
        case "papers":
            return await source.papers([PaperRef("2605.20001", 1), PaperRef("2606.00001")])
        case "license":
            return await source.license("2606.00001")


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_listing_has_new_replaced_and_cross_listed_papers() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            arxiv.today = date(2026, 6, 2)
            listing = await source.listing(["cs", "quant-ph"])
            assert listing.day == date(2026, 6, 2)
            assert {entry.paper.versioned_id: entry.announcement.kind for entry in listing.entries} == {
                "2606.00001v1": Kind.NEW,
                "2606.00002v1": Kind.NEW,
                "2605.20001v2": Kind.REPLACE,
            }
            assert listing.entries[0].paper.authors == ("Jürgen Größe", "Łukasz Żak")
        assert arxiv.stats().paths == ("/atom/cs+quant-ph",)


async def test_an_empty_feed_has_no_day() -> None:
    with FakeArxiv() as arxiv:
        arxiv.today = date(2026, 6, 6)
        async with source_of(arxiv) as source:
            assert await source.listing(["cs"]) == Listing(None)


@pytest.mark.parametrize("stamped", [True, False])
async def test_what_is_in_the_future_is_judged_by_arxivs_clock(stamped: bool) -> None:
    with FakeArxiv() as arxiv:
        arxiv.today, arxiv.stamped = FIRST, stamped
        arxiv.misdated = dict.fromkeys(["2605.20001", "2605.20002"], date(2036, 6, 2))
        async with source_of(arxiv) as source:
            listing = await source.listing(["cs", "math"])
    assert listing.day == FIRST
    assert [entry.paper.id for entry in listing.entries] == ["2604.00300"]
    assert {entry.why for entry in listing.malformed} == {"it is dated 2036-06-02, which is in the future"}


async def test_a_listing_of_no_archive_is_that_of_all() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            await source.listing([])
        assert arxiv.stats().paths == ("/atom/" + "+".join(ALL_ARCHIVES),)


async def test_a_full_feed_is_asked_for_in_halves_until_nothing_is_missing() -> None:
    day = date(2026, 6, 2)
    categories = ["cs.CV", "cs.CL", "cs.RO", "math.CO"]
    entries = [made_up(f"2606.{n:05}", day, categories=(categories[n % 4],)) for n in range(1, 2201)]
    with FakeArxiv({day: entries}) as arxiv:
        async with source_of(arxiv, arxiv_timeout_seconds=20) as source:
            listing = await source.listing(["cs", "math"])
        assert len(listing.entries) == 2200
        assert listing.day == day
        paths = arxiv.stats().paths
        assert paths[0] == "/atom/cs+math"
        assert "/atom/math" in paths
        assert len(paths) <= 5


async def test_missed_days_are_fetched_from_oai_page_by_page() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            listing = await source.changed(FIRST, LAST)
        found = {e.paper.id: (e.announcement.day.day, e.announcement.kind) for e in listing.entries}
        assert found == {
            "2605.20001": (2, Kind.REPLACE),
            "2605.20002": (3, Kind.NEW),
            "2604.00300": (1, Kind.NEW),
            "2606.00001": (2, Kind.NEW),
            "2606.00002": (2, Kind.NEW),
            "2606.00101": (3, Kind.NEW),
        }
        assert listing.day == LAST
        assert all(entry.announcement.inferred for entry in listing.entries)
        assert arxiv.stats().requests == 3


async def test_nothing_changed_is_an_empty_listing() -> None:
    with FakeArxiv() as arxiv:
        arxiv.today = date(2026, 6, 8)
        async with source_of(arxiv) as source:
            assert await source.changed(date(2026, 6, 6), date(2026, 6, 7)) == Listing(date(2026, 6, 7))


async def test_days_in_the_future_by_arxivs_own_clock_are_not_covered() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            assert (await source.changed(LAST, date(2026, 6, 25))).day == LAST
            assert await source.changed(date(2026, 6, 20), date(2026, 6, 25)) == Listing(LAST)


async def test_one_query_returns_what_was_submitted_newest_first() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            papers = await source.submitted(["cs", "math"], date(2026, 5, 29), date(2026, 6, 1))
        assert [paper.id for paper in papers] == ["2606.00001", "2606.00002", "2605.20001", "2605.20002", "2604.00300"]
        assert arxiv.stats().requests == 1


async def test_all_pages_are_asked_for() -> None:
    day = date(2026, 6, 2)
    with FakeArxiv({day: [made_up(f"2606.{n:05}", day) for n in range(1, 2502)]}) as arxiv:
        async with source_of(arxiv, arxiv_timeout_seconds=20) as source:
            papers = await source.submitted(["cs"], date(2026, 6, 1), day)
        assert len({paper.id for paper in papers}) == 2501
        assert arxiv.stats().requests == 2


async def test_papers_are_returned_by_id_in_the_requested_version() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            found = await source.papers([PaperRef("2605.20001", 1), PaperRef("2606.00101"), PaperRef("2699.00001")])
            assert {ref: paper.version for ref, paper in found.items()} == {"2605.20001": 1, "2606.00101": 1}
            assert found["2606.00101"].withdrawn
            assert found["2605.20001"].title.startswith("Kites that see:")
            assert (await source.papers([PaperRef("2605.20001")]))["2605.20001"].version == 2
            assert await source.papers([PaperRef("2605.20001", 9)]) == {}
            assert await source.papers([]) == {}


async def test_many_ids_are_asked_for_in_chunks() -> None:
    day = date(2026, 6, 2)
    with FakeArxiv({day: [made_up(f"2606.{n:05}", day) for n in range(1, 902)]}) as arxiv:
        async with source_of(arxiv, arxiv_timeout_seconds=20) as source:
            found = await source.papers([PaperRef(f"2606.{n:05}") for n in range(1, 902)])
        assert len(found) == 901
        assert arxiv.stats().requests == 3


async def test_an_invalid_id_gives_a_clear_sentence() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            with pytest.raises(NoSuchPaper, match="“abc” is not an arXiv id"):
                await source.papers([PaperRef("abc")])
        assert arxiv.stats().requests == 1


async def test_an_invalid_id_does_not_affect_the_others() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            assert set(await source.papers([PaperRef("abc"), PaperRef("2606.00001"), PaperRef("def")])) == {
                "2606.00001"
            }


@pytest.mark.parametrize("spelled", ["2606.00002V1", "arXiv:2606.00002", "2606%2E00002", "something else"])
async def test_an_id_that_arxiv_refuses_in_another_spelling_does_not_affect_the_others(spelled: str) -> None:
    ids = ("2605.20001", "2605.20002", "2606.00001", "2606.00002", "2606.00101")
    with FakeArxiv() as arxiv:
        arxiv.refused, arxiv.respelled = {"2606.00002"}, {"2606.00002": spelled}
        async with source_of(arxiv) as source:
            wanted = [PaperRef(ident) for ident in ids]
            assert set(await source.papers(wanted)) == {*ids} - arxiv.refused
            arxiv.forget_stats()
            assert set(await source.papers(wanted)) == {*ids} - arxiv.refused
            [path] = arxiv.stats().paths
            assert "2606.00002" not in path


async def test_a_last_chunk_of_one_invalid_id_keeps_the_earlier_chunks() -> None:
    day = date(2026, 6, 2)
    with FakeArxiv({day: [made_up(f"2606.{n:05}", day) for n in range(1, 402)]}) as arxiv:
        arxiv.refused = {"2606.00401"}
        async with source_of(arxiv, arxiv_timeout_seconds=20) as source:
            assert len(await source.papers([PaperRef(f"2606.{n:05}") for n in range(1, 402)])) == 400


async def test_an_id_that_arxiv_refuses_is_asked_for_again_after_a_day() -> None:
    with FakeArxiv() as arxiv:
        arxiv.refused, seconds = {"2606.00001"}, [0.0]
        async with source_of(arxiv, monotonic=lambda: seconds[0]) as source:
            for _ in range(3):
                with pytest.raises(NoSuchPaper, match=r"“2606\.00001” is not an arXiv id"):
                    await source.papers([PaperRef("2606.00001")])
            assert arxiv.stats().requests == 1
            arxiv.refused, seconds[0] = set(), 24 * 3600.0
            assert set(await source.papers([PaperRef("2606.00001")])) == {"2606.00001"}


async def test_a_licence_comes_from_the_record() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            assert await source.license("2606.00001") == "http://creativecommons.org/licenses/by/4.0/"
            assert await source.license("2606.99999") is None


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────────

FAULTS: list[dict[str, Any]] = [
    {"status": 503, "retry_after": 5},
    {"status": 503, "retry_after": "Tue, 02 Jun 2026 04:30:20 GMT"},
    {"status": 429, "times": 3},
    {"status": 500},
    {"mode": "truncate"},
    {"mode": "short"},
    {"mode": "reset"},
    {"mode": "hang", "seconds": 2},
    {"mode": "html"},
]


@pytest.mark.parametrize("way", PATHS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_temporary_fault_only_takes_time(way: Way, fault: dict[str, Any]) -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            expected = await ask(source, way)
            arxiv.forget_stats()
            arxiv.fault(PATHS[way], **fault)
            assert await ask(source, way) == expected
            assert arxiv.stats().requests >= 1 + fault.get("times", 1) - (fault.get("mode") == "hang")


@pytest.mark.parametrize("way", ["listing", "changed", "submitted"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_lasting_fault_gives_no_partial_result_and_the_next_call_works(way: Way, fault: dict[str, Any]) -> None:
    patience = 0.5 if fault.get("mode") == "hang" else 20
    with FakeArxiv() as arxiv:
        async with source_of(arxiv, attempts=1, arxiv_timeout_seconds=patience) as source:
            expected = await ask(source, way)
            arxiv.fault(PATHS[way], **(fault | {"times": 1}))
            with pytest.raises(SourceUnavailable) as caught:
                await ask(source, way)
            assert str(caught.value).endswith(".")
            assert await ask(source, way) == expected


@pytest.mark.parametrize("way", ["submitted", "papers"])
async def test_an_empty_page_is_not_the_end(way: Way) -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            expected = await ask(source, way)
            arxiv.fault("/api", mode="empty", times=2)
            assert await ask(source, way) == expected
            arxiv.fault("/api", mode="empty", times=9)
            with pytest.raises(SourceUnavailable, match="0 of the"):
                await ask(source, way)


@pytest.mark.parametrize("mode", ["truncate", "empty"])
async def test_a_fault_on_a_later_page_gives_no_partial_result(mode: Mode) -> None:
    day = date(2026, 6, 2)
    with FakeArxiv({day: [made_up(f"2606.{n:05}", day) for n in range(1, 2003)]}) as arxiv:
        async with source_of(arxiv, attempts=1, arxiv_timeout_seconds=20) as source:
            arxiv.fault("/api/query", mode=mode, after=1)
            with pytest.raises(SourceUnavailable):
                await source.submitted(["cs"], FIRST, day)
            assert len(await source.submitted(["cs"], FIRST, day)) == 2002


async def test_oai_list_is_begun_again_when_its_resumption_token_expires() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            expected = await source.changed(FIRST, LAST)
            arxiv.forget_tokens = 1
            assert await source.changed(FIRST, LAST) == expected
            arxiv.forget_tokens = 99
            with pytest.raises(SourceUnavailable, match="expired its resumption token"):
                await source.changed(FIRST, LAST)


async def test_a_refused_request_is_not_repeated() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv) as source:
            for way, path in PATHS.items():
                arxiv.forget_stats()
                arxiv.fault(path, status=403)
                with pytest.raises(SourceUnavailable, match="status 403"):
                    await ask(source, way)
                assert arxiv.stats().requests == 1


async def test_a_cancelled_call_leaves_nothing_behind() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv, arxiv_timeout_seconds=30) as source:
            arxiv.fault("/api", mode="hang", seconds=20)
            task = asyncio.create_task(source.papers([PaperRef("2606.00001")]))
            while not arxiv.stats().requests:  # noqa: ASYNC110 - the server runs in another thread
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert "2606.00001" in await source.papers([PaperRef("2606.00001")])


async def test_a_request_that_the_thread_makes_after_the_call_was_cancelled_is_not_sent() -> None:
    urls: list[str] = []

    async def fetch(url: str) -> bytes:
        urls.append(url)
        return b""

    adapter = _Adapter(fetch, asyncio.get_running_loop())
    adapter.close()
    request = requests.Request("GET", "https://export.arxiv.org/api/query").prepare()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.to_thread(adapter.send, request)
    assert urls == []


async def test_many_calls_at_once_need_one_thread_of_the_process() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=2))
    with FakeArxiv() as arxiv:
        async with source_of(arxiv, arxiv_timeout_seconds=5) as source:
            found = await asyncio.gather(*(source.papers([PaperRef("2606.00001")]) for _ in range(8)))
        assert all(set(papers) == {"2606.00001"} for papers in found)
        assert arxiv.stats().requests == 8


async def test_malformed_entries_are_kept_until_they_are_taken() -> None:
    day = date(2026, 6, 2)
    with FakeArxiv({day: [made_up("nonsense", day), made_up("2606.00001", day)]}) as arxiv:
        async with source_of(arxiv) as source:
            assert [paper.id for paper in await source.submitted(["cs"], FIRST, day)] == ["2606.00001"]
            (aside,) = source.take_malformed()
            assert "nonsense" in aside.raw
            assert source.take_malformed() == ()


async def test_every_request_has_a_user_agent_and_waits_for_the_one_before() -> None:
    with FakeArxiv() as arxiv:
        async with source_of(arxiv, arxiv_contact="me@example.org") as source:
            await asyncio.gather(*(ask(source, way) for way in PATHS))
        stats = arxiv.stats()
        assert stats.most_at_once == 1
        assert len(stats.user_agents) == 1
        assert next(iter(stats.user_agents)).endswith("(+me@example.org)")


def test_the_query_names_archives_in_the_syntax_of_the_api() -> None:
    assert submitted_query(["quant-ph", "cs", "cs.CV"], FIRST, LAST) == (
        "(cat:cs.* OR cat:cs.CV OR cat:quant-ph) AND submittedDate:[202606010000 TO 202606032359]"
    )
    assert submitted_query(ALL_ARCHIVES, FIRST, LAST) == "submittedDate:[202606010000 TO 202606032359]"


def test_the_sample_has_every_kind_of_announcement_that_delivers() -> None:
    kinds = {entry.announcement.kind for entries in sample_days().values() for entry in entries}
    assert {Kind.NEW, Kind.CROSS, Kind.REPLACE} <= kinds
