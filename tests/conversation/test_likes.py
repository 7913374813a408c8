"""/like: papers by id, link, file or author become votes, of the person or of the chat, as rights allow."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester
from bot.errors import SourceUnavailable
from bot.model import ChatKind, ChatRef, NamedPaper, Paper, PaperList, PaperRef, Platform, VoteKind
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.finder import MadeUpSearch, finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import UNKNOWN, FakePipeline

PRIVATE = ChatRef(Platform.TELEGRAM, "5")
GROUP = ChatRef(Platform.TELEGRAM, "-1007")
ADMIN, MEMBER, NAMELESS = Requester("5", is_admin=True), Requester("6", is_admin=False), Requester("", is_admin=False)


def paper(number: int, title: str, *authors: str) -> Paper:
    return Paper(f"2406.{number:05}", 1, title, authors, "An abstract.", ("cs.CV",))


HEADS = paper(1, "Heads That Talk: A Study", "José Ångström")
LIPS = paper(2, "Lips in Sync for All of Us", "Mary van der Berg")
OTHER = paper(3, "Something Else Entirely Different", "Kim Ångström-Lee")


@pytest.fixture
def search() -> MadeUpSearch:
    return MadeUpSearch([HEADS, LIPS, OTHER])


@pytest.fixture
def talk(store: SqlStore, search: MadeUpSearch) -> Conversation:
    pipeline = FakePipeline()
    return Conversation(
        store,
        FakeClock(),
        pipeline.read,
        pipeline.compose,
        finder(store, search),
        insight_of(store, FakeClock()),
        Defaults(),
    )


async def votes(store: SqlStore, ref: ChatRef) -> set[tuple[str, str, VoteKind]]:
    return {(vote.person, vote.paper_id, vote.kind) for vote in await store.votes_of(ref)}


async def test_ids_and_links_are_votes_of_the_person_who_names_them(
    talk: Conversation, store: SqlStore, search: MadeUpSearch
) -> None:
    said = f"2406.00001 https://arxiv.org/pdf/2406.00002v3 and 2406.00001, but {UNKNOWN}"
    result = await talk.likes.from_text(MEMBER, GROUP, said, "Lab")
    assert isinstance(result, results.Liked)
    assert (result.found.papers, result.found.unknown_ids, result.new) == ((HEADS, LIPS), (UNKNOWN,), 2)
    assert await votes(store, GROUP) == {("6", "2406.00001", VoteKind.UP), ("6", "2406.00002", VoteKind.UP)}
    assert search.requests == 1
    again = await talk.likes.from_text(MEMBER, GROUP, "2406.00001 2406.00003")
    assert isinstance(again, results.Liked)
    assert (len(again.found.papers), again.new) == (2, 1)


async def test_a_text_without_a_paper_is_answered_and_leaves_nothing(talk: Conversation, store: SqlStore) -> None:
    assert await talk.likes.from_text(ADMIN, PRIVATE, "  ") == results.Incomplete("like")
    refused = await talk.likes.from_text(ADMIN, PRIVATE, "https://github.com/x/y")
    assert isinstance(refused, results.NotALink)
    assert refused.why.startswith("That is a code repository, not a paper.")
    nothing = await talk.likes.from_text(ADMIN, PRIVATE, UNKNOWN)
    assert isinstance(nothing, results.Liked)
    assert nothing.found.papers == ()
    assert await store.chats() == []


async def test_an_authors_papers_are_the_chats_own_and_need_rights(talk: Conversation, store: SqlStore) -> None:
    assert isinstance(await talk.likes.from_text(MEMBER, GROUP, 'au:"José Ångström"'), results.NotAllowed)
    assert await store.chats() == []
    liked = await talk.likes.from_text(ADMIN, GROUP, "au:“Ångström, J.”")
    assert isinstance(liked, results.Liked)
    assert liked.found.papers == (HEADS,), "the search also finds Kim Ångström-Lee"
    assert liked.is_for_chat
    assert await votes(store, GROUP) == {("", "2406.00001", VoteKind.UP)}
    assert isinstance(await talk.likes.from_text(ADMIN, GROUP, "au: ()"), results.NotUnderstood)


BIBTEX = b"""
@misc{a, eprint={2406.00003}, archiveprefix={arXiv}}
@misc{b, title={Lips in sync for all of us.}, author={van der Berg, Mary}}
@misc{c, title={Never Put on arXiv At All}, author={Nobody, N.}}
@misc{d, note={nothing}}
"""


async def test_a_file_is_the_chats_own_list_and_titles_are_looked_up(talk: Conversation, store: SqlStore) -> None:
    assert isinstance(await talk.likes.from_file(MEMBER, GROUP, BIBTEX, "my.bib"), results.NotAllowed)
    liked = await talk.likes.from_file(ADMIN, GROUP, BIBTEX, "my.bib", "Lab")
    assert isinstance(liked, results.Liked)
    assert liked.found.papers == (OTHER, LIPS)
    assert liked.found.unknown_titles == ("Never Put on arXiv At All",)
    assert liked.wanted.unread == ("@misc{d, note={nothing}}",)
    assert await votes(store, GROUP) == {("", "2406.00003", VoteKind.UP), ("", "2406.00002", VoteKind.UP)}
    chat = await store.chat(GROUP)
    assert chat is not None
    assert chat.title == "Lab"


async def test_a_file_that_is_no_list_is_answered(talk: Conversation) -> None:
    refused = await talk.likes.from_file(ADMIN, PRIVATE, b"%PDF-1.7", "paper.pdf")
    assert isinstance(refused, results.NotALink)
    assert (
        refused.why == "paper.pdf is not a text file; it should hold arXiv ids or links, one a line, or BibTeX or RIS."
    )


async def test_at_most_twenty_titles_of_a_list_are_looked_up(
    talk: Conversation, search: MadeUpSearch, store: SqlStore
) -> None:
    named = tuple(NamedPaper(f"A title with number {number}", "X") for number in range(25))
    liked = await talk.likes.of_list(PRIVATE, PaperList(("2406.00001",), named))
    assert isinstance(liked, results.Liked)
    assert (len(liked.found.unknown_titles), liked.found.unsearched) == (20, 5)
    assert search.requests == 2


async def test_stored_papers_are_not_asked_for(talk: Conversation, search: MadeUpSearch, store: SqlStore) -> None:
    await store.remember([HEADS], FakeClock().now())
    assert isinstance(await talk.likes.from_text(ADMIN, PRIVATE, "2406.00001"), results.Liked)
    assert search.requests == 0


async def test_an_outage_of_arxiv_is_answered_and_leaves_nothing(
    talk: Conversation, search: MadeUpSearch, store: SqlStore
) -> None:
    search.down = SourceUnavailable("arXiv did not answer.", retry_after=60)
    assert await talk.likes.from_text(ADMIN, PRIVATE, "2406.00001") == results.Busy(
        "arXiv does not answer me at the moment; try again later.", 60
    )
    assert await store.chats() == []
    search.down = None
    assert isinstance(await talk.likes.from_text(ADMIN, PRIVATE, "2406.00001"), results.Liked)


class SlowSearch(MadeUpSearch):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__([HEADS])
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        self.asked.set()
        await self.may_answer.wait()
        return await super().papers(refs)


async def test_a_chat_has_one_list_at_a_time(store: SqlStore) -> None:
    slow = SlowSearch()
    pipeline = FakePipeline()
    talk = Conversation(
        store,
        FakeClock(),
        pipeline.read,
        pipeline.compose,
        finder(store, slow),
        insight_of(store, FakeClock()),
        Defaults(),
    )
    first = asyncio.create_task(talk.likes.from_text(ADMIN, PRIVATE, "2406.00001"))
    await slow.asked.wait()
    assert isinstance(await talk.likes.from_text(ADMIN, PRIVATE, "2406.00002"), results.Busy)
    slow.may_answer.set()
    assert isinstance(await first, results.Liked)
    assert isinstance(await talk.likes.from_text(ADMIN, PRIVATE, "2406.00002"), results.Liked)


async def test_who_has_no_name_and_no_rights_cannot_like(talk: Conversation, store: SqlStore) -> None:
    assert isinstance(await talk.likes.from_text(NAMELESS, GROUP, "2406.00001"), results.NotAllowed)
    assert await store.chats() == []


async def test_the_chats_likes_can_be_taken_back_and_a_persons_stay(talk: Conversation, store: SqlStore) -> None:
    await talk.likes.of_list(PRIVATE, PaperList(("2406.00001", "2406.00002")))
    await talk.likes.from_text(ADMIN, PRIVATE, "2406.00001")
    found = await finder(store).listed(PaperList(("2406.00001", "2406.00003")))
    assert await talk.likes.take_back(PRIVATE, found) == results.TakenBack(found, 1)
    assert await votes(store, PRIVATE) == {("", "2406.00002", VoteKind.UP), ("5", "2406.00001", VoteKind.UP)}


async def test_a_new_version_in_the_store_is_the_same_paper(talk: Conversation, store: SqlStore) -> None:
    await store.remember([replace(HEADS, version=3)], FakeClock().now())
    liked = await talk.likes.from_text(ADMIN, PRIVATE, "2406.00001v1")
    assert isinstance(liked, results.Liked)
    assert [each.id for each in liked.found.papers] == ["2406.00001"]


async def test_likes_in_a_channel_are_stored_without_the_persons_id(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(ADMIN, GROUP, "cs.CV")
    await talk.beginning.note_kind(GROUP, ChatKind.CHANNEL)
    liked = await talk.likes.from_text(ADMIN, GROUP, HEADS.id)
    assert isinstance(liked, results.Liked)
    (vote,) = await store.votes_of(GROUP)
    assert vote.person not in ("", ADMIN.user_id)
    assert await talk.votes.of_person(ADMIN, GROUP, HEADS.id) == {VoteKind.UP}
    assert isinstance(await talk.undo.undo(MEMBER, GROUP, liked.undo), results.NotAllowed)
    assert isinstance(await talk.undo.undo(ADMIN, GROUP, liked.undo), results.Undone)
    assert not await store.votes_of(GROUP)
