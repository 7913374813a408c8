"""When a model is asked a second time, and what becomes of its two replies."""

from __future__ import annotations

import json
import re

import pytest

from bot.errors import ModelRefused, ModelUnavailable
from bot.model import (
    SummaryRequest,
    Support,
)
from bot.summaries.model_summarizer import ModelSummarizer
from tests.fakes.brains import MISBEHAVIOURS, Brain, good_answer, well_behaved
from tests.fakes.clock import FakeClock
from tests.fakes.judges import yes_to_all
from tests.fakes.models import Fault, ModelServer
from tests.summaries.conftest import a_paper, a_request
from tests.summaries.made_by_models import (
    UNUSABLE,
    claims_of,
    deep,
    made_requests,
    shown_claims,
    without_sentences,
)


@pytest.mark.parametrize("request_", [a_request(), deep()], ids=["brief", "deep"])
@pytest.mark.parametrize("name", ["garbage", "wrong id", "truncated"])
async def test_a_model_that_gives_no_usable_answer_twice_is_not_said_to_say_too_little(
    name: str, request_: SummaryRequest, maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = MISBEHAVIOURS[name]
    with pytest.raises(ModelRefused, match=r"openai:test gave no answer that can be used"):
        await maker.summarize(request_)


@pytest.mark.parametrize("name", sorted(UNUSABLE))
async def test_a_model_that_does_better_the_second_time_is_asked_twice(
    name: str, maker: ModelSummarizer, server: ModelServer
) -> None:
    def improving(system: str, user: str) -> str:
        return (well_behaved if "could not be used" in user else MISBEHAVIOURS[name])(system, user)

    server.brain = improving
    summary = await maker.summarize(a_request())
    assert len(summary.takeaways) >= 3
    assert len(made_requests(server)) == 2
    assert "what was wrong" in made_requests(server)[1]


@pytest.mark.parametrize(
    ("brain", "language", "requests"),
    [
        (without_sentences("1"), "en", 1),
        (without_sentences("0", "3"), "en", 1),
        (without_sentences("0", "2", "3"), "en", 1),
        (without_sentences("0", "1", "2", "3"), "en", 2),
        (without_sentences("headline"), "en", 2),
        (without_sentences(title="MapHopper 7: una guía de robots"), "es", 1),
    ],
)
async def test_a_model_is_asked_again_only_if_headline_and_two_takeaways_are_not_left(
    brain: Brain, language: str, requests: int, maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = brain
    summary = await maker.summarize(a_request(language=language))
    assert len(made_requests(server)) == requests
    assert summary.provenance.dropped


@pytest.mark.parametrize(("named", "requests"), [(("1", "2", "4", "5"), 1), (("1", "2", "2", "2"), 1), (("1",) * 4, 2)])
async def test_what_the_judge_refuses_is_asked_for_again_only_if_too_few_sentences_stand_for_it(
    named: tuple[str, ...], requests: int, maker: ModelSummarizer, server: ModelServer
) -> None:
    def brain(_: str, user: str) -> str:
        answer = good_answer(user)
        claims = [{"text": f"The planner {index} walks.", "sentences": [name]} for index, name in enumerate(named)]
        answer["papers"][0]["takeaways"] = claims
        return json.dumps(answer)

    server.brain = brain
    summary = await maker.summarize(a_request())
    assert len(made_requests(server)) == requests
    assert [claim.support for claim in summary.takeaways] == [Support.SENTENCE] * len(set(named))


async def test_a_second_request_lists_no_statement_that_nobody_believed_has_judged(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def brain(_: str, user: str) -> str:
        answer = good_answer(user)
        texts = {"The planner walks.": ["2"], "The planner runs.": ["2"], "The planner flies.": []}
        answer["papers"][0]["takeaways"] = [{"text": text, "sentences": named} for text, named in texts.items()]
        return json.dumps(answer)

    server.brain, server.judge = brain, yes_to_all
    summary = await maker.summarize(a_request())
    [_, second] = made_requests(server)
    [problems] = re.findall(r"used as it was:\n\n(.*)\n\nAnswer again", second, re.DOTALL)
    assert "judge" not in problems
    assert "it names no sentence of the paper: “The planner flies.”" in problems
    assert "There are too few takeaways" in problems
    assert "not judged: the judge failed its own test" in {dropped.why for dropped in summary.provenance.dropped}


@pytest.mark.parametrize(("brain", "requests"), [(without_sentences("1"), 1), (without_sentences("0", "1"), 2)])
async def test_a_deep_reading_is_asked_for_again_only_if_too_little_is_left(
    brain: Brain, requests: int, maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = brain
    summary = await maker.summarize(deep())
    assert len(made_requests(server)) == requests
    assert summary.method
    assert summary.provenance.dropped


@pytest.mark.parametrize(("missing", "requests"), [(("c3",), 2), (("c1",), 3), (("c2", "c3", "c4"), 3)])
async def test_a_translation_is_asked_for_again_only_if_too_little_is_left(
    missing: tuple[str, ...], requests: int, maker: ModelSummarizer, server: ModelServer
) -> None:
    def forgets(system: str, user: str) -> str:
        answer = good_answer(user)
        answer["claims"] = [claim for claim in answer["claims"] if claim["key"] not in missing]
        return json.dumps(answer, ensure_ascii=False)

    server.brain = lambda system, user: (forgets if "numbered statements" in user else well_behaved)(system, user)
    summary = await maker.summarize(deep("es"))
    assert len(made_requests(server)) == requests
    lost = [claim for claim in shown_claims(summary) if claim.support is Support.SENTENCE]
    assert [claim.text for claim in lost] == [claim.quote for claim in lost]
    assert len(lost) == len(missing)
    assert summary.headline.text.startswith("Los autores") == ("c1" not in missing)


async def test_what_passed_is_kept_if_the_second_request_fails(maker: ModelSummarizer, server: ModelServer) -> None:
    def one_wrong(system: str, user: str) -> str:
        server.faults.append(Fault(status=429, retry_after=600))
        answer = good_answer(user)
        answer["papers"][0]["headline"]["sentences"] = []
        return json.dumps(answer)

    server.brain = one_wrong
    summary = await maker.summarize(a_request())
    assert len(summary.takeaways) == 4
    assert len(summary.provenance.dropped) == 1


async def test_of_two_replies_no_sentence_stands_twice(unjudged: ModelSummarizer, server: ModelServer) -> None:
    opening = "To close this gap, we propose a planner that joins partial views"
    abstract = f"Maps are hard to read. {opening}. It runs on small robots. It needs no labels at all. It is fast."

    def brain(_: str, user: str) -> str:
        answer = good_answer(user)
        paper = answer["papers"][0]
        if "could not be used" in user:
            paper["headline"] = {"text": "A planner joins views.", "sentences": ["2"]}
            paper["takeaways"] = []
        else:
            paper["headline"]["sentences"] = []
            paper["takeaways"] = [{"text": f"The planner {n} joins views.", "sentences": [n]} for n in ("1", "2", "3")]
        return json.dumps(answer)

    server.brain = brain
    summary = await unjudged.summarize(a_request(a_paper(abstract=abstract)))
    assert claims_of(summary) == [
        "We propose a planner that joins partial views.",
        "Maps are hard to read.",
        "It runs on small robots.",
    ]


def spoils_and_goes_down(server: ModelServer) -> Brain:
    """Answers once with something that cannot be used; the server is over its quota after that."""

    def brain(system: str, user: str) -> str:
        server.faults.append(Fault(status=429, retry_after=120))
        return "no"

    return brain


async def test_a_model_that_goes_down_before_the_second_request_has_not_refused_the_paper(
    maker: ModelSummarizer, server: ModelServer, clock: FakeClock
) -> None:
    server.brain = spoils_and_goes_down(server)
    with pytest.raises(ModelUnavailable):
        await maker.summarize(a_request())
    clock.advance(120)
    with pytest.raises(ModelUnavailable):
        await maker.summarize(deep())
    clock.advance(120)
    server.brain = well_behaved
    english = await maker.summarize(deep())
    server.brain = spoils_and_goes_down(server)
    spanish = deep("es")
    with pytest.raises(ModelUnavailable):
        await maker.summarize(SummaryRequest(spanish.key, spanish.paper, spanish.reading, english))


async def test_a_deep_reading_without_a_headline_takes_the_takeaway_that_says_the_aim(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = without_sentences("headline")
    summary = await maker.summarize(deep())
    assert len(made_requests(server)) == 2
    assert summary.headline.text.startswith("We propose MapHopper")
    assert summary.method


async def test_a_translation_whose_headline_nothing_stands_for_takes_a_takeaway_for_it(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    """The headline rests on the title, which is no sentence that could stand for it."""

    def brain(system: str, user: str) -> str:
        answer = good_answer(user)
        if "numbered statements" in user:
            answer["claims"] = [claim for claim in answer["claims"] if claim["key"] != "c1"]
        else:
            answer["headline"] = {"text": "Planning with Partial Views", "sentences": ["S0.0"]}
        return json.dumps(answer, ensure_ascii=False)

    server.brain = brain
    english, spanish = await maker.summarize(deep()), await maker.summarize(deep("es"))
    assert english.headline.text == "Planning with Partial Views"
    assert spanish.headline.support is Support.JUDGED
    assert spanish.headline.quote in [claim.quote for claim in english.takeaways]


async def test_a_translated_title_that_is_supported_is_not_lost_by_a_second_request(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def brain(system: str, user: str) -> str:
        answer = good_answer(user)
        if "could not be used" in user:
            answer["title"] = "Robots que vuelan sobre todos los mapas del mundo"
        elif "numbered statements" in user:
            answer["claims"] = answer["claims"][1:]
        return json.dumps(answer, ensure_ascii=False)

    server.brain = brain
    summary = await maker.summarize(deep("es"))
    assert len(made_requests(server)) == 3
    assert summary.translated_title is not None
    assert summary.translated_title.startswith("Los autores")
