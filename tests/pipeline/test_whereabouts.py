"""What became of a paper in a chat, and the next digest as it stands, on a real store; neither writes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot import pipeline, topics
from bot.decisions.matches import MOST_CLOSE
from bot.model import (
    Announced,
    Chat,
    ChatModel,
    ChatRef,
    Digest,
    Kind,
    Lift,
    Nearest,
    PaperOutcome,
    Platform,
    ReasonKind,
    VoteKind,
    Whereabouts,
)
from bot.pipeline import DigestBuilder, Insight, Rankings
from bot.relevance.model_weights import packed_terms
from bot.storage.store import SqlStore
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.relevance import FakeRelevance
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 6, day) for day in (1, 2, 3))
ANN = ChatRef(Platform.TELEGRAM, "1")
HEADS = "about: talking heads driven by audio"


@dataclass
class Desk:
    """A store with one chat, and the service's clock; `relevance` and `rankings` are those of the service."""

    store: SqlStore
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2026, 6, 3, 9, tzinfo=UTC)))
    relevance: FakeRelevance = field(default_factory=FakeRelevance)
    platform: FakePlatform = field(default_factory=FakePlatform)

    def __post_init__(self) -> None:
        self.rankings = Rankings(self.relevance)

    @property
    def insight(self) -> Insight:
        return Insight(self.store, self.relevance, self.rankings, self.clock, FakeMakers(self.clock), AbstractReader())

    async def chat(self) -> Chat:
        chat = await self.store.chat(ANN)
        assert chat is not None
        return chat

    async def follow(self, *queries: str, since: date = MONDAY) -> None:
        for query in queries:
            await self.store.subscribe(ANN, topics.parse(query).query, since, self.clock.now())

    async def announce(self, *entries: Announced) -> None:
        await self.store.ingest(entries, self.clock.now())

    async def digest(self) -> Digest:
        """Write the chat's digest, as /digest does."""
        await pipeline.match(self.store, self.relevance)
        builder = DigestBuilder(
            {Platform.TELEGRAM: self.platform}, FakeMakers(self.clock), AbstractReader(), self.rankings
        )
        digest = await pipeline.digest_now(self.store, builder, await self.chat(), self.clock)
        assert isinstance(digest, Digest)
        return digest

    async def learn(self, *terms: tuple[str, float]) -> None:
        """Give the chat a model that it has learned from one vote."""
        await self.store.vote(ANN, "1", ["2606.00001"], VoteKind.UP, self.clock.now())
        model = ChatModel(1, self.clock.now(), 1, packed_terms(terms))
        assert await self.store.save_model(ANN, model, await self.store.votes_of(ANN), self.clock.now())

    async def why(self, number: int) -> Whereabouts:
        return await self.insight.whereabouts(await self.chat(), f"2606.{number:05}")

    async def preview(self) -> Digest:
        return await self.insight.preview(await self.chat())


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with memory_store() as store:
        await store.add_chat(Chat(ANN, size=2, digest_time=time(9, 0)))
        yield Desk(store)


def entry(number: int, day: date = WEDNESDAY, title: str = "weights", kind: Kind = Kind.NEW) -> Announced:
    return made_up(f"2606.{number:05}", day, title=title, kind=kind)


def many(count: int, title: str = "weights") -> list[Announced]:
    return [entry(number, title=title) for number in range(1, count + 1)]


# ── in the next digest ──


async def test_a_waiting_paper_has_the_place_that_the_digest_gives_it(desk: Desk) -> None:
    await desk.announce(*many(40))
    await desk.follow("weights")
    found = [await desk.why(number) for number in range(1, 41)]
    digest = await desk.digest()
    place_of = {f.paper_id: (f.outcome, f.place) for f in found}
    assert [place_of[card.paper.id] for card in digest.cards] == [(PaperOutcome.CARD, 1), (PaperOutcome.CARD, 2)]
    counted = [each for each in found if each.outcome is PaperOutcome.UNLISTED]
    assert sorted(each.place for each in counted) == list(range(3, 41))
    assert {each.of for each in found} == {40}
    assert {each.topics for each in found} == {("weight",)}


async def test_what_would_bring_a_paper_further_up_is_said_of_those_that_are_not_cards(desk: Desk) -> None:
    await desk.announce(*many(40))
    await desk.follow("weights")
    lifts_at = {each.place: each.lifts for each in [await desk.why(number) for number in range(1, 41)]}
    assert lifts_at[1] == ()
    assert lifts_at[22] == (Lift.VOTES, Lift.INTEREST, Lift.SIZE)
    assert lifts_at[23] == (Lift.VOTES, Lift.INTEREST)
    await desk.follow("weights about: heads that weigh")
    assert Lift.INTEREST not in (await desk.why(1)).lifts


async def test_reasons_name_what_the_paper_shares_with_the_topics(desk: Desk) -> None:
    await desk.announce(entry(1, title="Talking heads and weights"))
    await desk.follow("weights", HEADS)
    found = await desk.why(1)
    assert [(each.kind, each.detail) for each in found.reasons[:2]] == [
        (ReasonKind.INTEREST, "head, talking"),
        (ReasonKind.TERMS, "weights"),
    ]


# ── in a digest of the past ──


async def test_a_paper_that_came_has_its_place_in_that_digest(desk: Desk) -> None:
    await desk.announce(*many(5))
    await desk.follow("weights")
    digest = await desk.digest()
    desk.clock.advance(3600)
    await desk.announce(entry(9, TUESDAY))
    for place, card in enumerate(digest.cards, 1):
        found = await desk.why(int(card.paper.id.rpartition(".")[2]))
        assert (found.outcome, found.digest_day) == (PaperOutcome.SENT, WEDNESDAY)
        assert (found.place, found.of, found.is_about) == (place, 5, False)


async def test_the_best_paper_of_a_topic_has_the_place_of_its_card(desk: Desk) -> None:
    await desk.announce(*many(30, title="weights of heads"), entry(90, title="A survey", kind=Kind.CROSS))
    await desk.follow("weights", "heads", "survey")
    before = await desk.why(90)
    digest = await desk.digest()
    assert [card.paper.id for card in digest.cards][1] == "2606.00090"
    after = await desk.why(90)
    assert (before.outcome, before.place) == (PaperOutcome.CARD, 2)
    assert (after.outcome, after.place, after.of) == (PaperOutcome.SENT, 2, 31)


async def test_a_place_is_about_right_where_something_was_learned_or_followed_since(desk: Desk) -> None:
    await desk.announce(*many(3), entry(4, title="heads and weights"))
    await desk.follow("weights")
    await desk.digest()
    assert not (await desk.why(4)).is_about
    desk.clock.advance(3600)
    await desk.learn(("head", 3.0))
    found = await desk.why(4)
    assert (found.place, found.of, found.is_about) == (1, 4, True)


async def test_a_paper_that_a_digest_only_counted_is_found_in_it(desk: Desk) -> None:
    await desk.announce(*many(30))
    await desk.follow("weights")
    digest = await desk.digest()
    named = {card.paper.id for card in digest.cards}
    number = next(number for number in range(1, 31) if f"2606.{number:05}" not in named)
    found = await desk.why(number)
    assert (found.outcome, found.digest_day, found.of) == (PaperOutcome.COUNTED, WEDNESDAY, 30)
    assert 2 < found.place <= 30
    assert found.lifts


async def test_a_paper_that_is_cross_listed_later_came_with_the_first_digest(desk: Desk) -> None:
    await desk.announce(entry(1, TUESDAY))
    await desk.follow("weights")
    await desk.digest()
    desk.clock.advance(86400)
    await desk.announce(entry(1, WEDNESDAY, kind=Kind.CROSS))
    found = await desk.why(1)
    assert (found.outcome, found.announced_on) == (PaperOutcome.SENT, TUESDAY)


async def test_a_paper_came_even_if_its_topic_is_no_longer_followed(desk: Desk) -> None:
    await desk.announce(entry(1))
    await desk.follow("weights")
    await desk.digest()
    await desk.store.unsubscribe(ANN, "weight", desk.clock.now())
    found = await desk.why(1)
    assert (found.outcome, found.digest_day, found.place, found.reasons) == (PaperOutcome.SENT, WEDNESDAY, 0, ())


# ── why not ──


async def test_the_nearest_topic_is_named_with_what_the_paper_lacks(desk: Desk) -> None:
    await desk.announce(entry(1, title="talking heads"))
    await desk.follow("proof theory", '"talking head" cs.CL', "math.NA")
    found = await desk.why(1)
    assert (found.outcome, found.topics) == (PaperOutcome.NO_MATCH, ())
    assert found.nearest == Nearest('"talking head" AND cat:cs.CL', ("is not in cs.CL",))


async def test_an_interest_is_missed_by_distance_or_because_others_were_closer(desk: Desk) -> None:
    title = "talking heads driven by audio"
    await desk.announce(*many(MOST_CLOSE, title=title), entry(90, title=f"{title} and weights"), entry(91))
    await desk.follow(HEADS)
    numbers = [
        number
        for number in (*range(1, MOST_CLOSE + 1), 90)
        if (await desk.why(number)).outcome is PaperOutcome.NO_MATCH
    ]
    assert len(numbers) == 1
    assert (await desk.why(numbers[0])).nearest == Nearest(HEADS, (), is_crowded_out=True)
    assert (await desk.why(91)).nearest == Nearest(HEADS)


async def test_a_distant_interest_is_no_nearer_than_a_topic_that_one_thing_keeps_away(desk: Desk) -> None:
    await desk.announce(entry(1))
    await desk.follow("cs.CL", HEADS, "cs.CL proofs")
    assert (await desk.why(1)).nearest == Nearest("cat:cs.CL", ("is not in cs.CL",))


async def test_a_topic_that_was_followed_too_late_is_told(desk: Desk) -> None:
    await desk.announce(entry(1, TUESDAY), entry(2, WEDNESDAY))
    await desk.follow("weights", since=WEDNESDAY)
    found = await desk.why(1)
    assert (found.outcome, found.topics, found.since) == (PaperOutcome.BEFORE_SUBSCRIPTION, ("weight",), WEDNESDAY)


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([], PaperOutcome.NOT_ANNOUNCED),
        ([entry(1, kind=Kind.REPLACE)], PaperOutcome.REPLACEMENT),
        ([entry(1, MONDAY - timedelta(days=40))], PaperOutcome.LONG_AGO),
        ([entry(1, MONDAY - timedelta(days=40)), entry(1, kind=Kind.REPLACE)], PaperOutcome.LONG_AGO),
        ([entry(1)], PaperOutcome.NO_TOPIC),
    ],
)
async def test_what_no_chat_or_this_chat_cannot_have_is_told(
    desk: Desk, entries: list[Announced], outcome: PaperOutcome
) -> None:
    await desk.announce(*entries, entry(2))
    assert (await desk.why(1)).outcome is outcome


# ── the next digest as it stands ──


async def test_a_preview_is_the_digest_that_then_comes(desk: Desk) -> None:
    await desk.announce(*many(30))
    await desk.follow("weights")
    seen = await desk.preview()
    again = await desk.preview()
    digest = await desk.digest()
    assert seen == again
    assert [card.paper for card in seen.cards] == [card.paper for card in digest.cards]
    assert replace(seen, cards=(), notes=()) == replace(digest, cards=(), notes=(), slot="")
    assert all(card.summary is None for card in seen.cards)
    assert (await desk.preview()).matched == 0


async def test_looking_takes_nothing_and_asks_for_no_summary(desk: Desk) -> None:
    await desk.announce(*many(3))
    await desk.follow("weights")
    await desk.preview()
    await desk.why(1)
    assert await desk.store.taken(ANN, ["2606.00001", "2606.00002", "2606.00003"]) == set()
    assert await desk.store.deliveries(chat=ANN) == []
    assert await desk.store.wanted(desk.clock.now(), 10) == []
