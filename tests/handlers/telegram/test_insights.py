"""Backtests, the next digest, one paper and what was learned, as people on Telegram see them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Chat, ChatModel, ChatRef, Platform, Style, VoteKind
from bot.relevance.model_weights import packed_terms
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.arxiv import made_up
from tests.fakes.pipeline import made_up_card, made_up_digest
from tests.handlers.telegram.conftest import JOINER, NOW, Bench

ANN, BOB, GROUP = 5, 6, -1001000000001
LONG_TITLE = "Gaussian splatting of heads <b>and & hands</b> that talk at length about many other things, part"


@pytest.fixture(autouse=True)
async def listing(bench: Bench) -> None:
    papers = [made_up(f"2606.{n:05}", NOW.date(), title=f"{LONG_TITLE} {n}") for n in range(1, 41)]
    await bench.store.ingest(papers, NOW)


def ref(ident: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(ident))


async def test_subscribing_shows_what_it_would_have_brought(bench: Bench) -> None:
    said = await bench.ask(ANN, "/subscribe splatting")
    assert "it would have brought about 40 papers a day" in said
    assert said.count("• Gaussian splatting of heads <b>and & hands</b>") == 3
    message = bench.tg.messages(ANN)[-1]
    links = [str(each.url) for each in message.entities if each.type == "text_link"]
    assert len(links) == 3
    assert all(link.startswith("https://arxiv.org/abs/2606.") for link in links)
    assert len(message.text) < 1200


async def test_a_misspelt_topic_is_corrected_by_a_button(bench: Bench) -> None:
    assert "Nothing in the last" in await bench.ask(ANN, "/subscribe splating")
    message = bench.tg.messages(ANN)[-1]
    assert await bench.store.subscriptions(ref(ANN)) == []
    bench.tg.press(message, "With “splatting”", ANN)
    await bench.tg.until(lambda: "splatting." in message.text)
    assert [each.topic for each in await bench.store.subscriptions(ref(ANN))] == ["splatting"]


async def test_only_admins_follow_what_is_offered_in_a_group(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe splating", user=ANN)
    message = bench.tg.messages(GROUP)[-1]
    query = bench.tg.press(message, "With “splatting”", BOB)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    assert "Only admins" in answer["text"]
    assert await bench.store.subscriptions(ref(GROUP)) == []


async def test_a_preview_names_the_papers_and_takes_none(bench: Bench) -> None:
    assert "follows no topic" in await bench.ask(ANN, "/preview")
    await bench.ask(ANN, "/subscribe splatting")
    said = await bench.ask(ANN, "/preview")
    assert "Your next digest: 40 papers so far" in said
    assert "10. Gaussian splatting" in said
    assert "11. " not in said
    assert len(said) < 3500
    assert await bench.store.taken(ref(ANN), [f"2606.{n:05}" for n in range(1, 41)]) == set()


async def test_why_explains_a_paper_and_offers_to_read_it(bench: Bench) -> None:
    assert "/why 2406.14272" in await bench.ask(ANN, "/why")
    await bench.ask(ANN, "/subscribe splatting cs.CL")  # brings nothing, so it is asked about
    bench.tg.press(bench.tg.messages(ANN)[-1], "Follow anyway", ANN)
    await bench.tg.until(lambda: "Follow anyway" not in bench.tg.messages(ANN)[-1].labels)
    said = await bench.ask(ANN, "/why arxiv.org/abs/2606.00001")
    assert "no topic of this chat matches it" in said
    assert "The nearest is splatting AND cat:cs.CL: the paper is not in cs.CL." in said
    assert "No listing that I have read announced 2606.99999" in await bench.ask(ANN, "/why 2606.99999")
    message = bench.tg.messages(ANN)[-1]
    assert "Read it all" in message.labels


async def test_what_was_learned_is_shown_and_forgotten_when_confirmed(bench: Bench) -> None:
    assert "Nothing yet. Teach me" in await bench.ask(ANN, "/tune")
    await bench.ask(ANN, "/subscribe splatting")
    await bench.store.vote(ref(ANN), str(ANN), ["2606.00001"], VoteKind.UP, NOW)
    model = ChatModel(1, NOW, 1, packed_terms((("splatting", 1.0), ("hand", -0.5))))
    assert await bench.store.save_model(ref(ANN), model, await bench.store.votes_of(ref(ANN)), NOW)
    said = await bench.ask(ANN, "/tune")
    assert "More of: splatting" in said
    assert "Less of: hand" in said
    message = bench.tg.messages(ANN)[-1]
    bench.tg.press(message, "Forget", ANN)
    await bench.tg.until(lambda: "This deletes 1 vote" in message.text)
    assert len(await bench.store.votes_of(ref(ANN))) == 1
    bench.tg.press(message, "Yes, forget it", ANN)
    await bench.tg.until(lambda: "Done: 1 vote" in message.text)
    assert await bench.store.votes_of(ref(ANN)) == []


async def test_the_last_button_below_a_paper_says_why_it_came(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe splatting")
    for part in TelegramRenderer().parts(
        replace(made_up_digest(), cards=(made_up_card("2606.00001"),)), Chat(ref(ANN), style=Style.CARDS)
    ):
        await bench.app.sender.send(ref(ANN), part, "key")
    card, count = bench.tg.messages(ANN)[-1], len(bench.tg.messages(ANN))
    bench.tg.press(card, "Why?", ANN)
    said = (await bench.tg.wait_for(ANN, count + 1))[-1].text.replace(JOINER, "")
    assert "of 40 papers" in said
    assert "matched: splatting" in said.casefold()
