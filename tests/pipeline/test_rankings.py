"""What choosing ranked serves composing, and what is learned counts from the next digest on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot import pipeline
from bot.decisions.ranking import Ranking
from bot.model import Candidate, Chat, ChatModel, ChatRef, Match, ReasonKind, Vote, VoteKind
from bot.pipeline import DigestBuilder, Rankings, ranked
from bot.pipeline.rankings import RankingRun
from bot.relevance.model_weights import packed_terms
from tests.fakes.makers import AbstractReader
from tests.fakes.relevance import FakeRelevance, words_of
from tests.pipeline.conftest import ANN, BOB, DAYS, Scene


async def ranking_of(scene: Scene, rankings: Rankings, ref: ChatRef = ANN, *, size: int | None = None) -> Ranking:
    chat = await chat_of(scene, ref)
    unseen = (await scene.store.unseen_of([ref]))[ref]
    chat = chat if size is None else replace(chat, size=size)
    return (await RankingRun(rankings, scene.store, scene.clock.now()).rank({chat: unseen}))[ref]


async def chat_of(scene: Scene, ref: ChatRef) -> Chat:
    chat = await scene.store.chat(ref)
    assert chat is not None
    return chat


async def teach(scene: Scene, ref: ChatRef, likes: str, version: int = 1) -> None:
    """Give a chat a model that likes the words of a paper."""
    paper = await scene.store.paper(likes)
    assert paper is not None
    now = scene.clock.now()
    await scene.store.vote(ref, "7", [likes], VoteKind.UP, now)
    terms = tuple((word, 5.0) for word in sorted(words_of(paper)))
    model = ChatModel(version, now, 20, packed_terms(terms), bias=-3.0, liked=(likes,))
    assert await scene.store.save_model(ref, model, [Vote(ref, "7", likes, VoteKind.UP, now)], now)


async def titles(scene: Scene, ranking: Ranking) -> list[str]:
    papers = await scene.store.announced_at(ranking.shown)
    return [papers[seq].paper.id for seq in ranking.shown]


async def test_equal_papers_and_sizes_share_a_ranking_and_others_do_not(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV", "cs.CL")
    await scene.follow(BOB, "cs.CV", "cs.CL")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    rankings = Rankings(most=2)
    first = await ranking_of(scene, rankings)
    assert await ranking_of(scene, rankings) is first
    assert await ranking_of(scene, rankings, BOB) is first
    assert len((await ranking_of(scene, rankings, size=1)).shown) == 1
    # Only two are kept: the first one is made again, with the same result.
    await ranking_of(scene, rankings, size=2)
    assert await ranking_of(scene, rankings) == first
    assert await ranking_of(scene, rankings) is not first


async def test_a_chat_keeps_its_ranking_when_its_model_changes_and_its_next_papers_follow_the_model(
    scene: Scene,
) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    rankings = Rankings(FakeRelevance())
    chosen = await ranking_of(scene, rankings)
    last = (await titles(scene, chosen))[-1]
    await teach(scene, ANN, last)
    assert await ranking_of(scene, rankings) is chosen
    # In a new process the same papers are ranked by what is stored.
    anew = await ranking_of(scene, Rankings(FakeRelevance()))
    assert (await titles(scene, anew))[0] == last
    assert await ranking_of(scene, Rankings(FakeRelevance())) == anew
    # The next listing brings other papers, and with them another order.
    scene.morning(DAYS[1], 8)
    await scene.prepare()
    assert (await titles(scene, await ranking_of(scene, rankings)))[0] == last


async def test_a_vote_between_choosing_and_composing_changes_no_digest_whose_summaries_are_made(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG", size=2)
    rankings = Rankings(FakeRelevance())
    builder = DigestBuilder(scene.builder.renderers, scene.makers, AbstractReader(), rankings)
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    await pipeline.choose(scene.store, scene.clock.now(), rankings)
    chosen = await titles(scene, await ranking_of(scene, rankings))
    other = next(each.announced.paper.id for each in await scene.store.candidates(ANN))
    await teach(scene, ANN, next(iter({other} - {*chosen}), chosen[-1]))
    await scene.store.vote(ANN, "8", [chosen[0]], VoteKind.DOWN, scene.clock.now())
    scene.morning(DAYS[0], 9)
    await pipeline.choose(scene.store, scene.clock.now(), rankings)
    assert await pipeline.compose(scene.store, builder, scene.clock) == 1
    await scene.worker.deliver()
    assert list(scene.telegram.accepted[0][2].paper_ids)[:2] == chosen


async def test_a_worker_composes_what_the_service_has_chosen(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG", size=2)
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    service, worker = Rankings(FakeRelevance()), Rankings(FakeRelevance())
    chosen = await ranking_of(scene, service)
    other = next(each.announced for each in await scene.store.candidates(ANN) if each.announced.seq not in chosen.shown)
    await teach(scene, ANN, other.paper.id)
    assert await ranking_of(scene, Rankings(FakeRelevance())) != chosen
    worker.take_over(json.loads(json.dumps(service.handed_over([ANN, BOB]))))
    assert await ranking_of(scene, worker) == chosen
    # With other papers or another size, the worker ranks by itself.
    assert (await ranking_of(scene, worker, size=1)).shown == (other.seq,)


async def test_near_duplicates_are_known_from_the_texts_of_a_day(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    best, second, *_ = await titles(scene, await ranking_of(scene, Rankings(FakeRelevance())))
    [copied] = [each.announced for each in await scene.store.candidates(ANN) if each.announced.paper.id == best]
    twin = replace(copied.paper, id=f"{best}9", published=None)
    announcement = replace(copied.announcement, paper_id=twin.id)
    await scene.store.ingest([replace(copied, paper=twin, announcement=announcement)], scene.clock.now())
    await pipeline.match(scene.store)
    order = await titles(scene, await ranking_of(scene, Rankings(FakeRelevance())))
    assert order.index(second) < order.index(twin.id)
    assert (await titles(scene, await ranking_of(scene, Rankings())))[:2] == [best, twin.id]


async def test_cards_say_why_they_are_shown(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    first = (await titles(scene, await ranking_of(scene, Rankings())))[0]
    await teach(scene, ANN, first)
    chat = await chat_of(scene, ANN)
    unseen = (await scene.store.unseen_of([ANN]))[ANN]
    run = RankingRun(Rankings(FakeRelevance()), scene.store, scene.clock.now())
    ranking = (await run.rank({chat: unseen}))[ANN]
    await run.read_shown([ranking])
    by_id = {each.announced.paper.id: each for each in run.candidates(chat, unseen, ranking)}
    assert [reason.kind for reason in by_id[first].reasons][:1] == [ReasonKind.LEARNED]
    assert all(each.reasons for each in by_id.values())


# ── outside of digests ──


def of_topic(candidates: list[Candidate], query: str) -> list[Candidate]:
    return [replace(each, matches=(Match(query, ()),)) for each in candidates]


async def test_papers_outside_of_digests_come_in_the_order_of_a_digest(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    relevance, now = FakeRelevance(), scene.clock.now()
    candidates = await scene.store.candidates(ANN)
    expected = await titles(scene, await ranking_of(scene, Rankings(relevance), size=100))
    found = await ranked(scene.store, relevance, candidates, now)
    assert [each.announced.paper.id for each in found] == expected
    assert len(found) == len(candidates) > 3
    assert found == await ranked(scene.store, relevance, candidates[::-1], now)
    assert found[:3] == await ranked(scene.store, relevance, candidates, now, size=3)
    assert all(each.reasons for each in found)


async def test_an_interest_that_nobody_follows_and_a_model_order_papers(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV OR cs.CL OR cs.LG")
    scene.morning(DAYS[0], 8)
    await scene.prepare()
    relevance, now = FakeRelevance(), scene.clock.now()
    candidates = await scene.store.candidates(ANN)
    for wanted in candidates:
        about = of_topic(candidates, f"cs.CV about: {wanted.announced.paper.title}")
        best = (await ranked(scene.store, relevance, about, now))[0]
        assert best.announced == wanted.announced
        assert best.reasons[0].kind is ReasonKind.INTEREST
        await teach(scene, ANN, wanted.announced.paper.id, version=now.minute + candidates.index(wanted) + 1)
        model = (await scene.store.models_of([ANN]))[ANN]
        first = (await ranked(scene.store, relevance, candidates, now + timedelta(days=0), model=model))[0]
        assert first.announced == wanted.announced
