"""Votes are the same, whatever happens to them and to their chats, as in a dictionary that holds them all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Chat, ChatModel, ChatRef, Platform, Vote, VoteCounts, VoteKind
from bot.relevance.model_weights import packed_terms
from bot.storage.store import SqlStore
from tests.contracts.samples import NOW, paper
from tests.fakes.stores import emptied_store, memory_store

REFS = [ChatRef(Platform.TELEGRAM, f"-{number}") for number in (1, 2, 3)]
PEOPLE, PAPERS = ["", "7", "8"], ["2606.00001", "2606.00002", "2606.00003"]
OPINIONS = (VoteKind.UP, VoteKind.DOWN)

chats, people, papers, kinds = (st.sampled_from(each) for each in (REFS, PEOPLE, PAPERS, list(VoteKind)))

steps = st.lists(
    st.one_of(
        *[st.tuples(st.just("vote"), chats, people, st.sets(papers, min_size=1), kinds)] * 5,
        st.tuples(st.just("take back"), chats, people, papers, kinds),
        st.tuples(st.just("forget votes"), chats),
        st.tuples(st.just("forget"), chats),
        *[st.tuples(st.just("move"), chats, chats)] * 2,
        *[st.tuples(st.just("read"), chats)] * 2,
        *[st.tuples(st.just("learn"), st.integers(0, 3))] * 3,
    ),
    min_size=20,
    max_size=60,
)
Step = tuple[object, ...]


class Player:
    """Does every step in the store and in the reference, and compares what they say of all chats."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.now = store, NOW
        self.votes: dict[ChatRef, set[Vote]] = {}
        self.learned: dict[ChatRef, tuple[int, frozenset[Vote]]] = {}
        """Of each model, its version and the votes that it was learned from."""
        self.waiting: set[ChatRef] = set()
        self.read: list[tuple[ChatRef, list[Vote], int]] = []

    async def do(self, step: Step) -> None:
        self.now += timedelta(seconds=1)
        match step:
            case ("vote", ChatRef() as ref, str(person), set(names), VoteKind() as kind):
                await self.vote(ref, person, names, kind)
            case ("take back", ChatRef() as ref, str(person), str(name), VoteKind() as kind):
                found = {
                    each for each in self.of(ref) if (each.person, each.paper_id, each.kind) == (person, name, kind)
                }
                assert await self.store.take_back(ref, person, name, kind, self.now) == bool(found)
                self.change(ref, self.of(ref) - found)
            case ("forget votes", ChatRef() as ref):
                assert await self.store.forget_votes(ref, self.now) == len(self.of(ref))
                self.drop(ref)
            case ("forget", ChatRef() as ref):
                await self.store.forget(ref)
                self.drop(ref)
            case ("move", ChatRef() as old, ChatRef() as new):
                await self.move(old, new)
            case ("read", ChatRef() as ref):
                version = self.learned.get(ref, (0, frozenset()))[0] + 1
                self.read.append((ref, await self.store.votes_of(ref), version))
            case ("learn", int(which)) if self.read:
                await self.learn(*self.read.pop(which % len(self.read)))

    async def vote(self, ref: ChatRef, person: str, names: set[str], kind: VoteKind) -> None:
        await self.store.add_chat(Chat(ref))
        votes = self.of(ref)
        known = {vote.paper_id for vote in votes if (vote.person, vote.kind) == (person, kind)}
        assert await self.store.vote(ref, person, names, kind, self.now) == len(names - known)
        if kind in OPINIONS:
            replaced = {vote for vote in votes if vote.person == person and vote.paper_id in names - known}
            votes = {vote for vote in votes if vote not in replaced or vote.kind not in OPINIONS}
        self.change(ref, votes | {Vote(ref, person, name, kind, self.now) for name in names - known})

    async def move(self, old: ChatRef, new: ChatRef) -> None:
        was_there = await self.store.chat(new) is not None
        exists = await self.store.chat(old) is not None
        await self.store.move_chat(old, new, self.now)
        if old == new or not exists:
            return
        moved = {Vote(new, vote.person, vote.paper_id, vote.kind, vote.at) for vote in self.of(old)}
        latest: dict[object, Vote] = {}
        for vote in sorted(self.of(new) | moved, key=lambda vote: vote.at):
            latest[vote.person, vote.paper_id, "opinion" if vote.kind in OPINIONS else vote.kind] = vote
        waits = bool(moved) if was_there else old in self.waiting
        learned = self.learned.get(old)
        self.drop(old)
        self.votes[new] = set(latest.values())
        self.waiting |= {new} if waits else set()
        if learned and (moved or not was_there):
            self.learned.setdefault(new, learned)

    async def learn(self, ref: ChatRef, votes: list[Vote], version: int) -> None:
        model = ChatModel(version, self.now, len(votes), packed_terms((("term", 1.0),))) if votes else None
        exists = await self.store.chat(ref) is not None
        if model is None:
            is_saved = exists and not self.of(ref)
        else:
            is_saved = not self.of(ref).isdisjoint(votes) and version > self.learned.get(ref, (0,))[0]
        assert await self.store.save_model(ref, model, votes, self.now) == is_saved
        if is_saved:
            self.learned.pop(ref, None)
            if model is not None:
                self.learned[ref] = (version, frozenset(votes))
            self.waiting -= {ref}
            self.waiting |= {ref} if self.of(ref) != set(votes) else set()

    def of(self, ref: ChatRef) -> set[Vote]:
        return self.votes.get(ref, set())

    def change(self, ref: ChatRef, votes: set[Vote]) -> None:
        if votes != self.of(ref):
            self.votes[ref] = votes
            self.waiting.add(ref)

    def drop(self, ref: ChatRef) -> None:
        self.votes.pop(ref, None)
        self.learned.pop(ref, None)
        self.waiting.discard(ref)

    async def compare(self) -> None:
        for ref in REFS:
            votes = await self.store.votes_of(ref)
            assert set(votes) == self.of(ref)
            assert [vote.at for vote in votes] == sorted(vote.at for vote in votes)
        models = await self.store.models_of(REFS)
        assert {ref: model.version for ref, model in models.items()} == {
            ref: version for ref, (version, _) in self.learned.items()
        }
        assert set(await self.store.chats_to_learn(9)) == self.waiting
        assert await self.store.vote_counts(PAPERS) == self.counts()

    def counts(self) -> dict[str, VoteCounts]:
        found = {name: [0, 0, 0] for name in PAPERS}
        for votes in self.votes.values():
            for name, counts in found.items():
                given = [vote.kind for vote in votes if vote.paper_id == name]
                up, down = given.count(VoteKind.UP), given.count(VoteKind.DOWN)
                counts[0] += up > down
                counts[1] += down > up
                counts[2] += VoteKind.SAVED in given
        return {name: VoteCounts(*counts) for name, counts in found.items() if any(counts)}


async def play(store: SqlStore, history: list[Step]) -> None:
    await store.remember([paper(name) for name in PAPERS], NOW)
    player = Player(store)
    for ref in REFS[:2]:
        await player.do(("vote", ref, "7", set(PAPERS[:2]), VoteKind.UP))
    for step in history:
        await player.do(step)
        await player.compare()


@settings(max_examples=60, deadline=None)
@given(steps)
def test_votes_are_as_in_a_dictionary_of_all_of_them(history: list[Step]) -> None:
    async def on_sqlite() -> None:
        async with memory_store() as store:
            await play(store, history)

    asyncio.run(on_sqlite())


@settings(max_examples=10, deadline=None)
@given(history=steps)
def test_votes_are_the_same_on_postgres(server: str, history: list[Step]) -> None:
    async def on_postgres() -> None:
        async with emptied_store(server) as store:
            await play(store, history)

    asyncio.run(on_postgres())
