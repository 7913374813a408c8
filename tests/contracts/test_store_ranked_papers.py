"""The promises of `bot.ports.Outbox`, kept alike by SQLite and PostgreSQL: the order of a digest's papers."""

from __future__ import annotations

from dataclasses import replace

from bot.model import ChatRef, PaperOrder, Platform, RankedPapers, Window
from bot.ports import Store
from tests.contracts.samples import ANN, BOB, MONDAY, NOW, TUESDAY, announced, digest, with_chats

SLOT = "2026-06-02"
NAMES = [f"2606.{number:05}" for number in range(1, 8)]


async def with_digest(store: Store) -> None:
    """A digest of five papers of seven, in an order that is not that of the log, the fifth and sixth left out."""
    await with_chats(store)
    await store.ingest([announced(name) for name in NAMES], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CL", TUESDAY, NOW)
    topic_ids = {state.query: state.id for state in await store.topics()}
    seqs = {entry.paper.id: seq for seq, entry in await store.announcements_after(0, 100)}
    order = tuple(seqs[NAMES[place]] for place in (6, 0, 3, 1, 2))
    ranked = PaperOrder(order, 7, (topic_ids["cat:cs.CL"], topic_ids["cat:cs.CV"]))
    assert await store.write_digest(replace(digest(ANN, SLOT), first_day=MONDAY, ranked=ranked), NOW)


async def test_papers_come_in_the_order_of_their_digest_from_any_place_on(store: Store) -> None:
    await with_digest(store)
    first = await store.ranked_papers(ANN, SLOT, 0, 3)
    ids = (NAMES[6], NAMES[0], NAMES[3])
    assert first == RankedPapers(ids, 5, 7, Window(MONDAY, TUESDAY), TUESDAY, ("cat:cs.CL", "cat:cs.CV"))
    rest = await store.ranked_papers(ANN, SLOT, 3, 10)
    assert rest is not None
    assert rest.paper_ids == (NAMES[1], NAMES[2])
    beyond = await store.ranked_papers(ANN, SLOT, 9, 10)
    assert beyond is not None
    assert (beyond.paper_ids, beyond.kept) == ((), 5)
    forged = await store.ranked_papers(ANN, SLOT, -4, -1)
    assert forged is not None
    assert forged.paper_ids == ()


async def test_only_the_chat_that_got_the_digest_has_its_papers(store: Store) -> None:
    await with_digest(store)
    assert await store.ranked_papers(BOB, SLOT, 0, 3) is None
    assert await store.ranked_papers(ANN, "2026-06-03", 0, 3) is None
    await store.forget(ANN)
    assert await store.ranked_papers(ANN, SLOT, 0, 3) is None


async def test_a_moved_chat_keeps_its_order_and_a_digest_without_one_has_no_papers(store: Store) -> None:
    await with_digest(store)
    new = ChatRef(Platform.TELEGRAM, "-100777")
    await store.move_chat(ANN, new, NOW)
    moved = await store.ranked_papers(new, SLOT, 0, 1)
    assert moved is not None
    assert moved.paper_ids == (NAMES[6],)
    await store.write_digest(digest(BOB, SLOT), NOW)
    empty = await store.ranked_papers(BOB, SLOT, 0, 1)
    assert empty is not None
    assert (empty.paper_ids, empty.kept, empty.total) == ((), 0, 0)


async def test_a_topic_that_is_stored_no_more_is_not_named(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced(NAMES[0])], NOW)
    [(seq, _)] = await store.announcements_after(0, 100)
    await store.write_digest(replace(digest(ANN, SLOT), ranked=PaperOrder((seq,), 1, (404,))), NOW)
    ranked = await store.ranked_papers(ANN, SLOT, 0, 1)
    assert ranked is not None
    assert (ranked.paper_ids, ranked.topics) == ((NAMES[0],), ())
