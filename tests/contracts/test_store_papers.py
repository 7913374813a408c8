"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: papers, announcements and listings."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from bot.model import Announced, Announcement, Ingested, Kind, ListingRecord, Malformed
from bot.ports import Store
from bot.storage.store import SqlStore
from tests.contracts.samples import MONDAY, NOW, TUESDAY, WEDNESDAY, announced, minutes, paper


async def test_an_opened_store_is_a_store_and_answers(store: SqlStore) -> None:
    port: Store = store  # mypy checks here that every verb is there
    await port.ping()


async def test_a_paper_is_read_as_it_was_written(store: Store) -> None:
    written = paper(
        comment="12 pages",
        published=datetime(2026, 5, 31, 22, 0, 1, 500, tzinfo=UTC),
        updated=NOW,
        license="http://creativecommons.org/licenses/by/4.0/",
        doi="10.1/x",
        journal_ref="J. 1",
        withdrawn=True,
        sample=True,
        categories=("cs.CV", "cs.LG"),
    )
    await store.ingest([Announced(written, Announcement(written.id, 1, TUESDAY, Kind.NEW, inferred=True))], NOW)
    assert await store.paper(written.id) == written
    assert await store.announcements(TUESDAY, TUESDAY) == [
        Announced(written, Announcement(written.id, 1, TUESDAY, Kind.NEW, inferred=True))
    ]


async def test_the_texts_of_the_papers_that_were_stored_last_come_first(store: Store) -> None:
    for number in (1, 2, 3):
        await store.remember([paper(f"2606.0000{number}", title=f"Title {number}")], NOW + minutes(number))
    assert await store.latest_texts(2) == ["Title 3\n\nWe show a thing.", "Title 2\n\nWe show a thing."]


async def test_times_are_read_in_utc_whatever_zone_they_had(store: Store) -> None:
    tokyo = datetime(2026, 6, 2, 18, 0, tzinfo=timezone(timedelta(hours=9)))
    await store.remember([paper(published=tokyo)], NOW)
    found = await store.paper("2606.00001")
    assert found is not None
    assert found.published == tokyo
    assert found.published.tzinfo is UTC


async def test_a_time_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        await store.remember([paper(published=datetime(2026, 6, 2))], NOW)  # noqa: DTZ001 - the mistake under test


async def test_ingesting_twice_changes_nothing(store: Store) -> None:
    batch = [announced(), announced("2606.00002", kind=Kind.CROSS)]
    assert await store.ingest(batch, NOW) == Ingested(papers=2, updated=0, announcements=2)
    assert await store.ingest(batch, NOW + minutes(5)) == Ingested(0, 0, 0)
    assert await store.ingest([], NOW) == Ingested(0, 0, 0)
    assert [seq for seq, _ in await store.announcements_after(0, 10)] == [1, 2]


async def test_a_paper_twice_in_one_batch_is_one_paper_with_all_its_categories(store: Store) -> None:
    twice = [announced(categories=("cs.CV",)), announced(categories=("eess.IV", "cs.CV"))]
    assert await store.ingest(twice, NOW) == Ingested(papers=1, updated=0, announcements=1)
    found = await store.paper("2606.00001")
    assert found is not None
    assert found.categories == ("cs.CV", "eess.IV")


async def test_a_newer_version_updates_a_paper_and_keeps_what_it_does_not_say(store: Store) -> None:
    await store.ingest([announced(comment="12 pages", license="L", published=NOW)], NOW)
    newer = announced(day=WEDNESDAY, kind=Kind.REPLACE, version=2, title="Better", categories=("cs.LG", "cs.CV"))
    assert await store.ingest([newer], NOW) == Ingested(papers=0, updated=1, announcements=1)
    assert await store.paper("2606.00001") == paper(
        version=2, title="Better", comment="12 pages", license="L", published=NOW, categories=("cs.CV", "cs.LG")
    )


async def test_an_older_version_never_changes_a_paper(store: Store) -> None:
    await store.ingest([announced(version=3, title="Third")], NOW)
    await store.ingest([announced(day=WEDNESDAY, version=2, title="Second", comment="old")], NOW)
    await store.remember([paper(version=1, title="First")], NOW)
    assert await store.paper("2606.00001") == paper(version=3, title="Third")


async def test_an_announcement_keeps_the_version_that_was_announced(store: Store) -> None:
    await store.ingest([announced()], NOW)
    await store.ingest([announced(day=WEDNESDAY, kind=Kind.REPLACE, version=2)], NOW)
    versions = [(a.announcement.version, a.paper.version) for a in await store.announcements(TUESDAY, WEDNESDAY)]
    assert versions == [(1, 2), (2, 2)]


async def test_the_api_completes_a_paper(store: Store) -> None:
    await store.ingest([announced(authors=('J\\"urgen',), license="L"), announced("2606.00002")], NOW)
    assert await store.incomplete(TUESDAY) == ["2606.00001", "2606.00002"]
    await store.remember([paper(authors=("Jürgen",), comment="12 pages")], NOW)
    assert await store.paper("2606.00001") == paper(authors=("Jürgen",), comment="12 pages", license="L")
    assert await store.incomplete(TUESDAY) == ["2606.00002"]
    assert await store.incomplete(WEDNESDAY) == []


async def test_the_feed_does_not_undo_what_the_api_completed(store: Store) -> None:
    await store.remember([paper(authors=("Jürgen",), comment="12 pages")], NOW)
    assert await store.ingest([announced(authors=('J\\"urgen',))], NOW) == Ingested(0, 0, 1)
    assert await store.paper("2606.00001") == paper(authors=("Jürgen",), comment="12 pages")
    assert await store.incomplete(TUESDAY) == []


async def test_a_newer_version_is_asked_of_the_api_until_it_has_it(store: Store) -> None:
    await store.remember([paper()], NOW)
    await store.ingest([announced(kind=Kind.REPLACE, version=2)], NOW)
    await store.remember([paper()], NOW)  # the API lags behind
    assert await store.incomplete(TUESDAY) == ["2606.00001"]
    await store.remember([paper(version=2)], NOW)
    assert await store.incomplete(TUESDAY) == []


async def test_announced_ids_are_those_that_an_announcement_names(store: Store) -> None:
    await store.ingest([announced()], NOW)
    await store.remember([paper("2606.00002")], NOW)
    assert await store.announced_ids(["2606.00001", "2606.00002", "2606.00003"]) == {"2606.00001"}


async def test_the_announcement_that_brought_a_paper_is_its_first_that_delivers(store: Store) -> None:
    await store.ingest([announced(day=MONDAY, kind=Kind.REPLACE), announced("2606.00002", kind=Kind.REPLACE)], NOW)
    await store.ingest([announced(day=WEDNESDAY), announced(day=TUESDAY, kind=Kind.CROSS)], NOW)
    first = await store.announcement_of("2606.00001")
    only = await store.announcement_of("2606.00002")
    assert first is not None
    assert first.announcement.day == TUESDAY
    assert only is not None
    assert only.announcement.kind is Kind.REPLACE
    assert await store.announcement_of("2606.00003") is None
    days = [entry.announcement.day for entry in await store.announcements_of("2606.00001")]
    assert days == sorted(days)
    assert len(days) > 1
    assert first in await store.announcements_of("2606.00001")
    assert await store.announcements_of("2606.00003") == []


async def test_characters_that_no_database_can_store_are_replaced(store: Store) -> None:
    await store.set_aside([Malformed("feed", "raw \0 \ud800 end", "no id", TUESDAY)], NOW)
    await store.remember([paper(title="a\0b", authors=("x\0y \ud800",))], NOW)
    assert await store.malformed() == [Malformed("feed", "raw \ufffd \ufffd end", "no id", TUESDAY)]
    found = await store.paper("2606.00001")
    assert found is not None
    assert found.title == "a\ufffdb"


async def test_a_malformed_entry_is_kept_once(store: Store) -> None:
    entry = Malformed("feed", "<entry/>", "no id", TUESDAY)
    await store.set_aside([entry, entry], NOW)
    await store.set_aside([entry, replace(entry, raw="<other/>")], NOW + minutes(1))
    await store.set_aside([], NOW)
    assert [kept.raw for kept in await store.malformed()] == ["<other/>", "<entry/>"]
    assert len(await store.malformed(limit=1)) == 1


async def test_a_complete_listing_is_never_replaced_by_an_incomplete_one(store: Store) -> None:
    first = ListingRecord(TUESDAY, "cs", "feed", 700, 1, complete=False, checked_at=NOW, why="a short body")
    await store.record_listing([first])
    assert await store.listings(TUESDAY) == [first]
    full = replace(first, announced=720, malformed=0, complete=True, why=None)
    await store.record_listing([full, replace(full, archive="math")])
    await store.record_listing([first])
    assert await store.listings(TUESDAY) == [full, replace(full, archive="math")]
    assert await store.listings(WEDNESDAY) == []


async def test_a_day_that_was_in_the_future_when_it_was_written_is_not_the_latest(store: Store) -> None:
    far = date(2036, 6, 2)
    await store.ingest([announced("2606.00001", day=far)], NOW)
    assert await store.latest_day() == far  # a clock may be as slow as that
    await store.ingest([announced("2606.00002", day=MONDAY)], NOW)
    assert await store.latest_day() == MONDAY
    await store.ingest([announced("2606.00003", day=TUESDAY)], NOW)
    assert await store.latest_day() == TUESDAY


async def test_announcements_and_malformed_entries_can_be_read_from_a_day_on(store: Store) -> None:
    await store.ingest([announced(day=MONDAY), announced("2606.00002", day=WEDNESDAY)], NOW)
    names = ["2606.00001", "2606.00002"]
    assert await store.announced_ids(names, since=TUESDAY) == {"2606.00002"}
    assert await store.announced_ids(names, before=WEDNESDAY, since=TUESDAY) == set()
    entries = [Malformed("feed", f"<{day}/>", "no id", day) for day in (MONDAY, WEDNESDAY)]
    await store.set_aside([*entries, Malformed("api", "<none/>", "no id")], NOW)
    assert await store.malformed(since=TUESDAY) == [entries[1]]


async def test_the_latest_day_is_that_of_the_latest_announcement(store: Store) -> None:
    assert await store.latest_day() is None
    await store.ingest([announced(day=WEDNESDAY), announced("2606.00002", day=MONDAY)], NOW)
    assert await store.latest_day() == WEDNESDAY


async def test_two_thousand_papers_at_once_are_one_batch(store: Store) -> None:
    batch = [announced(f"2606.{number:05}") for number in range(2_000)]
    assert await store.ingest(batch, NOW) == Ingested(2_000, 0, 2_000)
    assert await store.ingest(batch, NOW) == Ingested(0, 0, 0)
    assert len(await store.papers([entry.paper.id for entry in batch])) == 2_000


async def test_ingesting_the_same_papers_at_the_same_time_writes_them_once(store: Store) -> None:
    batch = [announced(f"2606.{number:05}") for number in range(50)]
    done = await asyncio.gather(*(store.ingest(batch, NOW) for _ in range(4)))
    assert sum(one.announcements for one in done) == 50
    assert sum(one.papers for one in done) == 50


async def test_papers_announced_are_counted_once_and_without_replacements(store: Store) -> None:
    await store.ingest(
        [announced(), announced(kind=Kind.CROSS), announced("2606.00002", kind=Kind.REPLACE), announced("2606.00003")],
        NOW,
    )
    assert await store.counts(TUESDAY, TUESDAY) == 2
    assert await store.counts(WEDNESDAY, WEDNESDAY) == 0


async def test_papers_are_found_by_words_of_their_titles(store: Store) -> None:
    titles = ("Attention Is All You Need", "100% of_attention", "Weights")
    papers = [paper(f"2606.{number:05}", title=title) for number, title in enumerate(titles, 1)]
    await store.remember(papers, NOW)
    assert [each.title for each in await store.papers_titled(["attention", "need"])] == [titles[0]]
    assert [each.title for each in await store.papers_titled(["% of_"])] == [titles[1]]
    assert len(await store.papers_titled(["t"], most=1)) == 1
    assert await store.papers_titled(["nowhere"]) == []
