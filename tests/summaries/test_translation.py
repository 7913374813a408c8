"""Deep summaries in other languages: translations of the English one, each claim judged."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import (
    NoteKind,
    Source,
    SummaryNote,
    Support,
)
from bot.summaries.facts import TooLittleVerified
from bot.summaries.model_summarizer import ModelSummarizer
from tests.fakes.brains import MISBEHAVIOURS, NAMES_NO_SENTENCE, well_behaved
from tests.fakes.clock import FakeClock
from tests.fakes.judges import is_repeated, reply, statements_in, with_opinion, yes_to_all
from tests.fakes.models import Fault, ModelServer
from tests.summaries.conftest import a_paper, judged_by
from tests.summaries.made_by_models import (
    a_reading,
    are_sentences,
    deep,
    made_requests,
    sentences_of,
    shown_claims,
)


async def test_a_stored_english_summary_is_translated_without_reading_again(
    maker: ModelSummarizer, server: ModelServer, clock: FakeClock
) -> None:
    english = await maker.summarize(deep())
    async with judged_by(server, clock) as fresh:
        translated = await fresh.summarize(deep("es", facts=english))
    assert len(made_requests(server)) == 2
    assert "numbered statements" in made_requests(server)[1]
    assert {claim.support for claim in shown_claims(translated)} == {Support.JUDGED}
    assert translated.provenance.read == english.provenance.read


@pytest.mark.parametrize("name", sorted(set(MISBEHAVIOURS) - {"preamble", "wrong language", *NAMES_NO_SENTENCE}))
async def test_a_misbehaving_translation_shows_no_harm(name: str, maker: ModelSummarizer, server: ModelServer) -> None:
    def only_facts(system: str, user: str) -> str:
        return (MISBEHAVIOURS[name] if "numbered statements" in user else well_behaved)(system, user)

    server.brain = only_facts
    # What is invented is a translation by its form, and only the judge refuses it; the rest is none at all.
    if name in ("invented authors", "invented numbers"):
        assert are_sentences(await maker.summarize(deep("es")), sentences_of(a_paper(), a_reading()))
    else:
        with pytest.raises(TooLittleVerified):
            await maker.summarize(deep("es"))
    assert len(made_requests(server)) == 3


async def test_what_is_not_supported_of_a_translation_stands_in_the_original(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.judge = with_opinion(lambda asked: "40" not in asked.text and is_repeated(asked))
    summary = await maker.summarize(deep("es"))
    originals = [claim for claim in shown_claims(summary) if claim.support is Support.SENTENCE]
    assert {claim.text for claim in originals} == {"We train the cost on 1,500 floors for 40 hours."}
    assert summary.headline.support is Support.JUDGED
    assert len(made_requests(server)) == 2


async def test_a_translation_that_nobody_believed_could_judge_stands_in_the_original(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    server.judge = yes_to_all
    summary = await maker.summarize(deep("es"))
    assert are_sentences(summary, sentences_of(a_paper(), a_reading()))
    assert summary.method
    assert summary.provenance.judge is None
    assert len(made_requests(server)) == 2


async def test_two_languages_at_once_share_one_reading(maker: ModelSummarizer, server: ModelServer) -> None:
    spanish, russian = await asyncio.gather(maker.summarize(deep("es")), maker.summarize(deep("ru")))
    assert len(made_requests(server)) == 3
    assert [claim.quote for claim in spanish.results] == [claim.quote for claim in russian.results]


async def test_a_refused_translation_is_a_brief_summary_that_gives_the_true_reason(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    english = await maker.summarize(deep())
    server.faults.append(Fault(status=451))
    summary = await maker.summarize(deep("es", facts=english))
    assert summary.provenance.source is Source.ABSTRACT
    assert summary.provenance.notes == (
        SummaryNote(NoteKind.UNREAD, text="openai:test did not accept this request (451)"),
    )


async def test_a_translation_is_not_asked_for_again_because_the_judge_did_not_answer(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    headline = (await maker.summarize(deep("es"))).headline.text

    def forgets_the_headline(_: str, user: str) -> str:
        return reply([(asked.id, is_repeated(asked)) for asked in statements_in(user) if asked.text != headline])

    server.judge = forgets_the_headline
    before = len(made_requests(server))
    summary = await maker.summarize(deep("es"))
    assert len(made_requests(server)) == before + 1
    assert [claim.support for claim in summary.claims[:2]] == [Support.SENTENCE, Support.JUDGED]


async def test_where_the_judge_refuses_the_whole_translation_the_originals_stand(
    maker: ModelSummarizer, server: ModelServer
) -> None:
    english = await maker.summarize(deep())
    server.judge = with_opinion(lambda asked: is_repeated(asked) and "Los autores" not in asked.text)
    summary = await maker.summarize(deep("es", facts=english))
    assert are_sentences(summary, sentences_of(a_paper(), a_reading()))
    assert summary.method
    assert summary.provenance.judge == "openai:judge"
