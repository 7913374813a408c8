"""Searches that people type after the bot's name in any chat."""

from __future__ import annotations

from typing import Any

import pytest

from bot.pipeline import index_papers
from tests.contracts.samples import NOW, announced, key, summary
from tests.fakes.telegram_world import user_json
from tests.handlers.telegram.conftest import JOINER, Bench
from tests.handlers.telegram.test_commands import ANN, ref

HOSTILE = announced(
    "2606.00003",
    title="<b>Diffusion</b> & @everyone /start",
    authors=("<i>X</i>",),
    abstract="Diffusion " * 900,
)


@pytest.fixture
async def stocked(bench: Bench) -> Bench:
    entries = [
        announced("2606.00001", title="Diffusion of Heads", abstract="We let heads talk."),
        announced("2606.00002", title="Another Diffusion", abstract="We test."),
        HOSTILE,
    ]
    await bench.store.ingest(entries, NOW)
    await bench.store.save_summary(summary(key("2606.00001", language="ru"), "Головы говорят."))
    await index_papers(bench.store)
    return bench


async def asked(bench: Bench, typed: str, language: str = "en") -> dict[str, Any]:
    query = bench.tg.search_inline(ANN, typed, language)
    await bench.tg.until(lambda: bench.tg.world.inline_queries[query] is not None)
    answer = bench.tg.world.inline_queries[query]
    assert answer is not None
    return answer


async def test_papers_are_offered_with_a_sentence_and_posted_with_their_link(stocked: Bench) -> None:
    answer = await asked(stocked, "diffusion heads")
    (found,) = answer["results"]
    assert (found["title"], found["description"]) == ("Diffusion of Heads", "We let heads talk.")
    assert found["shown"].replace(JOINER, "") == (
        "Diffusion of Heads\n\nWe let heads talk.\n\nAda Example, Jürgen Müller · arXiv:2606.00001"
    )
    assert answer["button"]["start_parameter"] == "inline"


async def test_the_sentence_is_in_the_persons_language_where_it_was_made(stocked: Bench) -> None:
    assert (await asked(stocked, "diffusion heads", "ru"))["results"][0]["description"] == "Головы говорят."
    assert (await asked(stocked, "diffusion heads", "tlh"))["results"][0]["description"] == "We let heads talk."


@pytest.mark.parametrize("typed", ["diff", "2606.00001 2606.00002", "https://arxiv.org/abs/2606.00001"])
async def test_beginnings_of_words_and_links_find_papers_too(stocked: Bench, typed: str) -> None:
    assert "2606.00001v1" in {each["id"] for each in (await asked(stocked, typed))["results"]}


@pytest.mark.parametrize("typed", ["", "graphene", "-x", "🦊", "2401.99999"])
async def test_without_a_paper_there_is_a_way_to_the_private_chat(stocked: Bench, typed: str) -> None:
    answer = await asked(stocked, typed)
    assert answer["results"] == []
    assert answer["button"]["text"]


async def test_hostile_titles_are_only_text(stocked: Bench) -> None:
    found = next(each for each in (await asked(stocked, "everyone"))["results"])
    assert found["title"] == "<b>Diffusion</b> & @everyone /start"
    assert "<i>X</i>" in found["shown"].replace(JOINER, "")
    assert len(found["description"]) <= 200


async def test_papers_that_only_one_chat_asked_for_are_not_shown(stocked: Bench) -> None:
    await stocked.store.remember([announced("2606.00009", title="A Secret Diffusion").paper], NOW)
    await index_papers(stocked.store)
    assert (await asked(stocked, "secret"))["results"] == []
    assert (await asked(stocked, "2606.00009"))["results"] == []


async def test_a_query_that_is_too_old_breaks_nothing(stocked: Bench) -> None:
    stocked.tg.world.push(inline_query={"id": "404", "from": user_json(ANN), "query": "x", "offset": ""})
    assert len((await asked(stocked, "diffusion"))["results"]) == 3


async def test_nothing_is_stored_about_who_searches(stocked: Bench) -> None:
    await asked(stocked, "diffusion")
    assert await stocked.store.chat(ref(ANN)) is None
