"""Deep summaries by a model: one reading of a full text for all languages."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.errors import ModelRefused
from bot.model import (
    Depth,
    NoteKind,
    Source,
    SummaryNote,
)
from bot.summaries.deep_reader import CONTEXT_CHARACTERS
from bot.summaries.facts import TooLittleVerified
from bot.summaries.google import GoogleModel
from bot.summaries.model_client import Model
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from bot.summaries.reply_schema import PARTS
from bot.summaries.sections import choose
from tests.fakes.brains import MISBEHAVIOURS, good_answer, well_behaved
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer, user_prompt
from tests.summaries.conftest import a_paper, a_request
from tests.summaries.made_by_models import (
    HARM,
    UNUSABLE,
    a_deep_request_of,
    a_reading,
    are_sentences,
    claims_of,
    deep,
    made_requests,
    sentences_of,
)


async def test_a_deep_reading_takes_one_request_and_one_for_each_further_language(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    english = await maker.summarize(deep())
    assert len(server.asked) == 1
    assert {claim.section for claim in english.method} == {"Method"}
    assert english.results[0].page == 2
    assert english.affiliations == ("Institute of Corridors",)
    assert english.provenance.source is Source.HTML
    assert english.provenance.read is not None
    assert english.provenance.read.read == english.provenance.read.total == 5
    assert SummaryNote(NoteKind.HIDDEN, 1) in english.provenance.notes
    for index, language in enumerate(("zh", "es", "ja", "ru"), 2):
        translated = await maker.summarize(deep(language))
        assert len(made_requests(server)) == index
        assert len(server.judged) == index - 1
        assert translated.key.language == language
        assert [c.quote for c in translated.method] == [c.quote for c in english.method]
        assert translated.translated_title


@pytest.mark.parametrize("name", sorted(MISBEHAVIOURS))
async def test_a_deep_reading_by_a_model_that_misbehaves_shows_no_harm(
    name: str, maker: ModelSummarizer, server: ModelServer
) -> None:
    server.brain = MISBEHAVIOURS[name]
    if name in UNUSABLE:
        with pytest.raises(TooLittleVerified):
            await maker.summarize(deep())
        assert len(made_requests(server)) == 2
        return
    summary = await maker.summarize(deep())
    assert not any(harm in text.lower() for text in claims_of(summary) for harm in HARM)
    assert are_sentences(summary, sentences_of(a_paper(), a_reading()))
    assert len(made_requests(server)) == 1
    assert len(server.judged) <= 1


async def test_a_deep_reading_with_too_little_verified_is_a_brief_summary_that_says_so(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    def no_parts(system: str, user: str) -> str:
        if "numbered statements" in user:
            return well_behaved(system, user)
        answer = good_answer(user)
        return json.dumps({name: value for name, value in answer.items() if name not in PARTS})

    server.brain = no_parts
    english = await maker.summarize(deep())
    assert english.provenance.notes[0] == SummaryNote(NoteKind.TOO_LITTLE_VERIFIED)
    assert len(made_requests(server)) == 2
    spanish = await maker.summarize(deep("es"))
    assert len(made_requests(server)) == 3
    for summary in (english, spanish):
        assert summary.takeaways
        assert not summary.method
        assert summary.provenance.source is Source.HTML
    assert [claim.quote for claim in spanish.takeaways] == [claim.quote for claim in english.takeaways]


async def test_if_the_model_refuses_the_full_text_the_abstract_is_summarized(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.faults.append(Fault(status=451))
    summary = await maker.summarize(deep())
    assert summary.provenance.notes == (
        SummaryNote(NoteKind.UNREAD, text="openai:test did not accept this request (451)"),
    )
    assert summary.provenance.source is Source.ABSTRACT


async def test_requests_that_wait_for_a_reading_share_the_next_one_if_it_fails(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.faults.append(Fault(status=451))
    server.delay = 0.05
    first, second = (asyncio.create_task(maker.summarize(deep())) for _ in range(2))
    assert (await first).provenance.source is Source.ABSTRACT
    third = asyncio.create_task(maker.summarize(deep()))
    assert (await second).results == (await third).results != ()
    assert len(server.asked) == 3  # refused, of the abstract instead, and the one that two share


async def test_a_paper_that_does_not_fit_is_read_in_part_and_says_so(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    summary = await maker.summarize(deep(copies=1000))
    read = summary.provenance.read
    assert read is not None
    assert len(user_prompt(server.asked[0])) < 170_000
    assert "of 5 sections follow" in user_prompt(server.asked[0])
    assert summary.results


@pytest.mark.parametrize("provider", ["google", "openai"])
async def test_a_text_that_is_too_long_for_a_model_is_halved_until_it_fits(
    provider: str, server: ModelServer, clock: FakeClock
) -> None:
    server.context = 50_000
    model: Model = OpenAIModel("test", KEY, base_url=server.openai)
    if provider == "google":
        model = GoogleModel("gemini-test", KEY, clock, base_url=server.gemini)
    maker = ModelSummarizer(model, clock)
    summary = await maker.summarize(deep(copies=1000))
    assert len(server.asked) == 3
    assert summary.results
    await maker.summarize(a_deep_request_of("2606.00043", copies=1000))
    await maker.close()
    assert len(server.asked) == 4  # the shorter length is remembered


async def test_a_paper_that_is_refused_for_its_length_is_not_sent_again_unchanged(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.context = 12_000
    assert (await maker.summarize(deep(copies=60))).results
    first, second = (len(user_prompt(asked)) for asked in server.asked)
    assert second < 0.7 * first


async def test_a_short_paper_that_is_refused_for_its_length_does_not_shorten_the_next_ones(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.context = 100
    with pytest.raises(ModelRefused):
        await maker.summarize(deep())
    server.context = None
    request = a_deep_request_of("2606.00043", copies=60)
    assert request.reading is not None
    summary = await maker.summarize(request)
    assert summary.provenance.read == choose(request.reading, CONTEXT_CHARACTERS).extent


async def test_a_paper_without_full_text_gets_a_brief_summary_that_says_so(maker: ModelSummarizer) -> None:
    request = a_request(depth=Depth.DEEP)
    summary = await maker.summarize(request)
    assert summary.method == ()
    assert summary.provenance.notes == (SummaryNote(NoteKind.NO_FULL_TEXT),)
