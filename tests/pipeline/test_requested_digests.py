"""The digest that a subscriber would get: chosen and ordered by a query, an interest and liked papers, and its size."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot import pipeline
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.matches import MOST_CLOSE
from bot.errors import ModelUnavailable
from bot.model import Announced, Announcement, Depth, Digest, Kind, ListingRecord, Paper, Window
from bot.pipeline.on_demand import TITLE_LINES, Subscriber, is_stored
from bot.topics import parse
from tests.fakes.relevance import FakeRelevance
from tests.pipeline.conftest import DAYS, Scene

BROAD = "all:the OR cat:cs.CV OR cat:cs.CL OR cat:cs.LG"
FIRST = date(2026, 5, 18)
SECOND = FIRST + timedelta(days=1)


def paper(number: int, title: str, categories: tuple[str, ...] = ("cs.CV",)) -> Paper:
    return Paper(f"2605.{number:05}", 1, title, ("Ada Example",), "Nothing more.", categories)


async def announce(scene: Scene, day: date, *papers: Paper, kind: Kind = Kind.NEW) -> None:
    """Store a listing of all archives with these papers."""
    scene.clock.set(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    entries = [Announced(each, Announcement(each.id, 1, day, kind)) for each in papers]
    await scene.store.ingest(entries, scene.clock.now())
    records = [
        ListingRecord(day, archive, "feed", len(papers), 0, True, scene.clock.now())
        for archive in Subscriber(None).archives
    ]
    await scene.store.record_listing(records)


async def asked(scene: Scene, subscriber: Subscriber, first: date = FIRST, last: date = FIRST) -> Digest:
    options = SummaryOptions("en")
    relevance = FakeRelevance()
    assert await is_stored(scene.store, subscriber, Window(first, last))
    return await pipeline.digest_of(
        scene.store, scene.source, scene.builder, relevance, scene.clock, subscriber, Window(first, last), options
    )


def ids(digest: Digest) -> list[int]:
    return [int(card.paper.id.partition(".")[2]) for card in digest.cards]


HEADS = [
    paper(1, "A survey of optics"),
    paper(2, "Talking heads from audio"),
    paper(3, "Heads of state", ("econ.GN",)),
    paper(4, "Talking heads from audio with lips in sync"),
    paper(5, "Theorems on graphs", ("math.CO",)),
]


async def test_an_interest_chooses_from_the_whole_listing_best_first(scene: Scene) -> None:
    await announce(scene, FIRST, *HEADS)
    digest = await asked(scene, Subscriber(parse("about: talking heads with lips in sync")))
    assert ids(digest) == [4, 2]
    assert (digest.matched, digest.announced) == (2, 5)
    only_math = await asked(scene, Subscriber(parse("about: talking heads with lips in sync, in math.CO")))
    assert only_math.cards == ()
    assert only_math.quiet == "None of the 5 papers announced then is close to this interest."


async def test_an_interest_beside_a_query_orders_what_the_query_matches(scene: Scene) -> None:
    await announce(scene, FIRST, *HEADS)
    assert set(ids(await asked(scene, Subscriber(parse("cs.CV"))))) == {1, 2, 4}
    ordered = await asked(scene, Subscriber(parse("cs.CV about: survey of optics")))
    assert ids(ordered)[0] == 1
    assert set(ids(ordered)) == {1, 2, 4}


async def test_liked_papers_change_the_order_of_a_topic(scene: Scene) -> None:
    await announce(scene, FIRST, *HEADS)
    plain = ids(await asked(scene, Subscriber(parse("cs.CV"))))
    last = next(each for each in HEADS if each.id.endswith(f"{plain[-1]:05}"))
    liked = tuple(replace(last, id=f"2001.{number:05}") for number in range(1, 13))
    assert ids(await asked(scene, Subscriber(parse("cs.CV"), liked)))[0] == plain[-1] != plain[0]


async def test_liked_papers_alone_choose_from_the_whole_listing(scene: Scene) -> None:
    await announce(scene, FIRST, *HEADS, *(paper(100 + n, f"Item {n}", ("math.CO",)) for n in range(30)))
    liked = tuple(replace(HEADS[4], id=f"2001.{number:05}") for number in range(1, 4))
    digest = await asked(scene, Subscriber(None, liked))
    assert ids(digest)[0] == 5
    assert (digest.matched, digest.topics) == (MOST_CLOSE, ())


async def test_a_paper_announced_twice_is_shown_once(scene: Scene) -> None:
    await announce(scene, FIRST, HEADS[1])
    await announce(scene, SECOND, HEADS[1], kind=Kind.CROSS)
    await announce(scene, SECOND, replace(HEADS[3], version=1), kind=Kind.REPLACE)
    digest = await asked(scene, Subscriber(parse("cs.CV")), FIRST, SECOND)
    assert [(card.paper.id, card.announcement and card.announcement.day) for card in digest.cards] == [
        ("2605.00002", FIRST)
    ]


async def test_papers_past_the_size_are_titles_and_then_counted(scene: Scene) -> None:
    await announce(scene, FIRST, *(paper(number, f"Thing {number}") for number in range(1, 41)))
    await announce(scene, SECOND, *(paper(number, f"Thing {number}") for number in range(41, 44)))
    digest = await asked(scene, Subscriber(parse("cs.CV"), size=5), FIRST, SECOND)
    assert (len(digest.cards), len(digest.also), digest.unlisted) == (5, TITLE_LINES, 18)
    assert digest.matched == 43
    assert digest.each_day == ((FIRST, 40, 40), (SECOND, 3, 3))
    assert all(card.summary for card in digest.cards)
    assert not any(card.summary for card in digest.also)
    everything = await asked(scene, Subscriber(parse("cs.CV")), FIRST, SECOND)
    assert [card.paper for card in (*digest.cards, *digest.also)] == [
        card.paper for card in everything.cards[: 5 + TITLE_LINES]
    ]
    assert (len(everything.cards), everything.also, everything.unlisted) == (43, (), 0)


async def test_the_same_subscriber_gets_the_same_digest_twice(scene: Scene) -> None:
    await announce(scene, FIRST, *HEADS)
    subscriber = Subscriber(parse("cs.CV OR cs.CL about: heads that talk"), (HEADS[1],))
    assert await asked(scene, subscriber) == await asked(scene, subscriber)


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def digest_of(scene: Scene, depth: Depth = Depth.BRIEF) -> tuple[Digest, list[tuple[int, int]]]:
    """The digest of the sample's papers of three days, and the reports of its progress."""
    steps: list[tuple[int, int]] = []
    scene.morning(DAYS[-1])
    digest = await pipeline.digest_of(
        scene.store,
        scene.source,
        scene.builder,
        FakeRelevance(),
        scene.clock,
        Subscriber(parse(BROAD)),
        Window(DAYS[0], DAYS[-1]),
        SummaryOptions("en", depth),
        lambda done, of: steps.append((done, of)),
    )
    return digest, steps


async def test_the_papers_of_a_digest_that_is_asked_for_are_summarized_in_groups(scene: Scene) -> None:
    digest, steps = await digest_of(scene)
    total = len(digest.cards)
    assert total > 8
    assert [batch for batch, _ in scene.makers.groups] == [4] * math.ceil(total / 16)
    assert sum(len(papers) for _, papers in scene.makers.groups) == total
    assert steps[-1] == (total, total)
    assert steps == sorted(steps)
    asked = len(scene.makers.asked)
    again, steps = await digest_of(scene)
    assert again.cards == digest.cards
    assert (len(scene.makers.asked), steps) == (asked, [(total, total)])


async def test_a_digest_that_is_asked_for_while_no_model_serves_is_made_without_one_and_not_kept(scene: Scene) -> None:
    scene.makers.down = ModelUnavailable("The model is down.")
    digest, steps = await digest_of(scene)
    assert {card.summary.provenance.instead_of for card in digest.cards if card.summary} == {"The model is down."}
    assert steps[-1] == (len(digest.cards), len(digest.cards))
    scene.makers.down = None
    later, _ = await digest_of(scene)
    assert {card.summary.provenance.model for card in later.cards if card.summary} == {"openai:test"}


async def test_deep_readings_of_a_digest_are_made_one_by_one(scene: Scene) -> None:
    digest, steps = await digest_of(scene, Depth.DEEP)
    assert scene.makers.groups == []
    assert [done for done, _ in steps] == list(range(1, len(digest.cards) + 1))
