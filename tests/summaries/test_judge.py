"""A judge's verdicts: what is asked, what is believed, and what becomes of answers that are missing or wrong."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from bot.model import Budget
from bot.providers.budget import Meter
from bot.summaries.google import GoogleModel
from bot.summaries.judge import ModelJudge, NoJudge
from bot.summaries.judge_questions import blocks_for, judge_prompts, prompt_hash
from bot.summaries.model_client import Model, ModelClient
from bot.summaries.openai import OpenAIModel
from bot.summaries.sentences import split
from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import Judgement, PaperStatements, Statement
from tests.fakes import judges
from tests.fakes.brains import Brain
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer
from tests.summaries.conftest import ABSTRACT

SENTENCES = tuple(SourceSentence(str(number), text) for number, text in enumerate(split(ABSTRACT), 1))


def a_statement(key: str, number: int, text: str | None = None, *suspicions: str) -> Statement:
    """A statement that rests on one sentence of the abstract; by default that sentence itself."""
    sentence = SENTENCES[number - 1]
    return Statement(key, text or sentence.text, (sentence,), SENTENCES[max(number - 2, 0) : number + 1], suspicions)


TRUE_AND_FALSE = (
    a_statement("true", 3),
    a_statement("false", 5, "MapHopper needs 47x more memory than the best baseline."),
    a_statement("doubted", 4, None, "it has a number"),
    a_statement("doubted and false", 4, "The cost is trained on 1,500 labelled floors.", "it has a number"),
)


def some_papers(count: int = 2, statements: Sequence[Statement] = TRUE_AND_FALSE) -> list[PaperStatements]:
    return [PaperStatements(f"2606.{number:05}", tuple(statements)) for number in range(count)]


def supported(judgement: Judgement, paper_id: str = "2606.00000") -> dict[str, bool]:
    return {key: verdict.is_supported for (paper, key), verdict in judgement.verdicts.items() if paper == paper_id}


def reasons(judgement: Judgement) -> set[str]:
    return {verdict.reason for verdict in judgement.verdicts.values()}


@pytest.fixture(params=["google", "openai"])
async def model(request: pytest.FixtureRequest, server: ModelServer, clock: FakeClock) -> AsyncIterator[Model]:
    made: Model
    if request.param == "google":
        made = GoogleModel("gemini-test", KEY, clock, base_url=server.gemini, timeout=3)
    else:
        made = OpenAIModel("test", KEY, base_url=server.openai, timeout=3)
    yield made
    await made.close()


@pytest.fixture
def judge(model: Model, clock: FakeClock) -> ModelJudge:
    return ModelJudge(ModelClient(model, clock, Meter(Budget(), clock)))


async def test_an_honest_judge_tells_true_from_false_in_one_request(judge: ModelJudge, server: ModelServer) -> None:
    judgement = await judge.judge(some_papers())
    expected = {"true": True, "false": False, "doubted": True, "doubted and false": False}
    assert supported(judgement, "2606.00000") == supported(judgement, "2606.00001") == expected
    assert judgement.verdict("2606.00000", "false").reason == "not supported by its sentence: “some words”"
    assert (judgement.judge, judgement.prompt) == (judge.name, prompt_hash())
    assert judgement.judge_of("2606.00001") == judge.name
    assert judgement.judge_of("2606.99999") is None
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "brain", [judges.yes_to_all, judges.no_to_all, judges.silent, judges.contradicting, judges.garbage, judges.swapping]
)
async def test_a_judge_that_fails_its_test_is_not_believed(
    judge: ModelJudge, server: ModelServer, brain: Brain
) -> None:
    server.judge = brain
    judgement = await judge.judge(some_papers())
    assert not any(supported(judgement).values())
    assert reasons(judgement) == {"not judged: the judge failed its own test"}
    assert (judgement.judge, judgement.prompt) == (None, None)
    assert judgement.judge_of("2606.00000") is None


def _as_text(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": answer["id"], "supported": "false" if answer["wrong"] else "true"} for answer in answers]


def _as_truth(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": answer["id"], "wrong": bool(answer["wrong"])} for answer in answers]


def _with_both(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": answer["id"], "unsupported_words": answer["wrong"], "supported": not answer["wrong"]}
        for answer in answers
    ]


def _twice(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*answers, *answers]


def _with_much_else(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    others = [{"id": f"x{number}", "unsupported_words": "word " * 20, "supported": True} for number in range(2000)]
    return [*others, *answers, {"id": 7, "supported": 1}, {"id": ["a"], "supported": True}, {"supported": False}]


@pytest.mark.parametrize("told", [_as_text, _as_truth, _with_both, _twice, _with_much_else])
async def test_an_honest_judge_is_believed_however_it_writes_its_answers(
    judge: ModelJudge, server: ModelServer, told: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    server.judge = lambda system, user: json.dumps(
        {"answers": told(json.loads(judges.honest(system, user))["answers"])}
    )
    judgement = await judge.judge(some_papers())
    expected = {"true": True, "false": False, "doubted": True, "doubted and false": False}
    assert supported(judgement) == expected


@pytest.mark.parametrize(
    "reply", ["[" * 100_000, '{"answers": ' * 500 + "[]" + "}" * 500, '{"answers": {"answers": []}}']
)
async def test_an_answer_that_cannot_be_read_supports_nothing(
    judge: ModelJudge, server: ModelServer, reply: str
) -> None:
    server.judge = lambda _, __: reply
    assert not any(supported(await judge.judge(some_papers())).values())


async def test_a_judge_that_goes_down_keeps_what_it_has_judged(judge: ModelJudge, server: ModelServer) -> None:
    def goes_down(system: str, user: str) -> str:
        server.faults.append(Fault(status=429, retry_after=900))
        return judges.honest(system, user)

    server.judge = goes_down
    judgement = await judge.judge(some_papers(18))
    assert supported(judgement, "2606.00015")["true"]
    assert not any(supported(judgement, "2606.00016").values())
    assert [judgement.judge_of(f"2606.000{number}") for number in (15, 16)] == [judge.name, None]


async def test_papers_are_judged_sixteen_at_a_time(judge: ModelJudge, server: ModelServer) -> None:
    judgement = await judge.judge(some_papers(17))
    assert len(server.asked) == 2
    assert all(supported(judgement, f"2606.{number:05}")["true"] for number in range(17))


async def test_papers_without_statements_are_not_asked_about(judge: ModelJudge, server: ModelServer) -> None:
    assert (await judge.judge([PaperStatements("2606.00000", ())])).verdicts == {}
    assert not server.asked


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=429, retry_after=900), Fault("garbage")])
async def test_without_an_answer_nothing_is_supported_and_nothing_is_raised(
    judge: ModelJudge, server: ModelServer, fault: Fault
) -> None:
    server.faults += [fault] * 9
    judgement = await judge.judge(some_papers())
    assert not any(supported(judgement).values())
    assert all(reason.startswith(f"not judged: {judge.name} ") for reason in reasons(judgement))
    assert judgement.judge is None


@pytest.mark.parametrize("fault", [Fault(status=429, retry_after=40), Fault(status=503)])
async def test_a_judge_waits_for_a_pause_of_its_model_because_the_words_of_the_maker_would_be_lost(
    judge: ModelJudge, server: ModelServer, fault: Fault
) -> None:
    server.faults += [fault] * 2
    judgement = await judge.judge(some_papers())
    assert judgement.judge == judge.name
    assert supported(judgement)["true"]


async def test_without_a_budget_nothing_is_supported(model: Model, server: ModelServer, clock: FakeClock) -> None:
    judge = ModelJudge(ModelClient(model, clock, Meter(Budget(requests_per_day=0), clock)))
    judgement = await judge.judge(some_papers())
    assert reasons(judgement) == {"not judged: The budget of 0 requests a day is used up"}
    assert not server.asked


async def test_one_blocked_paper_costs_the_others_little(judge: ModelJudge, server: ModelServer) -> None:
    blocked = PaperStatements("2606.00009", (a_statement("blocked", 1, "It speaks of the poison."),))
    server.refuses = "the poison"
    judgement = await judge.judge([*some_papers(3), blocked])
    assert all(supported(judgement, f"2606.0000{number}")["true"] for number in range(3))
    reason = judgement.verdict("2606.00009", "blocked").reason
    assert reason.startswith(f"not judged: {judge.name} refused this text")
    assert judgement.judge_of("2606.00000") == judge.name
    assert judgement.judge_of("2606.00009") is None


async def test_a_text_that_is_too_long_is_judged_in_parts(judge: ModelJudge, server: ModelServer) -> None:
    many = [a_statement(f"claim {number}", number % 6 + 1) for number in range(60)]
    server.context = 7_500
    judgement = await judge.judge(some_papers(1, many))
    assert all(supported(judgement).values())
    assert len(judgement.verdicts) == 60
    first = len(server.asked)
    assert (await judge.judge(some_papers(1, many))).verdicts == judgement.verdicts
    assert len(server.asked) - first < first, "what the model accepts is remembered"


async def test_nobody_judges_without_a_model() -> None:
    assert reasons(await NoJudge().judge(some_papers())) == {"no model judges"}


def test_a_statement_that_is_doubted_is_asked_about_twice_and_not_in_succession() -> None:
    blocks = blocks_for(some_papers(3))
    for block in blocks:
        keys = [question.statement.key for question in block.questions if question.expected is None]
        assert keys.count("true") in (0, 1)
        assert keys.count("doubted") in (0, 2)
        every = [question.statement.key for question in block.questions]
        assert all(this != following for this, following in itertools.pairwise(every))


def test_sentences_of_the_same_id_are_told_apart() -> None:
    first, second = SourceSentence("E1", "The graph has nodes."), SourceSentence("E1", "The cost is learned.")
    statements = [
        Statement("c1", "The graph consists of nodes.", (first,), (first,)),
        Statement("c2", "A cost is learned.", (second,), (second,)),
    ]
    [block, _] = blocks_for(some_papers(1, statements))
    asked = judges.statements_in(judge_prompts([block])[1])
    rests_on = {one.text: one.sentences for one in asked}
    assert rests_on["The graph consists of nodes."] == (first.text,)
    assert rests_on["A cost is learned."] == (second.text,)


def test_ids_are_opaque_and_the_same_each_time() -> None:
    first, second = blocks_for(some_papers(8)), blocks_for(some_papers(8))
    assert first == second
    ids = [question.id for block in first for question in block.questions]
    assert len(set(ids)) == len(ids)
    assert blocks_for(some_papers(8)) != blocks_for(some_papers(7))
