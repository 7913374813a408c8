"""The fallback order: which model is asked when, how long one is paused, and what the card says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import BadSetting, ModelRefused, ModelUnavailable
from bot.model import Allowance, Budget, Depth, Summary, Support
from bot.providers.budget import Meter
from bot.providers.process_usage import ProcessUsage
from bot.settings import Settings
from bot.summaries.extractive import ExtractiveSummarizer
from bot.summaries.fallback import FallbackChain
from bot.summaries.judge_questions import prompt_hash
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from bot.summaries.providers import build
from tests.fakes.brains import MISBEHAVIOURS
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer
from tests.summaries.conftest import a_paper, a_request
from tests.summaries.made_by_models import several


@pytest.fixture
async def second() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


def maker(server: ModelServer, clock: FakeClock, name: str = "first", meter: Meter | None = None) -> ModelSummarizer:
    return ModelSummarizer(OpenAIModel(name, KEY, base_url=server.openai, timeout=5), clock, meter=meter)


async def test_a_model_over_quota_gives_way_and_is_paused_until_the_time_it_named(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    server.faults.append(Fault(status=429, retry_after=120))
    async with FallbackChain([maker(server, clock), maker(second, clock, "other")], clock) as chain:
        made = await chain.summarize(a_request())
        assert made.provenance.model == "openai:other"
        assert made.provenance.instead_of == "openai:first is over its quota"
        await chain.summarize(a_request())
        assert (len(server.asked), len(second.asked)) == (1, 2)
        clock.advance(121)
        back = await chain.summarize(a_request())
        assert back.provenance.model == "openai:first"
        assert back.provenance.instead_of is None


async def test_a_model_that_refuses_gives_way_and_is_asked_again_next_time(
    server: ModelServer, clock: FakeClock
) -> None:
    server.brain = MISBEHAVIOURS["no sentence"]
    async with FallbackChain([maker(server, clock), ExtractiveSummarizer(clock)], clock) as chain:
        made = await chain.summarize(a_request())
        assert made.provenance.model == "extractive"
        assert made.provenance.instead_of is not None
        assert made.provenance.instead_of == "openai:first said too little that the abstract supports"
        asked = len(server.asked)
        await chain.summarize(a_request())
        assert len(server.asked) == 2 * asked


async def test_a_request_waits_for_a_short_fault_to_end(server: ModelServer, clock: FakeClock) -> None:
    server.faults.append(Fault(status=503))
    async with FallbackChain([maker(server, clock)], clock) as chain:
        made = await chain.summarize(a_request())
    assert made.provenance.instead_of is None
    assert len(server.asked) == 2
    assert clock.slept


async def test_if_all_models_are_unavailable_the_error_has_the_soonest_retry(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    server.faults.append(Fault(status=429, retry_after=300))
    second.faults.append(Fault(status=429, retry_after=40))
    async with FallbackChain([maker(server, clock), maker(second, clock, "other")], clock) as chain:
        with pytest.raises(ModelUnavailable, match="openai:first is over its quota") as caught:
            await chain.summarize(a_request())
        assert caught.value.retry_after == 40


async def test_if_all_models_refuse_the_error_is_a_refusal(server: ModelServer, clock: FakeClock) -> None:
    server.brain = MISBEHAVIOURS["empty"]
    async with FallbackChain([maker(server, clock)], clock) as chain:
        with pytest.raises(ModelRefused):
            await chain.summarize(a_request())


async def test_concurrent_requests_are_limited(server: ModelServer, clock: FakeClock) -> None:
    server.delay = 0.02
    meter = Meter(Budget(), clock, concurrency=3)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        await asyncio.gather(*(chain.summarize(a_request(a_paper(f"2606.1{n:04}"))) for n in range(12)))
    assert server.most_at_once == 3


async def test_the_extractive_summary_says_why_no_model_made_it(server: ModelServer, clock: FakeClock) -> None:
    async with FallbackChain([maker(server, clock)], clock) as chain:
        made = await chain.extractive_instead(a_request(language="zh"), "no model had answered.")
    assert made.provenance.model == "extractive"
    assert made.provenance.instead_of == "no model had answered"


async def test_without_a_model_there_is_none_that_could_have_answered(clock: FakeClock) -> None:
    chain = FallbackChain([ExtractiveSummarizer(clock)], clock)
    made = await chain.extractive_instead(a_request(), "no model had answered.")
    assert made.provenance.instead_of is None


# ── several at once ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_summaries_that_one_model_cannot_make_are_made_by_the_next(server: ModelServer, clock: FakeClock) -> None:
    def fails_for_one(system: str, user: str) -> str:
        return "no" if "2606.00001" in user else good(system, user)

    good, server.brain = server.brain, fails_for_one
    requests = several(3)
    async with FallbackChain([maker(server, clock), ExtractiveSummarizer(clock)], clock) as chain:
        made = await chain.summarize_many(requests, batch=4)
    names = [made[r.key].provenance.model if isinstance(made[r.key], Summary) else None for r in requests]  # type: ignore[union-attr]
    assert names == ["openai:first", "extractive", "openai:first"]


async def test_deep_summaries_in_a_batch_are_made_one_by_one(server: ModelServer, clock: FakeClock) -> None:
    requests = [*several(2), a_request(depth=Depth.DEEP)]
    async with FallbackChain([maker(server, clock)], clock) as chain:
        made = await chain.summarize_many(requests, batch=4)
    assert all(isinstance(made[request.key], Summary) for request in requests)
    assert len(server.asked) == 2


# ── providers ───────────────────────────────────────────────────────────────────────────────────────────────────


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg, arg-type]


async def test_the_setting_gives_the_order_of_the_models(clock: FakeClock) -> None:
    order = ("google:gemini-test", "openai:local", "extractive")
    local = "http://127.0.0.1:9/v1"
    async with build(settings(model=order, gemini_api_key=KEY, openai_base_url=local), clock) as chain:
        assert chain.name == "google:gemini-test"
    async with build(settings(), clock) as chain:
        assert chain.name == "extractive"
        assert await chain.remaining() == Allowance()


@pytest.mark.parametrize(("name", "key"), [("google:gemini-test", "GEMINI_API_KEY"), ("openai:gpt", "OPENAI_API_KEY")])
def test_a_missing_key_is_an_error_that_names_the_setting(clock: FakeClock, name: str, key: str) -> None:
    with pytest.raises(BadSetting, match=f"^{key} is not set, but MODEL names {name}; set it.* choose another MODEL"):
        build(settings(model=(name,)), clock)


async def test_the_configured_chain_talks_to_the_configured_servers(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    server.faults.append(Fault(status=429, retry_after=60))
    configured = settings(
        model=("google:gemini-test", "openai:local"),
        gemini_api_key=KEY,
        gemini_base_url=server.gemini,
        openai_api_key=KEY,
        openai_base_url=second.openai,
    )
    async with build(configured, clock) as chain:
        made = await chain.summarize(a_request())
    assert made.provenance.model == "openai:local"
    assert (len(server.asked), len(second.asked)) == (1, 1)


async def test_statements_are_judged_by_the_model_that_the_setting_names_within_one_budget(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    configured = settings(
        model=("google:gemini-test",),
        model_judge="openai:small",
        model_requests_per_day=50,
        gemini_api_key=KEY,
        gemini_base_url=server.gemini,
        openai_api_key=KEY,
        openai_base_url=second.openai,
    )
    usage = ProcessUsage()
    async with build(configured, clock, Meter(configured.model_budget, clock, usage)) as chain:
        made = await chain.summarize(a_request(language="es"))
        assert (await chain.remaining()).requests == 48
        assert await chain.probe("openai:small") == "answers in 0.0 s"
    assert (made.provenance.model, made.provenance.judge) == ("google:gemini-test", "openai:small")
    assert made.provenance.judge_prompt == prompt_hash()
    assert made.headline.support is Support.JUDGED
    assert (len(server.judged), len(second.judged)) == (0, 1)
    assert {row.model for row in await usage.usage(clock.now().date())} == {"google:gemini-test", "openai:small"}


async def test_without_that_setting_each_model_judges_its_own_statements(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    server.faults.append(Fault(status=429, retry_after=600))
    configured = settings(
        model=("google:gemini-test", "openai:local"),
        gemini_api_key=KEY,
        gemini_base_url=server.gemini,
        openai_api_key=KEY,
        openai_base_url=second.openai,
    )
    async with build(configured, clock) as chain:
        made = await chain.summarize(a_request(language="es"))
    assert (made.provenance.model, made.provenance.judge) == ("openai:local", "openai:local")
    assert len(second.judged) == 1


async def test_if_the_budget_ends_before_the_judge_the_papers_own_sentences_stand(
    server: ModelServer, clock: FakeClock
) -> None:
    configured = settings(
        model=("openai:local",), model_requests_per_day=1, openai_api_key=KEY, openai_base_url=server.openai
    )
    async with build(configured, clock) as chain:
        made = await chain.summarize(a_request(language="es"))
    assert made.provenance.judge is None
    assert {claim.support for claim in (made.headline, *made.takeaways)} == {Support.SENTENCE}
    assert len(server.asked) == 1


async def test_a_judge_that_is_down_is_not_asked_for_every_summary(
    server: ModelServer, second: ModelServer, clock: FakeClock
) -> None:
    second.faults += [Fault(status=429, retry_after=600)] * 9
    configured = settings(
        model=("google:gemini-test",),
        model_judge="openai:small",
        gemini_api_key=KEY,
        gemini_base_url=server.gemini,
        openai_api_key=KEY,
        openai_base_url=second.openai,
    )
    async with build(configured, clock) as chain:
        made = [await chain.summarize(a_request(a_paper(f"2606.1{n:04}"), language="es")) for n in range(4)]
        assert [summary.provenance.judge for summary in made] == [None] * 4
        assert len(second.asked) == 1
        clock.advance(601)
        second.faults.clear()
        assert (await chain.summarize(a_request(language="es"))).provenance.judge == "openai:small"


async def test_makers_and_judges_share_the_slots_for_requests(server: ModelServer, clock: FakeClock) -> None:
    server.delay = 0.02
    configured = settings(
        model=("openai:local",), model_concurrency=2, openai_api_key=KEY, openai_base_url=server.openai
    )
    requests = [a_request(a_paper(f"2606.1{n:04}"), language="es") for n in range(8)]
    async with build(configured, clock) as chain:
        groups = [
            chain.summarize_many(requests[:4], batch=1),
            chain.summarize_many(requests[4:], batch=1),
        ]
        await asyncio.gather(*groups)
    assert server.most_at_once == 2
    assert (len(server.asked), len(server.judged)) == (10, 2)


async def test_a_probe_tells_how_long_a_model_takes(server: ModelServer, clock: FakeClock) -> None:
    async with FallbackChain([maker(server, clock), ExtractiveSummarizer(clock)], clock) as chain:
        assert await chain.probe(chain.name) == "answers in 0.0 s"
        assert await chain.probe("extractive") == "needs no model"
        assert len(server.asked) == 1
        server.faults.append(Fault(status=401))
        with pytest.raises(ModelUnavailable, match="does not accept OPENAI_API_KEY; check it"):
            await chain.probe(chain.name)
        with pytest.raises(BadSetting, match="MODEL does not name openai:other;"):
            await chain.probe("openai:other")
