"""What a chat has received, to look through: saved papers, searches, references, past digests, and the export."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from types import FrameType

import pytest

from bot.conversation import (
    Busy,
    Conversation,
    Defaults,
    ExportedChat,
    FoundInChat,
    Incomplete,
    NotALink,
    NotAllowed,
    NothingToSearch,
    References,
    Requester,
    SavedPapers,
    SearchExpired,
    Stale,
)
from bot.decisions.search_order import in_order
from bot.errors import SourceUnavailable
from bot.model import ChatRef, FoundPaper, Platform, VoteKind
from bot.pipeline import index_papers
from bot.references import CitationFormat
from bot.storage.store import SqlStore
from tests.contracts.samples import announced, digest, send_next
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch, finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import UNKNOWN, FakePipeline
from tests.fakes.stores import memory_store

GROUP = ChatRef(Platform.TELEGRAM, "-1001")
ANN, BOB = Requester("5", is_admin=True), Requester("6", is_admin=False)
IDS = [f"2606.{number:05}" for number in range(1, 26)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(clock: FakeClock) -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        await opened.ingest([announced(name, title=f"Diffusion number {name[-2:]}") for name in IDS], clock.now())
        await index_papers(opened)
        yield opened


@pytest.fixture
def search() -> MadeUpSearch:
    return MadeUpSearch()


@pytest.fixture
async def talk(store: SqlStore, clock: FakeClock, search: MadeUpSearch) -> Conversation:
    pipeline = FakePipeline()
    made = Conversation(
        store, clock, pipeline.read, pipeline.compose, finder(store, search), insight_of(store, clock), Defaults()
    )
    await made.subscribe(ANN, GROUP, "cs.CV")
    return made


async def save(talk: Conversation, requester: Requester, *paper_ids: str) -> None:
    for paper_id in paper_ids:
        await talk.votes.vote(requester, GROUP, paper_id, VoteKind.SAVED)


# ── saved papers ──


async def test_saved_papers_come_in_pages_latest_first_and_are_ones_own(talk: Conversation) -> None:
    await save(talk, ANN, *IDS[:22])
    await save(talk, BOB, IDS[23])
    first = await talk.library.saved(ANN, GROUP)
    assert ([paper.id for paper in first.papers], first.total) == (IDS[21:11:-1], 22)
    last = await talk.library.saved(ANN, GROUP, 20)
    assert [paper.id for paper in last.papers] == [IDS[1], IDS[0]]
    assert (await talk.library.saved(Requester("7", is_admin=True), GROUP)).papers == ()
    assert (await talk.library.saved(ANN, GROUP, 90)).first == 20


async def test_a_removed_paper_is_gone_and_a_second_press_does_not_save_it_again(talk: Conversation) -> None:
    await save(talk, ANN, *IDS[:11])
    for _ in range(2):
        left = await talk.library.remove(ANN, GROUP, IDS[0], 10)
        assert isinstance(left, SavedPapers)
        assert (left.total, left.first, left.is_removing) == (10, 0, True)
    assert await talk.library.remove(ANN, GROUP, "nonsense", 0) == Stale()


@pytest.mark.parametrize("form", CitationFormat)
async def test_saved_papers_come_as_references_all_of_them(talk: Conversation, form: CitationFormat) -> None:
    await save(talk, ANN, *IDS[:12])
    made = await talk.library.saved_references(ANN, GROUP, form)
    assert (len(made.papers), made.are_saved) == (12, True)
    assert all(paper_id in made.content.decode() for paper_id in IDS[:12])


# ── references ──


async def test_papers_are_cited_that_nobody_has_stored(talk: Conversation) -> None:
    made = await talk.library.cite(f"see https://arxiv.org/abs/2606.00001v2 and 1706.03762 {UNKNOWN}")
    assert isinstance(made, References)
    assert [paper.id for paper in made.papers] == ["2606.00001", "1706.03762"]
    assert made.found.unknown_ids == (UNKNOWN,)
    assert made.text.count("@misc{") == 2


async def test_what_names_no_paper_is_not_cited(talk: Conversation, search: MadeUpSearch) -> None:
    assert await talk.library.cite(" ") == Incomplete("cite")
    assert isinstance(await talk.library.cite("attention is all you need"), NotALink)
    search.down = SourceUnavailable("arXiv asks to wait", retry_after=60)
    assert isinstance(await talk.library.cite("1706.03762"), Busy)


# ── searching ──


async def test_a_search_goes_over_what_the_chat_received_in_pages(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    before = await talk.library.search(BOB, GROUP, "diffusion")
    assert isinstance(before, FoundInChat)
    assert (before.total, before.papers) == (0, ())
    await store.write_digest(digest(GROUP, papers=tuple(IDS[:23])), clock.now())
    found = await talk.library.search(BOB, GROUP, "  diffusion   number ")
    assert isinstance(found, FoundInChat)
    assert (found.typed, found.total, len(found.papers), found.papers[0][1]) == (
        "diffusion number",
        23,
        10,
        date(2026, 6, 2),
    )
    last = await talk.library.more(BOB, GROUP, found.key, 20)
    assert isinstance(last, FoundInChat)
    assert len(last.papers) == 3
    clock.advance(8 * 86_400)
    assert await talk.library.more(BOB, GROUP, found.key, 10) == SearchExpired()
    assert await talk.library.more(BOB, GROUP, "0" * 12, 10) == SearchExpired()


async def test_a_word_that_nothing_has_counts_as_the_beginning_of_one(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    await store.write_digest(digest(GROUP, papers=(IDS[0],)), clock.now())
    found = await talk.library.search(ANN, GROUP, "diffu")
    assert isinstance(found, FoundInChat)
    assert (found.total, found.is_widened) == (1, True)
    nothing = await talk.library.search(ANN, GROUP, "qqq")
    assert isinstance(nothing, FoundInChat)
    assert (nothing.total, nothing.is_widened) == (0, False)


async def test_a_search_needs_a_word(talk: Conversation) -> None:
    assert await talk.library.search(ANN, GROUP, " ") == Incomplete("search")
    assert await talk.library.search(ANN, GROUP, "-medical !!") == NothingToSearch("-medical !!")


def test_of_equal_matches_the_newer_comes_first_and_a_much_better_one_is_not_passed() -> None:
    today = date(2026, 6, 2)
    old, new = FoundPaper("a", 1.0, date(2025, 6, 2)), FoundPaper("b", 1.0, today)
    assert [each.paper_id for each in in_order([old, new], today)] == ["b", "a"]
    weak = FoundPaper("c", 0.2, today)
    assert [each.paper_id for each in in_order([weak, old, FoundPaper("d", 0.0, None)], today)] == ["a", "c", "d"]


# ── past digests ──


async def test_the_history_has_the_digests_that_were_sent(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    for day in range(1, 10):
        slot = f"2026-06-{day:02}"
        await store.write_digest(replace(digest(GROUP, slot, (IDS[day],)), day=date(2026, 6, day)), clock.now())
        if day != 9:
            await send_next(store, clock.now())
    first, rest = await talk.library.history(GROUP), await talk.library.history(GROUP, 7)
    assert [each.day.day for each in first.digests] == [8, 7, 6, 5, 4, 3, 2]
    assert [each.slot for each in rest.digests] == ["2026-06-01"]
    assert (first.total, rest.total) == (8, 8)


# ── the export ──


async def test_the_export_holds_everything_and_only_admins_get_it(talk: Conversation, clock: FakeClock) -> None:
    await save(talk, ANN, IDS[0])
    await save(talk, BOB, IDS[1])
    assert await talk.exports.export(BOB, GROUP) == NotAllowed()
    made = await talk.exports.export(ANN, GROUP)
    assert isinstance(made, ExportedChat)
    content = json.loads(made.content)
    assert content["paperboy"] == 2
    (chat,) = content["chats"]
    assert chat["chat"] == str(GROUP)
    assert [each["topic"] for each in chat["subscriptions"]] == ["cat:cs.CV"]
    assert {(each["person"], each["paper"]) for each in chat["votes"]} == {("person 1", IDS[0]), ("person 2", IDS[1])}
    assert IDS[0] in made.saved
    assert IDS[1] not in made.saved


async def test_references_are_written_beside_the_loop_that_answers(talk: Conversation) -> None:
    """Those of a thousand saved papers take half a second, for which nobody else should wait."""
    await save(talk, ANN, IDS[0])
    called: set[str] = set()

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call":
            called.add(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)  # sees the calls of this thread alone
    try:
        for form in CitationFormat:
            assert (await talk.library.saved_references(ANN, GROUP, form)).text
        exported = await talk.exports.export(ANN, GROUP)
    finally:
        sys.setprofile(before)
    assert isinstance(exported, ExportedChat)
    assert "saved_references" in called
    assert "cite" not in called
