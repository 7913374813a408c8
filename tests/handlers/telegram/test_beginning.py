"""The first minute on Telegram: from /start to the first digest in three taps, in private and in groups."""

from __future__ import annotations

from datetime import time, timedelta

from bot.conversation import Requester
from bot.model import ChatKind, ChatRef, Platform
from tests.fakes.arxiv import made_up
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.telegram.conftest import JOINER, NOW, Bench

ANN, BOB, GROUP = 5, 6, -1001234567890


def ref(chat_id: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat_id))


async def announce(bench: Bench) -> None:
    """Three papers of cs.CV in yesterday's listing."""
    day = NOW.date() - timedelta(days=1)
    papers = [made_up(f"2606.{n:05}", day, title=f"Seeing {n} things") for n in range(1, 4)]
    await bench.store.ingest(papers, NOW)


async def tap(bench: Bench, message: FakeMessage, label: str, user: int, expected: str) -> str:
    """Press a button; wait until the message itself says what is expected."""
    bench.tg.press(message, label, user)
    await bench.tg.until(lambda: expected in message.text)
    return message.text.replace(JOINER, "")


def labels(message: FakeMessage) -> list[str]:
    return [button["text"] for row in message.buttons for button in row]


async def topics(bench: Bench, chat_id: int) -> list[str]:
    return [each.topic for each in await bench.store.subscriptions(ref(chat_id))]


async def test_three_taps_lead_to_a_digest_tomorrow_at_eight_in_one_message(bench: Bench) -> None:
    await announce(bench)
    said = await bench.ask(ANN, "/start")
    assert "What do you work on?" in said
    [message] = bench.tg.messages(ANN)
    said = await tap(bench, message, "Computer vision", ANN, "for example")
    assert "Seeing 1 things" in said
    assert await topics(bench, ANN) == []
    await tap(bench, message, "✓ Follow", ANN, "Where are you?")
    assert await topics(bench, ANN) == ["cat:cs.CV"]
    said = await tap(bench, message, "New York", ANN, "Tomorrow")
    assert "Tomorrow, 08:00 (New York time): your first papers." in said
    assert [each.split()[0] for each in labels(message)] == ["Show", "Another", "Undo"]
    assert len(bench.tg.messages(ANN)) == 1
    chat = await bench.store.chat(ref(ANN))
    assert chat is not None
    assert (chat.timezone, chat.digest_time, chat.kind) == ("America/New_York", time(8), ChatKind.PRIVATE)


async def test_the_place_may_be_written(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    assert "Tomorrow, 08:00 (Tokyo time)" in await bench.ask(ANN, "Tokyo")


async def test_another_message_than_a_place_is_answered_as_ever(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    assert "Paper" in await bench.ask(ANN, "2406.14272")
    chat = await bench.store.chat(ref(ANN))
    assert chat is not None
    assert chat.timezone == "UTC"


async def test_the_place_is_taken_back(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    message = bench.tg.messages(ANN)[-1]
    before = await bench.store.chat(ref(ANN))
    await tap(bench, message, "Los Angeles", ANN, "Los Angeles time")
    assert await bench.store.chat(ref(ANN)) != before
    bench.tg.press(message, "Undo", ANN)
    await bench.eventually(lambda: bench.store.chat(ref(ANN)), before)


async def test_a_group_is_greeted_once_and_its_admins_set_it_up(bench: Bench) -> None:
    group = bench.tg.group(GROUP, "Lab vision", admins=(ANN,))
    group.bot_status = "left"
    bench.tg.bot_becomes(GROUP, "member", BOB)
    [welcome] = await bench.tg.wait_for(GROUP)
    assert "I bring new arXiv papers to Lab vision" in welcome.text
    bench.tg.bot_becomes(GROUP, "left", BOB)
    bench.tg.bot_becomes(GROUP, "member", BOB)
    await bench.settled()
    assert len(bench.tg.messages(GROUP)) == 1

    query = bench.tg.press(welcome, "Choose a topic", BOB)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    assert "Only admins" in str(bench.tg.answer(query))
    await tap(bench, welcome, "Choose a topic", ANN, "Tap an area")
    await tap(bench, welcome, "Natural language", ANN, "Natural language")
    await tap(bench, welcome, "✓ Follow", ANN, "Where are the readers?")
    await tap(bench, welcome, "London", ANN, "London time")
    assert await topics(bench, GROUP) == ["cat:cs.CL"]
    chat = await bench.store.chat(ref(GROUP))
    assert chat is not None
    assert (chat.kind, chat.timezone) == (ChatKind.GROUP, "Europe/London")


async def test_a_group_is_greeted_again_after_a_day(bench: Bench) -> None:
    group = bench.tg.group(GROUP, "Lab vision", admins=(ANN,))
    await bench.talk.subscribe(Requester(str(ANN), is_admin=True), ref(GROUP), "cs.CV")
    for number in (1, 2):
        group.bot_status = "left"
        bench.tg.bot_becomes(GROUP, "member", ANN)
        said = await bench.tg.wait_for(GROUP, number)
        assert "with the topic of Lab vision" in said[-1].text
        bench.clock.advance(90_000)


async def test_a_group_that_lets_nobody_write_is_not_greeted(bench: Bench) -> None:
    group = bench.tg.group(GROUP, "Lab vision", admins=(ANN,))
    group.bot_status, group.problem = "left", (400, "Bad Request: not enough rights to send text messages to the chat")
    bench.tg.bot_becomes(GROUP, "member", ANN)
    await bench.settled()
    assert bench.tg.messages(GROUP) == []


async def test_a_new_chat_without_any_listing_is_told_what_comes(bench: Bench) -> None:
    await bench.ask(ANN, "/start")
    [message] = bench.tg.messages(ANN)
    assert "as soon as arXiv announces" in await tap(bench, message, "Mathematics", ANN, "The first papers come")
    await tap(bench, message, "math.AG", ANN, "Algebraic Geometry")
    await tap(bench, message, "Something else", ANN, "What do you work on?")
