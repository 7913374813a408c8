"""Both providers against servers that behave as the real ones do: what is sent, and what error each fault becomes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable, TextTooLong
from bot.providers.gemini_api import retry_delay, seconds_to_reset
from bot.providers.metered_requests import RequestFormRefused
from bot.summaries.google import GoogleModel
from bot.summaries.judge_answers import JUDGE_SCHEMA
from bot.summaries.model_client import Completion, Model
from bot.summaries.openai import OpenAIModel
from bot.summaries.reply_parsing import parse_briefs
from bot.summaries.reply_schema import BRIEF_SCHEMA
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer

SYSTEM = "Answer with a JSON object."
USER = (
    '"title" in English.\n=== data 1f begins: paper 2606.1 ===\n'
    "[0] T\n[1] We propose a tool.\n[2] It works.\n=== data 1f ends ==="
)


@pytest.fixture(params=["google", "openai"])
async def model(request: pytest.FixtureRequest, server: ModelServer, clock: FakeClock) -> AsyncIterator[Model]:
    made: Model
    if request.param == "google":
        made = GoogleModel("gemini-test", KEY, clock, base_url=server.gemini, timeout=3)
    else:
        made = OpenAIModel("test", KEY, base_url=server.openai, timeout=3)
    yield made
    await made.close()


async def test_a_completion_has_its_cost(model: Model) -> None:
    reply = await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    found, problems = parse_briefs(reply.text)
    assert list(found) == ["2606.1"]
    assert problems == []
    assert reply.tokens_in > 10
    assert reply.tokens_out > 10


async def test_a_model_is_told_the_order_in_which_to_write_the_parts_of_its_answer(
    model: Model, server: ModelServer
) -> None:
    await model.complete(SYSTEM, USER, JUDGE_SCHEMA)
    [body] = server.asked
    if "contents" in body:
        schema = body["generationConfig"]["responseSchema"]["properties"]["answers"]["items"]
        assert schema["property_ordering"] == ["id", "wrong"]
    else:
        schema = body["response_format"]["json_schema"]["schema"]["properties"]["answers"]["items"]
    assert list(schema["properties"]) == ["id", "wrong"]


async def test_a_model_over_quota_is_unavailable_for_the_time_it_names(model: Model, server: ModelServer) -> None:
    server.faults.append(Fault(status=429, retry_after=34))
    with pytest.raises(ModelUnavailable, match="over its quota") as caught:
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    assert caught.value.retry_after == 34
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=503), Fault("reset"), Fault("garbage")])
async def test_a_failing_server_is_unavailable_and_is_asked_once(
    model: Model, server: ModelServer, fault: Fault
) -> None:
    server.faults.append(fault)
    with pytest.raises(ModelUnavailable):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    assert len(server.asked) == 1
    assert (await model.complete(SYSTEM, USER, BRIEF_SCHEMA)).text


async def test_a_wrong_key_or_model_names_the_setting_to_check(model: Model, server: ModelServer) -> None:
    server.faults += [Fault(status=401), Fault(status=404)]
    with pytest.raises(ModelUnavailable, match="_API_KEY; check it"):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    with pytest.raises(ModelUnavailable, match="check MODEL or MODEL_JUDGE"):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)


async def test_a_blocked_text_is_refused(model: Model, server: ModelServer) -> None:
    server.faults.append(Fault("block"))
    with pytest.raises(ModelRefused, match="refused this text"):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)


@pytest.mark.parametrize("maker", ["google", "openai"])
async def test_a_server_that_hangs_times_out(maker: str, server: ModelServer, clock: FakeClock) -> None:
    model: Model = OpenAIModel("test", KEY, base_url=server.openai, timeout=0.3)
    if maker == "google":
        model = GoogleModel("gemini-test", KEY, clock, base_url=server.gemini, timeout=0.3)
    server.faults.append(Fault("hang"))
    with pytest.raises(ModelTimedOut):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    await model.close()


async def answered(model: Model) -> Completion:
    """The reply of a model that is asked again as long as it finds another form of the request."""
    while True:
        try:
            return await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
        except RequestFormRefused:
            continue


@pytest.mark.parametrize(
    ("knows", "requests"),
    [(("json_schema",), 1), (("json_object",), 2), (("tools",), 3), ((), 4)],
)
async def test_the_json_mode_of_a_server_is_found_once(
    server: ModelServer, knows: tuple[str, ...], requests: int
) -> None:
    server.knows = knows
    model = OpenAIModel("test", KEY, base_url=server.openai)
    first = await answered(model)
    second = await answered(model)
    await model.close()
    assert parse_briefs(first.text)[0].keys() == parse_briefs(second.text)[0].keys() == {"2606.1"}
    assert len(server.asked) == requests + 1


async def test_a_model_that_accepts_no_temperature_is_asked_without_one(server: ModelServer) -> None:
    server.takes_temperature = False
    model = OpenAIModel("test", KEY, base_url=server.openai)
    await answered(model)
    await model.close()
    assert ["temperature" in asked for asked in server.asked] == [True, False]
    assert server.asked[1]["response_format"]["type"] == "json_schema"


async def test_a_server_that_does_not_say_that_temperature_was_wrong_is_asked_without_it_last(
    server: ModelServer,
) -> None:
    server.takes_temperature = server.names_errors = False
    model = OpenAIModel("test", KEY, base_url=server.openai)
    first = await answered(model)
    second = await answered(model)
    await model.close()
    assert len(server.asked) == 5 + 1
    assert first == second
    assert "temperature" not in server.asked[-1]
    assert server.asked[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("names_errors", [True, False])
async def test_a_text_that_is_too_long_is_refused_as_such(
    model: Model, server: ModelServer, names_errors: bool
) -> None:
    server.context, server.names_errors = 40, names_errors
    with pytest.raises(TextTooLong):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [Fault(status=413), Fault(status=400, type="exceed_context_size_error")])
async def test_other_servers_report_a_text_that_is_too_long_in_other_ways(server: ModelServer, fault: Fault) -> None:
    server.faults.append(fault)
    model = OpenAIModel("test", KEY, base_url=server.openai)
    with pytest.raises(TextTooLong):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    await model.close()


async def test_an_invalid_gemini_key_is_told_by_its_reason_not_by_its_message(
    server: ModelServer, clock: FakeClock
) -> None:
    model = GoogleModel("gemini-test", "another-key", clock, base_url=server.gemini)
    with pytest.raises(ModelUnavailable, match="does not accept GEMINI_API_KEY; check it"):
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    await model.close()


async def test_a_server_that_accepts_nothing_is_a_refusal(server: ModelServer) -> None:
    server.faults += [Fault(status=400)] * 8
    model = OpenAIModel("test", KEY, base_url=server.openai)
    with pytest.raises(ModelRefused, match="did not accept this request"):
        await answered(model)
    await model.close()
    assert len(server.asked) == 8


async def test_a_daily_quota_of_gemini_is_waited_for_until_its_reset(server: ModelServer, clock: FakeClock) -> None:
    server.faults.append(Fault(status=429, retry_after=30, per_day=True))
    model = GoogleModel("gemini-test", KEY, clock, base_url=server.gemini)
    with pytest.raises(ModelUnavailable) as caught:
        await model.complete(SYSTEM, USER, BRIEF_SCHEMA)
    await model.close()
    assert caught.value.retry_after == seconds_to_reset(clock.now()) > 3600


def test_a_retry_delay_is_read_from_googles_error_details() -> None:
    assert retry_delay({"error": {"details": [{"retryDelay": "34.07s"}]}}) == 34.07
    assert retry_delay({"error": {"details": "no list"}}) is None
    assert retry_delay("no object") is None
