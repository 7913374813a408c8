"""Brief summaries of several papers: shared requests, and papers that fail without harm to the others."""

from __future__ import annotations

import json

import pytest

from bot.errors import ModelRefused, ModelUnavailable
from bot.model import (
    Summary,
)
from bot.summaries.model_summarizer import ModelSummarizer
from tests.fakes.brains import good_answer, well_behaved
from tests.fakes.models import Fault, ModelServer
from tests.summaries.conftest import a_paper, a_request
from tests.summaries.made_by_models import (
    are_sentences,
    made_requests,
    paraphrases,
    sentences_of,
    several,
)


async def test_several_abstracts_share_a_request_and_are_told_apart_by_id(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def shuffled(system: str, user: str) -> str:
        answer = good_answer(user)
        answer["papers"].reverse()
        return json.dumps(answer)

    server.brain = shuffled
    requests = several(6)
    made = await maker.summarize_many(requests, batch=6)
    assert len(server.asked) == 1
    for index, request in enumerate(requests):
        summary = made[request.key]
        assert isinstance(summary, Summary)
        assert f"{index + 20} parts" in summary.headline.text


@pytest.mark.parametrize(("batch", "requests"), [(1, 12), (4, 3), (5, 3), (8, 2)])
async def test_batches_that_are_asked_for_at_the_same_time_are_judged_in_one_request(
    maker: ModelSummarizer, server: ModelServer, batch: int, requests: int
) -> None:
    server.delay = 0.05
    server.brain = paraphrases((0, "The tool needs that many milliseconds for one map."))
    made = await maker.summarize_many(several(12), batch=batch)
    assert all(isinstance(summary, Summary) for summary in made.values())
    assert (len(made_requests(server)), len(server.judged)) == (requests, 1)
    assert 1 < server.most_at_once <= 4


async def test_a_model_that_loses_papers_of_its_batches_gets_fewer_at_once_from_then_on(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def one_at_most(system: str, user: str) -> str:
        answer = good_answer(user)
        answer["papers"] = answer["papers"][:1]
        return json.dumps(answer)

    server.brain = one_at_most
    for _ in range(4):
        made = await maker.summarize_many(several(4))
        assert all(isinstance(summary, Summary) for summary in made.values())
    server.asked.clear()
    await maker.summarize_many(several(4))
    assert len(made_requests(server)) == 4


async def test_one_paper_that_fails_costs_the_others_nothing(maker: ModelSummarizer, server: ModelServer) -> None:
    server.faults.append(Fault(status=429, retry_after=60))
    made = await maker.summarize_many(several(3), batch=1)
    assert sorted(isinstance(summary, Summary) for summary in made.values()) == [False, True, True]


async def test_a_model_that_is_down_for_all_is_unavailable(maker: ModelSummarizer, server: ModelServer) -> None:
    server.faults += [Fault(status=429, retry_after=60)] * 3
    with pytest.raises(ModelUnavailable):
        await maker.summarize_many(several(3), batch=1)


async def test_only_papers_with_too_little_left_are_asked_for_and_judged_again(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def one_without(system: str, user: str) -> str:
        answer = good_answer(user)
        for paper in answer["papers"]:
            paper["takeaways"][0]["text"] = "The tool needs that many milliseconds for one map."
            if paper["id"] == "2606.00001" and "could not be used" not in user:
                paper["headline"]["sentences"] = []
        return json.dumps(answer)

    server.brain = one_without
    made = await maker.summarize_many(several(3))
    assert all(isinstance(summary, Summary) for summary in made.values())
    first, second = made_requests(server)
    assert "begins: paper 2606.00000" in first
    assert "begins: paper 2606.00001" in second
    assert "begins: paper 2606.00000" not in second
    assert len(server.judged) == 2


async def test_papers_that_a_reply_lacks_are_asked_for_in_halves(maker: ModelSummarizer, server: ModelServer) -> None:
    def first_two_only(system: str, user: str) -> str:
        answer = good_answer(user)
        answer["papers"] = answer["papers"][:2]
        return json.dumps(answer)

    server.brain = first_two_only
    made = await maker.summarize_many(several(5), batch=5)
    assert all(isinstance(summary, Summary) for summary in made.values())
    assert len(made) == 5
    assert len(server.asked) == 3


async def test_the_replies_that_there_are_are_kept_if_the_model_goes_down_before_the_others(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def two_and_then_none(system: str, user: str) -> str:
        server.faults += [Fault(status=429, retry_after=120)] * 2
        answer = good_answer(user)
        answer["papers"] = answer["papers"][:2]
        return json.dumps(answer)

    server.brain = two_and_then_none
    requests = several(5)
    made = await maker.summarize_many(requests, batch=5)
    assert [isinstance(made[request.key], Summary) for request in requests] == [True, True, False, False, False]
    assert all(isinstance(made[request.key], ModelUnavailable) for request in requests[2:])


async def test_a_reply_that_cannot_be_parsed_is_halved_down_to_the_paper_that_causes_it(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def fails_for_one(system: str, user: str) -> str:
        return "no" if "2606.00002" in user else well_behaved(system, user)

    server.brain = fails_for_one
    requests = several(4)
    made = await maker.summarize_many(requests)
    assert [isinstance(made[request.key], Summary) for request in requests] == [True, True, False, True]
    assert isinstance(made[requests[2].key], ModelRefused)


async def test_a_reply_with_swapped_ids_shows_nothing_wrong(maker: ModelSummarizer, server: ModelServer) -> None:
    def swapped(system: str, user: str) -> str:
        answer = good_answer(user)
        ids = [paper["id"] for paper in answer["papers"]]
        for paper, other in zip(answer["papers"], reversed(ids), strict=True):
            paper["id"] = other
        return json.dumps(answer)

    server.brain = swapped
    for first, second in (several(2), reversed(several(2))):
        made = await maker.summarize_many([first, second])
        for request in (first, second):
            summary = made[request.key]
            assert isinstance(summary, Summary)
            assert are_sentences(summary, sentences_of(request.paper))


async def test_a_paper_that_a_model_refuses_does_not_cost_the_others_of_its_batch(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.refuses = "2606.00002"
    requests = several(4)
    made = await maker.summarize_many(requests)
    assert [isinstance(made[request.key], Summary) for request in requests] == [True, True, False, True]
    assert isinstance(made[requests[2].key], ModelRefused)
    assert len(server.asked) == 5


async def test_a_paper_of_which_too_little_is_supported_is_refused_in_words_that_are_true(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = lambda system, user: well_behaved(system, user).replace("It floats", "All of them float always")
    paper = a_paper(abstract="We weigh a paper and find that it has five grams. It floats.")
    with pytest.raises(ModelRefused, match=r"said too little that the abstract supports"):
        await maker.summarize(a_request(paper))


async def test_a_batch_that_is_too_long_for_a_model_is_divided(maker: ModelSummarizer, server: ModelServer) -> None:
    requests = several(4)
    await maker.summarize_many(requests[:2])
    server.context = sum(len(message["content"]) for message in server.asked[0]["messages"])
    made = await maker.summarize_many(requests)
    assert all(isinstance(made[request.key], Summary) for request in requests)


async def test_an_unavailable_model_makes_no_summary_of_a_batch(maker: ModelSummarizer, server: ModelServer) -> None:
    server.faults.append(Fault(status=429, retry_after=60))
    with pytest.raises(ModelUnavailable):
        await maker.summarize_many(several(3))
