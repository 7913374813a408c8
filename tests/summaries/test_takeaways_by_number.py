"""Takeaways of English cards are sentences that a model chooses by number: it has no words of its own to judge."""

from __future__ import annotations

import json

import pytest

from bot.model import Support
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.reply_parsing import parse_briefs
from bot.summaries.source_text import source_of
from tests.fakes.brains import Brain, good_answer
from tests.fakes.judges import is_repeated, with_opinion
from tests.fakes.models import ModelServer
from tests.summaries.conftest import a_paper, a_request

HEADLINE = "MapHopper plans the paths of small robots."


def choosing(*takeaways: object) -> Brain:
    """A brain with a headline in its own words and these takeaways."""

    def brain(_: str, user: str) -> str:
        answer = good_answer(user)
        for paper in answer["papers"]:
            paper["headline"]["text"] = HEADLINE
            paper["takeaways"] = list(takeaways)
        return json.dumps(answer)

    return brain


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("2", ("2",)),
        (2, ("2",)),
        ("[2]", ("2",)),
        ("5-6", ("5", "6")),
        (["5", "6"], ("5", "6")),
        ({"sentences": ["2"], "text": ""}, ("2",)),
    ],
)
def test_a_bare_number_names_a_sentence(given: object, named: tuple[str, ...]) -> None:
    reply = {"papers": [{"id": "2606.1", "headline": {"sentences": ["1"], "text": "H"}, "takeaways": [given]}]}
    [takeaway] = parse_briefs(json.dumps(reply))[0]["2606.1"].takeaways
    assert (takeaway.sentences, takeaway.text) == (named, "")


async def test_chosen_sentences_are_shown_as_they_are_and_the_judge_sees_the_headline_alone(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = choosing("1", "4", "5")
    server.judge = with_opinion(lambda asked: asked.text == HEADLINE or is_repeated(asked))
    summary = await maker.summarize(a_request())
    sentences = {sentence.id: sentence.text for sentence in source_of(a_paper()).sentences}
    assert summary.headline.support is Support.JUDGED
    assert [claim.quote for claim in summary.takeaways] == [sentences["1"], sentences["4"], sentences["5"]]
    assert {claim.support for claim in summary.takeaways} == {Support.SENTENCE}
    [user] = server.judged
    about_the_paper = user.partition("Paper 1\n")[2].partition("\n\n")[0]
    assert [line for line in about_the_paper.splitlines() if line.startswith("[")] == [f"[3] {sentences['3']}"]


async def test_two_sentences_that_need_each_other_are_one_takeaway(maker: ModelSummarizer, server: ModelServer) -> None:
    server.brain = choosing("1-2", "4")
    summary = await maker.summarize(a_request())
    sentences = {sentence.id: sentence.text for sentence in source_of(a_paper()).sentences}
    assert summary.takeaways[0].text == f"{sentences['1']} {sentences['2']}"
    assert [evidence.quote for evidence in summary.takeaways[0].evidence] == [sentences["1"], sentences["2"]]


async def test_more_than_two_sentences_are_too_long_for_a_takeaway(maker: ModelSummarizer, server: ModelServer) -> None:
    server.brain = choosing("1-3", "4")
    summary = await maker.summarize(a_request())
    assert summary.takeaways[0].text == source_of(a_paper()).sentences[1].text


@pytest.mark.parametrize(("language", "asks_for_numbers"), [("en", True), ("en-GB", True), ("es", False)])
async def test_other_languages_get_takeaways_in_words(
    language: str, asks_for_numbers: bool, maker: ModelSummarizer, server: ModelServer
) -> None:
    await maker.summarize(a_request(language=language))
    system = json.dumps(server.asked[0], ensure_ascii=False).replace('\\"', '"')
    assert ('"takeaways": ["2"' in system) is asks_for_numbers
