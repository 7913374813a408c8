"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: papers, topics and summaries."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from bot.model import (
    ARCHIVE,
    Announced,
    Announcement,
    ChatRef,
    Depth,
    Ingested,
    Kind,
    ListingRecord,
    Malformed,
    Match,
    Platform,
    SubscribeResult,
    WantedSummary,
)
from bot.ports import Store
from bot.storage.store import SqlStore
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    WEDNESDAY,
    announced,
    digest,
    digest_of_all,
    key,
    match_all,
    minutes,
    paper,
    summary,
    with_chats,
)

# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── topics ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_equal_queries_are_one_topic_whoever_follows_it(store: Store) -> None:
    await with_chats(store)
    assert await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW) is SubscribeResult.SUBSCRIBED
    assert await store.subscribe(BOB, "cat:cs.CV", TUESDAY, NOW) is SubscribeResult.SUBSCRIBED
    assert await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW) is SubscribeResult.ALREADY_SUBSCRIBED
    assert [state.query for state in await store.topics()] == ["cat:cs.CV"]


async def test_a_topic_that_nobody_follows_is_not_matched(store: Store) -> None:
    await with_chats(store)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    assert not await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    assert await store.topics() == []


@pytest.mark.parametrize(("since", "expected"), [(MONDAY, 0), (TUESDAY, 1), (WEDNESDAY, 3), (date(2026, 6, 9), 4)])
async def test_a_new_topic_is_matched_from_its_first_day_on(store: Store, since: date, expected: int) -> None:
    await with_chats(store)
    days = [MONDAY, TUESDAY, TUESDAY, WEDNESDAY]
    await store.ingest([announced(f"2606.0000{i}", day) for i, day in enumerate(days)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", since, NOW)
    assert [state.matched_seq for state in await store.topics()] == [expected]


async def test_a_topic_followed_again_misses_nothing_announced_meanwhile(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY))
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    await store.ingest([announced("2606.00002", TUESDAY), announced("2606.00003", WEDNESDAY)], NOW)
    await store.subscribe(BOB, "cat:cs.CV", WEDNESDAY, NOW)
    assert [state.matched_seq for state in await store.topics()] == [2]
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert [state.matched_seq for state in await store.topics()] == [1]


async def test_a_subscriber_from_an_earlier_day_sets_a_topic_back(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY))
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    [state] = await store.topics()
    assert state.matched_seq == 0
    await store.save_matches({}, [state.id], 2, after=1)  # a matching that began before the topic was set back
    assert [state.matched_seq for state in await store.topics()] == [0]
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    assert [state.matched_seq for state in await store.topics()] == [2]
    assert [c.announced.paper.id for c in await store.candidates(BOB)] == ["2606.00001", "2606.00002"]
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002"]


async def test_matches_of_a_topic_that_was_deleted_meanwhile_are_skipped(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    [state] = await store.topics()
    await store.forget(ANN)
    await store.save_matches({state.id: [1]}, [state.id], 1)
    assert await store.matched("cat:cs.CV", MONDAY, TUESDAY) == []


async def test_announcements_are_read_in_order_and_up_to_the_limit(store: Store) -> None:
    await store.ingest([announced(f"2606.0000{number}") for number in (3, 1, 2)], NOW)
    first = await store.announcements_after(0, 2)
    rest = await store.announcements_after(first[-1][0], 2)
    assert [entry.paper.id for _, entry in first + rest] == ["2606.00003", "2606.00001", "2606.00002"]


async def test_a_paper_matched_by_two_topics_is_one_candidate_with_both(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    for topic in ("cat:cs.CV", "abs:thing"):
        await store.subscribe(ANN, topic, TUESDAY, NOW)
        await match_all(store, ("2606.00001", TUESDAY), topic=topic)
    [candidate] = await store.candidates(ANN)
    assert candidate.announced == announced()
    assert candidate.matches == (Match("abs:thing", ("thing",)), Match("cat:cs.CV", ("cs.CV",)))
    assert await store.matched("abs:thing", TUESDAY, TUESDAY) == [replace(candidate, matches=candidate.matches[:1])]


async def test_candidates_of_several_chats_are_those_of_each_chat(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    assert await store.write_digest(digest(BOB, papers=("2606.00002",)), NOW)
    nobody = ChatRef(Platform.TELEGRAM, "404")
    [state] = await store.topics()
    coming = await store.unseen_of([ANN, BOB, nobody])
    assert {ref: unseen.found for ref, unseen in coming.items()} == {
        ANN: ((2, (state.id,)),),
        BOB: ((1, (state.id,)),),
        nobody: (),
    }
    assert {seq: entry.paper.id for seq, entry in (await store.announced_at([1, 2])).items()} == {
        1: "2606.00001",
        2: "2606.00002",
    }
    assert await store.topic_queries([state.id]) == {state.id: "cat:cs.CV"}
    assert (await store.unseen_of([BOB], MONDAY))[BOB].found == coming[BOB].found
    assert await store.unseen_of([]) == {}


async def test_candidates_were_announced_since_the_subscription_and_up_to_a_day(store: Store) -> None:
    await with_chats(store)
    entries = [("2606.00001", MONDAY), ("2606.00002", TUESDAY), ("2606.00003", WEDNESDAY)]
    await store.ingest([announced(name, day) for name, day in entries], NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, *entries)

    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002", "2606.00003"]
    assert [c.announced.paper.id for c in await store.candidates(ANN, TUESDAY)] == ["2606.00002"]
    assert len(await store.candidates(BOB)) == 3


async def test_a_replacement_alone_is_no_candidate_and_the_latest_record_is_shown(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002", kind=Kind.REPLACE, version=2)], NOW)
    await store.ingest([announced("2606.00001", WEDNESDAY, Kind.REPLACE, version=2, title="Better")], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY), ("2606.00001", WEDNESDAY), ("2606.00002", TUESDAY))
    [candidate] = await store.candidates(ANN)
    assert candidate.announced.announcement == Announcement("2606.00001", 1, TUESDAY, Kind.NEW)
    assert candidate.announced.paper.title == "Better"


async def test_a_cross_list_delivers_a_paper_that_came_out_before_the_subscription(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced(day=MONDAY), announced(day=WEDNESDAY, kind=Kind.CROSS)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00001", WEDNESDAY))
    [candidate] = await store.candidates(ANN)
    assert candidate.announced.announcement.day == WEDNESDAY


async def test_a_taken_paper_is_no_candidate_again_not_even_as_a_cross_list(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY))
    assert await store.chats_with_candidates() == [ANN, BOB]
    assert await store.write_digest(await digest_of_all(store, ANN), NOW)
    assert await store.chats_with_candidates() == [BOB]
    await store.ingest([announced(day=WEDNESDAY, kind=Kind.CROSS)], NOW)
    await match_all(store, ("2606.00001", WEDNESDAY))
    assert await store.candidates(ANN) == []
    await store.suspend(BOB, "kicked", NOW)
    assert BOB not in await store.chats_with_candidates()


async def test_a_paper_matched_late_for_an_old_day_is_not_missed(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002"), announced("2606.00003", WEDNESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY), ("2606.00003", WEDNESDAY))
    await store.write_digest(digest(ANN, "one", papers=("2606.00003",)), NOW)
    await match_all(store, ("2606.00001", TUESDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00001", "2606.00002"]
    assert await store.write_digest(await digest_of_all(store, ANN, "two"), NOW)
    assert await store.chats_with_candidates() == []
    await store.ingest([announced("2605.00009", MONDAY, Kind.CROSS)], NOW)
    await match_all(store, ("2605.00009", MONDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2605.00009"]
    assert await store.chats_with_candidates() == [ANN]


async def test_following_a_topic_again_from_an_earlier_day_finds_what_was_out_of_its_window(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    await store.write_digest(digest(ANN, papers=("2606.00002",)), NOW)
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00001"]


async def test_what_a_topic_matches_only_after_a_paper_changed_is_not_missed(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002"), announced("2606.00003")], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00003", TUESDAY))
    assert await store.write_digest(await digest_of_all(store), NOW)
    # Another chat begins earlier, so that the topic is matched again; by now a newer version matches it too.
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY), ("2606.00003", TUESDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002"]
    assert await store.write_digest(await digest_of_all(store, slot="two"), NOW)
    assert await store.taken(ANN, ["2606.00001", "2606.00002", "2606.00003"]) == {"2606.00002", "2606.00003"}


async def test_a_digest_composed_before_another_one_is_refused(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002", WEDNESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY), ("2606.00002", WEDNESDAY))
    first, second = await digest_of_all(store), await digest_of_all(store, slot="two")
    assert await store.write_digests([first, second], NOW) == [True, False]
    assert not await store.write_digest(second, NOW)
    assert await store.candidates(ANN) == []


@pytest.mark.parametrize("comes_back", [True, False])
async def test_subscriptions_that_change_while_a_digest_is_composed_lose_and_repeat_nothing(
    store: Store, comes_back: bool
) -> None:
    await with_chats(store)
    names = [f"2606.0000{number}" for number in (1, 2, 3)]
    await store.ingest([announced(name) for name in names], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, (names[0], TUESDAY), (names[1], TUESDAY))
    composed = await digest_of_all(store)
    await store.subscribe(ANN, "abs:thing", TUESDAY, NOW)
    await match_all(store, (names[1], TUESDAY), (names[2], TUESDAY), topic="abs:thing")
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    if comes_back:
        await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert await store.write_digest(composed, NOW)
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == [names[2]]
    assert await store.taken(ANN, names) == set(names[:2])


async def test_a_digest_up_to_a_day_leaves_later_days_for_the_next_one(store: Store) -> None:
    await with_chats(store)
    names = [f"2606.0000{number}" for number in (1, 2, 3)]
    days = [(names[0], TUESDAY), (names[1], WEDNESDAY), (names[2], TUESDAY)]
    await store.ingest([announced(*entry) for entry in days], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, *days)
    assert await store.write_digest(await digest_of_all(store, upto=TUESDAY), NOW)
    assert await store.taken(ANN, names) == {names[0], names[2]}
    assert ANN in await store.chats_with_candidates()
    assert await store.write_digest(await digest_of_all(store, slot="two"), NOW)
    assert await store.taken(ANN, names) == set(names)
    assert await store.chats_with_candidates() == []


async def test_old_rows_of_matches_are_joined_and_those_that_nobody_follows_go(store: SqlStore) -> None:
    await with_chats(store)
    for number in range(6):
        await store.ingest([announced(f"2606.0000{number}")], NOW)
        await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
        await store.subscribe(BOB, "abs:thing", MONDAY, NOW)
        for topic in ("cat:cs.CV", "abs:thing"):
            await match_all(store, (f"2606.0000{number}", TUESDAY), topic=topic)
        if number == 2:
            assert await store.write_digest(await digest_of_all(store), NOW)
    before = await store.candidates(ANN)
    await store.unsubscribe(BOB, "abs:thing", NOW)
    assert await store.tidy_matches(NOW, least_rows=2) == 6, "young rows stay"
    # What the chat has had and what it has not stay two rows.
    assert await store.tidy_matches(NOW + timedelta(days=40), least_rows=2) == 4
    assert await store.tidy_matches(NOW + timedelta(days=40), least_rows=2) == 0
    assert await store.candidates(ANN) == before
    assert len(await store.matched("cat:cs.CV", TUESDAY, TUESDAY)) == 6
    await store.subscribe(BOB, "abs:thing", MONDAY, NOW)
    assert {state.query: state.matched_seq for state in await store.topics()} == {"cat:cs.CV": 6, "abs:thing": 0}


async def test_a_topics_matches_are_listed_newest_day_first(store: Store) -> None:
    await with_chats(store, ARCHIVE)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002"), announced("2606.00003")], NOW)
    await store.subscribe(ARCHIVE, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY), ("2606.00003", TUESDAY))
    found = await store.matched("cat:cs.CV", MONDAY, TUESDAY)
    assert [c.announced.paper.id for c in found] == ["2606.00002", "2606.00003", "2606.00001"]
    assert len(await store.matched("cat:cs.CV", TUESDAY, WEDNESDAY)) == 2
    assert await store.matched("no such topic", MONDAY, TUESDAY) == []
    assert await store.archived_topics() == ["cat:cs.CV"]


async def test_only_topics_that_the_archive_follows_are_archived(store: Store) -> None:
    await with_chats(store, ANN, ARCHIVE)
    await store.subscribe(ANN, "cat:cs.LG", TUESDAY, NOW)
    assert await store.archived_topics() == []


async def test_papers_announced_are_counted_once_and_without_replacements(store: Store) -> None:
    await store.ingest(
        [announced(), announced(kind=Kind.CROSS), announced("2606.00002", kind=Kind.REPLACE), announced("2606.00003")],
        NOW,
    )
    assert await store.counts(TUESDAY, TUESDAY) == 2
    assert await store.counts(WEDNESDAY, WEDNESDAY) == 0


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_summary_is_read_as_it_was_written(store: Store) -> None:
    written = summary(key(depth=Depth.DEEP))
    assert await store.save_summary(written) == written
    assert await store.summary(written.key) == written
    assert await store.summary(key()) is None
    assert await store.summaries([written.key, key()]) == {written.key: written}


async def test_the_first_summary_of_a_key_stays(store: Store) -> None:
    first, second = summary(key(), "First."), summary(key(), "Second.")
    assert await store.save_summary(first) == first
    assert await store.save_summary(second) == first
    assert await store.summary(key()) == first


async def test_of_two_summaries_of_one_key_written_at_once_both_writers_get_the_same(store: Store) -> None:
    made = [summary(key(), f"Number {number}.") for number in range(6)]
    saved = await asyncio.gather(*(store.save_summary(one) for one in made))
    assert len({one.headline.text for one in saved}) == 1


async def test_wanted_summaries_are_ordered_by_due_time_and_then_by_number_of_chats(store: Store) -> None:
    later, few, many = key("2606.00001"), key("2606.00002"), key("2606.00003")
    await store.want(
        [WantedSummary(later, 9, NOW + minutes(60)), WantedSummary(few, 1, NOW), WantedSummary(many, 2, NOW)]
    )
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [many, few, later]
    assert [wanted.key for wanted in await store.wanted(NOW, 1)] == [many]


async def test_a_summary_that_exists_is_not_wanted_any_more(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.save_summary(summary(key()))
    assert await store.wanted(NOW, 10) == []


async def test_a_postponed_summary_waits_and_counts_its_attempts(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.postpone(key(), NOW + minutes(5), "over quota")
    assert await store.wanted(NOW, 10) == []
    assert [wanted.key for wanted in await store.postponed(NOW)] == [key()]
    assert await store.wanted(NOW + minutes(5), 10) == [WantedSummary(key(), 1, NOW, attempts=1)]
    assert await store.postponed(NOW + minutes(5)) == []


async def test_a_summary_postponed_by_a_clock_that_ran_ahead_is_not_lost(store: Store) -> None:
    await store.want([WantedSummary(key(), 1, NOW)])
    await store.postpone(key(), NOW + minutes(400 * 24 * 60), "over quota")
    assert [wanted.key for wanted in await store.wanted(NOW, 10)] == [key()]


async def test_replacing_the_wanted_set_keeps_attempts_and_waits_of_keys_that_stay(store: Store) -> None:
    gone = key("2606.00002")
    await store.want([WantedSummary(key(), 1, NOW), WantedSummary(gone, 1, NOW)])
    await store.postpone(key(), NOW + minutes(5), "over quota")
    await store.want([WantedSummary(key(), 7, NOW + minutes(1))])
    assert await store.wanted(NOW, 10) == []
    assert await store.wanted(NOW + minutes(5), 10) == [WantedSummary(key(), 7, NOW + minutes(1), attempts=1)]
    await store.want([])
    assert await store.wanted(NOW + minutes(5), 10) == []
