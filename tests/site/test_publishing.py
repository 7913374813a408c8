"""The archive as it is published from the store."""

from __future__ import annotations

from pathlib import Path

from bot import pipeline
from bot import topics as topic_language
from bot.model import ARCHIVE, Chat, ChatRef, Platform, VoteKind
from bot.pipeline import DayOrder
from bot.sample import SampleSource, days
from bot.settings import load
from bot.site.pages import slug
from bot.site.publishing import publish
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.relevance import FakeRelevance

FIRST = min(days())


async def follow(store: SqlStore, ref: ChatRef, query: str) -> None:
    await store.add_chat(Chat(ref))
    await store.subscribe(ref, topic_language.parse(query).query, FIRST, FakeClock().now())


async def run_pipeline(store: SqlStore) -> None:
    clock = FakeClock()
    await pipeline.poll(store, SampleSource(FIRST), clock, upto=FIRST, force=True)
    await pipeline.match(store)
    await pipeline.choose(store, clock.now())
    await pipeline.summarize(store, FakeMakers(clock), AbstractReader(), clock)


def pages(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html")))


async def test_the_archive_shows_its_own_topics_and_never_those_of_chats(store: SqlStore, tmp_path: Path) -> None:
    await follow(store, ARCHIVE, "cs.CV")
    await follow(store, ChatRef(Platform.TELEGRAM, "5"), "cs.IT")
    await run_pipeline(store)
    await publish(store, load(data_dir=tmp_path), DayOrder(store, FakeRelevance()))
    shown = pages(tmp_path / "site")
    assert "LVSA" in shown
    assert "Polar Codes" not in shown
    assert "cs.IT" not in shown


async def test_nothing_is_written_if_nothing_changed(store: SqlStore, tmp_path: Path) -> None:
    await follow(store, ARCHIVE, "cs.CV")
    await run_pipeline(store)
    assert await publish(store, load(data_dir=tmp_path), DayOrder(store, FakeRelevance())) != []
    assert await publish(store, load(data_dir=tmp_path), DayOrder(store, FakeRelevance())) == []


async def test_an_archive_without_topics_still_has_an_index(store: SqlStore, tmp_path: Path) -> None:
    await publish(store, load(data_dir=tmp_path), DayOrder(store, FakeRelevance()))
    assert (tmp_path / "site" / "index.html").is_file()


async def test_pages_and_feeds_have_the_papers_of_a_day_in_the_order_of_a_digest(
    store: SqlStore, tmp_path: Path
) -> None:
    await follow(store, ARCHIVE, "cs.*")
    await follow(store, ChatRef(Platform.TELEGRAM, "5"), "cs.*")
    await run_pipeline(store)
    matched = await store.matched("cat:cs.*", FIRST, FIRST)
    assert len(matched) > 2
    # An interest turns the day upside down: each paper in turn comes first.
    for wanted in matched:
        query = f"cs.* about: {wanted.announced.paper.title}"
        await store.unsubscribe(ARCHIVE, (await store.archived_topics())[0], FakeClock().now())
        await store.subscribe(ARCHIVE, topic_language.parse(query).query, FIRST, FakeClock().now())
        await pipeline.match(store, FakeRelevance())
        await publish(store, load(data_dir=tmp_path), DayOrder(store, FakeRelevance()))
        site = tmp_path / "site"
        topic = topic_language.parse(query).query
        for page in (f"days/{FIRST}.html", "feed.atom", f"topics/{slug(topic)}.html", f"topics/{slug(topic)}.atom"):
            text = (site / page).read_text(encoding="utf-8")
            places = {each.announced.paper.id: text.index(f"/abs/{each.announced.paper.id}") for each in matched}
            assert min(places, key=places.__getitem__) == wanted.announced.paper.id, page


async def test_a_day_keeps_its_order_until_it_has_other_papers(store: SqlStore) -> None:
    await follow(store, ARCHIVE, "cs.*")
    await run_pipeline(store)
    matched = await store.matched("cat:cs.*", FIRST, FIRST)
    relevance = FakeRelevance()
    order = DayOrder(store, relevance)
    first = await order(matched)
    reads = relevance.reads
    await relevance.close_parts()
    assert await order(matched[::-1]) == first
    assert relevance.reads == reads
    fewer = await order(matched[1:])
    assert relevance.reads > reads
    assert fewer == [each for each in first if each.announced != matched[0].announced]


async def test_votes_of_chats_do_not_move_papers_on_public_pages(store: SqlStore) -> None:
    await follow(store, ARCHIVE, "cs.*")
    await run_pipeline(store)
    matched = await store.matched("cat:cs.*", FIRST, FIRST)
    before = await DayOrder(store, None)(matched)
    for number in range(5):
        ref = ChatRef(Platform.TELEGRAM, str(number))
        await store.add_chat(Chat(ref))
        await store.vote(ref, "1", [before[-1].announced.paper.id], VoteKind.UP, FakeClock().now())
    assert await DayOrder(store, None)(matched) == before
    assert (await pipeline.ranked(store, None, matched, FakeClock().now()))[0].announced == before[-1].announced
