"""What chats have had is the same, whatever happens, as if every paper of every chat had a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bot.model import Chat, ChatRef, Kind, NewDigest, Platform
from bot.pipeline.match import match
from bot.storage.store import SqlStore
from tests.contracts.samples import NOW, announced, digest
from tests.fakes.stores import emptied_store, memory_store
from tests.storage.history_reference import Place, Reference

REFS = [ChatRef(Platform.TELEGRAM, f"-{number}") for number in (1, 2, 3)]
WORDS = ["apple", "berry", "cherry"]
PAPERS = [f"2606.0000{number}" for number in range(9)]
DAYS = [date(2026, 6, 1) + timedelta(days=number) for number in range(6)]


class Player:
    """Does every step in the store and in the reference, and compares what they say of all chats."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.reference, self.number = store, Reference(), 0
        self.held: list[tuple[NewDigest, Place, int]] = []
        self.may_be_refused: set[str] = set()
        self.versions = 1

    async def listing(self, entries: list[tuple[str, date, Kind, frozenset[str]]], is_matched: bool) -> None:
        for entry in entries:
            await self._announce(*entry)
        if is_matched:
            await self.match()

    async def _announce(self, paper: str, day: date, kind: Kind, words: frozenset[str]) -> None:
        self.reference.announce(paper, day, kind, words)
        text = " ".join(sorted(self.reference.words[paper]))
        # A replacement brings a newer version, which may say something else.
        self.versions += kind is Kind.REPLACE
        version = self.versions if kind is Kind.REPLACE else 1
        await self.store.ingest([announced(paper, day, kind, version, title=text, abstract=text)], NOW)

    async def match(self) -> None:
        self.reference.match()
        await match(self.store)

    async def subscribe(self, chat: ChatRef, word: str, since: date) -> None:
        await self.add(chat)
        self.reference.subscribe(chat, word, since)
        await self.store.subscribe(chat, word, since, NOW)

    async def unsubscribe(self, chat: ChatRef, word: str) -> None:
        await self.add(chat)
        self.reference.unsubscribe(chat, word)
        await self.store.unsubscribe(chat, word, NOW)

    async def read(self, chat: ChatRef, upto: date | None) -> None:
        await self.add(chat)
        unseen = (await self.store.unseen_of([chat], upto))[chat]
        shown = unseen.position.papers[:2]
        new = replace(digest(chat, f"slot {self.number}", shown, parts=0), position=unseen.position)
        place = self.reference.chats[chat]
        self.held.append((new, place, place.version))

    async def write(self) -> None:
        if not self.held:
            return
        new, composed_for, version = self.held.pop(0)
        place = self.reference.chats.get(new.chat)
        written = await self.store.write_digest(new, NOW)
        # Another chat may have the name by now: one that was forgotten and came back, or that was moved there.
        if place is None or place is composed_for:
            is_current = place is not None and place.version == version
            assert written == is_current or (not written and new.slot in self.may_be_refused)
        if place is not None and written:
            assert place.taken.isdisjoint(new.position.papers)
            self._take(place, set(new.position.papers))

    async def digest(self, chat: ChatRef, upto: date | None) -> None:
        await self.read(chat, upto)
        self.held.insert(0, self.held.pop())
        await self.write()

    async def show(self, chat: ChatRef, paper: str) -> None:
        """A digest without a position, as nobody composes them from unseen papers."""
        await self.add(chat)
        place = self.reference.chats[chat]
        written = await self.store.write_digest(digest(chat, f"slot {self.number}", (paper,), parts=0), NOW)
        assert written == (paper not in place.taken)
        if written:
            self._take(place, {paper})

    async def begin_by(self, day: date) -> None:
        self.reference.begin_by(day)
        await self.store.begin_by(day, NOW)

    async def move(self, chat: ChatRef, to: ChatRef) -> None:
        self.reference.move(chat, to)
        await self.store.move_chat(chat, to, NOW)

    async def forget(self, chat: ChatRef) -> None:
        if chat in self.reference.chats:
            self.reference.forget(chat)
        await self.store.forget(chat)

    async def tidy(self) -> None:
        """Digests that are being composed for chats behind joined rows are refused; the others are not."""
        self.reference.tidy()
        await self.store.tidy_matches(NOW + timedelta(days=40), least_rows=2)
        for new, _, _ in self.held:
            self.may_be_refused.add(new.slot)

    async def add(self, chat: ChatRef) -> None:
        if chat not in self.reference.chats:
            self.reference.chats[chat] = Place()
            await self.store.add_chat(Chat(chat))

    def _take(self, place: Place, papers: set[str]) -> None:
        place.taken |= papers
        place.version += bool(papers)

    async def compare(self, upto: date) -> None:
        for limit in (None, upto):
            found = await self.store.unseen_of(REFS, limit)
            topic_ids = {topic_id for unseen in found.values() for _, ids in unseen.found for topic_id in ids}
            queries = await self.store.topic_queries(topic_ids)
            for chat, unseen in found.items():
                named = [(seq, {queries[topic_id] for topic_id in ids}) for seq, ids in unseen.found]
                assert named == self.reference.unseen(chat, limit), chat
        waiting = {chat for chat, unseen in (await self.store.unseen_of(REFS)).items() if unseen.found}
        assert waiting <= set(await self.store.chats_with_candidates())
        for chat in REFS:
            taken = self.reference.chats[chat].taken if chat in self.reference.chats else set()
            assert await self.store.taken(chat, PAPERS) == taken, chat


Step = Callable[[Player], Awaitable[None]]


def step(
    method: Callable[..., Awaitable[None]], weight: int = 1, **arguments: SearchStrategy[object]
) -> list[SearchStrategy[Step]]:
    return [st.fixed_dictionaries(arguments).map(lambda values: partial(method, **values))] * weight


chats, papers, words, days = (st.sampled_from(each) for each in (REFS, PAPERS, WORDS, DAYS))
kinds = st.sampled_from([Kind.NEW, Kind.NEW, Kind.CROSS, Kind.REPLACE])

entries = st.tuples(papers, days, kinds, st.frozensets(words, min_size=1))
"""Paper, listing day, kind, and the words of a paper that is new or replaced."""

histories = st.lists(
    st.one_of(
        *step(Player.listing, 4, entries=st.lists(entries, min_size=1, max_size=4), is_matched=st.booleans()),
        *step(Player.match),
        *step(Player.subscribe, 4, chat=chats, word=words, since=days),
        *step(Player.unsubscribe, chat=chats, word=words),
        *step(Player.digest, 4, chat=chats, upto=st.none() | days),
        *step(Player.read, chat=chats, upto=st.none() | days),
        *step(Player.write),
        *step(Player.show, chat=chats, paper=papers),
        *step(Player.begin_by, day=days),
        *step(Player.move, chat=chats, to=chats),
        *step(Player.forget, chat=chats),
        *step(Player.tidy, 2),
    ),
    min_size=25,
    max_size=50,
)


async def play(store: SqlStore, history: list[Step]) -> None:
    player = Player(store)
    # Something to begin with: most chats follow some topics, and have had a digest.
    for chat, word in ((REFS[0], WORDS[0]), (REFS[0], WORDS[1]), (REFS[1], WORDS[1]), (REFS[1], WORDS[2])):
        await player.subscribe(chat, word, DAYS[1])
    await player.listing(
        [(paper, DAYS[2], Kind.NEW, frozenset(WORDS[at % 3 :])) for at, paper in enumerate(PAPERS)], True
    )
    await player.digest(REFS[0], None)
    for one in history:
        player.number += 1
        await one(player)
        if player.number % 3 == 0:
            await player.compare(DAYS[player.number % len(DAYS)])
    await player.match()
    await player.compare(DAYS[3])


@settings(max_examples=20, deadline=None)
@given(histories)
def test_what_chats_have_had_is_as_if_every_paper_had_a_row(history: list[Step]) -> None:
    async def on_sqlite() -> None:
        async with memory_store() as store:
            await play(store, history)

    asyncio.run(on_sqlite())


@settings(max_examples=5, deadline=None)
@given(history=histories)
def test_what_chats_have_had_is_the_same_on_postgres(server: str, history: list[Step]) -> None:
    async def on_postgres() -> None:
        async with emptied_store(server) as store:
            await play(store, history)

    asyncio.run(on_postgres())
